"""What the pages show is true: their commands run as they stand, their worked examples come out."""

import json
import os
import re
import shlex
import shutil
import signal
import struct
import subprocess
import unittest

from examples_test import EXAMPLES
from program import (BIN, PYTHON, ROOT, Case, built, has_modules, needs_examples, needs_live, needs_serve, notes_of,
                     relative_links, run, tune, variable_length)

# What a reader waits for longer than a test, and ports that a test finds free.
SHORTER = {'--num_training_steps=2000': '--num_training_steps=2'}
# What is not run as it stands, and why.
LEFT_OUT = {
    r'make \w+': 'builds; that the target is there is tested',
    r'export PATH=': 'the test has that path',
    r'tensorboard ': 'e2e_tensorboard_test has its reader',
    r'magenta live --input_port=(keyboard|Keystation)': 'wants a keyboard; e2e_jack_test has one',
    r'magenta studio': 'serves until it is stopped; e2e_studio_server_test starts it',
    r'grpcurl ': 'is not in Debian; e2e_server_test asks by reflection',
}
# What a command needs that a build or a machine may not have: words of the command, a program or module.
NEEDS = [
    (r'(magenta|markov) (train|eval)\b|--run_dir=', 'magenta-train'),
    (r'(magenta|markov) (live|ports|play|render)\b|--format=\S*(wav|png|svg)', 'magenta-live'),
    (r'magenta serve\b|curl |--server=|localhost:\d', 'magenta-serve'),
    (r'markov |build/examples/', 'examples'),
    (r'accept: (audio/wav|image/)', 'magenta-live'),
    (r'curl ', 'curl'),
    (r'python3? ', 'grpcio'),
]


def page(name):
    with open(os.path.join(ROOT, name), encoding='utf-8') as file:
        return file.read()


def pages():
    listed = subprocess.run(['git', 'ls-files', '*.md'], cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if listed.returncode == 0:
        return listed.stdout.decode().split()
    return [os.path.relpath(os.path.join(folder, name), ROOT) for folder in (ROOT, os.path.join(ROOT, 'docs'))
            for name in os.listdir(folder) if name.endswith('.md')]


def blocks(name):
    return re.findall(r'^```\w*\n(.*?)^```', page(name), re.M | re.S)


def commands(name):
    """The commands of a page, each a line of the shell: indented ones, and those of blocks. A block that
    begins with another word than a program's shows something else."""
    found = re.findall(r'^    (magenta .*)$', page(name), re.M)
    for block in blocks(name):
        if re.match(r'(magenta|markov|make|export|echo|curl|grpcurl) ', block):
            lines = block.replace('\\\n', ' ').splitlines()
            found += [line for line in lines if line.strip() and not line.startswith('{')]
    return found


def missing(command):
    """What `command` needs and has not, as the reason to leave it out; None where all is there."""
    for words, need in NEEDS:
        if not re.search(words, command):
            continue
        if need == 'curl' and not shutil.which('curl'):
            return 'left out: no curl'
        if need == 'grpcio' and not has_modules('grpc_tools'):
            return 'left out: no grpcio (make build/venv/ok)'
        if need not in ('curl', 'grpcio') and not built(need):
            return f'left out: this build makes no {need}'
    return None


class Commands(Case):
    """Each page's commands, one after the other, in a folder where the files lie that they speak of."""

    def setUp(self):
        super().setUp()
        self.servers = []
        self.ports = {}
        self.ran = 0
        for i in range(30):
            self.write(f'my_midi/{i}.mid', tune(8, i))
            self.write(f'tunes/{i}.mid', tune(8, i))
        for name in ('mine', 'me', 'phrase', 'primer'):
            self.write(f'{name}.mid', tune(4))
        request = b'generator_options { generate_sections { end_time: 4 } }'
        self.write('request.pbtxt', request)
        for name, config in (('mine', 'basic_rnn'), ('yours', 'attention_rnn')):
            shutil.copy(os.path.join(ROOT, 'data', 'bundles', config + '.mag'), self.path(name + '.mag'))
        os.symlink(os.path.join(ROOT, 'examples'), self.path('examples'))
        os.mkdir(self.path('build'))
        os.symlink(EXAMPLES, self.path('build', 'examples'))
        path = [BIN, EXAMPLES, os.environ['PATH']]
        if has_modules('grpc_tools'):
            path.insert(0, os.path.dirname(PYTHON))
        self.environment = {**os.environ, 'PATH': ':'.join(path)}

    def tearDown(self):
        for server in self.servers:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=60)
            self.assertEqual(server.returncode, 0)
        super().tearDown()

    def serve(self, command):
        """Starts a server at free ports; later commands ask this one."""
        words = shlex.split(command, comments=True)
        if words[-1] == '&':
            words.pop()
        server = subprocess.Popen([*words, '--port=0', '--grpc_port=0'], cwd=self.folder, env=self.environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.servers.append(server)
        where = json.loads(server.stdout.readline())
        self.ports = {':8080': f':{where["port"]}', ':50051': f':{where["grpc_port"]}'}

    def run_page(self, name, fewest):
        for command in commands(name):
            if any(re.match(pattern, command) for pattern in LEFT_OUT):
                continue
            with self.subTest(command):
                self.ran += 1
                if reason := missing(command):
                    self.skipTest(reason)
                if re.match(r'(magenta|markov) serve', command):
                    self.serve(command)
                    continue
                for long, short in {**SHORTER, **self.ports}.items():
                    command = command.replace(long, short)
                done = subprocess.run(['bash', '-o', 'pipefail', '-c', command], cwd=self.folder, timeout=300,
                                      env=self.environment, stdin=subprocess.DEVNULL, check=False,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertEqual(done.returncode, 0, done.stderr.decode())
                self.assertNotIn(b'"error"', done.stdout)
        self.assertGreaterEqual(self.ran, fewest)

    def test_readme(self):
        self.run_page('README.md', 11)
        self.assertEqual(len(self.files('one')), 3 if built('magenta-live') else 0)
        self.assertEqual(len([name for name in self.files('more') if name.endswith('.mid')]), 10)
        if built('magenta-live'):
            # The duet: me.mid has four bars, and so has the answer.
            duet = run('inspect', '--json', '--limit=0', self.path('duet.mid')).json['files'][0]
            players = [i['name'] for i in duet['instruments']]
            self.assertEqual(sorted(players), ['machine', 'player'])
            own = [n[0] for n in notes_of(self.path('me.mid'))]
            player = duet['instruments'][players.index('player')]['instrument']
            self.assertEqual([n[0] for n in duet['notes'] if n[6] == player], own)
            answer = [n for n in duet['notes'] if n[6] != player]
            self.assertTrue(answer and all(8 - 1e-4 <= n[2] < 16 for n in answer), answer)

    def test_command_line(self):
        self.run_page('docs/cli.md', 9)
        self.assertIn('mine.mag', self.files())

    @needs_examples
    def test_add_a_model(self):
        self.run_page('docs/add-a-model.md', 6)
        self.assertEqual(len(self.files('out')), 10)

    @needs_examples
    def test_add_an_interface(self):
        self.run_page('docs/add-an-interface.md', 2)
        self.assertGreater(len(notes_of(self.path('weather.mid'))), 14)

    @needs_live
    def test_live(self):
        self.run_page('docs/live.md', 2)
        self.assertIn('duet.wav', self.files())

    @needs_serve
    def test_server(self):
        self.run_page('docs/server.md', 3)
        if shutil.which('curl'):
            for name, new_bars in (('tune.mid', 8), ('longer.abc', 16), ('new.mid', 8)):
                self.assertGreater(max(end for _, _, end in notes_of(self.path(name))), 2 * new_bars - 2, name)
            with open(self.path('tune.wav'), 'rb') as sound:
                self.assertEqual(sound.read(4), b'RIFF')


class Words(unittest.TestCase):
    def test_what_is_left_out_is_still_there(self):
        shown = [command for name in pages() for command in commands(name)]
        for pattern in LEFT_OUT:
            self.assertTrue(any(re.match(pattern, command) for command in shown), pattern)
        for long in SHORTER:
            self.assertTrue(any(long in command for command in shown), long)

    def test_every_make_target_is_there(self):
        targets = set(re.findall(r'^([a-z-]+):', page('Makefile'), re.M))
        for name in pages():
            if name != 'CHANGELOG.md':
                for target in re.findall(r'(?:`|^)make ([a-z-]+)', page(name), re.M):
                    self.assertIn(target, targets, name)

    def test_every_rule_that_is_cited_is_there(self):
        rules = set(re.findall(r'^## (\d+) ', page('docs/rules.md'), re.M))
        cited = 0
        for folder, _, names in os.walk(os.path.join(ROOT, 'magenta')):
            for name in names:
                if not name.endswith(('.h', '.cc')):
                    continue
                text = page(os.path.join(folder, name))
                for sections in re.findall(r'docs/rules\.md(?: |\s*///? )sections? (\d+(?: and \d+)?)', text):
                    cited += 1
                    self.assertLessEqual(set(sections.split(' and ')), rules, name)
        self.assertGreater(cited, 25)

    def test_no_line_is_longer_than_a_screen_is_wide(self):
        for name in 'README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/cli.md':
            text = re.sub(r'^```.*?^```', '', page(name), flags=re.M | re.S)
            long = [line for line in text.splitlines() if len(line) > 120 and not line.startswith('|')]
            self.assertEqual(long, [], name)

    def test_every_link_leads_somewhere(self):
        links = 0
        for name in pages():
            folder = os.path.dirname(os.path.join(ROOT, name))
            for link in relative_links(os.path.join(ROOT, name)):
                links += 1
                self.assertTrue(os.path.exists(os.path.join(folder, link)), f'{name}: {link}')
        self.assertGreater(links, 30)


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff


def hexadecimal(block):
    """The bytes of a block whose lines are bytes, two spaces or more, words."""
    return bytes.fromhex(''.join(re.split(r' {2,}', line)[0] for line in block.splitlines()))


def named_track(name, chords):
    track = b'\0\xff\x03' + bytes([len(name)]) + name
    for chord in chords:
        for pitch in chord:
            track += bytes([0, 0x90, pitch, 100])
        for i, pitch in enumerate(chord):
            track += variable_length(0 if i else 480) + bytes([0x80, pitch, 64])
    track += b'\0\xff\x2f\0'
    return b'MTrk' + struct.pack('>I', len(track)) + track


class Formats(Case):
    """The worked examples of docs/formats."""

    def example(self, name, part):
        """The block of a page in which `part` stands."""
        found = [block for block in blocks(f'docs/formats/{name}.md') if part in block]
        self.assertEqual(len(found), 1, name)
        return found[0]

    def test_midi(self):
        content = hexadecimal(self.example('midi', '4D546864'))
        self.assertEqual(notes_of(self.write('one.mid', content)), [(60, 0, 0.5)])

    def test_abc(self):
        content = self.example('abc', 'X:1').encode()
        notes = notes_of(self.write('bars.abc', content))
        self.assertEqual([note[0] for note in notes], [67, 69, 71, 72, 74, 78, 79])
        self.ok('generate', '--primer_midi=' + self.path('bars.abc'), '--output_dir=' + self.path('out'),
                '--num_outputs=1')

    def test_drums(self):
        """Two patterns; strung together the first is eight bars of 4/4."""
        path = self.write('two.drums', self.example('drums', 'pattern: Straight rock').encode())
        out = self.ok('inspect', path).out
        self.assertIn('1 Straight rock: 62 notes', out)
        self.assertIn('2 Slow blues shuffle: 26 notes', out)
        if not built('magenta-live'):
            return
        self.ok('render', path, '--format=mid', '--output_dir=' + self.path('out'))
        notes = notes_of(self.path('out/two_1.mid'))
        bar = 4 * 60 / 112
        bars = [[pitch for pitch, start, _ in notes if int(start / bar + 0.01) == i] for i in range(8)]
        self.assertEqual(len(notes), sum(map(len, bars)))
        self.assertEqual(bars[0], bars[1])
        self.assertEqual(bars[0], bars[2])
        self.assertIn(49, bars[4])
        self.assertEqual(bars[3], bars[7])
        self.assertIn(45, bars[7])
        self.ok('render', self.path('out/two_1.mid'), '--output=' + self.path('again.drums'))
        with open(self.path('again.drums')) as text:
            self.assertIn('tempo: 112\ngrid: 16\n', text.read())
        self.assertEqual([note[0] for note in notes_of(self.path('again.drums'))].count(45), 8)

    def test_names_of_drums(self):
        """Each drum of the page's table is read as the pitch that stands beside it."""
        with open(os.path.join(ROOT, 'docs/formats/drums.md')) as page:
            rows = [row.strip('|\n').split('|') for row in page if row.startswith('| `') and row.count('|') == 7]
        drums = []
        for row in rows:
            for names, pitches in zip(row[::2], row[1::2]):
                drums += zip(re.findall('`([A-Z]+)`', names), map(int, pitches.split()), strict=True)
        self.assertGreater(len(drums), 30)
        lines = ''.join(f'{name} |x|\n' for name, _ in drums)
        path = self.write('all.drums', f'pattern: all\nmeter: 1/4\ngrid: 4\n{lines}'.encode())
        self.assertEqual([note[0] for note in notes_of(path)], [pitch for _, pitch in drums])

    def test_musicxml(self):
        content = self.example('musicxml', '<score-partwise>').encode()
        self.assertEqual(notes_of(self.write('one.musicxml', content)), [(72, 0, 0.75)])

    def test_tfrecord(self):
        data = hexadecimal(self.example('tfrecord', 'length 3'))
        length, length_crc, content, content_crc = data[:8], data[8:12], data[12:15], data[15:]
        self.assertEqual((length, content), (struct.pack('<Q', 3), b'abc'))
        self.assertEqual((length_crc, content_crc),
                         (struct.pack('<I', masked(length)), struct.pack('<I', masked(content))))
        self.assertEqual(crc32c(b'123456789'), 0xe3069283)
        # Its checksums are right, its record is no music.
        self.fails(3, 'record 0 is neither a NoteSequence', 'inspect', self.write('abc.tfrecord', data))

    def test_state_file(self):
        text = self.example('checkpoint', 'all_model_checkpoint_paths').encode()
        before, _, crc = text.rpartition(b'# crc32c ')
        self.assertEqual(int(crc, 16), crc32c(before))

    def test_report(self):
        shown = self.example('report', 'jig.mid')
        jig = [[72 + i % 5] for i in range(32)]
        self.write('in/jig.mid', b'MThd' + struct.pack('>IHHH', 6, 1, 2, 480) + named_track(b'Flute', jig) +
                   named_track(b'Guitar', [[48, 52]] * 32))
        self.write('in/short.mid', b'MThd' + struct.pack('>IHHH', 6, 1, 1, 480) + named_track(b'', jig[:20]))
        self.ok('dataset', '--input=in', '--output_dir=data', '--config=lookback_rnn', '--report=report.json',
                '--eval_ratio=0', cwd=self.folder)
        with open(self.path('report.json'), encoding='utf-8') as file:
            self.assertEqual(file.read().replace('in/', ''), shown)

    def test_magentajs(self):
        shown = json.loads(self.example('magentajs', 'MusicRNN'))
        run('bundle', '--from=' + os.path.join(ROOT, 'data', 'bundles', 'basic_rnn.mag'), '--format=magentajs',
            '--bundle_file=' + self.path('page'))
        with open(self.path('page', 'config.json'), encoding='utf-8') as file:
            written = json.load(file)
        self.assertEqual(written['dataConverter'], shown['dataConverter'])
        self.assertEqual(written['type'], shown['type'])
        self.assertLessEqual(set(shown['magenta']), set(written['magenta']))


if __name__ == '__main__':
    unittest.main()
