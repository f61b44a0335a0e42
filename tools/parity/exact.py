"""The network in double precision: who is right where two float32 programs differ."""

import numpy as np
import tensorflow.compat.v1 as tf

CELL = 'rnn/multi_rnn_cell/cell_%d/'
WRAPPER = CELL % 0 + 'attention_cell_wrapper/'


def sigmoid(x):
  return .5 + .5 * np.tanh(.5 * x)


def softmax(x):
  e = np.exp(x - x.max())
  return e / e.sum()


class Network:
  """Two layers of 64 units of a checkpoint, for one sequence."""
  HEAD = ('fully_connected/',)

  def __init__(self, checkpoint, config):
    reader = tf.train.load_checkpoint(checkpoint)
    self._weights = {name.replace('decoder/multi', 'rnn/multi'):
                     reader.get_tensor(name).astype(np.float64)
                     for name in reader.get_variable_to_shape_map()
                     if name.startswith(('rnn/', 'decoder/multi') + self.HEAD)
                     and 'Adam' not in name}
    self._attn_length = config.hparams.attn_length
    # Inputs that the graph spreads, and labels of several parts.
    self._depth = getattr(config.encoder_decoder, 'input_depth', None)
    self._classes = np.atleast_1d(config.encoder_decoder.num_classes)

  def _affine(self, prefix, *parts):
    return np.concatenate(parts) @ self._weights[prefix + 'kernel'] + self._weights[prefix + 'bias']

  def _lstm(self, prefix, x, c, h):
    i, j, f, o = np.split(self._affine(prefix + 'basic_lstm_cell/', x, h), 4)
    c = c * sigmoid(f + 1) + sigmoid(i) * np.tanh(j)
    return c, np.tanh(c) * sigmoid(o)

  def _attend(self, x, state):
    """A step of the wrapped cell: its output, and c, h, the last attention and the window."""
    c, h, a, window = state
    c, h = self._lstm(WRAPPER, self._affine(WRAPPER, x, a), c, h)
    query = self._affine(WRAPPER + 'attention/', c, h)
    keys = window @ self._weights[WRAPPER + 'attention/attn_w'][0, 0]
    scores = np.tanh(keys + query) @ self._weights[WRAPPER + 'attention/attn_v']
    a = softmax(scores) @ window
    y = self._affine(WRAPPER + 'attn_output_projection/', h, a)
    return y, (c, h, a, np.concatenate([window[1:], y[None]]))

  def _outputs(self, inputs):
    """What the upper layer says after each input."""
    zeros = np.zeros(64)
    first, second = (zeros, zeros), (zeros, zeros)
    if self._attn_length:
      first = (zeros, zeros, zeros, np.zeros([self._attn_length, 64]))
    for x in inputs:
      if self._attn_length:
        y, first = self._attend(x, first)
      else:
        first = self._lstm(CELL % 0, x, *first)
        y = first[1]
      second = self._lstm(CELL % 1, y, *second)
      yield second[1]

  def label_probabilities(self, inputs, labels):
    """The softmax's value for each label, teacher-forced at temperature 1; of labels of several
    parts the product."""
    probabilities = []
    inputs = np.asarray(inputs, np.float64)
    if self._depth:
      inputs = np.eye(self._depth)[inputs[:, 0].astype(int)]
    for y, label in zip(self._outputs(inputs), labels):
      logits = y @ self._weights['fully_connected/weights']
      parts = np.split(logits + self._weights['fully_connected/biases'],
                       np.cumsum(self._classes)[:-1])
      probabilities.append(np.prod([softmax(part)[i]
                                    for part, i in zip(parts, np.atleast_1d(label))]))
    return np.array(probabilities)


class Nade(Network):
  """The same layers below a NADE of keys."""
  HEAD = ('decoder/dense/', 'nade/')

  def conditionals(self, rows):
    """The probability of each key of each row, given the rows and keys before it."""
    w_enc, w_dec = self._weights['nade/w_enc'][:, 0], self._weights['nade/w_dec_t'][:, :, 0]
    heard = np.pad(np.asarray(rows, np.float64), [(1, 0), (0, 0)])
    table = np.zeros([len(rows), len(w_enc)])
    for chances, y, row in zip(table, self._outputs(heard), rows):
      a, b = np.split(self._affine('decoder/dense/', y), [w_enc.shape[1]])
      for key, sounds in enumerate(row):
        chances[key] = sigmoid(b[key] + sigmoid(a) @ w_dec[key])
        a = a + sounds * w_enc[key]
    return table
