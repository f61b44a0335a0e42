"""Through a real JACK server: a file played into FluidSynth, and a duet that FluidSynth sounds.

What is asserted is what sounds, in what order, and that every note ends; never how many
milliseconds a machine of unknown load took.
"""

import json
import os
import shutil
import signal
import unittest

import jack
from program import BIN, ROOT, Case, midi, needs_live, needs_serve, notes_of
from server_test import Server

READY = not jack.MISSING and shutil.which('fluidsynth') and os.path.exists(jack.SOUND_FONT)
LOUD = 0.002    # a note through FluidSynth at its usual gain is three times that
QUIET = 0.0005  # what is left of a piano's note after a second

BUNDLE = os.path.join(ROOT, 'data', 'bundles', 'lookback_rnn.mag')
PHRASE = [[60], [62], [64], [65], [67], [65], [64], [62]]


@needs_live
@unittest.skipUnless(READY, 'left out: jackd, its tools, fluidsynth or its sound font are not installed')
class JackTest(Case):
    def setUp(self):
        super().setUp()
        self.server = jack.Server()
        self.assertTrue(self.server.start())
        self.assertTrue(self.server.synthesizer())

    def tearDown(self):
        self.server.stop()
        super().tearDown()

    def magenta(self, *args, log='log'):
        with open(self.path(log + '.out'), 'wb') as out, open(self.path(log + '.err'), 'wb') as err:
            return self.server.popen(os.path.join(BIN, 'magenta'), *args, stdout=out, stderr=err)

    def text(self, name):
        with open(self.path(name)) as file:
            return file.read()

    def test_ports(self):
        listed = json.loads(self.server.call(os.path.join(BIN, 'magenta'), 'ports', '--json'))
        self.assertEqual(listed['ports'], [{'direction': 'output', 'backend': 'jack', 'name': 'fsynth:midi_00'}])

    def test_play(self):
        tune = self.write('tune.mid', midi([[60], [64]], ticks=480))  # a second
        recording = self.server.record(self.path('rec.wav'), 3)
        playing = self.magenta('play', tune, '--output_port=fsynth')
        self.assertEqual(playing.wait(30), 0, self.text('log.err'))
        self.assertEqual(recording.wait(30), 0)
        loud = [level > LOUD for level in jack.levels(self.path('rec.wav'))]
        self.assertGreaterEqual(sum(loud), 8, loud)
        self.assertLessEqual(sum(loud), 16, loud)

    def test_an_interrupted_tune_ends_its_notes(self):
        tune = self.write('tune.mid', midi([[60, 64, 67]], ticks=48000))  # 50 seconds
        playing = self.magenta('play', tune, '--output_port=fsynth')
        self.assertTrue(jack.wait_until(lambda: 'playing' in self.text('log.err')))
        recording = self.server.record(self.path('loud.wav'), 1)
        self.assertEqual(recording.wait(30), 0)
        self.assertGreater(max(jack.levels(self.path('loud.wav'))), LOUD)
        playing.send_signal(signal.SIGINT)
        self.assertEqual(playing.wait(30), 130)
        recording = self.server.record(self.path('quiet.wav'), 3)
        self.assertEqual(recording.wait(30), 0)
        self.assertLess(jack.levels(self.path('quiet.wav'))[-1], QUIET)

    def test_no_such_port(self):
        tune = self.write('tune.mid', midi([[60]]))
        playing = self.magenta('play', tune, '--output_port=piano')
        self.assertEqual(playing.wait(30), 5)
        self.assertIn('has piano in its name; there are: fsynth:midi_00', self.text('log.err'))

    def duet(self, backend, *flags, turns=('--mode=free', '--silence=2')):
        """A phrase of two seconds, a silence, the answer; returns the lines of --json."""
        phrase = self.write('phrase.mid', midi(PHRASE, ticks=480, tempo=250000))
        live = self.magenta('live', f'--backend={backend}', '--input_port=virtual', '--output_port=fsynth',
                            *(flags or ['--bundle_file=' + BUNDLE]), *turns, '--qpm=240', '--metronome=off', '--json',
                            '--seed=3', '--record=' + self.path('duet.mid'), log='live')
        ours = jack.wait_until(lambda: [port for port in self.server.ports().splitlines()
                                        if port.startswith('magenta') and port.split(':')[1].startswith('in')])
        self.assertTrue(ours, self.text('live.err'))
        self.assertTrue(jack.wait_until(lambda: 'fsynth:midi_00\n   magenta' in self.server.connections()))
        recording = self.server.record(self.path('rec.wav'), 7)
        playing = self.magenta('play', phrase, '--output_port=' + ours[0], log='play')
        self.assertEqual(playing.wait(30), 0, self.text('play.err'))
        self.assertEqual(recording.wait(30), 0)
        live.terminate()
        self.assertEqual(live.wait(30), 0, self.text('live.err'))
        silence = self.server.record(self.path('end.wav'), 3)
        self.assertEqual(silence.wait(30), 0)
        self.assertLess(jack.levels(self.path('end.wav'))[-1], QUIET)
        return [json.loads(line) for line in self.text('live.out').splitlines()]

    def check_duet(self, lines):
        end = lines[-1]
        self.assertEqual(end['event'], 'end', lines)
        self.assertEqual(end['player_notes'], len(PHRASE), end)
        self.assertGreater(end['machine_notes'], 0, end)
        self.assertEqual(end['note_ons'], end['note_offs'], end)
        self.assertEqual(end['lost_events'], 0, end)
        notes = notes_of(self.path('duet.mid'))
        self.assertEqual(len(notes), end['player_notes'] + end['machine_notes'])
        # The player's two seconds, and an answer beyond the silence.
        loud = [level > LOUD for level in jack.levels(self.path('rec.wav'))]
        self.assertGreaterEqual(sum(loud), 22, loud)

    def test_a_session_outlives_its_server(self):
        live = self.magenta('live', '--input_port=virtual', '--output_port=virtual', '--bundle_file=' + BUNDLE,
                            '--mode=bars:1,1', '--json', log='live')
        told = lambda: [json.loads(line)['connected'] for line in self.text('live.out').splitlines()
                        if '"ports"' in line]
        # Its ports are there a moment before the session is.
        self.assertTrue(jack.wait_until(lambda: told() == [True]), self.text('live.err'))
        self.server.daemon.kill()
        self.server.daemon.wait()
        self.assertTrue(self.server.start())
        self.assertTrue(self.server.wait_for_port('magenta:in'), self.text('live.err'))
        self.assertTrue(jack.wait_until(lambda: told() == [True, False, True]), told())
        live.send_signal(signal.SIGINT)
        self.assertEqual(live.wait(30), 0, self.text('live.err'))
        self.assertIn('a port is gone', self.text('live.err'))
        self.assertIn('the port is back', self.text('live.err'))
        end = json.loads(self.text('live.out').splitlines()[-1])
        self.assertEqual(end['note_ons'], end['note_offs'], end)

    def test_duet(self):
        self.check_duet(self.duet('jack'))

    @needs_serve
    def test_duet_with_a_server(self):
        server = Server()
        try:
            lines = self.duet('jack', f'--server=localhost:{server.grpc}')
        finally:
            self.assertEqual(server.stop(), 0)
        self.check_duet(lines)
        answers = [line for line in lines if line['event'] == 'answer']
        self.assertTrue(answers)
        for answer in answers:
            self.assertNotIn('problem', answer)
            self.assertGreater(answer['delay_seconds'], 0)
        self.assertEqual(lines[-1]['unanswered'], 0)

    def test_an_accompaniment(self):
        """`play` plays a melody into `live --accompany`: what it played sounds, and three parts with it."""
        lines = self.duet('jack', '--config=score', '--accompany=alto,tenor,bass', turns=())
        self.check_duet(lines)
        played = [line for line in lines if line['event'] == 'note' and line['on'] and line['who'] == 'player']
        self.assertEqual([[line['pitch']] for line in played], PHRASE)
        added = [line for line in lines if line['event'] == 'note' and line['on'] and line['who'] == 'machine']
        self.assertGreaterEqual(added[0]['time'], played[0]['time'] - 0.05)
        with open(self.path('duet.mid'), 'rb') as file:
            recorded = file.read()
        for part in {line['part'] for line in added} | {'player'}:
            self.assertIn(part.encode(), recorded)

    def test_duet_through_rtmidi(self):
        self.check_duet(self.duet('rtmidi-jack'))


@needs_live
class PlayToAFileTest(Case):
    def test_times_are_kept(self):
        tune = self.write('tune.mid', midi([[60], [], [64, 67], [65]], ticks=100))
        self.ok('play', tune, '--backend=file', '--output_port=' + self.path('out.mid'))
        before = sorted((pitch, start, end) for pitch, start, end in notes_of(tune))
        after = sorted((pitch, start, end) for pitch, start, end in notes_of(self.path('out.mid')))
        self.assertEqual(len(before), len(after))
        for (pitch, start, end), (pitch2, start2, end2) in zip(before, after):
            self.assertEqual(pitch, pitch2)
            self.assertAlmostEqual(start2 - start, 0.1, delta=1.01 / 48000)
            self.assertAlmostEqual(end2 - end, 0.1, delta=1.01 / 48000)


if __name__ == '__main__':
    unittest.main()
