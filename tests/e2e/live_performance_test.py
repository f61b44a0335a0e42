"""Models of performances played live: from files, and over a real JACK.

Their notes sound on their own times and as loud as they say; what was played is heard with its pedal; controllers
say how dense the music is and which pitch classes it has.
"""

import os
import signal
import struct
import unittest

import jack
import jack_hostile_test
from live_test import events
from program import SHARED, Case, needs_live, needs_serve, run, variable_length
from server_test import Server

ZOO = os.path.join(SHARED, 'goldens', 'zoo', 'models')
LOUD = 'performance_with_dynamics'
TOLD = 'multiconditioned_performance_with_dynamics'
OPTIONAL = 'optional_multiconditioned_performance_with_dynamics'
NOTES = 'performance_with_dynamics_and_note_encoding'
KNOBS = ('--density_control_number=20', '--pitch_class_control_number=30')
needs_zoo = unittest.skipUnless(os.path.isdir(ZOO), 'left out: no shared goldens (MAGENTA_SHARED)')

# Seconds, then a message; the last note ends with the first bar.
PLAYED = [(0.013, (0x90, 60, 100)), (0.171, (0x90, 64, 31)), (0.198, (0x90, 67, 57)), (0.55, (0x80, 60, 0)),
          (0.73, (0x80, 64, 0)), (0.741, (0x80, 67, 0)), (1.007, (0x90, 59, 5)), (1.3, (0x90, 72, 127)),
          (1.52, (0x80, 59, 0)), (2.0, (0x80, 72, 0))]


def bundle(name):
    return f'--bundle_file={ZOO}/{name}/{name}.mag'


def playing(messages):
    """A MIDI file of them at 120 quarters a minute, a tick a half millisecond."""
    track, now = b'', 0
    for seconds, message in sorted(messages):
        track += variable_length(round(seconds * 2000) - now) + bytes(message)
        now = round(seconds * 2000)
    track += b'\0\xff\x2f\0'
    return b'MThd' + struct.pack('>IHHH', 6, 0, 1, 1000) + b'MTrk' + struct.pack('>I', len(track)) + track


def with_pedal():
    """PLAYED with the pedal down over the first half, and the same as long notes."""
    pedal = [(0.3, (0xb0, 64, 127)), (1.1, (0xb0, 64, 0))]
    held = [(1.1 if kind == 0x80 and seconds < 1.1 else seconds, (kind, *rest)) for seconds, (kind, *rest) in PLAYED]
    return PLAYED + pedal, held


class Played(Case):
    def live(self, messages, *flags):
        """The machine's notes in the two bars after the first: pitch, seconds, velocity."""
        seen = events(self.ok('live', '--backend=file', '--input_port=' + self.write('in.mid', playing(messages)),
                              '--output_port=' + self.path('out.mid'), '--mode=bars:1,2', '--seed=7', '--json', *flags))
        self.assertEqual((seen[-1]['event'], seen[-1]['note_ons'], seen[-1]['late_notes']),
                         ('end', seen[-1]['note_offs'], 0), seen[-1])
        self.assertEqual(seen[-1]['unanswered'] if 'unanswered' in seen[-1] else 0, 0)
        self.primer = next(event for event in seen if event['event'] == 'answer')['primer']
        return sorted((note['pitch'], note['time'], note['velocity']) for note in seen
                      if note['event'] == 'note' and note['who'] == 'machine' and note['on'])

    def generated(self, messages, *flags):
        """What generate adds to them, without what does not last a hundredth of a second."""
        primer = self.write('primer.mid', playing(messages))
        self.ok('generate', '--primer_midi=' + primer, '--num_steps=600', '--seed=7', '--num_outputs=1',
                '--output_dir=' + self.path('g'), *flags)
        made = self.path('g', self.files('g')[0])
        notes = self.ok('inspect', '--json', '--limit=0', made).json['files'][0]['notes']
        os.remove(made)
        return sorted((pitch, start, velocity) for pitch, velocity, start, *_ in notes if start > 2 - 1e-3)

    def expect_same(self, live, generated):
        self.assertEqual([(pitch, loud) for pitch, _, loud in live], [(pitch, loud) for pitch, _, loud in generated])
        for (_, mine, _), (_, want, _) in zip(live, generated):
            self.assertAlmostEqual(mine, want, delta=0.01)
        self.assertGreater(len(live), 1)


@needs_zoo
@needs_live
class FromFiles(Played):
    def test_an_answer_sounds_as_generate_has_it(self):
        for name in (LOUD, 'performance_with_dynamics_compact', 'performance_with_dynamics_and_modulo_encoding', NOTES,
                     'density_conditioned_performance_with_dynamics', 'pitch_conditioned_performance_with_dynamics',
                     TOLD, OPTIONAL):
            with self.subTest(name):
                notes = self.live(PLAYED, bundle(name))
                self.expect_same(notes, self.generated(PLAYED, bundle(name)))
                self.assertTrue(all(loud % 4 == 1 for _, _, loud in notes), notes)
                off_grid = [time for _, time, _ in notes if abs(time / 0.125 - round(time / 0.125)) > 0.02]
                self.assertTrue(off_grid, notes)

    def test_without_velocities_it_is_as_loud_as_the_phrase(self):
        self.assertEqual({loud for _, _, loud in self.live(PLAYED, bundle('performance'))}, {64})

    def test_the_pedal_is_heard(self):
        heard = []
        for messages in (*with_pedal(), PLAYED):
            notes = self.live(messages, bundle(LOUD))
            heard.append((self.primer, notes))
        self.assertEqual(heard[0], heard[1])
        self.assertNotEqual(heard[0][0], heard[2][0])

    def test_generate_and_score_hear_the_pedal(self):
        with_pedal_down, held = with_pedal()
        told = []
        for name, messages in (('pedal', with_pedal_down), ('held', held), ('plain', PLAYED)):
            primer = self.write(name + '.mid', playing(messages))
            made = self.ok('generate', '--json', bundle(LOUD), '--primer_midi=' + primer, '--num_steps=600', '--seed=7',
                           '--num_outputs=1', '--output_dir=' + self.path('g')).json['outputs'][0]
            scored = self.ok('score', '--json', bundle(LOUD), primer).json['files'][0]
            told.append((made['log_likelihood'], scored['log_likelihood']))
        self.assertEqual(told[0], told[1])
        self.assertNotEqual(told[0][0], told[2][0])
        self.assertNotEqual(told[0][1], told[2][1])

    def test_a_long_session_answers_each_phrase(self):
        """What is remembered is cut after half a minute, also where notes come a little before their beats."""
        beats = [0.5 * i - 0.04 for i in range(1, 160) if i % 16 < 8]
        messages = [message for beat in beats
                    for message in ((beat, (0x90, 60, 80)), (beat + 0.3, (0x80, 60, 0)))]
        for name in (LOUD, NOTES):
            with self.subTest(name):
                done = self.ok('live', '--backend=file', '--input_port=' + self.write('in.mid', playing(messages)),
                               '--output_port=' + self.path('out.mid'), '--mode=bars:2,2', '--seed=3', '--json',
                               bundle(name))
                self.assertNotIn('no answer', done.out + done.err)
                self.assertGreaterEqual(sum(event['event'] == 'answer' for event in events(done)), 9)

    def test_chords_that_come_early_are_phrases(self):
        """With --mode=free, where a phrase opens with its first note, the others of its chord come before its beat."""
        messages = [message for bar in range(8) for beat in range(2) for i, pitch in enumerate((60, 64, 67))
                    for message in ((2 + 2 * bar + 0.5 * beat - 0.03 + 0.004 * i, (0x90, pitch, 80)),
                                    (2 + 2 * bar + 0.5 * beat + 0.4, (0x80, pitch, 0)))]
        for name in (LOUD, NOTES):
            for mode in ('free', 'bars:1,1'):
                with self.subTest(name=name, mode=mode):
                    done = self.ok('live', '--backend=file', '--input_port=' + self.write('in.mid', playing(messages)),
                                   '--output_port=' + self.path('out.mid'), '--mode=' + mode, '--seed=1', '--json',
                                   bundle(name))
                    self.assertNotIn('no answer', done.out + done.err)

    def test_what_it_is_told(self):
        plain = self.live(PLAYED, bundle(TOLD))
        for flags, asked in ((['--notes_per_second=64'], ['--notes_per_second=64']),
                             (['--pitch_class_histogram=[1,0,0,0,0,0,0,0,0,0,0,0]'],
                              ['--pitch_class_histogram=[1,0,0,0,0,0,0,0,0,0,0,0]'])):
            notes = self.live(PLAYED, bundle(TOLD), *flags)
            self.expect_same(notes, self.generated(PLAYED, bundle(TOLD), *asked))
            self.assertNotEqual(notes, plain)
        # A controller says the same; in the middle of an answer what has sounded by then stays.
        turned = self.live(PLAYED + [(0.001, (0xb0, 20, 104))], bundle(TOLD), *KNOBS)  # 64 a second
        self.assertEqual(turned, self.live(PLAYED, bundle(TOLD), '--notes_per_second=64'))
        later = self.live(PLAYED + [(3, (0xb0, 30, 0)), (3, (0xb0, 20, 0)), (3, (0xb0, 37, 0))], bundle(TOLD), *KNOBS)
        self.assertNotEqual(later, plain)
        self.assertEqual([note for note in later if note[1] < 3], [note for note in plain if note[1] < 3])
        none = '--disable_conditioning_control_number=21'
        untold = self.live(PLAYED + [(0.001, (0xb0, 21, 127))], bundle(OPTIONAL), none)
        self.assertEqual(untold, self.live(PLAYED, bundle(OPTIONAL), '--disable_conditioning=True'))
        self.assertNotEqual(untold, self.live(PLAYED, bundle(OPTIONAL)))

    def test_controls_are_told_of(self):
        source = self.write('in.mid', playing(PLAYED + [(1, (0xb0, 32, 9))]))
        seen = events(self.ok('live', '--backend=file', '--input_port=' + source, bundle(TOLD), *KNOBS, '--json',
                              '--output_port=' + self.path('out.mid'), '--mode=bars:1,1'))
        line = next(event for event in seen if event['event'] == 'control')
        self.assertEqual((line['action'], line['pitch_class'], line['value']), ('pitch_class', 2, 9))
        primer = next(event for event in seen if event['event'] == 'answer')['primer']
        self.assertIn(60, primer)

    def test_what_is_wrong_is_named(self):
        common = ['live', '--backend=file', '--input_port=' + self.write('in.mid', playing(PLAYED)),
                  '--output_port=' + self.path('out.mid')]
        for text, *flags in (('--density_control_number is for models that are told how dense', bundle(LOUD), *KNOBS),
                             ('--notes_per_second is for models', '--config=basic_rnn', '--notes_per_second=3'),
                             ('is for models that go with and without conditions', bundle(TOLD),
                              '--disable_conditioning=True'),
                             ('Give notes per second, as 5.', bundle(TOLD), '--notes_per_second=-1'),
                             ('a session has no end', bundle(TOLD), '--notes_per_second=[1, 2]'),
                             ('0,1].', bundle(TOLD), '--pitch_class_histogram=[1, 2]'),
                             ('-1 to 116', bundle(TOLD), '--pitch_class_control_number=117'),
                             ('--density_control_number=25 and --pitch_class_control_number=21 both take controller 25',
                              bundle(TOLD), '--pitch_class_control_number=21', '--density_control_number=25'),
                             ('--switch and --density_control_number=20 both take controller 20', bundle(TOLD),
                              '--mode=switch', '--switch=cc:20', '--density_control_number=20'),
                             ('both take controller 9', bundle(TOLD), '--tempo_control_number=9',
                              '--density_control_number=9'),
                             ('Play with models of one grid', bundle(LOUD),
                              f'--bundle_files={ZOO}/drum_kit/drum_kit.mag')):
            with self.subTest(flags):
                if 'one grid' in text:
                    self.assertEqual(run(*common, *flags).status, 2)
                else:
                    self.fails(2, text, *common, *flags)


@needs_zoo
@needs_live
@needs_serve
class FromAServer(Played):
    def test_the_model_that_is_chosen_is_told_and_judges(self):
        bundles = ','.join(bundle(name).split('=')[1] for name in ('performance', NOTES, LOUD, TOLD, OPTIONAL))
        server = Server('--bundle_file=' + bundles)
        there = f'--server=localhost:{server.grpc}'
        try:
            plain = self.live(PLAYED, there, '--config=' + TOLD)
            for name, *flags in ((TOLD, '--notes_per_second=64', '--temperature=1.5', '--key=D'),
                                 (TOLD, '--pitch_class_histogram=[1,0,0,0,0,0,0,0,0,0,0,0]', '--pitch_temperature=0.5'),
                                 (OPTIONAL, '--disable_conditioning=True', '--min_pitch=50'),
                                 (LOUD, '--top_p=0.9', '--adapt'), (NOTES, '--temperature=0.9'), ('performance',)):
                with self.subTest(flags):
                    notes = self.live(PLAYED, there, '--config=' + name, *flags)
                    self.expect_same(notes, self.live(PLAYED, bundle(name), *flags))
                    self.assertNotEqual(notes, plain)
            played = ['live', '--backend=file', '--input_port=' + self.write('in.mid', playing(PLAYED)), there,
                      '--output_port=' + self.path('out.mid')]
            for text, name, flag in (('--notes_per_second is for models that are told', LOUD, '--notes_per_second=3'),
                                     ('draw pitches as events, and ' + NOTES, NOTES, '--key=D'),
                                     ('--adapt is for models that', NOTES, '--adapt')):
                with self.subTest(flag):
                    self.fails(2, text, *played, '--config=' + name, flag)
            # Beside it stand those that take what is said.
            done = self.ok(*played, '--config=' + LOUD, '--key=D', '--generator_select_control_number=20')
            self.assertIn(NOTES + ' can\'t be chosen: it does not take the argument key', done.err)
        finally:
            self.assertEqual(server.stop(), 0)


@needs_zoo
class OverJack(jack_hostile_test.Session):
    def test_it_plays_with_its_own_velocities_and_is_told_while_it_plays(self):
        self.start('--mode=bars:1,1', '--qpm=300', '--metronome=off', '--output_channel=5', *KNOBS,
                   models=[bundle(TOLD)])
        self.assertTrue(jack.wait_until(lambda: self.events('start')), self.text('err'))
        keys = [bytes(m) for pitch in (60, 64, 67) for m in ((0x90, pitch, 100), (0x80, pitch, 0))]
        knobs = [bytes((0xb0, number, value)) for number, value in ((20, 90), (30, 0), (64, 127), (64, 0))]
        def sounded():
            self.partner.send(keys + knobs)
            return len(self.events('answer')) >= 2 and self.machine_notes() > 4
        self.assertTrue(jack.wait_until(sounded, 60), self.text('err'))
        end = self.ends(signal.SIGINT)
        self.assertGreater(end['player_notes'], 0)
        self.expect_even()
        # A bar is 0.8 seconds: what is on time stands on hundredths of the session, not all on sixteenths.
        begun = self.events('start')[0]['time']
        times = [note['time'] - begun for note in self.events('note') if note['who'] == 'machine' and note['on']]
        off = [time for time in times if abs(time * 100 - round(time * 100)) > 0.05]
        self.assertLessEqual(len(off), end['late_notes'], off)
        self.assertTrue([time for time in times if abs(time * 20 - round(time * 20)) > 0.05], times)
        answered = [m for m in self.partner.heard if len(m) == 3 and m[0] == 0x94 and m[2] > 0]
        self.assertTrue(answered)
        self.assertTrue(all(m[2] % 4 == 1 for m in answered), answered)
        self.assertTrue([line for line in self.events('control') if line['action'] == 'density'])


if __name__ == '__main__':
    unittest.main()
