"""What each of Magenta's families of models has for itself: its music, its programs."""

import importlib
import types

import note_seq
import tensorflow.compat.v1 as tf
from magenta.pipelines import chord_pipelines
from magenta.pipelines import drum_pipelines
from magenta.pipelines import melody_pipelines

from parity import random_music


def _imported(name):
  """A module of Magenta's; flags that another of its programs has defined are forgotten before."""
  flags = tf.app.flags.FLAGS
  for module, defined in list(flags.flags_by_module_dict().items()):
    if module.startswith('magenta.'):
      for flag in list(defined):
        if flag.name in flags:
          delattr(flags, flag.name)
  return importlib.import_module('magenta.models.' + name)


class Melodies:
  """melody_rnn: lists of events."""
  package = 'melody_rnn'
  model = 'MelodyRnnModel'
  generator = 'MelodyRnnSequenceGenerator'
  examples = 'training_melodies.tfrecord'
  # Sequences of a data set. Magenta's key encoding takes a second a melody, the others some
  # milliseconds.
  sequences = {'basic_rnn': 1200, 'mono_rnn': 1200, 'lookback_rnn': 1200, 'attention_rnn': 250}
  random_sequence = staticmethod(random_music.random_sequence)
  # Of our programs, where the reference's have no such choice.
  dataset_flags = ()
  generate_flags = ()
  # What the reference raises where its own rounding is in its way.
  refuses = ()
  # Of the reference's program that generates, beside those of all families.
  primer = 'primer_melody'
  own_flags = {'num_steps': 128, 'primer_melody': ''}

  def __init__(self):
    self._modules = {}

  def module(self, name):
    """A module of the package, model or generate for instance."""
    if name not in self._modules:
      self._modules[name] = _imported('%s.%s_%s' % (self.package, self.package, name))
    return self._modules[name]

  def program(self, name):
    return 'models.%s.%s_%s' % (self.package, self.package, name)

  @property
  def configs(self):
    return self.module('model').default_configs

  def random(self, unused_config, rng, steps, low=50, high=74):
    """Events for a model of `config`, so many."""
    return random_music.random_melody(rng, steps, low, high)

  def example(self, config, events):
    """(inputs, labels), squashed as the data set's are."""
    melody = note_seq.Melody(list(events))
    melody.squash(config.min_note, config.max_note, config.transpose_to_key)
    return config.encoder_decoder.encode(melody)

  def sequence(self, unused_config, events, qpm):
    return note_seq.Melody(events).to_sequence(qpm=qpm)

  def heard(self, config, sequence):
    """The events that the generator would go on from."""
    quantized = note_seq.quantize_note_sequence(sequence, config.steps_per_quarter)
    melodies, _ = melody_pipelines.extract_melodies(
        quantized, min_bars=0, min_unique_pitches=1, gap_bars=float('inf'),
        ignore_polyphonic_notes=True)
    return melodies[0]

  def log_likelihood(self, model, events):
    return float(model.melody_log_likelihood(events))

  def length(self, steps):
    """Flags that ask for a file of so many steps."""
    return {'num_steps': steps}

  def random_primer(self, config, context, i):
    """Flags of a random primer, or none."""
    rng = context.rng
    events = self.random(config, rng, int(rng.integers(1, 48)))
    if rng.random() < 0.3:
      events = self.silence(int(rng.integers(1, 20))) + events
    if i % 3 == 1:
      return {self.primer: self.typed(events)}
    if i % 3 == 2:
      return {'primer_midi': self.file(config, context, i, events)}
    return {}

  def file(self, config, context, i, events):
    path = context.path('primer-%d.mid' % i)
    sequence = self.sequence(config, events, qpm=float(context.rng.choice([120, 90, 75.5])))
    note_seq.sequence_proto_to_midi_file(sequence, path)
    return path

  def silence(self, steps):
    return [-2] * steps

  def typed(self, events):
    return str(events)

  def default_primer(self, unused_config, unused_context):
    """Flags of a short primer that both programs understand alike."""
    return {}


class Drums(Melodies):
  """drums_rnn: lists of sets of pitches."""
  package = 'drums_rnn'
  model = 'DrumsRnnModel'
  generator = 'DrumsRnnSequenceGenerator'
  examples = 'training_drum_tracks.tfrecord'
  sequences = {'one_drum': 800, 'drum_kit': 800}
  random_sequence = staticmethod(random_music.random_drum_sequence)
  primer = 'primer_drums'
  own_flags = {'num_steps': 128, 'primer_drums': ''}

  def random(self, unused_config, rng, steps, low=50, high=74):
    return random_music.random_drums(rng, steps)

  def example(self, config, events):
    return config.encoder_decoder.encode(note_seq.DrumTrack(list(events)))

  def sequence(self, config, events, qpm):
    track = note_seq.DrumTrack(list(events), steps_per_quarter=config.steps_per_quarter)
    return track.to_sequence(qpm=qpm)

  def heard(self, config, sequence):
    quantized = note_seq.quantize_note_sequence(sequence, config.steps_per_quarter)
    tracks, _ = drum_pipelines.extract_drum_tracks(
        quantized, min_bars=0, gap_bars=float('inf'), ignore_is_drum=True)
    return tracks[0]

  def log_likelihood(self, model, events):
    return float(model.drum_track_log_likelihood(events))

  def random_primer(self, config, context, i):
    # The program takes typed steps for sixteenths, whatever the model's are.
    if config.steps_per_quarter != 4:
      i = 2
    return super().random_primer(config, context, i)

  def silence(self, steps):
    return [frozenset()] * steps

  def typed(self, events):
    return str([tuple(sorted(pitches)) for pitches in events])

  def default_primer(self, config, context):
    if config.steps_per_quarter == 4:
      return {}
    return {'primer_midi': self.file(config, context, 0, [frozenset([36])])}


class LeadSheets(Melodies):
  """improv_rnn: pairs of a melody and a chord symbol a step."""
  package = 'improv_rnn'
  model = 'ImprovRnnModel'
  generator = 'ImprovRnnSequenceGenerator'
  examples = 'training_lead_sheets.tfrecord'
  # Twelve copies of each; attention_improv has the key encoding.
  sequences = {'basic_improv': 400, 'attention_improv': 25, 'chord_pitches_improv': 400}
  random_sequence = staticmethod(random_music.random_lead_sheet_sequence)
  dataset_flags = ('--strict',)
  generate_flags = ('--chords_from=start',)
  # At some tempos its section ends a step before its chords do.
  refuses = (AssertionError,)
  own_flags = {'primer_melody': '', 'backing_chords': 'C G Am F C G F C', 'steps_per_chord': 16,
               'render_chords': False}

  @staticmethod
  def _triads(config):
    """Whether a model of `config` knows nothing but triads."""
    return not config.details.id.startswith('chord_pitches')

  def random(self, config, rng, steps, low=50, high=74):
    return (random_music.random_melody(rng, steps, low, high),
            random_music.random_chords(rng, steps, self._triads(config)))

  def example(self, config, events):
    melody, chords = note_seq.Melody(list(events[0])), note_seq.ChordProgression(list(events[1]))
    melody.squash(config.min_note, config.max_note, config.transpose_to_key)
    return config.encoder_decoder.encode(chords, melody)

  def sequence(self, unused_config, events, qpm):
    melody, chords = events
    return note_seq.LeadSheet(note_seq.Melody(melody),
                              note_seq.ChordProgression(chords)).to_sequence(qpm=qpm)

  def heard(self, config, sequence):
    melody = super().heard(config, sequence)
    quantized = note_seq.quantize_note_sequence(sequence, config.steps_per_quarter)
    chords = chord_pipelines.extract_chords(quantized)[0][0]
    chords.set_length(len(melody))
    return melody, chords

  def log_likelihood(self, model, events):
    return float(model.melody_log_likelihood(*events))

  def length(self, steps):
    return {'backing_chords': 'C G Am F', 'steps_per_chord': -(-steps // 4)}

  def random_primer(self, config, context, i):
    """With chords, which say the length. The melody begins in the first bar: the reference takes
    no other."""
    rng = context.rng
    chords = [random_music.random_symbol(rng, self._triads(config)) if rng.random() < 0.9 else
              'N.C.' for _ in range(int(rng.integers(6, 12)))]
    flags = {'backing_chords': ' '.join(chords), 'steps_per_chord': int(rng.integers(12, 20)),
             'render_chords': bool(rng.random() < 0.5)}
    events = random_music.random_melody(rng, int(rng.integers(1, 48)), 50, 74)
    if rng.random() < 0.3:
      events = self.silence(int(rng.integers(1, 15))) + events
    if i % 3 == 1:
      flags['primer_melody'] = str(events)
    elif i % 3 == 2:
      flags['primer_midi'] = self.file(config, context, i, (events, ['N.C.'] * len(events)))
    return flags


MELODIES, DRUMS, LEAD_SHEETS = Melodies(), Drums(), LeadSheets()


def of(config):
  """The family that has a model of this name."""
  for family in (MELODIES, DRUMS, LEAD_SHEETS):
    if config in family.sequences:
      return family
  raise ValueError('no model %s' % config)


def run(family, generator, flags):
  """What the program of `family` that generates does with a generator, once its flags are read."""
  program = family.module('generate')
  program.FLAGS = types.SimpleNamespace(**flags)
  program.run_with_flags(generator)
