"""A model learns from thirty tunes: what is dropped, how long until it plays, and what it is worth on five others."""

import glob
import os
import struct
import time
import unittest

from program import NOTTINGHAM, Case, needs_serve, needs_train
from studio_jobs_test import Studio

CORPUS = os.environ.get('MAGENTA_CORPUS', '')


def any_reels():
    """Those of the shared folder, else tunes of the corpus: MIDI alone, which `slower` changes."""
    found = sorted(glob.glob(os.path.join(NOTTINGHAM, 'reels*.mid')))
    if len(found) < 35 and CORPUS:
        found = sorted(glob.glob(os.path.join(CORPUS, '**', '*.mid'), recursive=True))
    return found


def thirty_and_five(found):
    files = found[::max(1, len(found) // 35)][:35]
    others = files[::7]
    return [path for path in files if path not in others], others


def slower(path):
    """The tune in notes twice as long: music of another kind than what the bundled weights have learned from."""
    with open(path, 'rb') as file:
        content = file.read()
    ticks, = struct.unpack('>H', content[12:14])
    return content[:12] + struct.pack('>H', ticks // 2) + content[14:]


@needs_serve
@needs_train
class Teaching(Case):
    @unittest.skipIf(len(any_reels()) < 35, 'left out: no shared data, and no tunes in MAGENTA_CORPUS')
    def test_thirty_slow_reels_help_with_five_others(self):
        learned, others = thirty_and_five(any_reels())
        self.assertEqual((len(learned), len(others)), (30, 5))
        studio = Studio(self.path('studio'), MAGENTA_JOB_NICE='0')
        try:
            start = time.monotonic()
            data = studio.dataset({os.path.basename(path): slower(path) for path in learned})
            self.assertEqual(data['state'], 'done', data)
            job = studio.wait(studio.train(data, name='Taught', steps=200)['id'], seconds=1200)
            self.assertEqual(job['state'], 'done', job)
            status, answer = studio.ask('POST', f'/v1/generators/{job["result"]}:generate?bars=4&seed=1', b'', raw=True)
            self.assertEqual(status, 200, answer)
            print(f'{time.monotonic() - start:.0f} s from the first file to the first answer')
            with open(self.path('taught.mag'), 'wb') as file:
                file.write(studio.ask('GET', f'/v1/models/{job["result"]}.mag', raw=True)[1])
        finally:
            studio.end()
        before, after = self.losses({os.path.basename(path): slower(path) for path in others})
        step, held_out = min(job['curves']['heldOut'], key=lambda point: point[1])
        print(f'{job["step"]} steps, of which {step} is kept; held out of the thirty {job["curves"]["before"]:.4f} before, '
              f'{held_out:.4f} after; five others {before:.4f} before, {after:.4f} after')
        self.assertLess(after, before)

    def losses(self, files):
        for name, content in files.items():
            self.write('others/' + name, content)
        self.ok('dataset', '--config=lookback_rnn', '--input=' + self.path('others'), '--output_dir=' + self.path('data'),
                '--eval_ratio=0')
        data = '--sequence_example_file=' + self.path('data', 'training_melodies.tfrecord')
        return [self.ok('eval', *model, data, '--json').json['loss']
                for model in (['--config=lookback_rnn'], ['--bundle_file=' + self.path('taught.mag')])]


if __name__ == '__main__':
    unittest.main()
