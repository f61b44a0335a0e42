#!/usr/bin/env python3
"""Whether `magenta live --accompany=bass` really plays with one: held-out tunes are played through the file backend.

    tools/accompany_report.py [--magenta=BIN] [--seeds=N] [--flags="--config=score --run_dir=RUN"] FILE...

Of each FILE the first part is the melody. A bass is added live (known as it is played), offline by `generate --add=bass`
(known beforehand), and, as a floor, the live bass of the next file is set under it, from the first note on. Of each, the
mean over files:
  consonant  the share of the time in which both sound where melody and bass form a third, fifth, sixth, octave (or
             these and octaves more)
  nats       those of the bass's symbols under the model (`score`), each given all before it and the melody's symbol at
             that moment, for a quarter note of the melody
"""

import argparse
import json
import os
import shlex
import struct
import subprocess
import sys
import tempfile

CONSONANT = {0, 3, 4, 7, 8, 9}
GRID = 12


def read_number(data, at):
    value = 0
    while True:
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7f
        if byte < 0x80:
            return value, at


def tracks_of(path):
    """Chunks of tracks, and of each its notes (start, end, pitch) in quarters."""
    with open(path, 'rb') as file:
        data = file.read()
    division = struct.unpack('>H', data[12:14])[0]
    at, tracks = 14, []
    while at < len(data):
        length = struct.unpack('>I', data[at + 4:at + 8])[0]
        chunk, body = data[at:at + 8 + length], data[at + 8:at + 8 + length]
        at += 8 + length
        notes, open_notes, now, i, status = [], {}, 0, 0, 0
        while i < len(body):
            delta, i = read_number(body, i)
            now += delta
            if body[i] >= 0x80:
                status, i = body[i], i + 1
            if status >= 0xf0:
                if status == 0xff:
                    i += 1
                size, i = read_number(body, i)
                i += size
                continue
            kind = status & 0xf0
            size = 1 if kind in (0xc0, 0xd0) else 2
            first, second = body[i], body[i + size - 1]
            i += size
            if kind in (0x80, 0x90) and first in open_notes:
                notes.append((open_notes.pop(first) / division, now / division, first))
            if kind == 0x90 and second > 0:
                open_notes[first] = now
        tracks.append((chunk, sorted(notes)))
    return data[:14], tracks


def lines_of(path):
    return [notes for _, notes in tracks_of(path)[1] if notes]


def write_melody(path, target):
    """The tracks of `path` up to the first one with notes."""
    header, tracks = tracks_of(path)
    kept = []
    for chunk, notes in tracks:
        kept.append(chunk)
        if notes:
            break
    with open(target, 'wb') as file:
        file.write(header[:8] + struct.pack('>HH', 1, len(kept)) + header[12:14] + b''.join(kept))


def number(value):
    digits = [value & 0x7f]
    while value > 0x7f:
        value >>= 7
        digits.insert(0, value & 0x7f | 0x80)
    return bytes(digits)


def write_lines(lines, target):
    tracks = b''
    for line in lines:
        timed = []
        for i, (start, end, pitch) in enumerate(line):
            first = round(start * GRID)
            last = max(round(end * GRID), first + 1)
            if i + 1 < len(line):
                last = min(last, round(line[i + 1][0] * GRID))
            if last <= first:
                continue
            timed += [(first, 1, bytes([0x90, pitch, 90])), (last, 0, bytes([0x80, pitch, 0]))]
        body, now = b'', 0
        for time, _, message in sorted(timed):
            body += number((time - now) * 40) + message
            now = time
        body += b'\0\xff\x2f\0'
        tracks += b'MTrk' + struct.pack('>I', len(body)) + body
    with open(target, 'wb') as file:
        file.write(b'MThd' + struct.pack('>IHHH', 6, 1, len(lines), GRID * 40) + tracks)


def consonant(melody, bass):
    good = total = 0
    for start, end, pitch in melody:
        for other_start, other_end, other in bass:
            both = min(end, other_end) - max(start, other_start)
            if both > 1e-6:
                total += both
                good += both * (abs(pitch - other) % 12 in CONSONANT)
    return good / total if total else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--magenta', default='build/bin/magenta')
    parser.add_argument('--flags', default='--config=score')
    parser.add_argument('--seeds', type=int, default=1)
    parser.add_argument('files', nargs='+')
    args = parser.parse_args()
    flags = shlex.split(args.flags)

    def magenta(verb, *rest):
        done = subprocess.run([args.magenta, verb, *rest], capture_output=True, text=True)
        if done.returncode != 0:
            sys.stderr.write(done.stderr[-500:])
        return done

    with tempfile.TemporaryDirectory() as folder:
        def path(name):
            return os.path.join(folder, name)

        def nats(melody, bass):
            write_lines([melody, bass], path('pair.mid'))
            done = magenta('score', *flags, '--events', '--json', path('pair.mid'))
            if done.returncode != 0:
                return None
            events = json.loads(done.stdout)['files'][0]['per_event']
            return -sum(events[1::3]) / (melody[-1][1] - melody[0][0])

        live, offline = [], []
        for index, file in enumerate(args.files):
            if magenta('render', file, '--output=' + path('piece.mid')).returncode != 0:
                continue
            write_melody(path('piece.mid'), path('melody.mid'))
            for seed in range(1, args.seeds + 1):
                out = path(f'live{index}_{seed}.mid')
                folder_of = path(f'offline{index}_{seed}')
                done = magenta('live', *flags, '--backend=file', '--accompany=bass', f'--seed={seed}',
                               '--input_port=' + path('melody.mid'), '--output_port=' + out)
                made = magenta('generate', *flags, '--add=bass', f'--seed={seed}', '--temperature=1', '--num_outputs=1',
                               '--primer_midi=' + path('melody.mid'), '--output_dir=' + folder_of)
                if done.returncode != 0 or made.returncode != 0:
                    continue
                (result,) = [name for name in os.listdir(folder_of) if name.endswith('.mid')]
                pairs = lines_of(out), lines_of(os.path.join(folder_of, result))
                if all(len(pair) == 2 for pair in pairs):
                    live.append(pairs[0])
                    offline.append(pairs[1])
        other = []
        for i, (melody, _) in enumerate(live):
            of, bass = live[(i + args.seeds) % len(live)]
            shift = melody[0][0] - of[0][0]
            moved = [(start + shift, end + shift, pitch) for start, end, pitch in bass]
            other.append((melody, [note for note in moved if note[0] < melody[-1][1]]))
        for name, pairs in (('live', live), ('offline', offline), ('of another tune', other)):
            shares = [consonant(*pair) for pair in pairs]
            costs = [cost for cost in (nats(*pair) for pair in pairs) if cost is not None]
            print(f'{name:<16} {len(pairs)} pieces  consonant {sum(shares) / len(shares):.3f}  '
                  f'nats {sum(costs) / len(costs):.3f}')


if __name__ == '__main__':
    main()
