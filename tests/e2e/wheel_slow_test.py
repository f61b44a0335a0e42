"""The wheel: built as `make wheel` builds it, installed into a fresh environment, used from a folder of its own."""

import base64
import csv
import glob
import hashlib
import json
import os
import re
import subprocess
import sys
import unittest
import zipfile

from program import ROOT, Case, tune

TOOLS = os.path.join(ROOT, 'build', 'venv-wheel', 'bin')
USE = '''
import json, os, sys
import magenta_native as mm
tune = mm.midi_file_to_note_sequence('tune.mid')
generator = mm.Generator('lookback_rnn')
made = generator.generate(tune, bars=2, seed=3)
mm.note_sequence_to_midi_file(made, 'made.mid')
print(json.dumps({'read': len(tune.notes), 'made': len(made.notes), 'models': [
    mm.Generator(name).about['file'] for name in ('basic_rnn', 'attention_rnn', 'drum_kit', 'chord_pitches_improv')]}))
'''


def said_by(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)
    assert done.returncode == 0, f'{command}\n{done.stdout.decode()}'
    return done.stdout.decode()


def version():
    with open(os.path.join(ROOT, 'CMakeLists.txt'), encoding='utf-8') as file:
        return re.search(r'^project\(magenta VERSION ([\d.]+)', file.read(), re.M)[1]


@unittest.skipUnless(os.path.exists(TOOLS), 'left out: no tools for wheels (make build/venv-wheel/ok)')
class Wheel(Case):
    def test_it_is_built_installed_and_used(self):
        kept = self.write('wheel/mine', b'1')
        old = self.write('wheel/magenta_native-0.0.1-cp311-cp311-linux_x86_64.whl', b'1')
        os.mkdir(self.path('building'))
        self.make('wheel', TMPDIR=self.path('building'))
        self.assertEqual([os.path.exists(path) for path in (kept, old)], [True, False])
        [wheel] = glob.glob(self.path('wheel', '*.whl'))
        self.make('again')
        with self.subTest('the same sources give the same bytes'):
            with open(wheel, 'rb') as one, open(self.path('again', os.path.basename(wheel)), 'rb') as other:
                self.assertTrue(one.read() == other.read())
        with self.subTest('its name and what is in it'):
            self.check_content(wheel)
        said_by(sys.executable, '-m', 'venv', self.path('venv'))
        python = self.path('venv', 'bin', 'python')
        said_by(python, '-m', 'pip', 'install', '-q', wheel)
        with self.subTest('it is used'):
            self.check_use(python)

    def make(self, folder, **environment):
        said_by(os.path.join(ROOT, 'tools', 'wheel.sh'), self.path(folder), env={**os.environ, **environment})

    def check_content(self, wheel):
        number = version()
        self.assertRegex(os.path.basename(wheel),
                         rf'^magenta_native-{re.escape(number)}-cp3\d+-cp3\d+-manylinux_2_36_x86_64\.whl$')
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            archive.extractall(self.path('content'))
        for name in ('LICENSE', 'NOTICE'):
            self.assertIn(f'magenta_native-{number}.dist-info/licenses/{name}', names)
        for name in os.listdir(os.path.join(ROOT, 'data', 'bundles')):
            self.assertIn(f'magenta_native/bundles/{name}', names)
        self.assertIn('magenta_native/py.typed', names)
        libraries = glob.glob(self.path('content', 'magenta_native.libs', '*'))
        self.assertTrue(any('libprotobuf' in path for path in libraries))
        for path in libraries + glob.glob(self.path('content', 'magenta_native', '*.so')):
            self.check_library(path)
        self.check_licenses(libraries, names)
        self.check_record(names)

    def check_licenses(self, libraries, names):
        """Of each library's Debian package there is one, and of what is compiled in."""
        found = {name.rpartition('/')[2] for name in names if '.dist-info/licenses/' in name}
        self.assertLessEqual({'libhwy-dev.copyright', 'nanobind.copyright', 'nlohmann-json3-dev.copyright'}, found)
        for path in libraries:
            original = re.sub(r'-[0-9a-f]{8}(?=\.)', '', os.path.basename(path))
            package = said_by('dpkg-query', '--search', f'*/lib/x86_64-linux-gnu/{original}').partition(':')[0]
            self.assertIn(f'{package}.copyright', found, path)

    def check_record(self, names):
        """It names each file with its digest."""
        [record] = glob.glob(self.path('content', '*.dist-info', 'RECORD'))
        with open(record, newline='', encoding='utf-8') as file:
            digests = {name: digest for name, digest, _ in csv.reader(file)}
        self.assertEqual(sorted(digests), sorted(name for name in names if not name.endswith('/')))
        for name, digest in digests.items():
            if not name.endswith('/RECORD'):
                with open(self.path('content', name), 'rb') as file:
                    found = base64.urlsafe_b64encode(hashlib.sha256(file.read()).digest()).decode().rstrip('=')
                self.assertEqual(digest, f'sha256={found}', name)

    def check_library(self, path):
        """It finds what it needs beside itself, and shows nobody a name that another library may have."""
        for folder in re.findall(r'(?:RPATH|RUNPATH).*\[(.*)\]', said_by('readelf', '-dW', path)):
            self.assertTrue(all(part.startswith('$ORIGIN') for part in folder.split(':')), (path, folder))
        with open(path, 'rb') as file:
            content = file.read()
        for folder in ROOT, self.path('building'):
            self.assertNotIn(folder.encode() + b'/', content, path)
        symbols = [line.split() for line in said_by('readelf', '-W', '--dyn-syms', path).splitlines()]
        shown = [row[7] for row in symbols if len(row) > 7 and row[4] in ('GLOBAL', 'WEAK', 'UNIQUE') and row[6] != 'UND']
        if '.libs/' in path:
            self.assertEqual([name for name in shown if not name.endswith('_magenta_native')], [], path)
        else:
            self.assertEqual([name for name in shown if re.search('google|absl|leveldb', name)], [])
            self.check_hardened(path, symbols)

    def check_hardened(self, path, symbols):
        wanted = {row[7].partition('@')[0] for row in symbols if len(row) > 7 and row[6] == 'UND'}
        self.assertIn('__stack_chk_fail', wanted)
        self.assertTrue(any(re.fullmatch('__[a-z]+_chk', name) for name in wanted), 'nothing is fortified')
        self.assertIn('BIND_NOW', said_by('readelf', '-dW', path))
        self.assertIn('GNU_RELRO', said_by('readelf', '-lW', path))

    def check_use(self, python):
        self.write('use/tune.mid', tune(4))
        # Nothing but the environment's own packages and bundles.
        environment = {key: value for key, value in os.environ.items() if not key.startswith(('PYTHON', 'MAGENTA'))}
        said = json.loads(said_by(python, '-c', USE, cwd=self.path('use'), env=environment))
        self.assertEqual(said['read'], 64)
        self.assertGreater(said['made'], said['read'])
        for file in said['models']:
            self.assertTrue(file.startswith(self.path('venv') + '/lib/'), file)
        self.ok('inspect', self.path('use', 'made.mid'))
        self.assertEqual(said_by(python, '-c', 'import importlib.metadata as m; print(m.version("magenta-native"))'),
                         version() + '\n')


if __name__ == '__main__':
    unittest.main()
