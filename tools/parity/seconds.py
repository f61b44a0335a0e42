"""The family of models that hear music in hundredths of a second, as it was played."""

import note_seq
import numpy as np
from magenta.pipelines import performance_pipeline

from parity import family
from parity import random_music

SIGNALS = {
    'notes_per_second': lambda rng: round(float(rng.choice([0, 1, 4, rng.uniform(0, 20)])), 3),
    'pitch_class_histogram': lambda rng: [int(weight) for weight in rng.integers(0, 4, 12)],
    'disable_conditioning': lambda rng: bool(rng.random() < 0.5)}


class Performances(family.Family):
  """performance_rnn: Performances, some with what conditions them."""
  package = 'performance_rnn'
  prefix = 'performance'
  model = 'PerformanceRnnModel'
  generator = 'PerformanceRnnSequenceGenerator'
  examples = 'training_performances.tfrecord'
  # Thirty-five copies of every half a minute; with what conditions them, seconds each.
  sequences = {
      'performance': 16,
      'performance_with_dynamics': 16,
      'performance_with_dynamics_compact': 16,
      'performance_with_dynamics_and_modulo_encoding': 16,
      'density_conditioned_performance_with_dynamics': 8,
      'pitch_conditioned_performance_with_dynamics': 8,
      'multiconditioned_performance_with_dynamics': 8,
      'optional_multiconditioned_performance_with_dynamics': 8}
  random_sequence = staticmethod(random_music.random_performance_sequence)
  own_flags = {'num_steps': 3000, 'primer_pitches': '', 'primer_melody': '',
               'notes_per_second': None, 'pitch_class_histogram': None,
               'disable_conditioning': None}
  has_qpm = False
  has_programs = True  # a primer may have several
  tags = family.TAGS | {'metrics/loss_per_step', 'metrics/perplexity_per_step'}

  def grid(self, config):
    return {'steps_per_second': config.steps_per_second,
            'num_velocity_bins': config.num_velocity_bins,
            'control_signals': config.control_signals,
            'optional_conditioning': config.optional_conditioning,
            'note_performance': config.note_performance}

  def random(self, config, rng, steps, low=50, high=74):
    # A note is about four events.
    return self.heard(config, random_music.random_performance(rng, steps // 4 + 1, low, high,
                                                              drums=False))

  @staticmethod
  def _conditions(config, events):
    """What a model is told of music before each event; None where it is told nothing."""
    if not config.control_signals:
      return None
    conditions = list(zip(*(signal.extract(events) for signal in config.control_signals)))
    if config.optional_conditioning:
      conditions = [(False, condition) for condition in conditions]
    return conditions

  def example(self, config, events):
    conditions = self._conditions(config, events)
    told = () if conditions is None else (conditions,)
    return config.encoder_decoder.encode(*told, events)

  def sequence(self, unused_config, events, qpm):
    return events.to_sequence()

  def heard(self, config, sequence):
    quantized = note_seq.quantize_note_sequence_absolute(sequence, config.steps_per_second)
    return performance_pipeline.extract_performances(
        quantized, num_velocity_bins=config.num_velocity_bins,
        note_performance=config.note_performance)[0][0]

  def log_likelihood(self, model, events):
    # Its own method holds one condition throughout.
    conditions = self._conditions(model._config, events)  # pylint: disable=protected-access
    return float(model._evaluate_log_likelihood(  # pylint: disable=protected-access
        [events], control_events=conditions)[0])

  def length(self, steps):
    return {'num_steps': 4 * steps}

  def random_primer(self, config, context, i):
    rng = context.rng
    flags = self._random_signals(config, rng)
    if i % 3 == 1:
      flags.update(random_music.typed_primer(rng, int(rng.integers(1, 24))))
    elif i % 3 == 2:
      sequence = random_music.random_performance(rng, int(rng.integers(1, 12)))
      if self.has_programs and rng.random() < 0.2:
        sequence.notes[-1].program = 5
      flags['primer_midi'] = context.path('primer-%d.mid' % i)
      note_seq.sequence_proto_to_midi_file(sequence, flags['primer_midi'])
    return flags

  @staticmethod
  def _random_signals(config, rng):
    """Conditions, one or several over time; now and then one that the model does not know."""
    known = {signal.name for signal in config.control_signals or ()}
    if config.optional_conditioning:
      known.add('disable_conditioning')
    flags = {}
    for name, draw in SIGNALS.items():
      if rng.random() < (0.7 if name in known else 0.1) and (
          name in known or name != 'disable_conditioning'):
        values = [draw(rng) for _ in range(int(rng.integers(1, 4)))]
        flags[name] = str(values[0] if len(values) == 1 else values)
    return flags

  def default_primer(self, unused_config, unused_context):
    return {'primer_pitches': '[60, 64, 67]'}


class WholeNotes(Performances):
  """performance_rnn's note encoding: each event is a note, with what comes before it."""
  sequences = {'performance_with_dynamics_and_note_encoding': 16}
  # Beams are of so many notes, not of so much time; a metagraph holds no softmax of several parts.
  has_beams = has_programs = opens_bundles = False

  def random(self, config, rng, steps, low=50, high=74):
    return self.heard(config, random_music.random_performance(rng, steps, low, high,
                                                              drums=False))

  def log_likelihood(self, model, events):
    # Its own method fails at labels of several parts.
    config = model._config  # pylint: disable=protected-access
    return float(np.sum(np.log(self.label_probabilities(config, model, events))))

  def short(self):
    return {**super().short(), **self.default_primer(None, None)}

  def random_primer(self, config, context, i):
    """Of one program, and never none: the reference fails at both."""
    flags = super().random_primer(config, context, i)
    if i % 3 == 0:
      flags.update(self.default_primer(config, context))
    return flags
