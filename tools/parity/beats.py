"""The families of models that play on a grid of beats."""

import io

import mido
import note_seq
from magenta.models.polyphony_rnn import polyphony_lib
from magenta.pipelines import chord_pipelines
from magenta.pipelines import drum_pipelines
from magenta.pipelines import melody_pipelines

from parity import family
from parity import random_music


class Melodies(family.Family):
  """melody_rnn: lists of events."""
  package = 'melody_rnn'
  model = 'MelodyRnnModel'
  generator = 'MelodyRnnSequenceGenerator'
  examples = 'training_melodies.tfrecord'
  # Sequences of a data set. Magenta's key encoding takes a second a melody, the others some
  # milliseconds.
  sequences = {'basic_rnn': 1200, 'mono_rnn': 1200, 'lookback_rnn': 1200, 'attention_rnn': 250}
  random_sequence = staticmethod(random_music.random_sequence)
  primer = 'primer_melody'
  own_flags = {'num_steps': 128, 'primer_melody': ''}

  def random(self, unused_config, rng, steps, low=50, high=74):
    return random_music.random_melody(rng, steps, low, high)

  def example(self, config, events):
    melody = note_seq.Melody(list(events))
    melody.squash(config.min_note, config.max_note, config.transpose_to_key)
    return config.encoder_decoder.encode(melody)

  def sequence(self, unused_config, events, qpm):
    return note_seq.Melody(events).to_sequence(qpm=qpm)

  def heard(self, config, sequence):
    quantized = note_seq.quantize_note_sequence(sequence, config.steps_per_quarter)
    melodies, _ = melody_pipelines.extract_melodies(
        quantized, min_bars=0, min_unique_pitches=1, gap_bars=float('inf'),
        ignore_polyphonic_notes=True)
    return melodies[0]

  def log_likelihood(self, model, events):
    return float(model.melody_log_likelihood(events))

  def random_primer(self, config, context, i):
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
  live_flags = ('--backing_chords=C G',)
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

  def as_written(self, midi):
    """Without its chord symbols, which the reference does not write."""
    file = mido.MidiFile(file=io.BytesIO(midi))
    kept, waited = mido.MidiTrack(), 0
    for message in file.tracks[0]:
      waited += message.time
      if message.type != 'text':
        kept.append(message.copy(time=waited))
        waited = 0
    kept[-1].time = 1  # a track ends a tick after what it holds
    file.tracks[0] = kept
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()

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


class Polyphony(family.Family):
  """polyphony_rnn: PolyphonicSequences."""
  package = 'polyphony_rnn'
  prefix = 'polyphony'
  model = 'PolyphonyRnnModel'
  generator = 'PolyphonyRnnSequenceGenerator'
  examples = 'training_poly_tracks.tfrecord'
  # Nine copies of each, of some thousand events.
  sequences = {'polyphony': 40}
  random_sequence = staticmethod(random_music.random_voices_sequence)
  own_flags = {'num_steps': 128, 'primer_pitches': '', 'primer_melody': '',
               'condition_on_primer': False, 'inject_primer_during_generation': True}
  has_dataset_config = False
  tags = family.TAGS | {'metrics/loss_per_step', 'metrics/perplexity_per_step'}

  def _extract(self, config, sequence):
    quantized = note_seq.quantize_note_sequence(sequence, config.steps_per_quarter)
    return polyphony_lib.extract_polyphonic_sequences(quantized)[0][0]

  def random(self, config, rng, steps, low=50, high=74):
    # Two or three events a step.
    return self._extract(config, random_music.random_voices(rng, steps // 3 + 1, 120.0, low, high))

  def example(self, config, events):
    return config.encoder_decoder.encode(events)

  def sequence(self, unused_config, events, qpm):
    return events.to_sequence(qpm=qpm)

  def heard(self, config, sequence):
    events = self._extract(config, sequence)
    events.trim_trailing_end_events()
    return events

  def log_likelihood(self, model, events):
    return float(model.polyphonic_sequence_log_likelihood(events))

  def random_primer(self, unused_config, context, i):
    rng = context.rng
    flags = {'condition_on_primer': bool(rng.random() < 0.5),
             'inject_primer_during_generation': bool(rng.random() < 0.7)}
    if i % 3 == 1:
      flags.update(random_music.typed_primer(rng, int(rng.integers(1, 48))))
    elif i % 3 == 2:
      qpm = float(rng.choice([120, 90, 75.5]))
      sequence = random_music.random_voices(rng, int(rng.integers(1, 48)), qpm)
      for note in sequence.notes:
        note.program = 0  # of others beside it the reference's writer keeps one alone
      flags['primer_midi'] = context.path('primer-%d.mid' % i)
      note_seq.sequence_proto_to_midi_file(sequence, flags['primer_midi'])
    return flags

  def short(self):
    return self.length(2)  # of some hundred events each

  def default_primer(self, unused_config, unused_context):
    return {'primer_pitches': '[60, 64, 67]'}
