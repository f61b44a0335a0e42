"""The pipelines on Apache Beam (direct runner) and Apache Spark (local mode, local cluster): the records of `magenta
convert` and `magenta dataset`, whatever fails on the way."""

import collections
import glob
import json
import os
import shutil
import struct
import sys
import tempfile
import unittest

from environment import ROOT, Environment, said_by

sys.path.insert(0, os.path.join(ROOT, 'tests', 'e2e'))
from program import BIN, tune  # noqa: E402

EXAMPLES = os.path.join(ROOT, 'python', 'examples')
JOBS = os.path.join(ROOT, 'tests', 'release', 'scale_jobs.py')


def records(pattern):
    """The records of all files, sorted."""
    found = []
    for path in glob.glob(pattern):
        with open(path, 'rb') as file:
            data = file.read()
        at = 0
        while at < len(data):
            [length] = struct.unpack_from('<Q', data, at)
            found.append(data[at + 12:at + 12 + length])
            at += 12 + length + 4
    return sorted(found)


def lines(pattern):
    found = []
    for path in glob.glob(pattern):
        with open(path, encoding='utf-8') as file:
            found += map(json.loads, file)
    return found


class Scale(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.environment = Environment('scale', '-r', os.path.join(ROOT, 'python', 'requirements-scale.txt'))
        cls.addClassCleanup(cls.environment.remove)
        cls.folder = tempfile.mkdtemp(prefix='magenta-scale-')
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.music = cls.path('music')
        os.makedirs(os.path.join(cls.music, 'below', 'deeper'))
        for i in range(40):
            cls.write(f'music/{"below/" if i % 3 else ""}{i}.mid', tune(5 + i % 9, i))
        cls.write('music/below/deeper/book.abc', b'X:1\nT:One\nK:G\nGABc|\n\nX:2\nT:Two\nK:D\nd4|\n')
        cls.write('music/broken.mid', b'MThd, and no more')
        cls.write('music/empty.mid', b'')
        cls.write('music/notes.txt', b'no music')
        magenta = os.path.join(BIN, 'magenta')
        said_by(magenta, 'convert', f'--input_dir={cls.music}', '--recursive',
                f'--output_file={cls.path("notes.tfrecord")}', f'--report={cls.path("notes.json")}')
        said_by(magenta, 'dataset', f'--input={cls.path("notes.tfrecord")}', '--config=lookback_rnn',
                f'--output_dir={cls.path("data")}', f'--report={cls.path("data.json")}')

    @classmethod
    def path(cls, *parts):
        return os.path.join(cls.folder, *parts)

    @classmethod
    def write(cls, name, content):
        with open(cls.path(name), 'wb') as file:
            file.write(content)

    def run_job(self, *arguments):
        return self.environment.run(*arguments, cwd=self.folder, PYSPARK_PYTHON=self.environment.python)

    def check(self, output):
        """What lies in `output` is what the programs wrote, and nothing is there twice."""
        for stem, whole in (('notes', 'notes.tfrecord'), ('training_melodies', 'data/training_melodies.tfrecord'),
                            ('eval_melodies', 'data/eval_melodies.tfrecord')):
            expected = records(self.path(whole))
            self.assertGreater(len(expected), 0)
            self.assertEqual(records(os.path.join(output, f'{stem}-*.tfrecord')), expected, stem)
        self.assertEqual(glob.glob(os.path.join(output, '*.tmp*')), [])

    def check_reports(self, output):
        expected = []
        for report in ('notes.json', 'data.json'):
            with open(self.path(report), encoding='utf-8') as file:
                expected += json.load(file)['files']
        self.assertEqual(collections.Counter(map(json.dumps, lines(os.path.join(output, 'reports*.json')))),
                         collections.Counter(map(json.dumps, expected)))

    def counts(self):
        counts = collections.Counter()
        for report in ('notes.json', 'data.json'):
            with open(self.path(report), encoding='utf-8') as file:
                counts.update(json.load(file)['counts'])
        return counts

    def check_counts(self, said):
        found = {row.split()[1]: int(row.split()[0]) for row in said.splitlines() if row.strip()}
        self.assertEqual(found, dict(self.counts()))
        self.assertEqual(found['broken_midi'], 1)

    def test_beam(self):
        said = self.run_job(os.path.join(EXAMPLES, 'beam_dataset.py'), f'--folder={self.music}/',
                            f'--output={self.path("beam")}', '--runner=DirectRunner', '--direct_num_workers=1')
        self.check(self.path('beam'))
        self.check_reports(self.path('beam'))
        self.check_counts(said)

    def test_spark(self):
        said = self.run_job(os.path.join(EXAMPLES, 'spark_dataset.py'), f'--folder={self.music}',
                            f'--output={self.path("spark")}', '--master=local[2]', '--parts=5')
        self.check(self.path('spark'))
        self.check_reports(self.path('spark'))
        self.check_counts(said)
        # The order is that of the programs, too.
        with open(self.path('notes.tfrecord'), 'rb') as file:
            whole = file.read()
        parts = b''
        for path in sorted(glob.glob(self.path('spark', 'notes-*.tfrecord'))):
            with open(path, 'rb') as file:
                parts += file.read()
        self.assertEqual(parts, whole)

    def test_beam_tries_what_failed_again_and_writes_nothing_twice(self):
        said = self.run_job(JOBS, 'beam', self.music, self.path('beam_failing'), self.path('failed_once'))
        self.assertTrue(os.path.exists(self.path('failed_once')), said)
        self.check(self.path('beam_failing'))

    def test_spark_loses_a_worker_and_writes_nothing_twice(self):
        said = self.run_job(JOBS, 'spark', self.music, self.path('spark_failing'), self.path('killed_once'))
        self.assertTrue(os.path.exists(self.path('killed_once')), said)
        self.check(self.path('spark_failing'))

    def test_what_can_not_be_meant_is_told_before_a_job_begins(self):
        said = self.run_job(JOBS, 'usage')
        self.assertIn('tuba_rnn', said)
        self.assertIn('eval_ratio is 2', said)

    def test_without_beam_its_remedy_is_told(self):
        self.assertEqual(self.run_job(JOBS, 'missing'),
                         'magenta_native.beam needs Apache Beam: pip install apache-beam google-crc32c\n')


if __name__ == '__main__':
    unittest.main()
