"""The family of models whose steps are sets of keys."""

import note_seq
import numpy as np
import tensorflow.compat.v1 as tf
from magenta.models.pianoroll_rnn_nade import pianoroll_rnn_nade_graph
from magenta.models.shared import events_rnn_graph
from magenta.pipelines import pianoroll_pipeline

from parity import exact
from parity import family
from parity import random_music

LOWEST, HIGHEST = 21, 108


class Scorer:
  """Magenta's RNN-NADE with the weights of `model`, which hears all steps but the last."""

  def __init__(self, config, model):
    self.model = model
    weights = model._session.graph.get_collection('variables')  # pylint: disable=protected-access
    values = model._session.run({v.op.name: v for v in weights})  # pylint: disable=protected-access
    hparams = config.hparams
    with tf.Graph().as_default() as graph:
      self._rolls = tf.placeholder(tf.float32, [1, None, config.encoder_decoder.input_size])
      network = pianoroll_rnn_nade_graph.RnnNade(
          events_rnn_graph.make_rnn_cell(hparams.rnn_layer_sizes, attn_length=hparams.attn_length),
          num_dims=config.encoder_decoder.input_size, num_hidden=hparams.nade_hidden_units)
      _, self._conditionals = network.log_prob(self._rolls)
      self._session = tf.Session(graph=graph)
      for variable in tf.global_variables():
        variable.load(values[variable.op.name], self._session)

  def conditionals(self, rows):
    return self._session.run(self._conditionals, {self._rolls: [rows]})


class Rolls(family.Family):
  """pianoroll_rnn_nade: PianorollSequences."""
  package = 'pianoroll_rnn_nade'
  model = 'PianorollRnnNadeModel'
  generator = 'PianorollRnnNadeSequenceGenerator'
  examples = 'training_pianoroll_tracks.tfrecord'
  # Nine copies of each.
  sequences = {'rnn-nade': 40, 'rnn-nade_attn': 20}
  random_sequence = staticmethod(random_music.random_voices_sequence)
  # The reference takes keys of a probability of a half and more.
  generate_flags = ('--temperature=0',)
  own_flags = {'num_steps': 128, 'primer_pitches': '', 'primer_pianoroll': ''}
  draws = False
  tags = frozenset(['loss', 'metrics/perplexity', 'metrics/accuracy', 'metrics/precision',
                    'metrics/recall', 'metrics/f1_score'])

  def __init__(self):
    super().__init__()
    self._scorer = None

  def build_graph(self, mode, config):
    return pianoroll_rnn_nade_graph.get_build_graph_fn(mode, config, [])

  def random(self, config, rng, steps, low=50, high=74):
    return self.heard(config, random_music.random_voices(rng, steps, 120.0, low, high))

  def example(self, config, events):
    return config.encoder_decoder.encode(events)

  def sequence(self, unused_config, events, qpm):
    return events.to_sequence(qpm=qpm)

  def heard(self, config, sequence):
    quantized = note_seq.quantize_note_sequence(sequence, config.steps_per_quarter)
    roll = pianoroll_pipeline.extract_pianoroll_sequences(quantized)[0][0]
    # Silence at the end is lost where music is split at changes of time, as `score` does.
    roll.set_length(max((i + 1 for i, keys in enumerate(roll) if keys), default=0))
    return roll

  @staticmethod
  def _rows(config, events):
    return [config.encoder_decoder.events_to_input(events, i) for i in range(len(events))]

  @staticmethod
  def _of_events(rows, conditionals):
    """Ours hears a step as the keys that sound, from low to high, and its end: the probability of
    each key after the one before it, and of none after the last."""
    events = []
    for row, chances in zip(rows, np.asarray(conditionals, np.float64)):
      ends = [int(key) + 1 for key in np.flatnonzero(row)] + [len(row)]
      right = np.where(np.asarray(row) > 0, chances, 1 - chances)
      events += [np.prod(right[begin:end]) for begin, end in zip([0] + ends, ends)]
    return np.array(events)

  def label_probabilities(self, config, model, events):
    if self._scorer is None or self._scorer.model is not model:
      self._scorer = Scorer(config, model)
    rows = self._rows(config, events)
    return self._of_events(rows, self._scorer.conditionals(rows))

  def exact_probabilities(self, config, checkpoint, events):
    rows = self._rows(config, events)
    return self._of_events(rows, exact.Nade(checkpoint, config).conditionals(rows))

  def log_likelihood(self, model, events):
    # Without the millionth that its own adds to each probability.
    config = model._config  # pylint: disable=protected-access
    return float(np.sum(np.log(self.label_probabilities(config, model, events))))

  def length(self, steps):
    # The tempo of its program; ours has another.
    return {'num_steps': steps, 'qpm': 60}

  def short(self):
    return {**self.length(40), **self.default_primer(None, None)}

  def random_primer(self, config, context, i):
    rng = context.rng
    flags = {'qpm': float(rng.choice([120, 60, 97, 133.3, 44]))}
    sequence = random_music.random_voices(rng, int(rng.integers(1, 48)), flags['qpm'], LOWEST)
    if i % 3 == 1:
      flags['primer_pianoroll'] = str([tuple(int(key) + LOWEST for key in keys)
                                       for keys in self.heard(config, sequence)])
    elif i % 3 == 2:
      sequence.notes.add().CopyFrom(sequence.notes[0])
      sequence.notes[-1].pitch = int(rng.choice([LOWEST - 1, HIGHEST + 1]))  # which no key has
      for note in sequence.notes:
        note.program = 0  # of others beside it the reference's writer keeps one alone
      flags['primer_midi'] = context.path('primer-%d.mid' % i)
      note_seq.sequence_proto_to_midi_file(sequence, flags['primer_midi'])
    else:
      flags.update(self.default_primer(config, context))
    return flags

  def default_primer(self, unused_config, unused_context):
    return {'primer_pitches': '[60, 64, 67]'}
