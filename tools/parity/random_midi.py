"""Random MIDI files, byte by byte, without the oddities that ours mends (docs/formats/midi.md).

Left out on purpose: unknown meta events, tempos outside the first track, a program that changes
under a sounding note, notes that never end, controls that wait for an instrument in a channel of
several programs, running status after a system exclusive event, events after End Of Track, channels
that tracks share (but in format 2), controllers that end notes, names that are UTF-8 beyond ASCII.
"""

import struct

KNOWN_TEXTS = (0x01, 0x02, 0x04, 0x05, 0x06, 0x07, 0x09)
CONTROLLERS = [n for n in range(128) if n != 120 and n < 123]


def is_utf8(data):
  try:
    data.decode('utf-8')
    return True
  except UnicodeDecodeError:
    return False


def vlq(value):
  out = [value & 0x7F]
  while value := value >> 7:
    out.append(value & 0x7F | 0x80)
  return bytes(reversed(out))


def meta(kind, data):
  return bytes([0xFF, kind]) + vlq(len(data)) + data


class Track:
  """Events of a track; those of one tick stay in the order in which they were added."""

  def __init__(self):
    self.events = []

  def add(self, tick, data):
    self.events.append((int(tick), bytes(data)))

  def chunk(self, rng):
    """The MTrk chunk; running status where it may stand, mostly."""
    out, now, running = bytearray(), 0, None
    use_running = rng.random() < 0.7
    for tick, data in sorted(self.events, key=lambda event: event[0]):
      out += vlq(tick - now)
      now = tick
      if data[0] < 0xF0 and data[0] == running and use_running:
        data = data[1:]
      elif data[0] < 0xF0:
        running = data[0]
      else:
        running = None
      out += data
    out += vlq(int(rng.integers(0, 200))) + b'\xff\x2f\x00'
    return b'MTrk' + struct.pack('>I', len(out)) + bytes(out)


def add_conductor(track, rng, length):
  """Tempos, meters, keys and such."""
  def tick():
    return 0 if rng.random() < 0.4 else rng.integers(0, length)
  for _ in range(rng.integers(0, 7)):
    qpm = rng.uniform(30, 300)
    us = int(6e7 / qpm) if rng.random() < 0.7 else int(6e7 / round(qpm))
    at = tick()
    track.add(at, meta(0x51, us.to_bytes(3, 'big')))
    if rng.random() < 0.1:
      track.add(at, meta(0x51, int(us * rng.uniform(0.5, 2)).to_bytes(3, 'big')))
  for _ in range(rng.integers(0, 4)):
    track.add(tick(), meta(0x58, bytes([rng.integers(1, 13), rng.integers(0, 6), 24, 8])))
  for _ in range(rng.integers(0, 4)):
    track.add(tick(), meta(0x59, struct.pack('>bB', rng.integers(-7, 8), rng.integers(0, 2))))
  if rng.random() < 0.1:
    track.add(0, meta(0x54, bytes([0x60, 1, 2, 3, 4])))


def add_texts(track, rng, length):
  """Names (Latin-1), texts, system exclusive messages and other things without notes."""
  if rng.random() < 0.7:
    name = rng.integers(32, 256, rng.integers(0, 20)).astype('uint8').tobytes()
    if (is_utf8(name) and not name.isascii()) or name[:2] in (b'\xff\xfe', b'\xfe\xff'):
      name = b'\xe9' + name[2:]
    track.add(0, meta(0x03, name if name.isascii() or not is_utf8(name) else b'name'))
  for _ in range(rng.integers(0, 4)):
    at = rng.integers(0, length)
    kind = rng.random()
    if kind < 0.5:
      text = b'words and more words'[:rng.integers(0, 20)]
      track.add(at, meta(int(rng.choice(KNOWN_TEXTS)), text))
    elif kind < 0.7:
      body = rng.integers(0, 128, rng.integers(0, 12)).astype('uint8').tobytes() + b'\xf7'
      track.add(at, b'\xf0' + vlq(len(body)) + body)
    elif kind < 0.8:
      track.add(at, meta(0x7F, b'\x00\x00\x41'))
    elif kind < 0.9:
      track.add(at, meta(0x21, b'\x00'))
    else:
      track.add(at, meta(0x20, b'\x03'))


def add_controls(track, rng, channel, begin, end):
  for _ in range(rng.integers(0, 8)):
    at = rng.integers(begin, end)
    if rng.random() < 0.6:
      track.add(at, [0xB0 | channel, int(rng.choice(CONTROLLERS)), rng.integers(0, 128)])
    elif rng.random() < 0.7:
      track.add(at, [0xE0 | channel, rng.integers(0, 128), rng.integers(0, 128)])
    else:
      track.add(at, [0xD0 | channel, rng.integers(0, 128)])
      track.add(at, [0xA0 | channel, rng.integers(0, 128), rng.integers(0, 128)])


def note_off(rng, channel, pitch):
  if rng.random() < 0.5:
    return [0x90 | channel, pitch, 0]
  return [0x80 | channel, pitch, rng.integers(0, 128)]


def add_phase(track, rng, channel, begin, end, alone):
  """Notes of one program in [begin, end); all of them end at `end` at the latest.

  `alone`: the channel has no other program in this track, so controls may come before notes.
  """
  low = int(rng.integers(0, 100))
  pitches = [low + int(p) for p in rng.integers(0, 28, rng.integers(1, 12))]
  first_end = begin + max(1, (end - begin) // 20)
  track.add(begin, [0x90 | channel, pitches[0], rng.integers(1, 128)])
  track.add(first_end, note_off(rng, channel, pitches[0]))
  if end - first_end > 2:
    add_controls(track, rng, channel, begin if alone else first_end + 1, end)
    for _ in range(rng.integers(0, 60)):
      pitch = pitches[rng.integers(len(pitches))]
      at = int(rng.integers(first_end + 1, end))
      track.add(at, [0x90 | channel, pitch, rng.integers(1, 128)])
      off = at + int(rng.choice([0, 1, rng.integers(1, 500)]))
      if off < end and rng.random() < 0.9:
        track.add(off, note_off(rng, channel, pitch))
    if rng.random() < 0.3:  # an end without a note
      track.add(end - 1, note_off(rng, channel, int(rng.integers(0, 128))))
  for pitch in sorted(set(pitches)):
    track.add(end, note_off(rng, channel, pitch))


def add_channel(track, rng, channel, length):
  phases = 1 if rng.random() < 0.6 else int(rng.integers(2, 4))
  edges = [0] + sorted(int(t) for t in rng.integers(1, length, phases - 1)) + [length]
  for i in range(phases):
    begin, end = edges[i] + 1, edges[i + 1]
    if end - begin < 4:
      continue
    if phases > 1 or rng.random() < 0.7:
      track.add(begin, [0xC0 | channel, rng.integers(0, 128)])
    add_phase(track, rng, channel, begin, end, phases == 1)


def random_midi(rng):
  """The bytes of one file; `rng` is a numpy Generator."""
  ppq = int(rng.choice([24, 96, 120, 192, 220, 384, 480, 960, rng.integers(1, 2000)]))
  kind = int(rng.choice([0, 1, 1, 1, 2]))
  length = int(rng.integers(50, 20000))
  tracks = [Track() for _ in range(1 if kind == 0 else rng.integers(1, 6))]
  add_conductor(tracks[0], rng, length)
  channels = list(rng.permutation(16))
  for i, track in enumerate(tracks):
    if kind == 2:
      channels = list(rng.permutation(16))
    add_texts(track, rng, length)
    if i == 0 and kind == 1 and len(tracks) > 1 and rng.random() < 0.7:
      continue  # a conductor's track
    for _ in range(rng.integers(1, 4)):
      add_channel(track, rng, int(channels.pop()), length)
  header = b'MThd' + struct.pack('>IHHH', 6, kind, len(tracks), ppq)
  return header + b''.join(track.chunk(rng) for track in tracks)
