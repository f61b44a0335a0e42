"""A continuation keeps the piece it continues: meter, key, tempos, names, sounds, the other parts."""

import json
import os
import struct
import unittest

from program import SHARED, Case, needs_live, notes_of, run, variable_length

LOOKBACK = '--config=lookback_rnn'
FIELD = os.path.join(SHARED, 'data', 'field')


def track(events):
    """[(ticks since the one before, bytes)] as a track."""
    body = b''.join(variable_length(delta) + event for delta, event in events) + b'\0\xff\x2f\0'
    return b'MTrk' + struct.pack('>I', len(body)) + body


def text_event(kind, text):
    return bytes([0xff, kind, len(text)]) + text.encode()


def meter(numerator, denominator):
    return bytes([0xff, 0x58, 4, numerator, denominator.bit_length() - 1, 24, 8])


def tempo(qpm):
    return b'\xff\x51\3' + struct.pack('>I', int(6e7 / qpm))[1:]


def part(name, channel, program, notes, ticks=240, velocity=80):
    """A track of notes that last `ticks` each."""
    events = [(0, text_event(3, name)), (0, bytes([0xc0 | channel, program]))]
    for pitch in notes:
        events += [(0, bytes([0x90 | channel, pitch, velocity])), (ticks, bytes([0x80 | channel, pitch, 0]))]
    return track(events)


def song(first, *parts):
    return (b'MThd' + struct.pack('>IHHH', 6, 1, 1 + len(parts), 480) + track(first) + b''.join(parts))


JIG = [(0, meter(6, 8)), (0, b'\xff\x59\2\1\0'), (0, tempo(97))]
FLUTE = part('Flute', 0, 73, [67, 69, 71, 74, 71, 69] * 8)
CELLO = part('Cello', 1, 42, [43, 50] * 8, ticks=720)
DUET = song(JIG, FLUTE, CELLO)
QUARTER, BAR = 60 / 97, 3 * 60 / 97  # seconds; eight bars of 6/8


class Generation(Case):
    def generate(self, content, *flags, name='primer.mid'):
        """What `inspect` says of the one continuation, and stderr."""
        primer = self.write(name, content)
        result = self.ok('generate', LOOKBACK, '--output_dir=' + self.path('out'), '--num_outputs=1', '--json',
                         '--seed=5', '--primer_midi=' + primer, *flags)
        return self.inspect(result.json['outputs'][0]['file']), result.err

    def inspect(self, path):
        return self.ok('inspect', '--json', path).json['files'][0]

    def refused(self, text, content, *flags, name='primer.mid', status=2):
        return self.fails(status, text, 'generate', LOOKBACK, '--output_dir=' + self.path('out'),
                          '--primer_midi=' + self.write(name, content), *flags)


def of_instrument(piece, instrument):
    return [note for note in piece['notes'] if note[6] == instrument]


class Keeps(Generation):
    def test_meter_key_tempo_names_sounds_and_the_other_part(self):
        piece, said = self.generate(DUET, '--bars=4')
        self.assertEqual(piece['time_signatures'], [[0, 6, 8]])
        self.assertEqual(piece['key_signatures'][0][1], 7)
        self.assertEqual(len(piece['tempos']), 1)
        self.assertAlmostEqual(piece['tempos'][0][1], 97, 3)
        self.assertEqual([(i['name'], i['program']) for i in piece['instruments']], [('Flute', 73), ('Cello', 42)])
        flute, cello = of_instrument(piece, 0), of_instrument(piece, 1)
        self.assertEqual([note[0] for note in flute[:48]], [67, 69, 71, 74, 71, 69] * 8)
        self.assertGreater(len(flute), 48)
        for note in flute[48:]:
            self.assertEqual(note[1], 80)
            self.assertGreaterEqual(note[2], 8 * BAR - 1e-3)
        self.assertLessEqual(max(note[3] for note in flute), 12 * BAR + 1e-3)
        self.assertEqual([note[0] for note in cello], [43, 50] * 8)
        self.assertIn('2 parts with notes: 1 (Flute) is continued', said)
        self.assertIn('2 (Cello)', said)

    def test_the_title(self):
        titled = song([(0, text_event(3, 'My Jig'))] + JIG, FLUTE)
        for name, content in (('a.mid', titled), ('b.abc', b'X:1\nT:My Jig\nM:6/8\nL:1/8\nK:G\nGAB c2d|\n')):
            out = self.path(name + '.out')
            self.ok('generate', LOOKBACK, '--output_dir=' + out, '--num_outputs=1', '--bars=1',
                    '--primer_midi=' + self.write(name, content))
            with open(os.path.join(out, os.listdir(out)[0]), 'rb') as file:
                # The first thing in the first track.
                self.assertEqual(file.read()[22:22 + 10], b'\0\xff\3\6My Jig', name)

    def test_eight_new_bars_are_the_default(self):
        by_default, _ = self.generate(DUET)
        eight, _ = self.generate(DUET, '--bars=8')
        self.assertEqual(by_default['notes'], eight['notes'])
        self.assertGreater(max(note[3] for note in eight['notes']), 14 * BAR)
        self.assertLessEqual(max(note[3] for note in eight['notes']), 16 * BAR + 1e-3)
        reference, _ = self.generate(song(JIG, FLUTE), '--reference_windows')
        self.assertGreater(max(note[3] for note in reference['notes']), 14 * BAR)

    def test_new_steps(self):
        bars, _ = self.generate(DUET, '--bars=2')
        steps, _ = self.generate(DUET, '--new_steps=24')
        whole, _ = self.generate(DUET, '--num_steps=' + str(10 * 12))
        self.assertEqual(bars['notes'], steps['notes'])
        self.assertEqual(bars['notes'], whole['notes'])

    def test_one_length_alone(self):
        for flags in (['--bars=2', '--new_steps=3'], ['--bars=2', '--num_steps=300'],
                      ['--new_steps=2', '--num_steps=300']):
            self.refused('--bars, --new_steps and --num_steps each say how far it goes', DUET, *flags)

    def test_accompaniment(self):
        kept, _ = self.generate(DUET, '--accompaniment=keep')
        dropped, said = self.generate(DUET, '--accompaniment=drop')
        self.assertEqual(of_instrument(kept, 0), of_instrument(dropped, 0))
        self.assertEqual([i['name'] for i in dropped['instruments']], ['Flute'])
        self.assertEqual(dropped['time_signatures'], [[0, 6, 8]])
        self.assertIn('left out: 2 (Cello)', said)
        self.refused('--reference_windows', DUET, '--accompaniment=keep', '--reference_windows')

    def test_the_old_names_drop(self):
        primer = self.write('duet.mid', DUET)
        for flags, program in ((['--accompaniment=drop'], ['magenta', 'generate']), ([], ['lookback_rnn_generate'])):
            self.ok(*program[1:], *([LOOKBACK] if program[1:] else []), '--output_dir=' + self.path(program[0]), '--num_outputs=1', '--seed=5',
                    '--primer_midi=' + primer, '--num_steps=128', *flags, program=program[0])
        ours, old = [notes_of(self.path(name, self.files(name)[0])) for name in ('magenta', 'lookback_rnn_generate')]
        self.assertEqual(ours, old)
        self.assertEqual([note[0] for note in old[:6]], [67, 69, 71, 74, 71, 69])
        self.assertNotIn(43, [note[0] for note in old[:48]])

    def test_a_part_by_number_and_name(self):
        for choice in ('2', 'Cello', 'cel'):
            piece, said = self.generate(DUET, '--primer_part=' + choice, '--bars=2')
            cello = of_instrument(piece, 1)
            self.assertEqual([note[0] for note in cello[:16]], [43, 50] * 8)
            self.assertGreater(len(cello), 16)
            self.assertEqual(len(of_instrument(piece, 0)), 48)
            self.assertIn('part 2 (Cello) is continued', said)
        self.refused('There are: 1 (Flute), 2 (Cello)', DUET, '--primer_part=Oboe')
        self.refused('There are: 1 (Flute), 2 (Cello)', DUET, '--primer_part=3')
        self.fails(2, '--primer_part chooses a part of the file', 'generate', LOOKBACK,
                   '--output_dir=' + self.path('out'), '--primer_part=1')

    def test_the_part_named_melody(self):
        named = song(JIG, FLUTE, part('Melody', 1, 40, [55, 57] * 8, ticks=720))
        piece, said = self.generate(named, '--bars=2')
        self.assertIn('2 (Melody) is continued, by its name', said)
        self.assertGreater(len(of_instrument(piece, 1)), 16)

    def test_program(self):
        for program in ('violin', '40', 'VIOLIN'):
            piece, _ = self.generate(DUET, '--program=' + program, '--bars=1')
            self.assertEqual([i['program'] for i in piece['instruments']], [40, 42])
        self.refused('--program', DUET, '--program=violine')
        self.refused('channel 10 is for drums', DUET, '--program=drums')
        self.refused('--program is empty', DUET, '--program=')
        _, said = self.generate(DUET, '--program=guitar', '--bars=1')
        self.assertIn('guitar is program 24, acoustic guitar (nylon); there are also acoustic guitar (steel)', said)

    def test_chords_of_the_part_stay_beside_it(self):
        track_of_chords = [(0, text_event(3, 'Piano'))]
        for top in (67, 69, 71, 72) * 2:
            track_of_chords += [(0, bytes([0x90, pitch, 90])) for pitch in (48, top)]
            track_of_chords += [(480, bytes([0x80, 48, 0])), (0, bytes([0x80, top, 0]))]
        piece, said = self.generate(song([(0, meter(4, 4))], track(track_of_chords)), '--bars=1')
        self.assertIn('8 chords: the highest note of each heard', said)
        self.assertEqual([note[0] for note in of_instrument(piece, 0)[:8]], [67, 69, 71, 72] * 2)
        self.assertEqual([note[0] for note in of_instrument(piece, 1)], [48] * 8)
        self.assertEqual([i['name'] for i in piece['instruments']], ['Piano', 'Piano (accompaniment)'])

    def test_changes_of_tempo_are_heard_as_a_whole(self):
        slower = JIG + [(480 * 12, tempo(48.5))]
        piece, said = self.generate(song(slower, FLUTE, CELLO), '--bars=2')
        self.assertEqual(len(piece['tempos']), 2)
        self.assertIn('changes its tempo: all of it is heard', said)
        straight, _ = self.generate(DUET, '--bars=2')
        self.assertEqual([note[0] for note in piece['notes']], [note[0] for note in straight['notes']])


CHORALE = [60, 62, 64, 65, 67, 65, 64, 62]


def pickup_song(last):
    """A quarter, two bars of 4/4, a last bar of `last` quarters, as a notation program writes it."""
    first = [(0, meter(1, 4)), (480, meter(4, 4)), (8 * 480, meter(last, 4)), (0, tempo(120))]
    return song(first, part('Soprano', 0, 52, [67] + CHORALE + [60, 64, 67][:last], ticks=480))


class Pickups(Generation):
    def test_a_pickup_is_no_change_of_meter(self):
        piece, said = self.generate(pickup_song(3), '--bars=2')
        self.assertNotIn('changes its', said)
        # The last bar is filled by the continuation: 4/4 from the first bar line on.
        self.assertEqual(piece['time_signatures'], [[0, 1, 4], [0.5, 4, 4]])
        self.assertEqual([note[0] for note in piece['notes'][:12]], [67] + CHORALE + [60, 64, 67])
        self.assertGreater(len(piece['notes']), 12)
        self.assertLessEqual(max(note[3] for note in piece['notes']), 6.5 + 2 * 2 + 1e-3)
        self.assertGreater(max(note[3] for note in piece['notes']), 8.5)

    def test_all_of_it_is_heard(self):
        """The same notes as of a file that has no meter but 4/4 and a rest of three beats before."""
        rest = song([(0, meter(4, 4)), (0, tempo(120))],
                    track([(0, text_event(3, 'Soprano')), (0, bytes([0xc0, 52])), (3 * 480, bytes([0x90, 67, 80])),
                           (480, bytes([0x80, 67, 0]))] +
                          [event for pitch in CHORALE + [60, 64, 67]
                           for event in ((0, bytes([0x90, pitch, 80])), (480, bytes([0x80, pitch, 0])))]))
        piece, _ = self.generate(pickup_song(3), '--bars=4')
        other, _ = self.generate(rest, '--bars=4', name='rest.mid')
        self.assertEqual([note[0] for note in piece['notes']], [note[0] for note in other['notes']])
        for a, b in zip(piece['notes'], other['notes']):
            self.assertAlmostEqual(a[2], b[2] - 1.5, 3)

    def test_of_abc(self):
        """The bar lines of a tune in ABC are its own, too."""
        tune = b'X:1\nM:4/4\nL:1/4\nQ:1/4=120\nK:C\nG|CDEF|GFED|CEG|]\n'
        piece, said = self.generate(tune, '--bars=2', name='tune.abc')
        self.assertNotIn('changes its', said)
        self.assertEqual(piece['time_signatures'], [[0, 1, 4], [0.5, 4, 4]])
        other, _ = self.generate(pickup_song(3), '--bars=2')
        self.assertEqual([note[0] for note in piece['notes']], [note[0] for note in other['notes']])

    def test_score_takes_the_whole(self):
        file = self.write('chorale.mid', pickup_song(3))
        events = self.ok('score', LOOKBACK, '--json', file).json['files'][0]['per_event']
        # 12 quarters and what is before the pickup in its bar, without the first event.
        self.assertEqual(len(events), (12 + 3) * 4 - 1)

    def test_score_of_a_part(self):
        duet, cello = self.write('duet.mid', DUET), self.write('cello.mid', song(JIG, CELLO))
        alone = self.ok('score', LOOKBACK, '--json', cello).json['files'][0]['per_event']
        for choice in ('2', 'cello'):
            chosen = self.ok('score', LOOKBACK, '--json', '--part=' + choice, duet).json['files'][0]['per_event']
            self.assertEqual(chosen, alone)
        self.fails(2, 'There are: 1 (Flute), 2 (Cello)', 'score', LOOKBACK, '--part=oboe', duet)

    def test_of_the_field(self):
        if not os.path.isdir(FIELD):
            self.skipTest('left out: no shared data (MAGENTA_SHARED)')
        for name, bars in (('xml-pickup-44-div480.musicxml', 2), ('xml-split-bar.musicxml', 2)):
            with open(os.path.join(FIELD, name), 'rb') as file:
                content = file.read()
            given = self.inspect(os.path.join(FIELD, name))['notes']
            piece, said = self.generate(content, f'--bars={bars}', name=name)
            self.assertNotIn('changes its', said)
            self.assertEqual([note[0] for note in piece['notes'][:len(given)]], [note[0] for note in given])
            self.assertGreater(len(piece['notes']), len(given))


class Books(Generation):
    BOOK = (b'X:3\nT:First\nM:6/8\nL:1/8\nK:G\nGAB c2d|e3 d3|\n\n'
            b'X:5\nT:Second Tune\nM:3/4\nL:1/4\nK:D\nDEF|A2F|\n')

    def test_a_tune_by_number_and_title(self):
        for choice, numerator in (('3', 6), ('X:3', 6), ('5', 3), ('second', 3), ('First', 6)):
            piece, _ = self.generate(self.BOOK, '--primer_part=' + choice, '--bars=1', name='book.abc')
            self.assertEqual(piece['time_signatures'][0][1], numerator, choice)
        for flags in ([], ['--primer_part=4'], ['--primer_part=Third']):
            self.refused('There are: 3 (First), 5 (Second Tune)', self.BOOK, *flags, name='book.abc')


class Typed(Generation):
    def typed(self, melody, *flags):
        result = self.ok('generate', LOOKBACK, '--output_dir=' + self.path('out'), '--num_outputs=1', '--json',
                         '--seed=5', '--primer_melody=' + melody, *flags)
        return self.inspect(result.json['outputs'][0]['file'])

    def test_names_mean_what_the_list_means(self):
        listed = self.typed('[60, -2, 62, -2, 64, -2, 67, -2, -2, -1]')
        for names in ('C4 - D4 - E4 - G4 - - .', 'C4:2 D4:2 E4:2 G4:3 r', 'c4 _ d4 _ e4 _ g4 _ _ .'):
            self.assertEqual(self.typed(names)['notes'], listed['notes'], names)
        self.assertEqual(self.typed('F#4 Bb3')['notes'][0][0], 66)

    def test_abc(self):
        piece = self.typed('abc: K:G M:6/8 L:1/8 GAB c2d|e3 d3|', '--bars=2', '--qpm=90')
        self.assertEqual(piece['time_signatures'], [[0, 6, 8]])
        self.assertEqual(piece['key_signatures'][0][1], 7)
        self.assertAlmostEqual(piece['tempos'][0][1], 90, 3)
        self.assertEqual([note[0] for note in piece['notes'][:7]], [67, 69, 71, 72, 74, 76, 74])

    def test_last_rests_stay(self):
        for melody in ('abc: L:1/4 K:C CDEF|z4|', 'C4:4 D4:4 E4:4 F4:4 .:16'):
            for model in (LOOKBACK, '--config=polyphony', '--config=score'):
                notes = sorted(self.typed(melody, '--bars=2', model)['notes'], key=lambda note: note[2])
                self.assertEqual([note[2] for note in notes[:4]], [0, 0.5, 1, 1.5], (melody, model))
                self.assertGreaterEqual(notes[4][2], 4, (melody, model))
                self.assertGreater(notes[-1][3], 6, (melody, model))

    def test_errors_name_the_place(self):
        for melody, text in (('C4 H4', "event 2, 'H4'"), ('C4 D', "event 2, 'D': has no octave"),
                             ('C4:x', "event 1, 'C4:x'"), ('abc: z4|', 'read as ABC'),
                             ('X:1\nK:C\nCDEF|\n\nX:2\nK:G\nGABc|', 'holds 2 tunes')):
            self.fails(2, text, 'generate', LOOKBACK, '--output_dir=' + self.path('out'), '--primer_melody=' + melody)


class Requests(Generation):
    def request(self, request, *flags):
        return self.ok('request', LOOKBACK, '--seed=5', '--format=json', *flags,
                       stdin=json.dumps(request).encode())

    def args(self, **values):
        return {name: {'string_value' if isinstance(value, str) else 'int_value': value}
                for name, value in values.items()}

    NOTES = [{'pitch': pitch, 'velocity': 90, 'start_time': i * 0.5, 'end_time': (i + 1) * 0.5}
             for i, pitch in enumerate([60, 62, 64, 65])]

    def test_bars_and_new_steps(self):
        by_section = self.request({'input_sequence': {'notes': self.NOTES},
                                   'generator_options': {'generate_sections': [{'start_time': 2, 'end_time': 6}]}})
        for args in ({'bars': 2}, {'new_steps': 32}, {'num_steps': 48}):
            by_args = self.request({'input_sequence': {'notes': self.NOTES},
                                    'generator_options': {'args': self.args(**args)}})
            self.assertEqual(by_args.json, by_section.json, args)
        both = run('request', LOOKBACK, stdin=json.dumps(
            {'input_sequence': {'notes': self.NOTES}, 'generator_options': {
                'generate_sections': [{'start_time': 2, 'end_time': 6}], 'args': self.args(bars=2)}}).encode())
        self.assertEqual(both.status, 2, both)

    def test_no_primer_means_one_thing(self):
        result = self.request({'generator_options': {'args': self.args(bars=8)}})
        self.assertIn('no primer is given: starting from middle C', result.err)
        generated = self.ok('generate', LOOKBACK, '--output_dir=' + self.path('out'), '--num_outputs=1', '--seed=5',
                            '--format=notesequence', '--json')
        self.assertIn('no primer is given: starting from middle C', generated.err)
        mine = self.inspect(generated.json['outputs'][0]['file'])['notes']
        theirs = result.json['generatedSequence']['notes']
        self.assertEqual([note['pitch'] for note in theirs], [note[0] for note in mine])
        self.assertEqual([note.get('startTime', 0) for note in theirs], [note[2] for note in mine])
        section = self.request({'generator_options': {'generate_sections': [{'end_time': 16}]}})
        self.assertEqual(section.json, result.json)

    def test_no_primer_counts_in_the_length(self):
        for name, value in (('bars', 2), ('new_steps', 7)):
            result = self.request({'generator_options': {'args': self.args(**{name: value})}})
            generated = self.ok('generate', LOOKBACK, '--output_dir=' + self.path(name), '--num_outputs=1',
                                '--seed=5', '--format=notesequence', '--json', '--%s=%s' % (name, value))
            mine = self.inspect(generated.json['outputs'][0]['file'])['notes']
            theirs = result.json['generatedSequence']['notes']
            self.assertEqual([note['endTime'] for note in theirs], [note[3] for note in mine], name)

    def test_an_empty_input_is_a_rest(self):
        result = self.request({'input_sequence': {}, 'generator_options': {
            'generate_sections': [{'start_time': 1, 'end_time': 9}]}})
        self.assertIn('taken as silence', result.err)
        for note in result.json['generatedSequence']['notes']:
            self.assertGreaterEqual(note['startTime'], 1)

    def test_parts_and_accompaniment(self):
        notes = self.NOTES + [{'pitch': 40, 'velocity': 70, 'end_time': 2, 'instrument': 1, 'program': 42}]
        asked = {'input_sequence': {'notes': notes, 'time_signatures': [{'numerator': 3, 'denominator': 4}]}}
        for args, low, high in (({'bars': 2}, 1, 4), ({'bars': 2, 'accompaniment': 'drop'}, 0, 4),
                                ({'bars': 2, 'primer_part': 2}, 1, 4)):
            result = self.request({**asked, 'generator_options': {'args': self.args(**args)}}).json
            piece = result['generatedSequence']
            self.assertEqual(piece['timeSignatures'][0]['numerator'], 3)
            counts = [sum(note.get('instrument', 0) == i for note in piece['notes']) for i in (0, 1)]
            self.assertGreaterEqual(counts[1], low, args)
            self.assertGreaterEqual(counts[0], high, args)
            if args.get('accompaniment') == 'drop':
                self.assertEqual(counts[1], 0)
            if args.get('primer_part') == 2:
                self.assertEqual((counts[0], counts[1] > 1), (4, True))

    def test_bad_json_and_both_spellings(self):
        self.fails(3, 'JSON', 'request', LOOKBACK, stdin=b'{"generatorOptions": }')
        camel = {'inputSequence': {'notes': [{'pitch': 60, 'velocity': 90, 'endTime': 0.5}]},
                 'generatorOptions': {'generateSections': [{'startTime': 0.5, 'endTime': 4}]}}
        snake = {'input_sequence': {'notes': [{'pitch': 60, 'velocity': 90, 'end_time': 0.5}]},
                 'generator_options': {'generate_sections': [{'start_time': 0.5, 'end_time': 4}]}}
        self.assertEqual(self.request(camel).json, self.request(snake).json)


class Densities(Generation):
    def test_harmonies_are_as_dense_as_asked(self):
        def notes(density):
            out = self.path(density)
            self.ok('generate', '--config=score', '--output_dir=' + out, '--num_outputs=1', '--seed=5', '--harmonise',
                    '--primer_melody=' + 'C5:4 B4:4 C5:4 D5:4 E5:4 D5:4 D5:8 ' * 4, '--density=' + density)
            return len(self.inspect(os.path.join(out, os.listdir(out)[0]))['notes']) - 28
        sparse, medium, dense = (notes(density) for density in ('sparse', 'medium', 'dense'))
        self.assertLess(1.3 * sparse, medium)
        self.assertLess(1.3 * medium, dense)


class Formats(Generation):
    def test_abc_and_musicxml(self):
        primer = self.write('duet.mid', DUET)
        files = self.ok('generate', LOOKBACK, '--output_dir=' + self.path('out'), '--num_outputs=1', '--json', '--seed=5',
                        '--primer_midi=' + primer, '--format=mid,abc,musicxml').json['outputs'][0]['files']
        expected = sorted((note[0], round(note[2], 2)) for note in self.inspect(files[0])['notes'])
        for path in files[1:]:
            piece = self.inspect(path)
            self.assertEqual(piece['time_signatures'][0][1:], [6, 8], path)
            self.assertEqual(sorted((note[0], round(note[2], 2)) for note in piece['notes']), expected, path)

    @needs_live
    def test_the_first_generated_note_is_drawn_as_generated(self):
        """At every tempo, from the same notes, as many notes in the colour of what is generated."""
        counts = set()
        for qpm in (40, 61, 77, 97, 113, 131, 173, 199, 240):
            out = self.path(f'at{qpm}')
            self.ok('generate', LOOKBACK, '--output_dir=' + out, '--num_outputs=1', '--seed=5', f'--qpm={qpm}',
                    '--format=svg', '--primer_melody=C4:4 D4:4 E4:4 G4:4', '--num_steps=64')
            with open(os.path.join(out, os.listdir(out)[0])) as file:
                counts.add(file.read().count('rgb(76.078431%,29.019608%,2.352941%)'))
        self.assertEqual(len(counts), 1)

    @needs_live
    def test_a_picture_tells_added_parts_apart(self):
        self.ok('generate', '--config=score', '--output_dir=' + self.path('out'), '--num_outputs=1', '--seed=5',
                '--format=svg', '--primer_melody=C5:4 B4:4 C5:4 D5:4', '--harmonise')
        with open(os.path.join(self.path('out'), os.listdir(self.path('out'))[0])) as file:
            picture = file.read()
        for colour in ('20.784314%,38.823529%,67.843137%', '70.196078%,28.235294%,4.313725%',
                       '18.431373%,49.019608%,30.980392%', '54.117647%,24.705882%,60.784314%'):
            self.assertIn(f'rgb({colour})', picture)

    @needs_live
    def test_a_picture_has_the_pieces_meter(self):
        piece = self.write('chorale.mid', pickup_song(3))
        self.ok('generate', LOOKBACK, '--output_dir=' + self.path('out'), '--num_outputs=1', '--seed=5', '--format=png',
                '--primer_midi=' + piece)
        self.assertEqual(len(self.files('out')), 1)


if __name__ == '__main__':
    unittest.main()
