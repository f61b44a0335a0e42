"""What the end-to-end tests share: running the built programs, folders of their own, small files.

MAGENTA_BIN is the folder of the programs and MAGENTA_BUILT what this build makes, by commas (ctest sets
both; without it a script run by hand expects everything). What is made must be there: a test is left out
only where the build leaves its program out. MAGENTA_SHARED is the shared data, default ../shared.
Everything is written to a temporary folder a test, so the tests may run beside themselves.
"""

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get('MAGENTA_BIN', os.path.join(ROOT, 'build', 'bin'))
BUILT = os.environ.get('MAGENTA_BUILT', 'magenta,magenta-train,magenta-live,magenta-serve,examples,library').split(',')
# `make test` puts TensorBoard and grpcio there; see tools/requirements-test.txt.
PYTHON = os.path.join(os.path.dirname(BIN), 'venv', 'bin', 'python')
SHARED = os.environ.get('MAGENTA_SHARED', os.path.join(ROOT, '..', 'shared'))
MODELS = os.path.join(SHARED, 'goldens', 'models')
NOTTINGHAM = os.path.join(SHARED, 'data', 'nottingham')

# A user's own models of the studio are none of the tests'.
os.environ['XDG_DATA_HOME'] = os.path.join(tempfile.gettempdir(), f'magenta-e2e-data-{os.getpid()}')

needs_goldens = unittest.skipUnless(os.path.isdir(MODELS), 'left out: no shared goldens (MAGENTA_SHARED)')


def built(program):
    """Whether this build makes `program`, 'examples' or 'library'."""
    return program in BUILT


def needs(program):
    return unittest.skipUnless(built(program), f'left out: this build makes no {program}')


def has_modules(*names):
    """Whether the Python of tests has the modules `names`."""
    return os.path.exists(PYTHON) and subprocess.run([PYTHON, '-c', 'import ' + ', '.join(names)],
                                                     stderr=subprocess.DEVNULL).returncode == 0


needs_train = needs('magenta-train')
needs_live = needs('magenta-live')
needs_serve = needs('magenta-serve')
needs_examples = needs('examples')


class Result:
    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout.decode('utf-8', 'replace')
        self.bytes = done.stdout
        self.err = done.stderr.decode('utf-8', 'replace')

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def error(self):
        return json.loads(self.err.strip().splitlines()[-1])['error']

    def __repr__(self):
        return f'status {self.status}\n{self.out}\n{self.err}'


def run(*args, program='magenta', stdin=b'', timeout=300, **kwargs):
    done = subprocess.run([os.path.join(BIN, program), *map(str, args)], input=stdin,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, **kwargs)
    return Result(done)


def relative_links(page):
    """The paths that the Markdown file `page` links to, as they are seen from its folder."""
    with open(page, encoding='utf-8') as file:
        return re.findall(r'\]\((?!https?:)([^)#]+)', file.read())


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix='magenta-e2e-')

    def tearDown(self):
        for folder, _, _ in os.walk(self.folder):
            os.chmod(folder, 0o755)
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, content):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as file:
            file.write(content)
        return path

    def ok(self, *args, **kwargs):
        result = run(*args, **kwargs)
        self.assertEqual(result.status, 0, result)
        return result

    def fails(self, status, text, *args, **kwargs):
        """The command ends with `status`, says `text` in one line on stderr, and prints nothing."""
        result = run(*args, **kwargs)
        self.assertEqual(result.status, status, result)
        lines = [line for line in result.err.splitlines() if line.startswith('magenta: ')]
        self.assertEqual(len(lines), 1, result)
        self.assertIn(text, result.err)
        self.assertEqual(result.out, '')
        return result

    def fails_as_json(self, status, *args, **kwargs):
        """The command ends with `status` and --json's error, the only one, which is returned."""
        result = run(*args, '--json', **kwargs)
        self.assertEqual(result.status, status, result)
        self.assertEqual(result.err.count('"error"'), 1, result)
        return result.error

    def files(self, folder='.'):
        found = []
        for root, _, names in os.walk(self.path(folder)):
            found += [os.path.relpath(os.path.join(root, name), self.path(folder)) for name in names]
        return sorted(found)


def variable_length(value):
    digits = [value & 127]
    while value > 127:
        value >>= 7
        digits.append(value & 127 | 128)
    return bytes(reversed(digits))


def midi(chords, ticks=120, tempo=500000):
    """A MIDI file of one track, 480 ticks a quarter: each chord (a list of pitches, [] a rest) lasts
    `ticks`, or as many as stand at its place in the list `ticks`."""
    lengths = ticks if isinstance(ticks, list) else [ticks] * len(chords)
    track = b'\0\xff\x51\3' + struct.pack('>I', tempo)[1:]
    rest = 0
    for chord, ticks in zip(chords, lengths):
        if not chord:
            rest += ticks
            continue
        for i, pitch in enumerate(chord):
            track += variable_length(rest if i == 0 else 0) + bytes([0x90, pitch, 100])
            rest = 0
        for i, pitch in enumerate(chord):
            track += variable_length(ticks if i == 0 else 0) + bytes([0x80, pitch, 64])
    track += b'\0\xff\x2f\0'
    return b'MThd' + struct.pack('>IHHH', 6, 0, 1, 480) + b'MTrk' + struct.pack('>I', len(track)) + track


def on_grid(bundle, steps_per_quarter):
    """The bytes of a .mag of ours on another grid: field 1002, and no checksum, its last six bytes."""
    with open(bundle, 'rb') as file:
        return file.read()[:-6] + b'\xd0\x3e' + bytes([steps_per_quarter])


def tune(bars, offset=0):
    """`bars` bars of sixteenths over a scale: a melody that the data set keeps."""
    scale = [60, 62, 64, 65, 67, 69, 71, 72]
    return midi([[scale[(i * 3 + i // 16 + offset) % 8]] for i in range(bars * 16)])


def notes_of(path):
    """[(pitch, start, end)] of a file, by the program itself."""
    result = run('inspect', '--json', path)
    assert result.status == 0, result
    return [(n[0], n[2], n[3]) for n in result.json['files'][0]['notes']]


if __name__ == '__main__':
    sys.exit('program.py holds what the tests share')
