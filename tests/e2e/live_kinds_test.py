"""Drums and melodies over chords played live: from files, from a server, and over a real JACK.

What is asserted is what sounds, on which channel, and that every note ends.
"""

import json
import os
import signal
import struct
import unittest

import jack
import jack_hostile_test
from live_test import events
from program import SHARED, Case, midi, needs_live, needs_serve, notes_of, variable_length
from server_test import Server

ZOO = os.path.join(SHARED, 'goldens', 'zoo', 'models')
PHRASE = midi([[60], [62], [64], [65], [67], [65], [64], [62]], ticks=240)  # a bar of eighths at 120
# A bar of eighths on channel 10.
BEAT = midi([[36, 42], [42], [38, 42], [42]] * 2, ticks=240).replace(b'\x90', b'\x99').replace(b'\x80', b'\x89')
DRUMS = {36, 38, 42, 46, 45, 48, 50, 49, 51}


def weights(bundled, *names):
    """Flags of weights that come with the program, then of bundles that Magenta wrote, where they are."""
    bundles = [os.path.join(ZOO, name, name + '.mag') for name in (bundled, *names)]
    return [f'--config={bundled}'] + [f'--bundle_file={path}' for path in bundles if os.path.exists(path)]


def with_chords(chords, channel):
    """PHRASE's pitches on channel 1, and each chord for half of its bar on `channel`, from 1."""
    timed = []
    for i, pitch in enumerate((60, 62, 64, 65, 67, 65, 64, 62)):
        timed += [(i * 240, bytes([0x90, pitch, 100])), (i * 240 + 240, bytes([0x80, pitch, 0]))]
    for i, chord in enumerate(chords):
        for pitch in chord:
            timed += [(i * 960, bytes([0x8f + channel, pitch, 90])),
                      (i * 960 + 960, bytes([0x7f + channel, pitch, 0]))]
    track, now = b'', 0
    for time, message in sorted(timed, key=lambda event: (event[0], event[1][0] & 0xf0)):
        track += variable_length(time - now) + message
        now = time
    track += b'\0\xff\x2f\0'
    return b'MThd' + struct.pack('>IHHH', 6, 0, 1, 480) + b'MTrk' + struct.pack('>I', len(track)) + track


class Played(Case):
    def live(self, source, out, *flags):
        """A session of a bar each with a file, by its events."""
        seen = events(self.ok('live', '--backend=file', '--input_port=' + source, '--output_port=' + self.path(out),
                              '--mode=bars:1,1', '--seed=7', '--metronome=off', '--json', *flags))
        end = seen[-1]
        self.assertEqual((end['event'], end['note_ons'], end['late_notes']), ('end', end['note_offs'], 0), end)
        self.assertTrue([e for e in seen if e['event'] == 'answer'])
        return seen

    def new_notes(self, path):
        """Pitches and starts after the first bar, at 120."""
        return sorted((pitch, round(start, 3)) for pitch, start, _ in notes_of(path) if start >= 2 - 1e-3)

    def generated(self, source, *flags):
        self.ok('generate', '--output_dir=' + self.path('g'), '--primer_midi=' + source, '--num_outputs=1', '--bars=1',
                '--seed=7', *flags)
        made = self.path('g', self.files('g')[0])
        notes = self.new_notes(made)
        os.remove(made)
        return notes


@needs_live
class FromFiles(Played):
    def test_drums_are_answered_as_generate_does(self):
        source = self.write('beat.mid', BEAT)
        for flag in weights('drum_kit', 'one_drum'):
            with self.subTest(flag):
                self.live(source, 'out.mid', '--nothru', '--record=' + self.path('r.mid'), flag)
                self.assertEqual(self.new_notes(self.path('out.mid')), self.generated(source, flag))
                for name in ('out.mid', 'r.mid'):
                    parts = self.ok('inspect', '--json', self.path(name)).json['files'][0]['instruments']
                    self.assertTrue(all(part['is_drum'] for part in parts), parts)
                os.remove(self.path('r.mid'))

    def test_melodies_over_a_chart_are_those_of_generate(self):
        source = self.write('phrase.mid', PHRASE)
        for flag in weights('chord_pitches_improv', 'basic_improv', 'attention_improv'):
            with self.subTest(flag):
                self.live(source, 'out.mid', '--nothru', flag, '--backing_chords=Dm7 G7')
                over = self.generated(source, flag, '--backing_chords=Dm7 G7', '--chords_from=start')
                self.assertEqual(self.new_notes(self.path('out.mid')), over)
                self.live(source, 'eighths.mid', '--nothru', flag, '--backing_chords=Dm7 G7 C Am',
                          '--steps_per_chord=8')
                over = self.generated(source, flag, '--backing_chords=Dm7 G7 C Am', '--steps_per_chord=8',
                                      '--chords_from=start')
                self.assertEqual(self.new_notes(self.path('eighths.mid')), over)

    def test_held_chords_belong_to_no_phrase(self):
        chords = [(48, 52, 55), (43, 47, 50, 53)]
        for flag, channel in (('--chord_channel=4', 4), ('--split_key=56', 1)):
            with self.subTest(flag):
                source = self.write('held.mid', with_chords(chords, channel))
                seen = self.live(source, 'out.mid', '--config=chord_pitches_improv', '--input_channel=1', flag)
                primer = next(e for e in seen if e['event'] == 'answer')['primer']
                self.assertEqual([event for event in primer if event >= 0], [60, 62, 64, 65, 67, 65, 64, 62])
                self.assertGreater(seen[-1]['machine_notes'], 0)

    def test_held_chords_keep_no_phrase_alive(self):
        for flag, channel in (('--chord_channel=4', 4), ('--split_key=56', 1)):
            with self.subTest(flag):
                source = self.write('held.mid', with_chords([(48, 52, 55)] * 6, channel))
                seen = events(self.ok('live', '--backend=file', '--input_port=' + source, flag, '--input_channel=1',
                                      '--output_port=' + self.path('out.mid'), '--config=chord_pitches_improv',
                                      '--seed=1', '--json'))
                first = next(e for e in seen if e['event'] == 'answer')
                self.assertEqual((first['at'], first['steps']), ('2|1', 16))

    def test_an_answer_is_what_generate_makes_of_its_line(self):
        bars = midi([[60], [62], [64], [65], [67], [65], [64], [62]] * 3, ticks=240)
        beat = midi([[36, 42], [42], [38, 42], [42]] * 6, ticks=240).replace(b'\x90', b'\x99').replace(b'\x80', b'\x89')
        song = with_chords([(48, 52, 55), (43, 47, 50, 53), (45, 48, 52), (43, 47, 50)] * 2, 4)
        for config, music, *flags in (('drum_kit', beat), ('chord_pitches_improv', bars, '--backing_chords=Dm7 H G7'),
                                      ('chord_pitches_improv', song, '--chord_channel=4', '--input_channel=1'),
                                      ('chord_pitches_improv', bars), ('basic_rnn', bars)):
            seen = self.live(self.write('in.mid', music), 'out.mid', '--config=' + config, '--nothru', *flags)
            answers = [event for event in seen if event['event'] == 'answer']
            self.assertEqual(len(answers), 1 if music == song else 3)
            for line in answers:
                with self.subTest(config + str(flags), at=line['at']):
                    self.assertEqual(self.replayed(config, line), self.answered(line))
                    self.assertEqual('chords' in line, config == 'chord_pitches_improv')

    def answered(self, line):
        """Pitches of the answer that `line` tells of, and their seconds from its beginning."""
        begin = 2 * (int(line['at'].split('|')[0]) - 1)
        notes = [(pitch, round(start - begin, 3)) for pitch, start in self.new_notes(self.path('out.mid'))]
        return [note for note in notes if -1e-3 <= note[1] < line['steps'] / 8 - 1e-3]

    def replayed(self, config, line):
        """The same of what generate makes of it."""
        length = len(line['primer'])
        given = [('--primer_drums=' if config == 'drum_kit' else '--primer_melody=') + json.dumps(line['primer'])]
        if 'chords' in line:
            self.assertEqual(len(line['chords'].split(' ')), length + line['steps'])
            given += ['--backing_chords=' + line['chords'], '--steps_per_chord=1']
        if 'key' in line:
            given += ['--primer_key=' + line['key']]
        self.ok('generate', '--config=' + config, '--output_dir=' + self.path('g'), '--num_outputs=1',
                f'--new_steps={line["steps"]}', f'--seed={line["seed"]}', *given)
        made = self.path('g', self.files('g')[0])
        notes = [(pitch, round(start - length / 8, 3)) for pitch, start in self.new_notes(made)]
        os.remove(made)
        return [note for note in notes if note[1] >= -1e-3]

    def test_a_bad_chord_costs_no_chart(self):
        source = self.write('phrase.mid', PHRASE)
        common = ['live', '--backend=file', '--input_port=' + source, '--mode=bars:1,1', '--seed=1',
                  '--config=chord_pitches_improv']
        said = self.ok(*common, '--output_port=' + self.path('a.mid'), '--backing_chords=G Dzz C')
        self.assertRegex(said.err, r'"Dzz" is no chord symbol: .* \(chord 2\): no chord is heard there')
        self.ok(*common, '--output_port=' + self.path('b.mid'), '--backing_chords=G N.C. C')
        with open(self.path('a.mid'), 'rb') as a, open(self.path('b.mid'), 'rb') as b:
            self.assertEqual(a.read(), b.read())

    def test_without_chords_it_says_what_gives_some(self):
        common = ['live', '--backend=file', '--input_port=' + self.write('phrase.mid', PHRASE),
                  '--output_port=' + self.path('out.mid'), '--mode=bars:1,1', '--config=chord_pitches_improv']
        said = self.ok(*common).err
        self.assertEqual(said.count('plays without chords'), 1, said)
        self.assertIn('--chord_channel', said)
        self.assertNotIn('without chords', self.ok(*common, '--backing_chords=C').err)
        self.fails(2, 'Give both or neither', *common, '--steps_per_chord=8')

    def test_a_chord_lasts_a_bar_of_the_meter(self):
        source = self.write('phrase.mid', PHRASE)
        for meter, steps in (('3/4', 12), ('4/4', 16), ('6/8', 12)):
            with self.subTest(meter):
                flags = ['--config=chord_pitches_improv', '--meter=' + meter, '--backing_chords=C F#m7b5 Eb']
                self.live(source, 'by_default.mid', *flags)
                self.live(source, 'said.mid', *flags, f'--steps_per_chord={steps}')
                with open(self.path('by_default.mid'), 'rb') as a, open(self.path('said.mid'), 'rb') as b:
                    self.assertEqual(a.read(), b.read())


@needs_live
@needs_serve
class FromAServer(Played):
    def test_it_answers_as_here(self):
        server = Server()
        try:
            phrase, drums = self.write('phrase.mid', PHRASE), self.write('beat.mid', BEAT)
            held = self.write('held.mid', with_chords([(48, 52, 55), (43, 47, 50, 53)], 4))
            low = self.write('low.mid', with_chords([(48, 52, 55), (43, 47, 50, 53)], 1))
            improv = '--config=chord_pitches_improv'
            for source, *flags in ((phrase, improv, '--backing_chords=Dm7 G7 C F#m7b5', '--steps_per_chord=8'),
                                   (phrase, improv), (held, improv, '--chord_channel=4'),
                                   (low, improv, '--split_key=56'), (drums, '--config=drum_kit')):
                with self.subTest(flags):
                    self.live(source, 'here.mid', *flags)
                    there = self.live(source, 'there.mid', f'--server=localhost:{server.grpc}', *flags)
                    self.assertEqual(there[-1]['unanswered'], 0)
                    with open(self.path('here.mid'), 'rb') as a, open(self.path('there.mid'), 'rb') as b:
                        self.assertEqual(a.read(), b.read())
        finally:
            self.assertEqual(server.stop(), 0)


class OverJack(jack_hostile_test.Session):
    def play(self, models, phrase, *flags):
        """A session by turns of a bar until two answers have sounded; the note-ons that the partner heard, less
        the player's own on channel 3."""
        self.partner.heard.clear()
        self.start('--mode=bars:1,1', '--qpm=300', '--metronome=off', *flags, models=[models])
        self.assertTrue(jack.wait_until(lambda: self.events('start')), self.text('err'))
        def sounded():
            self.partner.send(phrase)
            return len(self.events('answer')) >= 2 and self.machine_notes() > 4
        self.assertTrue(jack.wait_until(sounded, 60), self.text('err'))
        self.assertGreater(self.ends(signal.SIGINT)['player_notes'], 0)
        self.expect_even()
        ons = [m for m in self.partner.heard if len(m) == 3 and m[0] & 0xf0 == 0x90 and m[2] > 0]
        return [m for m in ons if m[0] != 0x92]

    def test_drums_answer_on_channel_10(self):
        pads = [bytes(m) for pitch in (36, 42, 38, 42) for m in ((0x92, pitch, 100), (0x82, pitch, 0))]
        for flag in weights('drum_kit', 'one_drum'):
            with self.subTest(flag):
                answered = self.play(flag, pads)
                self.assertEqual({m[0] for m in answered}, {0x99})
                self.assertLessEqual({m[1] for m in answered}, DRUMS | {39})

    def test_melodies_over_chords(self):
        keys = [bytes(m) for pitch in (60, 64, 67, 65) for m in ((0x92, pitch, 100), (0x82, pitch, 0))]
        for flag in weights('chord_pitches_improv', 'basic_improv'):
            with self.subTest(flag):
                answered = self.play(flag, keys, '--backing_chords=Dm7 G7 C', '--output_channel=5')
                self.assertEqual({m[0] for m in answered}, {0x94})
        for flag, status in (('--chord_channel=4', 0x93), ('--split_key=56', 0x92)):
            with self.subTest(flag):
                chord = [bytes([status, pitch, 90]) for pitch in (48, 52, 55)]
                lift = [bytes([status - 16, pitch, 0]) for pitch in (48, 52, 55)]
                answered = self.play('--config=chord_pitches_improv', chord + keys + lift, flag, '--output_channel=5')
                self.assertIn(0x94, {m[0] for m in answered})


if __name__ == '__main__':
    unittest.main()
