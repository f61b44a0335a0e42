"""Random NoteSequences: music with melodies in it, and messages with every field set."""

from note_seq.protobuf import music_pb2

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


def _add_line(rng, sequence, instrument, qpm, start, bars, polyphonic):
  """A line of notes in sixteenths, played a little unevenly."""
  step = 60.0 / qpm / 4
  low = int(rng.integers(28, 70))
  events = random_melody(rng, bars * 16, low, low + 30)
  program, drum = int(rng.integers(0, 128)), rng.random() < 0.05
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


def random_sequence(rng, index):
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
        _add_line(rng, sequence, int(instrument), qpm, start, int(rng.integers(4, 36)),
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
