"""Repeats of MusicXML and ABC are held as they are written, and played out where music is heard or learned."""

import json
import os
import unittest
import wave

from program import ROOT, Case, needs_live

FIELD = os.path.join(ROOT, 'tests', 'field')
# Name, seconds as written and as played.
PIECES = [('xml-repeat-times3.musicxml', 4, 8), ('xml-repeat-volta12-3.musicxml', 6, 12),
          ('xml-ds-coda.musicxml', 8, 10)]
TUNE = 'X:1\nM:4/4\nL:1/4\nQ:1/4=120\nK:C\n|:CDEF|1GABc:|2cBAG|]\n'  # 3 bars, 4 played


class Repeats(Case):
    def setUp(self):
        super().setUp()
        self.pieces = [(os.path.join(FIELD, name), written, played) for name, written, played in PIECES]
        self.pieces.append((self.write('tune.abc', TUNE.encode()), 6, 8))

    def test_convert_keeps_what_is_written(self):
        for path, written, _ in self.pieces:
            with self.subTest(path):
                shown = json.loads(self.ok('inspect', path, '--json').out)
                self.assertEqual(shown['files'][0]['total_time'], written)

    def test_dataset_unrolls(self):
        for path, written, played in self.pieces:
            for flags, seconds in ([], written), (['--unroll'], played):
                with self.subTest(path=path, flags=flags):
                    folder = self.path('in' + os.path.basename(path) + str(len(flags)))
                    os.makedirs(folder)
                    os.symlink(path, os.path.join(folder, os.path.basename(path)))
                    out = self.path('out' + os.path.basename(path) + str(len(flags)))
                    self.ok('dataset', '--config=basic_rnn', '--input=' + folder, '--output_dir=' + out,
                            '--eval_ratio=0', '--min_bars=1', '--min_unique_pitches=1', *flags)
                    shown = self.ok('inspect', os.path.join(out, 'training_melodies.tfrecord')).out
                    self.assertIn(f'  {int(seconds * 8)} steps for basic_rnn', shown)

    @needs_live
    def test_render_plays_out(self):
        for path, _, played in self.pieces:
            with self.subTest(path):
                out = self.path(os.path.basename(path) + '.wav')
                self.ok('render', path, '--output=' + out)
                with wave.open(out) as sound:
                    seconds = sound.getnframes() / sound.getframerate()
                self.assertGreaterEqual(seconds, played)
                self.assertLess(seconds, played + 8)  # what dies away

    @needs_live
    def test_play_plays_out(self):
        for path, _, played in self.pieces:
            with self.subTest(path):
                out = self.path(os.path.basename(path) + '.mid')
                self.ok('play', path, '--backend=file', '--output_port=' + out)
                shown = json.loads(self.ok('inspect', out, '--json').out)['files'][0]
                self.assertAlmostEqual(max(note[3] for note in shown['notes']), played, delta=0.1)


if __name__ == '__main__':
    unittest.main()
