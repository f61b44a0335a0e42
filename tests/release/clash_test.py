"""The package in one process with others that bring a protobuf and an Abseil of their own, imported in every order."""

import itertools
import os
import sys
import unittest

from environment import ROOT, Environment

sys.path.insert(0, os.path.join(ROOT, 'tests', 'e2e'))
from program import BIN  # noqa: E402

CHECK = os.path.join(ROOT, 'tests', 'release', 'clash_check.py')
MODULES = ('magenta_native', 'google.protobuf', 'torch', 'tensorflow')


class Clash(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.environment = Environment('clash', '-r', os.path.join(ROOT, 'python', 'requirements-clash.txt'))
        cls.addClassCleanup(cls.environment.remove)

    def test_every_order(self):
        for order in itertools.permutations(MODULES):
            with self.subTest(' '.join(order)):
                self.assertIn('ok', self.environment.run(CHECK, *order))

    def test_a_host_that_shows_all_symbols_to_all(self):
        # torch and TensorFlow themselves can't both be in such a process.
        for other in ('torch', 'tensorflow'):
            for order in itertools.permutations(('magenta_native', other)):
                with self.subTest(' '.join(order)):
                    self.assertIn('ok', self.environment.run(CHECK, '--global', *order))

    def test_what_is_for_torch(self):
        """Data sets and the page's snippets, by the package's own tests: nothing is missing here, none is left out."""
        tests = [os.path.join(ROOT, 'python', 'tests', name) for name in ('data_test.py', 'docs_test.py')]
        said = self.environment.run('-m', 'pytest', '-q', '-rs', '-p', 'no:cacheprovider', *tests, MAGENTA_BIN=BIN,
                                    PYTHONDONTWRITEBYTECODE='1')
        self.assertIn(' passed', said)
        self.assertEqual([line for line in said.splitlines() if line.startswith('SKIPPED')], [])


class Protobuf(unittest.TestCase):
    def test_every_major_version(self):
        environment = Environment('protobuf')
        self.addCleanup(environment.remove)
        for version in ('4.22.*', '4.*', '5.*', '6.*', '7.*'):
            environment.pip(f'protobuf=={version}')
            for implementation in ('upb', 'python'):
                for order in itertools.permutations(('magenta_native', 'google.protobuf')):
                    with self.subTest(f'{version}, {implementation}, {order[0]} first'):
                        self.assertIn('ok', environment.run(CHECK, *order,
                                                            PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=implementation))


if __name__ == '__main__':
    unittest.main()
