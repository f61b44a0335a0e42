"""What a build makes: every preset says every option, every program is there and starts, and what is left
out of the tests shows as left out."""

import json
import os
import re
import subprocess
import sys
import unittest

from program import BIN, BUILT, ROOT, Case, run

RUN_SCRIPT = os.path.join(ROOT, 'tests', 'e2e', 'run_script.py')
CHECK_SKIPS = os.path.join(ROOT, 'tools', 'check_skips.py')


def text_of(name):
    with open(os.path.join(ROOT, name), encoding='utf-8') as file:
        return file.read()


class Presets(unittest.TestCase):
    """Presets share build/, so what one leaves unsaid the one before has said."""

    def test_every_preset_states_every_option(self):
        options = set(re.findall(r'^(?:option|set)\((MAGENTA_\w+) "', text_of('CMakeLists.txt'), re.M))
        self.assertGreaterEqual(len(options), 7)
        presets = {preset['name']: preset for preset in json.loads(text_of('CMakePresets.json'))['configurePresets']}
        self.assertEqual(set(presets), {'release', 'demo', 'full', 'dev', 'asan', 'tsan'})
        for name, preset in presets.items():
            stated = set()
            while preset is not None:
                stated |= set(preset['cacheVariables'])
                preset = presets.get(preset.get('inherits'))
            self.assertLessEqual(options | {'CMAKE_BUILD_TYPE', 'CMAKE_UNITY_BUILD'}, stated, name)


class Programs(unittest.TestCase):
    def test_what_was_to_be_built_is_there_and_starts(self):
        version = run('--version').out.split()[-1]
        for program in BUILT:
            with self.subTest(program):
                if program == 'examples':
                    for example in ('markov', 'weather_primer'):
                        self.assertTrue(os.access(os.path.join(os.path.dirname(BIN), 'examples', example), os.X_OK))
                    continue
                if program == 'library':
                    self.assertTrue(os.path.exists(os.path.join(os.path.dirname(BIN), 'lib', 'libmagenta.so.1')))
                    continue
                if program == 'studio':
                    self.assertTrue(os.path.exists(os.path.join(os.path.dirname(BIN), 'studio', 'index.html')))
                    continue
                if program == 'yardsticks':
                    program = os.path.join('..', 'bench', 'yardsticks', 'yardsticks')
                result = run('--version', program=program)
                self.assertEqual((result.status, result.out), (0, f'magenta {version}\n'), result)


class Skips(Case):
    SCRIPT = '''
import unittest
class A(unittest.TestCase):
    def test_a(self):
        {a}
    def test_b(self):
        {b}
@unittest.skip('left out: no moon')
class B(unittest.TestCase):
    def test_c(self):
        pass
'''

    def ctest(self, name, a, b):
        """The status by which ctest knows, and what was noted."""
        script = self.write(f'{name}_test.py', self.SCRIPT.format(a=a, b=b).encode())
        noted = self.path(name)
        done = subprocess.run([sys.executable, RUN_SCRIPT, script], stderr=subprocess.PIPE, check=False,
                              env={**os.environ, 'MAGENTA_SKIPS_FILE': noted})
        with open(noted, encoding='utf-8') as file:
            return done.returncode, file.read().splitlines()

    def test_what_is_wholly_left_out_is_no_success(self):
        skip = 'self.skipTest("left out: no sun")'
        part = 'with self.subTest("dawn"): self.skipTest("left out: no sun")'
        moon = 'e2e_{}_test\tB.test_c\tleft out: no moon'
        sun = 'e2e_{}_test\tA.test_{}\tleft out: no sun'
        for name, a, b, status, noted in (
                ('all', skip, skip, 77, [sun.format('all', 'a'), sun.format('all', 'b'), moon.format('all')]),
                ('some', skip, 'pass', 0, [sun.format('some', 'a'), moon.format('some')]),
                ('part', skip, part, 0,
                 [sun.format('part', 'a'), sun.format('part', 'b [dawn]'), moon.format('part')]),
                ('fails', skip, 'self.fail()', 1, [sun.format('fails', 'a'), moon.format('fails')])):
            self.assertEqual(self.ctest(name, a, b), (status, noted), name)

    def test_only_a_run_forgets_the_last_one(self):
        build = os.path.dirname(os.path.abspath(BIN))
        with open(os.path.join(build, 'CTestCustom.cmake'), encoding='utf-8') as file:
            self.write('CTestCustom.cmake', file.read().replace(build, self.path('.')).encode())
        self.write('CTestTestfile.cmake', f'add_test(any "{sys.executable}" -c pass)\n'.encode())
        for flags, kept in ((['-N'], True), (['--show-only'], True), (['--show-only=json-v1', '-R', 'any'], True),
                            (['--print-labels'], True), (['-R', '-none-'], False), ([], False)):
            skips = self.write('skips.txt', b'a_test\tX.y\tleft out: no sun\n')
            subprocess.run(['ctest', *flags], cwd=self.path('.'), stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, check=False)
            self.assertEqual(os.path.exists(skips), kept, flags)

    def test_a_skip_must_be_listed(self):
        skips = self.write('skips', b'a_test\tX.y\tleft out: no sun\n')
        for listed, status, says in ((b'no moon  it is day\n', 1, b'NOT ALLOWED: a_test: left out: no sun (X.y)'),
                                     (b'# all\na_test: .*no sun  it is night\n', 0, b'Cases left out: 1'),
                                     (b'no sun\n', 1, b'')):
            done = subprocess.run([sys.executable, CHECK_SKIPS, skips, self.write('list', listed)],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
            self.assertEqual(done.returncode, status, done)
            self.assertIn(says, done.stdout)

    def test_the_list_is_well_formed(self):
        done = subprocess.run([sys.executable, CHECK_SKIPS, self.path('none'),
                               os.path.join(ROOT, 'tests', 'allowed_skips.txt')], stdout=subprocess.PIPE, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, b'Cases left out: 0\n'))


if __name__ == '__main__':
    unittest.main()
