"""docs/add-an-interface.md's program, in a project of its own that knows us by add_subdirectory alone."""

import os
import re
import shutil
import subprocess
import unittest

from program import ROOT, Case, notes_of


def shown(language):
    """The one block of `language` on the page."""
    with open(os.path.join(ROOT, 'docs', 'add-an-interface.md'), encoding='utf-8') as file:
        found = re.findall(rf'^```{language}\n(.*?)^```', file.read(), re.M | re.S)
    assert len(found) == 1, language
    return found[0]


class Library(Case):
    def ran(self, *command, **kwargs):
        done = subprocess.run(command, cwd=self.path('tune'), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=False, **kwargs)
        return done.returncode, done.stdout.decode()

    def test_the_program_of_the_page(self):
        source = shown('cpp')
        self.assertLessEqual(len([line for line in source.splitlines() if line.strip()]), 20)
        self.write('tune/tune.cc', source.encode())
        self.assertIn('(../magenta ', shown('cmake'))
        self.write('tune/CMakeLists.txt', shown('cmake').replace('../magenta', ROOT).encode())
        # As fast to compile as may be.
        status, said = self.ran('cmake', '-G', 'Ninja', '-B', 'build', '-DCMAKE_UNITY_BUILD=ON',
                                '-DCMAKE_CXX_FLAGS=-O1')
        self.assertEqual(status, 0, said)
        self.assertNotIn('Torch', said)
        status, said = self.ran('cmake', '--build', 'build')
        self.assertEqual(status, 0, said)
        self.assertFalse(os.path.exists(self.path('tune/build/magenta/bin/magenta')), 'more is built than what it links')
        # The bundles are found in the clone, though the program lies elsewhere.
        self.assertEqual(self.ran('build/tune'), (0, ''))
        notes = notes_of(self.path('tune/tune.mid'))
        self.assertEqual(notes[0][:2], (60, 0))
        self.assertGreater(len(notes), 8)
        self.assertLessEqual(notes[-1][2], 16.001)
        shutil.copy(os.path.join(ROOT, 'data', 'bundles', 'lookback_rnn.mag'), self.path('lookback_rnn.mag'))
        named = {**os.environ, 'MAGENTA_BUNDLES': self.folder}
        self.assertEqual(self.ran('build/tune', env=named), (0, ''))
        # An error says which file, what of it, and what to do.
        os.truncate(self.path('lookback_rnn.mag'), 1000)
        status, said = self.ran('build/tune', env=named)
        self.assertEqual(status, 1)
        self.assertTrue(said.startswith(self.path('lookback_rnn.mag') + ': '), said)
        os.remove(self.path('lookback_rnn.mag'))
        status, said = self.ran('build/tune', env=named)
        self.assertEqual(status, 1)
        self.assertIn(self.folder, said)
        self.assertIn('MAGENTA_BUNDLES', said)
        self.assertNotIn('--', said)  # a program of one's own has none of our flags


if __name__ == '__main__':
    unittest.main()
