"""How near the reference comes to its own recorded loss curve, and what exact arithmetic gives.

  cd tools && ../build/parity-venv/bin/python -m parity.curves attention_rnn

trains the recorded 30 steps (training.jsonl of the goldens, from models/C/step/model.ckpt-0) with
Magenta's graph on this machine's TensorFlow, on one thread and on all, and with the same network
written down in float64; and prints how far each loss is from the recorded one. With --train=PATH it
adds the curve of `train`. docs/parity.md says what it shows.
"""

import argparse
import json
import os
import tempfile

import numpy as np
import tensorflow.compat.v1 as tf
import note_seq

from parity import numbers
from parity import ours
from parity import reference

STEPS = 30
HPARAMS = 'batch_size=8,rnn_layer_sizes=[64,64],dropout_keep_prob=1.0'
CELL = 'rnn/multi_rnn_cell/cell_%d/'
WRAPPER = CELL % 0 + 'attention_cell_wrapper/'


def rows_of(path):
  with open(path, encoding='utf-8') as f:
    return [json.loads(line) for line in f]


class Recorded:
  """The start, the batch and the losses of a config."""

  def __init__(self, goldens, name):
    folder = os.path.join(goldens, 'models', name, 'step')
    self.name = name
    self.config = reference.config_of(name, HPARAMS)
    self.start = os.path.join(folder, 'model.ckpt-0')
    self.examples = [self.config.encoder_decoder.encode(note_seq.Melody(events))
                     for events in rows_of(os.path.join(folder, 'batch.jsonl'))]
    self.losses = [row['loss'] for row in rows_of(os.path.join(goldens, 'training.jsonl'))
                   if row['config'] == name]


def by_tensorflow(recorded, threads):
  """Magenta's own graph; 0 threads: as many as TensorFlow takes."""
  options = tf.ConfigProto(intra_op_parallelism_threads=threads,
                           inter_op_parallelism_threads=threads)
  training = reference.Training(recorded.config, recorded.examples, options=options)
  training.restore(recorded.start)
  losses = training.run(STEPS)
  training.close()
  return losses


def by_train(recorded, program):
  """Our trainer."""
  with tempfile.TemporaryDirectory() as folder:
    data, run = os.path.join(folder, 'batch.tfrecord'), os.path.join(folder, 'run')
    reference.write_examples(data, recorded.examples)
    training = reference.Training(recorded.config, recorded.examples)
    training.restore(recorded.start)
    training.save(os.path.join(run, 'train'))
    training.close()
    ours.Magenta(program).run('train', '--config=' + recorded.name, '--run_dir=' + run,
                           '--hparams=' + HPARAMS, '--sequence_example_file=' + data,
                           '--num_training_steps=%d' % STEPS, '--summary_frequency=1')
    return [loss for _, loss in sorted(numbers.scalars_of(run).items())]


def lstm(weights, prefix, x, c, h):
  gates = tf.matmul(tf.concat([x, h], 1), weights[prefix + 'kernel']) + weights[prefix + 'bias']
  i, j, f, o = tf.split(gates, 4, 1)
  c = c * tf.sigmoid(f + 1) + tf.sigmoid(i) * tf.tanh(j)
  return c, tf.tanh(c) * tf.sigmoid(o)


def affine(weights, prefix, *parts):
  return tf.matmul(tf.concat(parts, 1), weights[prefix + 'kernel']) + weights[prefix + 'bias']


def attend(weights, x, state):
  """A step of the wrapped cell: its output, and c, h, the last attention and the window."""
  c, h, a, window = state
  c, h = lstm(weights, WRAPPER + 'basic_lstm_cell/', affine(weights, WRAPPER, x, a), c, h)
  query = affine(weights, WRAPPER + 'attention/', c, h)
  keys = tf.tensordot(window, weights[WRAPPER + 'attention/attn_w'][0, 0], 1)
  scores = tf.reduce_sum(weights[WRAPPER + 'attention/attn_v'] *
                         tf.tanh(keys + query[:, None]), 2)
  a = tf.reduce_sum(tf.nn.softmax(scores)[:, :, None] * window, 1)
  y = affine(weights, WRAPPER + 'attn_output_projection/', h, a)
  return y, (c, h, a, tf.concat([window[:, 1:], y[:, None]], 1))


def loss_of(weights, recorded):
  """Mean cross entropy of the batch, in float64."""
  batch, units = len(recorded.examples), 64
  longest = max(len(labels) for _, labels in recorded.examples)
  inputs = np.zeros([longest, batch, len(recorded.examples[0][0][0])])
  labels = np.zeros([longest, batch], np.int64)
  real = np.zeros([longest, batch])
  for i, (x, y) in enumerate(recorded.examples):
    inputs[:len(x), i], labels[:len(y), i], real[:len(y), i] = x, y, 1
  zeros = tf.zeros([batch, units], tf.float64)
  length = recorded.config.hparams.attn_length
  first = (zeros, zeros)
  if length:
    first = (zeros, zeros, zeros, tf.zeros([batch, length, units], tf.float64))

  def step(state, x):
    first, second, _ = state
    if length:
      y, first = attend(weights, x, first)
    else:
      first = lstm(weights, CELL % 0 + 'basic_lstm_cell/', x, *first)
      y = first[1]
    second = lstm(weights, CELL % 1 + 'basic_lstm_cell/', y, *second)
    return first, second, second[1]

  out = tf.scan(step, tf.constant(inputs), (first, (zeros, zeros), zeros))[-1]
  logits = tf.tensordot(out, weights['fully_connected/weights'], 1)
  entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(
      labels=labels, logits=logits + weights['fully_connected/biases'])
  return tf.reduce_sum(entropy * real) / real.sum()


def by_float64(recorded):
  """Network, clipping and Adam in double precision, from the recorded float32 weights."""
  reader = tf.train.load_checkpoint(recorded.start)
  names = sorted(name for name in reader.get_variable_to_shape_map()
                 if name.startswith(('rnn/', 'fully_connected/')) and 'Adam' not in name)
  with tf.Graph().as_default(), tf.Session() as session:
    weights = {name: tf.Variable(reader.get_tensor(name).astype(np.float64)) for name in names}
    variables = [weights[name] for name in names]
    loss = loss_of(weights, recorded)
    gradients = [tf.clip_by_norm(gradient, recorded.config.hparams.clip_norm)
                 for gradient in tf.gradients(loss, variables)]
    moves = [tf.placeholder(tf.float64, variable.shape) for variable in variables]
    update = [variable.assign_sub(move) for variable, move in zip(variables, moves)]
    session.run(tf.global_variables_initializer())
    first = [np.zeros(variable.shape) for variable in variables]
    second = [np.zeros(variable.shape) for variable in variables]
    losses = []
    for t in range(1, STEPS + 1):
      value, found = session.run([loss, gradients])
      losses.append(float(value))
      rate = 1e-3 * np.sqrt(1 - .999**t) / (1 - .9**t)
      first = [.9 * m + .1 * g for m, g in zip(first, found)]
      second = [.999 * v + .001 * g * g for v, g in zip(second, found)]
      session.run(update, {move: rate * m / (np.sqrt(v) + 1e-8)
                           for move, m, v in zip(moves, first, second)})
  return losses


def main():
  parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
  parser.add_argument('config', choices=['basic_rnn', 'lookback_rnn', 'attention_rnn'])
  parser.add_argument('--goldens', default='../../shared/goldens')
  parser.add_argument('--train', help='our program, build/bin/magenta')
  flags = parser.parse_args()
  recorded = Recorded(flags.goldens, flags.config)
  curves = {'1 thread': by_tensorflow(recorded, 1), 'all threads': by_tensorflow(recorded, 0),
            'float64': by_float64(recorded)}
  if flags.train:
    curves['train'] = by_train(recorded, os.path.abspath(flags.train))
  print('| step | recorded |' + ''.join(' %s |' % name for name in curves))
  print('| --- ' * (len(curves) + 2) + '|')
  for i, wanted in enumerate(recorded.losses):
    gaps = [curve[i] / wanted - 1 for curve in curves.values()]
    print('| %d | %.8g |' % (i, wanted) + ''.join(' %.1e |' % gap for gap in gaps))
  worst = [max(abs(a / b - 1) for a, b in zip(curve, recorded.losses)) for curve in curves.values()]
  print('| most | |' + ''.join(' %.1e |' % gap for gap in worst))


if __name__ == '__main__':
  main()
