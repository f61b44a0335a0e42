"""Playing with a file as the performer: what comes out, what is kept, and how a session ends."""

import json
import os
import shutil
import signal
import struct
import subprocess
import time
import unittest

from program import BIN, MODELS, ROOT, Case, midi, needs_live, needs_serve, notes_of, on_grid, run, tune
from server_test import Server

PHRASE = midi([[60], [62], [64], [65], [67], [65], [64], [62]], ticks=240)  # a bar of eighths at 120


def hours():
    """Eleven hours of eighths at 120: enough to be interrupted."""
    chunk = b''.join(bytes([0, 0x90, pitch, 100, 0x81, 0x70, 0x80, pitch, 64]) for pitch in (60, 64, 67, 65))
    track = chunk * 40000 + b'\0\xff\x2f\0'
    return (b'MThd' + struct.pack('>IHHH', 6, 0, 1, 480) + b'MTrk' + struct.pack('>I', len(track)) + track)


def events(result):
    return [json.loads(line) for line in result.out.splitlines()]


@needs_live
def channels_of(path):
    """Of a MIDI file of ours: name of each track with notes -> channels (from 1) on which it plays."""
    with open(path, 'rb') as file:
        chunks = file.read().split(b'MTrk')[1:]
    found = {}
    for chunk in chunks:
        name, channels, at, status = '', set(), 4, 0
        while at < len(chunk):
            while chunk[at] & 128:
                at += 1
            at += 1
            if chunk[at] & 128:
                status, at = chunk[at], at + 1
            if status == 0xff:
                if chunk[at] == 3:
                    name = chunk[at + 2:at + 2 + chunk[at + 1]].decode()
                at += 2 + chunk[at + 1]
                continue
            if status & 0xf0 == 0x90:
                channels.add((status & 15) + 1)
            at += 1 if status & 0xf0 in (0xc0, 0xd0) else 2
        if channels:
            found[name] = channels
    return found


class Live(Case):
    def setUp(self):
        super().setUp()
        self.phrase = self.write('phrase.mid', PHRASE)

    def live(self, *args, out='out.mid', **kwargs):
        return self.ok('live', '--backend=file', '--input_port=' + self.phrase,
                       '--output_port=' + self.path(out), *args, **kwargs)

    def test_a_bar_is_answered_with_a_bar(self):
        result = self.live('--mode=bars:1,1', '--seed=7', '--json', '--metronome=off', '--nothru')
        seen = events(result)
        self.assertEqual(seen[0]['event'], 'session')
        self.assertEqual(seen[0]['seed'], 7)
        answers = [e for e in seen if e['event'] == 'answer']
        self.assertEqual(len(answers), 1)
        self.assertEqual(answers[0]['steps'], 16)
        self.assertEqual(len(answers[0]['primer']), 16)
        end = seen[-1]
        self.assertEqual(end['note_ons'], end['note_offs'])
        self.assertEqual(end['late_notes'], 0)
        notes = notes_of(self.path('out.mid'))
        self.assertEqual(len(notes), end['machine_notes'])
        for _, start, stop in notes:
            self.assertGreaterEqual(start, 2.0 - 1e-4)
            self.assertLessEqual(stop, 4.0 + 1e-4)
            self.assertAlmostEqual(start * 8, round(start * 8), places=2)

    def test_it_answers_as_generate_does(self):
        self.live('--mode=bars:1,1', '--seed=7', '--metronome=off', '--nothru')
        self.ok('generate', '--output_dir=' + self.path('g'), '--primer_midi=' + self.phrase,
                '--num_outputs=1', '--num_steps=32', '--seed=7')
        generated = [n for n in notes_of(self.path('g', self.files('g')[0])) if n[1] >= 2 - 1e-4]
        played = notes_of(self.path('out.mid'))
        self.assertEqual([n[0] for n in played], [n[0] for n in generated])
        for a, b in zip(played, generated):
            self.assertAlmostEqual(a[1], b[1], places=2)
            self.assertAlmostEqual(a[2], b[2], places=2)

    def test_the_same_seed_gives_the_same_session(self):
        for name in ('a', 'b'):
            self.live('--mode=free', '--seed=3', '--record=' + self.path(name), out=name + '.mid')
        for suffix in ('', '.mid'):
            with open(self.path('a' + suffix), 'rb') as a, open(self.path('b' + suffix), 'rb') as b:
                self.assertEqual(a.read(), b.read())
        players = {n[1] < 2 for n in notes_of(self.path('a'))}
        self.assertEqual(players, {True, False})

    def test_sound(self):
        result = run('live', '--backend=file', '--input_port=' + self.phrase, '--mode=bars:1,1',
                     '--output_port=' + self.path('o.mid'), '--synth=' + self.path('s.wav'))
        if result.status == 5 and 'sound font' in result.err:
            self.skipTest('no sound font')
        self.assertEqual(result.status, 0, result)
        self.assertGreater(os.path.getsize(self.path('s.wav')), 4 * 44100 * 4)

    def test_time_comes_from_the_file(self):
        head = bytes([0, 0xff, 0x58, 4, 3, 2, 24, 8])
        slow = self.write('slow.mid', midi([[60], [62], [64]], ticks=480, tempo=1000000).replace(
            b'\0\xff\x51', head + b'\0\xff\x51').replace(
                struct.pack('>I', len(midi([[60], [62], [64]], ticks=480)) - 22),
                struct.pack('>I', len(midi([[60], [62], [64]], ticks=480)) - 22 + len(head))))
        self.phrase = slow
        result = self.live('--mode=bars:1,1', '--seed=1', '--metronome=off', '--nothru', '--json')
        session = events(result)[0]
        self.assertEqual((session['qpm'], session['meter'], session['steps_per_bar']), (60, '3/4', 12), session)
        # A bar lasts three seconds.
        notes = notes_of(self.path('out.mid'))
        self.assertTrue(all(3 - 1e-4 <= n[1] and n[2] <= 6 + 1e-4 for n in notes), notes)
        with open(self.path('out.mid'), 'rb') as file:
            content = file.read()
        self.assertIn(b'\xff\x58\4\3\2', content)
        self.assertIn(b'\xff\x51\3' + struct.pack('>I', 1000000)[1:], content)
        # Flags say it louder.
        other = events(self.live('--mode=bars:1,1', '--qpm=100', '--meter=4/4', '--json'))[0]
        self.assertEqual((other['qpm'], other['meter']), (100, '4/4'))

    def test_the_recording_keeps_pedals_and_bends(self):
        body = bytes([0, 0xb0, 64, 127, 0, 0x90, 60, 100, 60, 0xe0, 0, 80, 60, 0x80, 60, 0, 0, 0xb0, 64, 0,
                      0, 0xff, 0x2f, 0])
        self.phrase = self.write('pedal.mid', b'MThd' + struct.pack('>IHHH', 6, 0, 1, 480) + b'MTrk' +
                                 struct.pack('>I', len(body)) + body)
        self.live('--mode=bars:1,1', '--record=' + self.path('take.mid'))
        with open(self.path('take.mid'), 'rb') as file:
            take = file.read()
        for message in (bytes([0xb0, 64, 127]), bytes([0xb0, 64, 0]), bytes([0xe0, 0, 80])):
            self.assertIn(message, take)

    def test_instruments_have_channels_of_their_own(self):
        common = ['live', '--backend=file', '--input_port=' + self.phrase, '--output_port=' + self.path('o.mid')]
        self.fails(2, '--output_channel=2', *common, '--output_channel=1', '--input_program=4', '--program=12')
        self.live('--mode=bars:1,1', '--input_program=4', '--program=12', '--output_channel=3', '--metronome_program=25')
        with open(self.path('out.mid'), 'rb') as file:
            content = file.read()
        for message in (b'\xc0\4', b'\xc2\x0c', b'\xc9\x19'):
            self.assertIn(message, content)
        self.live('--mode=bars:1,1', '--input_program=pan flute', '--program=Glockenspiel')
        with open(self.path('out.mid'), 'rb') as file:
            content = file.read()
        for message in (b'\xc0\x4b', b'\xc1\x09'):  # the machine has the next channel
            self.assertIn(message, content)
        for flag in ('program', 'input_program', 'metronome_program'):
            for name in ('128', '-2', 'flut e'):
                self.fails(2, f'--{flag}: ', *common, f'--{flag}={name}')

    def test_names_of_old(self):
        for program, flags in (('midi', ['--bpm=120', '--generator_name=basic_rnn']),
                               ('magenta_midi', ['--qpm=120', '--playback_channel=3',
                                                 '--metronome_channel=9', '--passthrough=false'])):
            result = run(*flags, '--backend=file', '--input_port=' + self.phrase, '--seed=1',
                         '--output_port=' + self.path(program), program=program)
            self.assertEqual(result.status, 0, result)

    def test_the_musicians_of_2016_play_as_ever(self):
        """Wheel up, a phrase, wheel down, with the flags of 2016, and a folder of checkpoints."""
        body = b'\0\xb0\1\x7f'
        for pitch in (60, 62, 64, 65):
            body += bytes([0, 0x90, pitch, 100, 0x81, 0x70, 0x80, pitch, 64])
        body += b'\0\xb0\1\0\0\xff\x2f\0'
        self.phrase = self.write('wheel.mid', b'MThd' + struct.pack('>IHHH', 6, 0, 1, 480) + b'MTrk' +
                                 struct.pack('>I', len(body)) + body)
        flags = ['--start_capture_control_number=1', '--start_capture_control_value', '127',
                 '--stop_capture_control_number=1', '--stop_capture_control_value', '0',
                 '--bpm', '120', '--num_bars_to_generate=2', '--generator_name=lookback_rnn']
        if os.path.isdir(MODELS):
            shutil.copy(os.path.join(MODELS, 'lookback_rnn', 'v1.ckpt'), self.write('run/train/model.ckpt-600', b''))
            self.write('run/train/checkpoint', b'model_checkpoint_path: "model.ckpt-600"\n')
            flags.append('--train_dir=' + self.path('run'))
        for program in ('midi', 'magenta_midi'):
            result = run(*flags, '--backend=file', '--input_port=' + self.phrase, '--output_port=' + self.path('o.mid'),
                         '--seed=1', '--json', program=program)
            self.assertEqual(result.status, 0, result)
            answer = [e for e in events(result) if e['event'] == 'answer'][0]
            self.assertEqual((answer['model'], answer['steps'], len(answer['primer'])), ('lookback_rnn', 32, 8), answer)
            self.assertEqual(events(result)[-1]['player_notes'], 4)

    def test_learning_says_what_arrives(self):
        body = bytes([0, 0xb0, 20, 99, 0, 0x90, 60, 100, 60, 0x80, 60, 0, 0, 0xb0, 64, 127, 0, 0xe0, 0, 80, 0, 0xc0, 5,
                      0, 0xff, 0x2f, 0])
        self.phrase = self.write('knobs.mid', b'MThd' + struct.pack('>IHHH', 6, 0, 1, 480) + b'MTrk' +
                                 struct.pack('>I', len(body)) + body)
        said = self.live('--learn').out
        for text in ('--switch=cc:20', '--switch=note:60', '--switch=pedal', 'pitch bend 2048', 'program 5'):
            self.assertIn(text, said)
        messages = [e['bytes'] for e in events(self.live('--learn', '--json')) if e['event'] == 'message']
        self.assertEqual(messages[0], [0xb0, 20, 99])
        self.assertEqual(len(messages), 6)

    def test_each_player_is_answered(self):
        body = bytes([0, 0x90, 60, 100, 0, 0x91, 72, 100, 0x81, 0x70, 0x80, 60, 0, 0, 0x81, 72, 0, 0, 0xff, 0x2f, 0])
        self.phrase = self.write('two.mid', b'MThd' + struct.pack('>IHHH', 6, 0, 1, 480) + b'MTrk' +
                                 struct.pack('>I', len(body)) + body)
        seen = events(self.live('--players=1:1,1:2', '--mode=bars:1,1', '--seed=3', '--json',
                                '--record=' + self.path('take.mid')))
        answers = {e['player']: e for e in seen if e['event'] == 'answer'}
        self.assertEqual(sorted(answers), [1, 2])
        heard = [(e['player'], e['pitch']) for e in seen if e['event'] == 'note' and e['who'] == 'player' and e['on']]
        self.assertEqual(heard, [(1, 60), (2, 72)])
        self.assertEqual({e['player'] for e in seen if e['event'] == 'note' and e['who'] == 'machine'}, {1, 2})
        self.assertEqual((answers[1]['seed'], answers[2]['seed']), (3, 3 + 65536))
        with open(self.path('take.mid'), 'rb') as file:
            take = file.read()
        for name in (b'player 1', b'machine 1', b'player 2', b'machine 2'):
            self.assertIn(name, take)

    def test_takes_are_kept(self):
        take = self.path('take.mid')
        for name in ('take.mid', 'take_2.mid'):
            self.live('--mode=free', '--seed=3', '--record=' + take)
            self.assertTrue(notes_of(self.path(name)))
        with open(take, 'rb') as file:
            before = file.read()
        self.fails(3, 'nothing.mid', 'live', '--backend=file', '--input_port=nothing.mid',
                   '--output_port=' + self.path('o.mid'), '--record=' + take)
        with open(take, 'rb') as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(sorted(f for f in self.files() if f.startswith('take')), ['take.mid', 'take_2.mid'])

    def test_the_performer_is_kept(self):
        self.fails(2, 'an input and an output', 'live', '--backend=file', '--input_port=' + self.phrase,
                   '--output_port=' + self.path('.', 'phrase.mid'))
        with open(self.phrase, 'rb') as file:
            self.assertEqual(file.read(), PHRASE)

    def test_no_answer_says_why(self):
        common = ['live', '--backend=file', '--output_port=' + self.path('o.mid'), '--synth=' + self.path('o.wav'),
                  '--quiet']
        drums = bytes([0, 0x99, 36, 100, 0x81, 0x70, 0x89, 36, 0, 0, 0xff, 0x2f, 0])
        drums = self.write('drums.mid', b'MThd' + struct.pack('>IHHH', 6, 0, 1, 480) + b'MTrk' +
                           struct.pack('>I', len(drums)) + drums)
        silence = self.write('silence.mid', midi([[]]))
        for source, text, args in (
                (self.phrase, '--mode=bars:2,2', ['--mode=switch']),
                (self.phrase, '--clock=own', ['--clock=follow']),
                (self.phrase, '--clock_control_number', ['--clock_control_number=9']),
                (drums, '--input_channel', []),
                (self.phrase, '--input_channel', ['--input_channel=3']),
                (silence, '--input_port', [])):
            with self.subTest(text, args=args):
                self.fails(4, text, *common, '--input_port=' + source, *args)
                result = run(*common, '--input_port=' + source, '--json', *args)
                self.assertEqual((result.status, events(result)[-1]['answers']), (4, 0), result)
        self.assertEqual([name for name in self.files() if name.startswith('o.')], [])

    def duet(self, source, *args, out='duet.mid'):
        """A session with `source`, its events, and the notes of the file that came out, by track names."""
        seen = events(self.ok('live', '--backend=file', '--input_port=' + source, '--output_port=' + self.path(out),
                              '--seed=1', '--json', *args))
        music = run('inspect', '--json', '--limit=0', self.path(out)).json['files'][0]
        names = {i['instrument']: i['name'] for i in music['instruments']}
        tracks = {name: [] for name in names.values()}
        for note in music['notes']:
            tracks[names[note[6]]].append((note[0], note[2], note[3]))
        return seen, tracks

    def test_a_file_gets_a_duet(self):
        """README's command: phrase, answer, phrase, answer, and the whole file."""
        source = self.write('me.mid', tune(10))
        seen, tracks = self.duet(source)
        answers = [e for e in seen if e['event'] == 'answer']
        self.assertEqual([(a['at'], a['steps']) for a in answers], [('5|1', 64), ('13|1', 64), ('19|1', 32)])
        self.assertEqual(seen[-1]['answers'], 3)
        self.assertEqual(sorted(tracks), ['machine', 'player'])
        self.assertEqual([n[0] for n in tracks['player']], [n[0] for n in notes_of(source)])
        turns = {'player': ((0, 8), (16, 24), (32, 36)), 'machine': ((8, 16), (24, 32), (36, 40))}
        for who, ranges in turns.items():
            for low, high in ranges:
                self.assertTrue([n for n in tracks[who] if low - 1e-4 <= n[1] < high], (who, low))
            for _, start, end in tracks[who]:
                self.assertTrue([r for r in ranges if r[0] - 1e-4 <= start and end <= r[1] + 1e-4], (who, start, end))
        with open(self.path('duet.mid'), 'rb') as file:
            content = file.read()
        self.assertIn(b'\x90', content)
        self.assertIn(b'\x91', content)  # the machine's channel
        self.assertNotIn(b'\x99\x4c', content)  # no click
        self.duet(source, '--metronome=always')
        with open(self.path('duet.mid'), 'rb') as file:
            content = file.read()
        self.assertIn(b'metronome', content)
        self.assertIn(b'\x99\x4c', content)

    def test_its_files_are_as_sequencers_write_them(self):
        """Ticks, tempo and meter of what a session writes; its notes stand on the grid."""
        for micros, qpm, ticks in ((555555, 108, 480), (1500000, 40, 960)):
            with self.subTest(qpm):
                source = self.write('me.mid', midi([[60], [62], [64]] * 8, 480, micros))
                self.duet(source, '--meter=3/4', '--record=' + self.path(f'{qpm}.mid'))
                for name in ('duet.mid', f'{qpm}.mid'):
                    with open(self.path(name), 'rb') as file:
                        content = file.read()
                    self.assertEqual(struct.unpack('>H', content[12:14]), (ticks,))
                    self.assertIn(b'\xff\x51\3' + struct.pack('>I', micros)[1:], content)
                    self.assertIn(b'\xff\x58\4\3\2', content)
                    for _, start, _ in notes_of(self.path(name)):
                        steps = start * 4e6 / micros
                        self.assertAlmostEqual(steps, round(steps), 2)

    def test_a_phrase_is_answered_when_it_is_over(self):
        rest = [[]] * 8
        for what, source, answers in (
                ('a bar', PHRASE, [('2|1', 16)]),
                ('a bar that rings on', midi([[60], [62], [64], [65, 69]], [480, 480, 480, 500]), [('2|1', 16)]),
                ('phrases and rests', midi([[60]] * 8 + rest + [[64]] * 16 + rest, 240), [('2|1', 16), ('5|1', 32)]),
                ('half a bar of rest', midi([[60], [62], [], [], [64], [65], [67]], 480), [('2|1', 16), ('4|1', 16)]),
                ('a quarter of rest', midi([[60], [62], [64], [], [65], [67], [69], []], 480), [('3|1', 32)])):
            with self.subTest(what):
                seen, _ = self.duet(self.write('x.mid', source))
                found = [(a['at'], a['steps']) for a in seen if a['event'] == 'answer']
                self.assertEqual(found, answers)

    def test_turns_by_bars_wait_too(self):
        source = self.write('me.mid', midi([[]] * 16 + [[60], [62]] * 16, 240))  # two bars of rest, four of notes
        seen, tracks = self.duet(source, '--mode=bars:2,2')
        self.assertEqual([a['at'] for a in seen if a['event'] == 'answer'], ['5|1', '9|1'])
        self.assertEqual(len(tracks['player']), 32)
        seen, _ = self.duet(source, '--mode=bars:2,2', '--nowait')
        self.assertEqual([a['at'] for a in seen if a['event'] == 'answer'], ['7|1'])

    def test_pickups_and_short_bars_are_no_change_of_meter(self):
        def part(body):
            return b'MTrk' + struct.pack('>I', len(body)) + body
        meters = b'\0\xff\x58\4\1\2\x18\x08\x83\x60\xff\x58\4\4\2\x18\x08\0\xff\x2f\0'  # 1/4, then 4/4
        notes = b''.join(bytes([0, 0x90, 60 + i % 5, 90, 0x83, 0x60, 0x80, 60 + i % 5, 0]) for i in range(17))
        chords = b'\x83\x60' + bytes([0x90, 48, 90, 0, 0x90, 52, 90, 0x83, 0x60, 0x80, 48, 0, 0, 0x80, 52, 0])
        end = b'\0\xff\x2f\0'
        source = self.write('pickup.mid', b'MThd' + struct.pack('>IHHH', 6, 1, 3, 480) + part(meters) +
                            part(notes + end) + part(chords + end))
        seen, tracks = self.duet(source)
        self.assertEqual((seen[0]['meter'], seen[0]['steps_per_bar']), ('4/4', 16))
        # The pickup ends on the first bar line; chords on the tune's channel have one of their own.
        self.assertEqual([n[1] for n in tracks['player']][:2], [1.5, 2.0])
        answers = [a for a in seen if a['event'] == 'answer']
        self.assertEqual([(a['at'], a['steps']) for a in answers], [('6|1', 64)])
        self.assertEqual([e for e in answers[0]['primer'] if e >= 0], [60 + i % 5 for i in range(17)])
        self.assertEqual(tracks['player, channel 2'], [(48, 2.0, 2.5), (52, 2.0, 2.5)])

    def test_it_remembers_the_session(self):
        """Each answer is what generate makes of the primer that the log holds."""
        source = self.write('me.mid', tune(12))
        for memory, lengths in (('session', [64, 192, 320]), ('phrase', [64, 64, 64])):
            seen, tracks = self.duet(source, '--memory=' + memory)
            answers = [e for e in seen if e['event'] == 'answer']
            self.assertEqual([len(a['primer']) for a in answers], lengths)
            for answer in answers:
                steps = len(answer['primer'])
                folder = f'{memory}{steps}{answer["seed"]}'
                self.ok('generate', '--output_dir=' + self.path(folder), '--num_outputs=1', '--qpm=120',
                        '--primer_melody=' + json.dumps(answer['primer']), f'--num_steps={steps + 64}',
                        f'--seed={answer["seed"]}', *(['--primer_key=' + answer['key']] if 'key' in answer else []))
                self.assertEqual('key' in answer, memory == 'session')
                generated = [n for n in notes_of(self.path(folder, self.files(folder)[0])) if n[1] >= steps / 8 - 1e-4]
                begin = (int(answer['at'].split('|')[0]) - 1) * 2
                played = [n for n in tracks['machine'] if begin - 1e-4 <= n[1] < begin + 8]
                self.assertEqual([n[0] for n in played], [n[0] for n in generated])
                for a, b in zip(played, generated):
                    self.assertAlmostEqual(a[1] - begin, b[1] - steps / 8, places=2)

    def test_it_keeps_the_key(self):
        """A phrase in G, then two that C would fit as well or better: all are answered in G."""
        phrases = [[67, 69, 71, 72, 74, 76, 78, 79], [67, 69, 71, 72, 74, 71, 69, 67], [72, 71, 69, 67, 65, 67, 69, 67]]
        bars = [[pitch] for phrase in phrases for pitch in phrase + [None] * 8]
        source = self.write('g.mid', midi([[] if chord == [None] else chord for chord in bars], 240))
        keys = lambda *flags: [e.get('key') for e in self.duet(source, *flags)[0] if e['event'] == 'answer']
        self.assertEqual(keys(), ['G', 'G', 'G'])
        self.assertEqual(keys('--primer_key=Dm'), ['F', 'F', 'F'])
        self.assertEqual(keys('--memory=phrase'), [None, None, None])
        self.fails(2, "--primer_key: 'H' is no key", 'live', '--backend=file', '--input_port=' + source,
                   '--output_port=' + self.path('o.mid'), '--primer_key=H')
        self.fails(2, 'takes them as they are', 'live', '--backend=file', '--input_port=' + source,
                   '--output_port=' + self.path('o.mid'), '--primer_key=G', '--config=drum_kit')

    def test_a_clock_of_bars_that_stops_ends_the_session(self):
        body = b'\0\xb0\x09\x7f' + b'\x83\xaf\0\x90\x3c\x64\x83\x60\x80\x3c\0\0\xff\x2f\0'
        self.phrase = self.write('once.mid', b'MThd' + struct.pack('>IHHH', 6, 0, 1, 480) + b'MTrk' +
                                 struct.pack('>I', len(body)) + body)
        for mode in ('free', 'switch', 'bars:1,1'):
            self.fails(4, 'clock', 'live', '--backend=file', '--input_port=' + self.phrase, '--mode=' + mode,
                       '--output_port=' + self.path('o.mid'), '--clock_control_number=9', '--quiet', timeout=60)

    def test_mistakes(self):
        common = ['live', '--backend=file', '--input_port=' + self.phrase,
                  '--output_port=' + self.path('o.mid')]
        for status, text, args in (
                (2, '--mode=bars:2', ['--mode=bars:2']),
                (2, '--mode=barss', ['--mode=barss']),
                (2, '--meter=4/3', ['--meter=4/3']),
                (2, '--switch=knob', ['--switch=knob']),
                (2, '--qpm', ['--qpm=0']),
                (2, '--players', ['--players=2:1']),
                (2, '--metronome_port=2', ['--metronome_port=2']),
                (2, '--synth', ['--synth=x.mp3']),
                (2, 'no MIDI backend is called x', ['--backend=x']),
                (3, 'nothing.mid', ['--input_port=nothing.mid']),
                (5, '/proc/x', ['--record=/proc/x'])):
            with self.subTest(text):
                self.fails(status, text, *common, *args)
        self.assertFalse(os.path.exists(self.path('o.mid')))

    def test_ctrl_c_ends_well(self):
        long = self.write('long.mid', hours())
        for number in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen(
                [os.path.join(BIN, 'magenta'), 'live', '--backend=file', '--input_port=' + long,
                 '--output_port=' + self.path('cut.mid'), '--mode=bars:2,2', '--json', '--seed=1',
                 '--record=' + self.path('cut.record')], stdout=subprocess.PIPE,
                stderr=subprocess.PIPE)
            for line in process.stdout:
                if b'"answer"' in line:
                    break
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, err)
            end = json.loads(out.splitlines()[-1])
            self.assertEqual(end['event'], 'end')
            self.assertEqual(end['note_ons'], end['note_offs'])
            self.assertTrue(notes_of(self.path('cut.mid')))
            self.assertTrue(notes_of(self.path('cut.record')))

    def test_an_accompaniment_is_of_several_parts_and_takes_no_turns(self):
        common = ['live', '--backend=file', '--input_port=' + self.phrase, '--output_port=' + self.path('o.mid')]
        self.fails(2, 'knows no parts', *common, '--accompany=bass')
        self.fails(2, '--mode takes turns', *common, '--accompany=bass', '--mode=free')
        self.fails(2, '--switch takes turns', *common, '--accompany=bass', '--switch=pedal')
        self.fails(2, "'violin' is no part that plays along", *common, '--accompany=violin')
        self.fails(2, 'alto, tenor and bass are there', *common, '--accompany=alto,tenor,bass,harmony')
        self.fails(2, 'the melody is what you play', *common, '--accompany=soprano')
        self.fails(2, 'with you and not in turns', *common, '--config=score')
        self.fails(2, 'with you and not in turns', *common, '--config=score', '--mode=bars:1,1')

    def test_an_accompaniment_plays_while_the_file_does(self):
        made = []
        for name in ('a.mid', 'b.mid'):
            lines = events(self.ok('live', '--backend=file', '--input_port=' + self.phrase, '--output_port=' +
                                   self.path(name), '--config=score', '--accompany=tenor,bass', '--seed=4', '--json'))
            end = lines[-1]
            self.assertEqual((end['answers'], end['note_ons'], end['late_notes']), (1, end['note_offs'], 0), end)
            self.assertGreater(end['machine_notes'], 0)
            self.assertTrue([line for line in lines if line['event'] == 'plan'])
            own = [line['time'] for line in lines if line['event'] == 'note' and line['who'] == 'player']
            added = [line['time'] for line in lines if line['event'] == 'note' and line['who'] == 'machine']
            self.assertTrue(own[0] <= added[0] < own[0] + 0.02, (own[0], added[0]))
            with open(self.path(name), 'rb') as file:
                made.append(file.read())
        self.assertEqual(made[0], made[1])

    def parts(self, *args):
        """The parts of a session's two files, by name: channel and program; and what it said."""
        out, record = self.path('o.mid'), self.path('r.mid')
        if os.path.exists(record):
            os.unlink(record)
        lines = events(self.ok('live', '--backend=file', '--input_port=' + self.phrase, '--output_port=' + out,
                               '--record=' + record, '--config=score', '--seed=4', '--json', *args))
        played = {}
        for name in (out, record):
            music = run('inspect', '--json', '--limit=0', name).json['files'][0]
            played[name] = {part['name']: part for part in music['instruments']}
            self.assertEqual(sum(part['notes'] for part in played[name].values()),
                             lines[-1]['player_notes'] + lines[-1]['machine_notes'])
        self.assertEqual({name: part['notes'] for name, part in played[out].items()},
                         {name: part['notes'] for name, part in played[record].items()})
        heard = {line['part'] for line in lines if line['event'] == 'note' and line['who'] == 'machine'}
        self.assertEqual(heard, set(played[out]) - {'player'})
        return played[out], channels_of(out)

    def test_parts_of_an_accompaniment_have_names_channels_and_instruments(self):
        parts, channels = self.parts('--accompany=alto,tenor,bass', '--program=violin,viola,cello')
        self.assertEqual(sorted(parts), ['Alto', 'Bass', 'Tenor', 'player'])
        self.assertEqual([parts[name]['program'] for name in ('Alto', 'Tenor', 'Bass')], [40, 41, 42])
        self.assertEqual(channels, {'player': {1}, 'Alto': {2}, 'Tenor': {3}, 'Bass': {4}})
        parts, channels = self.parts('--accompany=bass:5,harmony', '--output_channel=7', '--program=flute')
        self.assertEqual(channels, {'player': {1}, 'Alto': {7}, 'Tenor': {8}, 'Bass': {5}})
        self.assertEqual({part['program'] for name, part in parts.items() if name != 'player'}, {73})
        _, channels = self.parts('--accompany=alto:2,tenor:2,bass:2')
        self.assertEqual(channels, {'player': {1}, 'Alto, Tenor, Bass': {2}})
        _, channels = self.parts('--accompany=chords,bass')
        self.assertEqual(channels, {'player': {1}, 'Chords': {2}, 'Bass': {3}})
        common = ['live', '--backend=file', '--input_port=' + self.phrase, '--output_port=' + self.path('o.mid'),
                  '--config=score']
        self.fails(2, 'bass:0 names no MIDI channel', *common, '--accompany=bass:0')
        self.fails(2, 'one part twice', *common, '--accompany=bass,bass:3')
        self.fails(2, 'names 2 instruments, and --accompany 3 parts', *common, '--accompany=harmony',
                   '--program=violin,cello')
        self.fails(2, 'on channel 3 of the output', *common, '--accompany=alto:2,bass:3', '--input_channel=3',
                   '--input_program=4')

    def test_a_killed_session_leaves_a_good_recording(self):
        long = self.write('long.mid', hours())
        process = subprocess.Popen(
            [os.path.join(BIN, 'magenta'), 'live', '--backend=file', '--input_port=' + long,
             '--output_port=' + self.path('cut.mid'), '--mode=bars:2,2', '--seed=1',
             '--record=' + self.path('r.mid')], stderr=subprocess.DEVNULL)
        deadline = time.time() + 60
        while time.time() < deadline and (not os.path.exists(self.path('r.mid'))
                                          or os.path.getsize(self.path('r.mid')) < 2000):
            time.sleep(0.01)
        process.kill()
        process.wait()
        self.assertTrue(notes_of(self.path('r.mid')))


@needs_live
@needs_serve
class LiveWithAServer(Case):
    def setUp(self):
        super().setUp()
        self.phrase = self.write('phrase.mid', PHRASE)
        self.server = Server()

    def tearDown(self):
        self.server.stop()
        super().tearDown()

    def live(self, out, *args):
        return events(self.ok('live', '--backend=file', '--input_port=' + self.phrase, '--output_port=' + self.path(out),
                              '--seed=7', '--json', *args))

    def test_it_answers_as_a_model_here(self):
        for mode in ('bars:1,1', 'free'):
            for config in ('lookback_rnn', 'attention_rnn'):
                here = self.live('here.mid', '--mode=' + mode, '--config=' + config)
                there = self.live('there.mid', '--mode=' + mode, '--config=' + config,
                                  f'--server=localhost:{self.server.grpc}')
                with open(self.path('here.mid'), 'rb') as a, open(self.path('there.mid'), 'rb') as b:
                    self.assertEqual(a.read(), b.read(), (mode, config))
                self.assertEqual(there[0]['models'][0], config)
                self.assertEqual(sorted(there[0]['models']), ['attention_rnn', 'basic_rnn', 'lookback_rnn'])
                answers = [e for e in there if e['event'] == 'answer']
                self.assertEqual(len(answers), 1, there)
                self.assertEqual((answers[0]['late_seconds'], answers[0]['asked_ahead']), (0, 0))
                self.assertGreater(answers[0]['delay_seconds'], 0)
                self.assertEqual((there[-1]['late_notes'], there[-1]['unanswered']), (0, 0))
                self.assertEqual(here[-1]['machine_notes'], there[-1]['machine_notes'])

    def test_it_remembers_the_session_as_a_model_here(self):
        self.phrase = self.write('me.mid', tune(12))
        here = self.live('here.mid')
        there = self.live('there.mid', f'--server=localhost:{self.server.grpc}')
        with open(self.path('here.mid'), 'rb') as a, open(self.path('there.mid'), 'rb') as b:
            self.assertEqual(a.read(), b.read())
        self.assertEqual((here[-1]['answers'], there[-1]['answers']), (3, 3))

    def test_it_plays_on_the_servers_grid(self):
        mine = self.write('mine.mag', on_grid(os.path.join(ROOT, 'data', 'bundles', 'lookback_rnn.mag'), 8))
        self.server.stop()
        self.server = Server('--bundle_file=' + mine)
        here = self.live('here.mid', '--mode=bars:1,1', '--bundle_file=' + mine)
        there = self.live('there.mid', '--mode=bars:1,1', f'--server=localhost:{self.server.grpc}')
        self.assertEqual((here[0]['steps_per_bar'], there[0]['steps_per_bar']), (32, 32))
        with open(self.path('here.mid'), 'rb') as a, open(self.path('there.mid'), 'rb') as b:
            self.assertEqual(a.read(), b.read())
        self.fails(2, 'lookback_rnn reads none', 'live', '--backend=file', '--input_port=' + self.phrase,
                   '--output_port=' + self.path('o.mid'), '--backing_chords=C G',
                   f'--server=localhost:{self.server.grpc}')

    def test_models_of_the_server_are_changed_between(self):
        # Controller 9 asks for the second model from the second phrase on.
        body = bytes([0, 0x90, 60, 100]) + bytes([0x81, 0x70, 0x80, 60, 0]) + b'\x8e\x10\xb0\x09\x01' + (
            b'\x84\x00\x90\x3e\x64\x81\x70\x80\x3e\0') * 3 + b'\0\xff\x2f\0'
        self.phrase = self.write('two.mid', b'MThd' + struct.pack('>IHHH', 6, 0, 1, 480) + b'MTrk' +
                                 struct.pack('>I', len(body)) + body)
        lines = self.live('out.mid', '--mode=bars:1,1', '--generator_select_control_number=9',
                          f'--server=localhost:{self.server.grpc}')
        models = [e['model'] for e in lines if e['event'] == 'answer']
        self.assertEqual(models[0], lines[0]['models'][0])
        self.assertEqual(models[-1], lines[0]['models'][1], lines)

    def test_mistakes(self):
        server = f'--server=localhost:{self.server.grpc}'
        common = ['live', '--backend=file', '--input_port=' + self.phrase, '--output_port=' + self.path('o.mid')]
        self.fails(2, 'mono_rnn', *common, server, '--config=mono_rnn')
        self.fails(2, 'Leave --server out', *common, server, '--bundle_file=x.mag')
        self.fails(2, 'one of both', *common, server, '--bundle_files=x.mag')
        self.fails(2, 'both or neither', *common, '--auth_token=t')
        self.fails(2, 'HOST:PORT', *common, '--server=here')
        self.assertEqual(self.server.stop(), 0)
        self.fails(5, 'magenta serve', *common, server)
        self.assertFalse(os.path.exists(self.path('o.mid')))

    def test_a_server_that_goes_is_said(self):
        long = self.write('long.mid', hours())
        process = subprocess.Popen(
            [os.path.join(BIN, 'magenta'), 'live', '--backend=file', '--input_port=' + long,
             '--output_port=' + self.path('cut.mid'), '--mode=bars:1,1', '--json', '--seed=1',
             f'--server=localhost:{self.server.grpc}'], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        gone = False
        for line in process.stdout:
            event = json.loads(line)
            if event['event'] != 'answer':
                continue
            if not gone:
                self.assertNotIn('problem', event)
                self.server.process.kill()
                gone = True
            elif 'problem' in event:
                break
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn(b'magenta serve', err)
        end = json.loads(out.splitlines()[-1])
        self.assertGreater(end['unanswered'], 0, end)
        self.assertEqual(end['note_ons'], end['note_offs'], end)


if __name__ == '__main__':
    unittest.main()
