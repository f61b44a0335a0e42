"""Random NoteSequences: music with melodies in it, and messages with every field set."""

from note_seq.protobuf import music_pb2

CHORD_SYMBOL = music_pb2.NoteSequence.TextAnnotation.CHORD_SYMBOL
SCALE = (0, 2, 4, 5, 7, 9, 11)


def random_melody(rng, steps, low=50, high=80):
  """Events of a tune that begins with a note: -2 no event, -1 note off, else a pitch."""
  events, degree = [], int(rng.integers(0, 14))
  key = int(rng.integers(0, 12))
  while len(events) < steps:
    if events and rng.random() < 0.12:
      events.append(-1)
    else:
      degree = max(0, min(17, degree + int(rng.integers(-3, 4))))
      pitch = low + key % 12 + 12 * (degree // 7) + SCALE[degree % 7]
      if rng.random() < 0.1:
        pitch += 1
      events.append(max(low, min(high, pitch)))
    events += [-2] * int(rng.choice([0, 1, 1, 3, 3, 7]))
  return events[:steps]


# Pitches of each type that drum_kit knows, and two that it has no type for.
DRUMS = (36, 35, 38, 40, 42, 44, 46, 45, 41, 48, 50, 49, 51, 59, 24, 100)
ROOTS = ('C', 'C#', 'Db', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B')
# Kinds of chords: those that all models know, then those that chord_pitches_improv alone does.
TRIADS = ('', 'm', '+', 'o', '7', 'maj7', 'm7', 'm7b5', 'o7', '6', 'm6', '9', 'm(maj7)', '13',
          '/o7', '7(#9)', 'madd9')
OTHERS = ('sus', 'sus2', '7sus', '5', 'ped', '7b5', 'no3')


def random_drums(rng, steps):
  """Sets of pitches, one a step; a hit on the first and on the last one."""
  kit = [(int(pitch), rng.uniform(0.05, 0.6, 4)) for pitch in
         rng.choice(DRUMS, int(rng.integers(1, 6)), replace=False)]
  events = [frozenset(pitch for pitch, chances in kit if rng.random() < chances[step % 4])
            for step in range(steps)]
  for step in (0, steps - 1):
    events[step] |= {kit[0][0]}
  return events


def random_symbol(rng, triads):
  """A chord symbol; with `triads` one that all models know."""
  kinds = TRIADS if triads else TRIADS + OTHERS
  bass = '/' + str(rng.choice(ROOTS)) if rng.random() < 0.2 else ''
  return str(rng.choice(ROOTS)) + str(rng.choice(kinds)) + bass


def random_chords(rng, steps, triads):
  """A chord symbol a step, N.C. among them."""
  symbols = []
  while len(symbols) < steps:
    symbol = 'N.C.' if rng.random() < 0.1 else random_symbol(rng, triads)
    symbols += [symbol] * int(rng.choice([4, 8, 16, 16, 5]))
  return symbols[:steps]


def _add_drums(rng, sequence, instrument, qpm, start, bars, unused_polyphonic):
  """Hits in sixteenths, played a little unevenly; now and then by an instrument that is none."""
  step = 60.0 / qpm / 4
  drum = rng.random() < 0.9
  empty = rng.integers(0, bars, bars // 8)
  for i, pitches in enumerate(random_drums(rng, bars * 16)):
    for pitch in sorted(pitches):
      if i // 16 in empty:
        continue
      begin = max(0.0, start + (i + rng.uniform(-0.3, 0.3)) * step)
      sequence.notes.add(pitch=pitch, velocity=int(rng.choice([0, 1, 64, 100, 127],
                                                              p=[.02, .08, .3, .3, .3])),
                         start_time=begin, end_time=begin + rng.uniform(0, 2) * step,
                         instrument=instrument, is_drum=drum)


def _add_line(rng, sequence, instrument, qpm, start, bars, polyphonic, program=None):
  """A line of notes in sixteenths, played a little unevenly."""
  step = 60.0 / qpm / 4
  low = int(rng.integers(28, 70))
  events = random_melody(rng, bars * 16, low, low + 30)
  if program is None:
    program = int(rng.integers(0, 128))
  drum = rng.random() < 0.05
  sounding = None
  def add(pitch, begin, end):
    jitter = rng.uniform(-0.3, 0.3, 2) * step
    begin_s = max(0.0, start + begin * step + jitter[0])
    sequence.notes.add(pitch=pitch, velocity=int(rng.integers(1, 128)), start_time=begin_s,
                       end_time=max(begin_s, start + end * step + jitter[1]),
                       instrument=instrument, program=program, is_drum=drum)
  for i, event in enumerate(events + [-1]):
    if event == -2:
      continue
    if sounding is not None:
      add(*sounding, i)
      if polyphonic and rng.random() < 0.1:
        add(min(127, sounding[0] + 4), sounding[1], i)
    sounding = None if event == -1 else (event, i)


def _add_voices(rng, sequence, instrument, qpm, start, bars, polyphonic):
  """One to four lines; of another program than those of other instruments now and then."""
  program = int(rng.random() < 0.02)
  for _ in range(int(rng.integers(1, 5))):
    _add_line(rng, sequence, instrument, qpm, start, bars, polyphonic, program)


def random_sequence(rng, index, add=_add_line):
  """Some instruments with a melody or more each; tempo and meter changes now and then."""
  sequence = music_pb2.NoteSequence(id='/id/parity/%d' % index, filename='%d.mid' % index,
                                    collection_name='parity', ticks_per_quarter=220)
  qpm = float(rng.choice([120.0, 60.0, 90.0, rng.uniform(40, 240)]))
  if qpm != 120.0 or rng.random() < 0.8:
    sequence.tempos.add(time=0, qpm=qpm)
  meter = [(4, 4)] * 6 + [(3, 4), (6, 8), (2, 2), (5, 4), (7, 8), (3, 16)]
  numerator, denominator = meter[rng.integers(len(meter))]
  if (numerator, denominator) != (4, 4) or rng.random() < 0.7:
    sequence.time_signatures.add(time=0, numerator=numerator, denominator=denominator)
  start = float(rng.choice([0.0, rng.uniform(0, 5)]))
  for _ in range(int(rng.choice([1, 1, 1, 2]))):
    for instrument in rng.permutation(int(rng.choice([1, 1, 2, 3, 6]))):
      if rng.random() < 0.8:
        add(rng, sequence, int(instrument), qpm, start, int(rng.integers(4, 36)),
            rng.random() < 0.15)
    start += float(rng.uniform(0, 60))
  sequence.total_time = max((note.end_time for note in sequence.notes), default=0.0)
  if sequence.total_time and rng.random() < 0.15:
    sequence.tempos.add(time=float(rng.uniform(0, sequence.total_time)),
                        qpm=float(rng.choice([qpm, rng.uniform(60, 180)])))
  if sequence.total_time and rng.random() < 0.1:
    sequence.time_signatures.add(time=float(rng.uniform(0, sequence.total_time)),
                                 numerator=int(rng.integers(2, 7)), denominator=4)
  return sequence


def random_drum_sequence(rng, index):
  """Like random_sequence, of drums."""
  return random_sequence(rng, index, _add_drums)


def random_lead_sheet_sequence(rng, index):
  """Like random_sequence, with chord symbols: some that a model has no class for, now and then one
  that is none, or two at one time."""
  sequence = random_sequence(rng, index)
  if rng.random() < 0.1:
    return sequence
  triads = rng.random() < 0.8
  step = 60.0 / (sequence.tempos[0].qpm if sequence.tempos else 120.0) / 4
  time = float(rng.uniform(0, 4)) if rng.random() < 0.5 else 0.0
  while time < sequence.total_time + 2:
    symbol = 'N.C.' if rng.random() < 0.05 else random_symbol(rng, triads)
    if rng.random() < 0.001:
      symbol = str(rng.choice(['H', 'Cfoo', 'c', 'C/', 'F#b']))
    sequence.text_annotations.add(time=time, text=symbol, annotation_type=CHORD_SYMBOL)
    if rng.random() >= 0.002:
      time += float(rng.choice([8, 16, 16, 16, 32])) * step
  return sequence


def random_voices_sequence(rng, index):
  """Like random_sequence, of several voices that begin and end together."""
  return random_sequence(rng, index, _add_voices)


def random_voices(rng, steps, qpm, low=50, high=74):
  """A NoteSequence of one to four voices in sixteenths, of one instrument."""
  sequence = music_pb2.NoteSequence(ticks_per_quarter=220)
  sequence.tempos.add(qpm=qpm)
  step, program = 60.0 / qpm / 4, int(rng.integers(0, 128))
  sequence.total_time = steps * step
  for _ in range(int(rng.integers(1, 5))):
    events = random_melody(rng, steps, low, high) + [-1]
    starts = [i for i, event in enumerate(events) if event >= 0]
    for i in starts:
      end = next(j for j in range(i + 1, len(events)) if events[j] != -2)
      sequence.notes.add(pitch=events[i], velocity=int(rng.integers(1, 128)), program=program,
                         start_time=i * step, end_time=end * step)
  return sequence


def typed_primer(rng, steps):
  """A flag with a chord or a melody."""
  if rng.random() < 0.5:
    return {'primer_pitches': str([int(pitch) for pitch in rng.integers(30, 90,
                                                                        rng.integers(1, 6))])}
  return {'primer_melody': str(random_melody(rng, steps, 50, 74))}


def random_performance(rng, notes, low=30, high=100, drums=True):
  """A NoteSequence of so many notes and some, as fingers play them: any times, any loudness; with
  `drums` now and then of drums alone, which ours leaves out of what it scores."""
  sequence = music_pb2.NoteSequence(ticks_per_quarter=220)
  time, velocity = float(rng.choice([0.0, rng.uniform(0, 0.5)])), int(rng.integers(20, 100))
  program, drum = int(rng.integers(0, 128)), rng.random() < 0.05 and drums
  while len(sequence.notes) < notes:
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
      velocity = max(1, min(127, velocity + int(rng.integers(-12, 13))))
      start = time + float(rng.choice([0.0, rng.uniform(0, 0.03)]))
      length = float(rng.choice([rng.uniform(0.004, 0.3), rng.uniform(0.1, 2), 0.5]))
      sequence.notes.add(pitch=int(rng.integers(low, high + 1)), velocity=velocity,
                         start_time=start, end_time=start + length, program=program, is_drum=drum)
    time += float(rng.choice([rng.uniform(0.05, 0.3), rng.uniform(0.1, 0.6), 0.25]))
  sequence.total_time = max(note.end_time for note in sequence.notes)
  return sequence


def random_performance_sequence(rng, index):
  """Up to a minute and a half of playing, with a pedal; now and then of two programs."""
  sequence = music_pb2.NoteSequence(id='/id/parity/%d' % index, filename='%d.mid' % index,
                                    collection_name='parity', ticks_per_quarter=220)
  program = int(rng.integers(0, 128))
  for instrument in range(int(rng.choice([1, 1, 2]))):
    start = float(rng.choice([0.0, rng.uniform(0, 40)]))
    for note in random_performance(rng, int(rng.integers(20, 200))).notes:
      sequence.notes.add().CopyFrom(note)
      note = sequence.notes[-1]
      note.start_time, note.end_time = note.start_time + start, note.end_time + start
      note.instrument, note.program = instrument, program
    if rng.random() < 0.05:
      sequence.notes[-1].program = (program + 1) % 128
    time = float(rng.uniform(0, 4))
    while rng.random() < 0.9:
      sequence.control_changes.add(time=time, control_number=int(rng.choice([64, 64, 64, 1])),
                                   control_value=int(rng.choice([0, 63, 64, 127])),
                                   instrument=instrument, program=program)
      time += float(rng.choice([0.0, rng.uniform(0, 3)], p=[.1, .9]))
  sequence.total_time = max(note.end_time for note in sequence.notes)
  return sequence


def _random_scalar(rng, field):
  kind = field.cpp_type
  if kind == field.CPPTYPE_STRING:
    codes = rng.choice([65, 97, 233, 0x4E2D, 0x1F3B5, 32], rng.integers(0, 9))
    text = ''.join(chr(code) for code in codes)
    return text.encode() if field.type == field.TYPE_BYTES else text
  if kind == field.CPPTYPE_ENUM:
    return int(rng.choice([value.number for value in field.enum_type.values]))
  if kind == field.CPPTYPE_BOOL:
    return bool(rng.integers(2))
  if kind in (field.CPPTYPE_DOUBLE, field.CPPTYPE_FLOAT):
    return float(rng.choice([0.0, rng.uniform(0, 100), rng.uniform(-1, 1)]))
  if kind in (field.CPPTYPE_UINT32, field.CPPTYPE_UINT64):
    return int(rng.integers(0, 1 << 31))
  return int(rng.integers(-(1 << 31), 1 << 31) if rng.random() < 0.2 else rng.integers(0, 128))


def fill(rng, message, depth=0):
  """Sets a random share of all fields of `message`, those of messages inside it too."""
  for field in message.DESCRIPTOR.fields:
    if rng.random() < 0.25:
      continue
    repeated = field.label == field.LABEL_REPEATED
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
      continue
    if field.message_type is not None:
      if depth > 3:
        continue
      targets = ([getattr(message, field.name).add() for _ in range(rng.integers(0, 4))]
                 if repeated else [getattr(message, field.name)])
      for target in targets:
        fill(rng, target, depth + 1)
    elif repeated:
      getattr(message, field.name).extend(
          _random_scalar(rng, field) for _ in range(rng.integers(0, 4)))
    else:
      setattr(message, field.name, _random_scalar(rng, field))


def random_message(rng, index):
  """A NoteSequence with any field set to anything that its type allows."""
  sequence = music_pb2.NoteSequence()
  fill(rng, sequence)
  sequence.id = '/id/parity/%d' % index
  sequence.filename = '%d-\u00e9.mid' % index
  return sequence
