"""magenta serve as its clients meet it: curl, gRPC reflection, `--server`, and those who mean ill."""

import concurrent.futures
import gzip
import http.client
import io
import json
import os
import random
import signal
import socket
import struct
import subprocess
import time
import unittest
import wave
import zipfile

from program import (BIN, PYTHON, ROOT, Case, has_modules, midi, needs_live, needs_serve, notes_of, on_grid, run,
                     variable_length)

GRPC_CHECK = os.path.join(ROOT, 'tests', 'e2e', 'grpc_check.py')
# As the slides of 2016 show it.
SLIDES = b'''
input_sequence {
  ticks_per_beat: 96
  tempos { bpm: 120 }
  notes { pitch: 60 velocity: 100 start_time: 0 end_time: 0.125 }
  total_time: 0.125
}
generator_options {
  generate_sections { start_time_seconds: 0.25 end_time_seconds: 16 }
}
'''
GENERATE = '/v1/generators/lookback_rnn:generate'
STREAM = '/v1/generators/lookback_rnn:stream'
needs_grpcio = unittest.skipUnless(has_modules('grpc_reflection', 'grpc_health'),
                                   'left out: no grpcio (make build/venv/ok)')


class Server:
    """A running `magenta serve` at free ports."""

    def __init__(self, *flags, **env):
        self.process = subprocess.Popen(
            [os.path.join(BIN, 'magenta'), 'serve', '--port=0', '--grpc_port=0', *flags],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **env})
        line = self.process.stdout.readline()
        self.where = json.loads(line) if line else {}
        self.port, self.grpc = self.where.get('port'), self.where.get('grpc_port')

    def ask(self, method, target, body=None, **headers):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        try:
            connection.request(method, target, body,
                               {name.replace('_', '-'): value for name, value in headers.items()})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def metric(self, name):
        text = self.ask('GET', '/metrics')[1].decode()
        return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))

    def memory_kb(self):
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as file:
            return int(next(line for line in file if line.startswith('VmRSS')).split()[1])

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.communicate(timeout=60)
        return self.process.returncode


def children_of(parent, program='magenta-live'):
    """The processes that `parent` has started and that are `program` by now."""
    found = []
    for process in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{process}/stat', encoding='ascii', errors='replace') as stat:
                is_child = int(stat.read().rpartition(')')[2].split()[1]) == parent
            with open(f'/proc/{process}/cmdline', 'rb') as line:
                if is_child and program.encode() in line.read().split(b'\0')[0]:
                    found.append(process)
        except OSError:
            pass  # it has ended
    return found


def files_of(process):
    """What it has open."""
    try:
        folder = f'/proc/{process}/fd'
        return [os.readlink(os.path.join(folder, name)) for name in os.listdir(folder)]
    except OSError:
        return []


@needs_serve
class ServerCase(Case):
    FLAGS = ()

    def setUp(self):
        super().setUp()
        self.server = Server(*self.FLAGS)
        self.assertIn('port', self.server.where)

    def tearDown(self):
        self.assertEqual(self.server.stop(), 0)
        super().tearDown()

    def alive(self):
        self.assertEqual(self.server.ask('GET', '/healthz'), (200, b'ok\n'))
        self.assertEqual(self.server.ask('POST', GENERATE, SLIDES, content_type='text/plain')[0], 200)

    def until(self, condition, seconds=20):
        end = time.time() + seconds
        while not condition():
            self.assertLess(time.time(), end)
            time.sleep(0.02)


def check_slides(case, notes):
    """The input's note stays; the rest lies in the section, on sixteenths."""
    case.assertEqual(notes[0], [60, 0, 0.125])
    case.assertGreater(len(notes), 3)
    for _, start, end in notes[1:]:
        case.assertTrue(0.25 <= start < end <= 16, (start, end))
        case.assertTrue((start * 8).is_integer() and (end * 8).is_integer(), (start, end))


def json_notes(text):
    return [[note['pitch'], float(note.get('startTime', note.get('start_time', 0))),
             float(note.get('endTime', note.get('end_time')))]
            for note in list(json.loads(text).values())[0]['notes']]


class Slides(ServerCase):
    def test_by_request(self):
        local = self.ok('request', '--config=lookback_rnn', '--format=json', '--seed=3', stdin=SLIDES)
        check_slides(self, json_notes(local.out))
        there = self.ok('request', f'--server=localhost:{self.server.grpc}', '--format=json',
                        '--seed=3', stdin=SLIDES)
        self.assertEqual(there.out, local.out)

    def test_json_whatever_came_in(self):
        for where in ((), (f'--server=localhost:{self.server.grpc}',)):
            said = self.ok('request', '--config=lookback_rnn', '--json', *where, stdin=SLIDES)
            self.assertEqual(said.out.count('\n'), 1)
            self.assertLess(said.json['log_likelihood'], 0)
            again = self.ok('request', '--config=lookback_rnn', '--json', f'--seed={said.json["seed"]}', *where,
                            stdin=SLIDES)
            self.assertEqual(again.json['generatedSequence'], said.json['generatedSequence'])
        check_slides(self, json_notes(json.dumps({'it': said.json['generatedSequence']})))
        bad = run('request', '--json', stdin=b'what?')
        self.assertEqual((bad.status, bad.out), (3, ''))
        self.assertIn('line 1', bad.error['message'])
        both = run('request', '--json', '--format=text', stdin=SLIDES)
        self.assertEqual((both.status, both.out), (2, ''))
        self.assertIn('--format=text', both.error['message'])

    def test_by_curl(self):
        url = f'http://127.0.0.1:{self.server.port}{GENERATE}?seed=3'
        def curl(*args):
            return subprocess.run(['curl', '-sf', '--data-binary', '@-', *args, url], input=SLIDES,
                                  stdout=subprocess.PIPE, check=True).stdout
        check_slides(self, json_notes(curl('-H', 'accept: application/json')))
        local = self.ok('request', '--config=lookback_rnn', '--seed=3', stdin=SLIDES)
        self.assertEqual(curl('-H', 'content-type: text/plain').decode(), local.out)
        tune = self.write('tune.mid', curl('-H', 'accept: audio/midi'))
        check_slides(self, [[p, round(s * 32) / 32, round(e * 32) / 32]
                            for p, s, e in notes_of(tune)])

    @needs_grpcio
    def test_by_reflection(self):
        for check in ('reflection', 'health', 'slides', 'hostile'):
            with self.subTest(check):
                done = subprocess.run([PYTHON, GRPC_CHECK, f'127.0.0.1:{self.server.grpc}', check],
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
                self.assertEqual(done.returncode, 0, done.stdout.decode())
        self.alive()


class Uploads(ServerCase):
    """Music of any format, as curl sends it."""
    ABC = b'X:1\nT:Scale\nM:6/8\nL:1/8\nK:G\nGAB cde|d3 B3|\n'

    def curl(self, *args, query='bars=2&seed=3', stdin=b''):
        done = subprocess.run(['curl', '-s', '-w', '%{stderr}%{http_code} %{content_type}', *args,
                               f'http://localhost:{self.server.port}/v1/generators/default:generate?{query}'],
                              input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
        status, content_type = done.stderr.decode().split(' ', 1)
        return int(status), content_type, done.stdout

    def music(self, answer):
        """An answer in the form that any reader here reads, as notes."""
        self.assertEqual(answer[0], 200, answer)
        ending = {'audio/midi': 'mid', 'text/vnd.abc': 'abc', 'application/vnd.recordare.musicxml+xml': 'musicxml'}
        return notes_of(self.write('answer.' + ending[answer[1]], answer[2]))

    def test_one_tune_in_every_format(self):
        """The same tune, whatever it is called, is continued by the same notes."""
        abc = self.write('tune.abc', self.ABC)
        by_abc = self.music(self.curl('--data-binary', '@' + abc, '-H', 'accept: audio/midi'))
        self.assertEqual([pitch for pitch, _, _ in by_abc[:8]], [67, 69, 71, 72, 74, 76, 74, 71])
        self.assertLessEqual(max(end for _, _, end in by_abc), 4 * 1.5 + 0.01)
        as_xml = self.curl('--data-binary', '@' + abc, '-H', 'accept: application/vnd.recordare.musicxml+xml')
        self.assertEqual(as_xml[1], 'application/vnd.recordare.musicxml+xml')
        as_abc = self.curl('--data-binary', '@' + abc)
        self.assertEqual(as_abc[1], 'text/vnd.abc')
        self.assertEqual(len(self.music(as_xml)), len(by_abc))
        self.assertEqual(len(self.music(as_abc)), len(by_abc))
        score = self.write('tune.xml', self.curl('--data-binary', '@' + abc, '-H',
                                                 'accept: application/vnd.recordare.musicxml+xml')[2])
        with zipfile.ZipFile(self.path('tune.mxl'), 'w', zipfile.ZIP_DEFLATED) as packed:
            packed.writestr('META-INF/container.xml', '<container><rootfiles><rootfile full-path="t.xml"/>'
                                                      '</rootfiles></container>')
            packed.write(score, 't.xml')
        first = self.curl('--data-binary', '@' + score)
        for type_ in ('application/octet-stream', 'application/zip', 'application/vnd.recordare.musicxml', 'text/xml'):
            again = self.curl('--data-binary', '@' + self.path('tune.mxl'), '-H', 'content-type: ' + type_)
            self.assertEqual(again, first, type_)
        packed = self.write('tune.abc.gz', gzip.compress(self.ABC))
        for args in (('--data-binary', '@' + packed), ('--data-binary', '@' + packed, '-H',
                     'content-type: application/gzip'), ('-F', 'file=@' + packed), ('-F', 'file=@' + abc)):
            self.assertEqual(self.curl(*args), as_abc, args)
        self.assertEqual(self.curl('-F', 'file=@' + abc, '-F', 'bars=2', '-F', 'seed=3', query=''), as_abc)

    def test_what_is_wrong_is_said(self):
        for args, status, message in (
                (('-F', 'bars=2'), 400, 'the form has no file'),
                (('-F', 'file=@/dev/null'), 400, "the form's file is empty"),
                (('-H', 'content-type: audio/midi', '--data-binary', 'MThd'), 400, 'byte'),
                (('-H', 'content-type: application/json', '-d', '{"notes": 3}'), 400, 'notes: Cannot find field'),
                (('-H', 'content-type: application/json', '-d', '{"inputSequence": {"notes": [{"pich": 1}]}}'), 400,
                 '(input_sequence.notes[0]) pich'),
                (('-H', 'content-type: image/png', '-d', 'x'), 415, 'image/png'),
                (('--data-binary', '@-'), 413, 'limit for a piece')):
            said = self.curl(*args, query='', stdin=gzip.compress(b'X:1\nK:C\n' + b'C' * 100_000_000))
            self.assertEqual(said[0], status, said)
            error = json.loads(said[2])['error']
            self.assertIn(message, error['message'] + error.get('remedy', ''))
            if status == 400:
                self.assertEqual(error['code'], 'INVALID_ARGUMENT')
        self.alive()

    def test_no_primer_is_middle_c_and_said(self):
        for args in (('-X', 'POST'), ('-d', '{}', '-H', 'content-type: application/json')):
            status, _, said = self.curl(*args, '-D', self.path('head'), query='bars=1&seed=2')
            self.assertEqual(status, 200, said)
            with open(self.path('head'), encoding='ascii') as head:
                self.assertIn('magenta-note: no primer is given: starting from middle C', head.read())
            self.assertEqual(json_notes(said)[0][:2], [60, 0])
        here = self.ok('request', '--json', '--seed=2', stdin=b'{"generatorOptions": {"args": {"bars": {"intValue": 1}}}}')
        self.assertEqual(here.json['generatedSequence'], json.loads(said)['generatedSequence'])

    @needs_live
    def test_sound(self):
        wav = self.curl('-F', 'file=@' + self.write('tune.abc', self.ABC), '-H', 'accept: audio/wav')
        self.assertEqual(wav[:2], (200, 'audio/wav'))
        with wave.open(io.BytesIO(wav[2])) as sound:
            self.assertGreater(sound.getnframes() / sound.getframerate(), 4)
        # Many at once wait for each other or are told to come again; what they took is given back.
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            codes = list(pool.map(lambda _: self.curl('--data-binary', self.ABC.decode(), '-H', 'accept: audio/wav')[0],
                                  range(40)))
        self.assertLessEqual(set(codes), {200, 429})
        self.assertIn(200, codes)
        self.until(lambda: self.server.metric('magenta_held_bytes') == 0)

    @needs_live
    def test_who_makes_sound_has_no_socket_of_the_server(self):
        """A port and connections that are closed here would stay open there."""
        open_files = []
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = [pool.submit(self.curl, '--data-binary', self.ABC.decode(), '-H', 'accept: audio/wav',
                                   query='bars=20') for _ in range(8)]
            while not all(answer.done() for answer in answers):
                for child in children_of(self.server.process.pid):
                    open_files.append(files_of(child))
                time.sleep(0.005)
        self.assertEqual({answer.result()[0] for answer in answers}, {200})
        self.assertTrue(any(open_files))
        self.assertEqual([files for files in open_files if any('socket:' in name for name in files)], [])


class Elsewhere(ServerCase):
    def test_generate_gives_the_same_files(self):
        flags = ('--seed=5', '--num_outputs=40', '--num_steps=512', '--config=basic_rnn', '--json',
                 '--format=notesequence')
        here = self.ok('generate', '--output_dir=' + self.path('here'), *flags).json['outputs']
        there = self.ok('generate', '--output_dir=' + self.path('there'), *flags,
                        f'--server=localhost:{self.server.grpc}').json['outputs']
        self.assertEqual(len(there), 40)
        for a, b in zip(here, there):
            with open(a['file'], 'rb') as one, open(b['file'], 'rb') as other:
                self.assertEqual(one.read(), other.read())
            self.assertAlmostEqual(a['log_likelihood'], b['log_likelihood'], places=3)
        # Forty clients at once share the steps of the network.
        self.assertGreater(self.server.metric('magenta_network_rows_total'),
                           1.1 * self.server.metric('magenta_network_steps_total'))

    def test_the_grid_is_the_servers(self):
        """Steps are as long as the server's model has them, whatever its name is here."""
        mine = self.write('mine.mag', on_grid(os.path.join(ROOT, 'data', 'bundles', 'lookback_rnn.mag'), 8))
        server = Server('--bundle_file=' + mine)
        try:
            details = json.loads(server.ask('GET', '/v1/generators')[1])['generators'][0]
            self.assertEqual((details['kind'], details['stepsPerQuarter']), ('melody', 8))
            flags = ('--seed=5', '--num_outputs=1', '--primer_melody=C4:4 D4:4', '--num_steps=64', '--json')
            here = self.ok('generate', '--bundle_file=' + mine, '--output_dir=' + self.path('h'), *flags).json
            there = self.ok('generate', f'--server=localhost:{server.grpc}', '--output_dir=' + self.path('t'),
                            *flags).json
            notes = notes_of(here['outputs'][0]['file'])
            self.assertEqual(notes[0], (60, 0, 0.25))
            self.assertEqual(notes_of(there['outputs'][0]['file']), notes)
            self.fails(2, 'It has lookback_rnn', 'generate', f'--server=localhost:{server.grpc}', '--config=mine',
                       '--output_dir=' + self.path('n'))
            self.fails(2, 'lookback_rnn reads none', 'generate', f'--server=localhost:{server.grpc}',
                       '--backing_chords=C G', '--output_dir=' + self.path('n'))
        finally:
            server.stop()

    def test_errors_are_the_servers(self):
        address = f'--server=localhost:{self.server.grpc}'
        self.fails(3, "no generator 'drums_rnn'", 'request', address, '--config=drums_rnn', stdin=SLIDES)
        self.fails(2, 'starts at 0.25 s, before', 'request', address,
                   stdin=SLIDES.replace(b'end_time: 0.125', b'end_time: 0.5'))
        self.fails(5, 'magenta serve', 'request', '--server=localhost:1', stdin=SLIDES)
        self.fails(2, 'no HOST:PORT', 'request', '--server=localhost', stdin=SLIDES)

    def test_a_posted_file_is_continued_as_generate_does(self):
        """Sixteen eighths, half of them at another tempo: the same length, the same notes."""
        track = b''
        for i in range(16):
            if i in (0, 8):
                track += b'\0\xff\x51\3' + struct.pack('>I', 500000 if i else 900000)[1:]
            track += bytes([0, 0x90, 60 + i % 5, 100]) + variable_length(240) + bytes([0x80, 60 + i % 5, 0])
        track += b'\0\xff\x2f\0'
        two_tempos = (b'MThd' + struct.pack('>IHHH', 6, 0, 1, 480) + b'MTrk' + struct.pack('>I', len(track)) + track)
        for name, file in (('two.mid', two_tempos), ('one.mid', midi([[60], [62], [64], [65]])),
                           ('slow.mid', midi([[60], [62], []], tempo=1234567))):
            out = self.path('of_' + name)
            self.ok('generate', '--primer_midi=' + self.write(name, file), '--output_dir=' + out, '--seed=9',
                    '--num_outputs=1', '--num_steps=96', '--config=basic_rnn')
            with open(os.path.join(out, os.listdir(out)[0]), 'rb') as made:
                expected = made.read()
            status, tune = self.server.ask('POST', '/v1/generators/basic_rnn:generate?steps=96&seed=9', file,
                                           content_type='audio/midi')
            self.assertEqual((status, tune), (200, expected), name)

    def test_midi_in_and_out(self):
        status, tune = self.server.ask('POST', '/v1/generators/default:generate?steps=64&seed=1',
                                       midi([[60], [62], [64], [65]]), content_type='audio/midi')
        self.assertEqual(status, 200)
        notes = notes_of(self.write('tune.mid', tune))
        self.assertEqual([note[0] for note in notes[:4]], [60, 62, 64, 65])
        self.assertLessEqual(notes[-1][2], 8.01)


class Hostile(ServerCase):
    FLAGS = ('--max_body_bytes=1000000', '--max_notes=1000', '--max_steps=1048576',
             '--max_sessions=4', '--max_queue=4', '--num_threads=1', '--max_seconds=100')
    LONG = SLIDES.replace(b'end_time_seconds: 16', b'end_time_seconds: 131000')

    def test_random_bytes_on_both_ports(self):
        dice = random.Random(1)
        for port in (self.server.port, self.server.grpc):
            for i in range(40):
                with socket.create_connection(('127.0.0.1', port), timeout=10) as client:
                    data = dice.randbytes(dice.choice([1, 10, 1000, 31000]))
                    if i % 4 == 1:
                        data = b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' + data
                    elif i % 4 == 2:
                        data = b'POST ' + GENERATE.encode() + b' HTTP/1.1\r\nHost: localhost\r\n' \
                               b'Content-Length: %d\r\n\r\n' % len(data) + data
                    try:
                        client.sendall(data)
                        client.shutdown(socket.SHUT_WR)
                        client.settimeout(3)
                        while client.recv(4096):
                            pass
                    except OSError:
                        pass
        self.alive()

    def test_bodies_over_the_limit(self):
        for headers in ('Content-Length: 100000000\r\n', 'Transfer-Encoding: chunked\r\n'):
            with socket.create_connection(('127.0.0.1', self.server.port), timeout=20) as client:
                client.sendall(f'POST {GENERATE} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n'.encode())
                try:
                    for _ in range(2000):
                        client.sendall(b'10000\r\n' + b'x' * 65536 + b'\r\n')
                except OSError:
                    pass
                self.assertTrue(client.recv(100).startswith(b'HTTP/1.1 413 '))
        with socket.create_connection(('127.0.0.1', self.server.port), timeout=20) as client:
            client.sendall(b'GET / HTTP/1.1\r\nX: ' + b'x' * 100000)
            self.assertTrue(client.recv(100).startswith(b'HTTP/1.1 431 '))
        self.assertLess(self.server.memory_kb(), 150000)
        self.alive()

    def test_notes_and_steps_over_the_limit(self):
        note = b'input_sequence { notes { pitch: 60 velocity: 9 end_time: 0.1 } }'
        for body in (note * 1001 + SLIDES, SLIDES.replace(b'16', b'131073')):
            status, answer = self.server.ask('POST', GENERATE, body, content_type='text/plain')
            self.assertIn(status, (400, 413), answer)

    def test_slow_clients_stop_nobody(self):
        slow = []
        for i in range(200):
            client = socket.create_connection(('127.0.0.1', self.server.port), timeout=30)
            client.sendall(f'POST {GENERATE} HTTP/1.1\r\nContent-Length: 500\r\n\r\nx'.encode()
                           if i % 2 else b'GET /heal')
            slow.append(client)
        self.alive()
        # Nor do those who ask for a stream and never read it; their work ends. It is of a model that
        # needs longer for it than they are given to take what is written (20 s).
        stream = STREAM.replace('lookback', 'attention')
        deaf = []
        for _ in range(2):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(('127.0.0.1', self.server.port))
            client.sendall(f'POST {stream} HTTP/1.1\r\nHost: localhost\r\n'
                           f'Content-Type: text/plain\r\nContent-Length: {len(self.LONG)}\r\n\r\n'.encode() + self.LONG)
            deaf.append(client)
        self.until(lambda: self.server.metric('magenta_sessions') == 2)
        self.alive()
        # One byte now and then does not keep a head open.
        start = time.time()
        try:
            while time.time() - start < 20:
                slow[0].sendall(b't')
                time.sleep(0.5)
        except OSError:
            pass
        self.assertLess(time.time() - start, 15)
        self.until(lambda: self.server.metric('magenta_sessions') == 0, 60)
        self.assertEqual(self.server.metric('magenta_requests_total{transport="http",code="CANCELLED"}'), 2)
        for client in slow + deaf:
            client.close()

    def test_numbers_that_make_no_sense(self):
        dice = random.Random(7)
        numbers = [0, -1, 0.25, 1e-300, 1e17, 1e300, -1e300, 'NaN', 'Infinity', 128, 4, 16]
        def number():
            return dice.choice(numbers) if dice.random() < 0.4 else round(dice.random() * 10, 3)
        def whole():
            return dice.choice([0, 1, -1, 60, 127, 128, 2**31 - 1, -2**31, 3])
        seen = set()
        for _ in range(150):
            options = {'generateSections': [{'startTime': number(), 'endTime': number()}
                                            for _ in range(dice.choice([0, 1, 1, 2]))],
                       'args': {name: {'intValue': whole()} for name in ('beam_size', 'branch_factor', 'seed')
                                if dice.random() < 0.2}}
            notes = [{'pitch': whole(), 'velocity': whole(), 'startTime': number(), 'endTime': number()}
                     for _ in range(dice.choice([0, 1, 3]))]
            sequence = {'notes': notes, 'tempos': [{'qpm': number()}] * dice.choice([0, 1]), 'totalTime': number()}
            body = json.dumps({'inputSequence': sequence, 'generatorOptions': options})
            seen.add(self.server.ask('POST', GENERATE, body, content_type='application/json')[0])
        self.assertLessEqual(seen, {200, 400, 413})
        self.assertLessEqual({200, 400}, seen)
        self.alive()

    def test_a_thousand_connections(self):
        idle = [socket.create_connection(('127.0.0.1', self.server.grpc), timeout=30) for _ in range(1000)]
        clients = [socket.create_connection(('127.0.0.1', self.server.port), timeout=30)
                   for _ in range(1000)]
        before = self.server.memory_kb()
        for _ in range(3):
            for client in clients:
                client.sendall(b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
            for client in clients:
                self.assertTrue(client.recv(1000).startswith(b'HTTP/1.1 200 '))
        self.assertLess(self.server.memory_kb() - before, 30000)
        self.alive()
        self.ok('request', f'--server=127.0.0.1:{self.server.grpc}', stdin=SLIDES)
        self.assertLess(self.server.memory_kb(), 300000)
        for client in clients + idle:
            client.close()
        self.until(lambda: self.server.metric('magenta_http_connections') <= 2)

    def test_room_and_queue(self):
        """Eight long requests fill it; a ninth is told so; when they go, their work ends."""
        waiting = []
        for _ in range(8):
            client = socket.create_connection(('127.0.0.1', self.server.port), timeout=30)
            client.sendall(f'POST {GENERATE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n'
                           f'Content-Length: {len(self.LONG)}\r\n\r\n'.encode() + self.LONG)
            waiting.append(client)
        self.until(lambda: self.server.metric('magenta_queue') == 4)
        self.assertEqual(self.server.metric('magenta_sessions'), 4)
        status, answer = self.server.ask('POST', GENERATE, SLIDES, content_type='text/plain')
        self.assertEqual(status, 429, answer)
        self.assertEqual(json.loads(answer)['error']['code'], 'RESOURCE_EXHAUSTED')
        for client in waiting:
            client.close()
        self.until(lambda: self.server.metric('magenta_sessions') + self.server.metric('magenta_queue') == 0)
        self.assertEqual(self.server.metric('magenta_requests_total{transport="http",code="CANCELLED"}'), 8)
        self.alive()

    def test_memory_does_not_grow(self):
        def ask(_):
            return self.server.ask('POST', GENERATE, SLIDES, content_type='text/plain')[0]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            self.assertEqual(set(pool.map(ask, range(100))), {200})
            before = self.server.memory_kb()
            self.assertEqual(set(pool.map(ask, range(400))), {200})
        self.assertLess(self.server.memory_kb() - before, 8000)


class Hurried(ServerCase):
    """What takes too long ends, and its work with it."""
    FLAGS = ('--max_steps=1048576', '--max_seconds=0.3', '--num_threads=1')

    def test_the_servers_own_deadline(self):
        for verb in ('generate', 'stream'):
            status, answer = self.server.ask('POST', f'/v1/generators/lookback_rnn:{verb}', Hostile.LONG,
                                             content_type='text/plain')
            # A stream has begun by then.
            self.assertEqual(status, 504 if verb == 'generate' else 200)
            self.assertIn(b'DEADLINE_EXCEEDED', answer[-300:])
        self.fails(5, 'deadline', 'request', f'--server=127.0.0.1:{self.server.grpc}', stdin=Hostile.LONG)
        self.assertEqual(self.server.metric('magenta_sessions'), 0)


class Large(ServerCase):
    """One request is worked on for long; large ones wait, as long as there is memory for them."""
    FLAGS = ('--max_steps=1048576', '--max_sessions=1', '--max_queue=5000', '--num_threads=1', '--max_seconds=100')
    BIG = SLIDES.replace(b'input_sequence {', b'input_sequence { id: "' + b'x' * 3_900_000 + b'"')

    def send(self, body, keep=None):
        client = socket.create_connection(('127.0.0.1', self.server.port), timeout=60)
        client.sendall(f'POST {GENERATE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n'
                       f'Content-Length: {len(body)}\r\n\r\n'.encode() + body[:keep])
        return client

    def occupy(self):
        busy = self.send(Hostile.LONG)
        self.until(lambda: self.server.metric('magenta_sessions') == 1)
        return busy

    def test_bodies_that_are_sent(self):
        half = [self.send(self.BIG, 1_900_000) for _ in range(40)]
        refused = 0
        for client in half[-6:]:
            client.settimeout(1)
            try:
                refused += client.recv(100).startswith(b'HTTP/1.1 429 ')
            except OSError:
                pass
        self.assertGreaterEqual(refused, 3)
        for client in half:
            client.close()
        self.until(lambda: self.server.metric('magenta_http_connections') <= 1)
        self.alive()

    def test_http_requests_that_wait(self):
        busy = self.occupy()
        waiting = [self.send(self.BIG) for _ in range(14)]
        self.until(lambda: self.server.metric('magenta_queue') == 14)
        self.assertGreater(self.server.metric('magenta_held_bytes'), 14 * 3_900_000)
        for client in waiting + [busy]:
            client.close()
        self.until(lambda: self.server.metric('magenta_held_bytes') == 0)
        self.alive()

    @needs_grpcio
    def test_grpc_requests_that_wait(self):
        busy = self.occupy()
        done = subprocess.run([PYTHON, GRPC_CHECK, f'127.0.0.1:{self.server.grpc}', 'large'],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout.decode())
        self.assertLess(self.server.memory_kb(), 600_000)
        busy.close()
        self.until(lambda: self.server.metric('magenta_held_bytes') == 0)
        self.alive()


@needs_serve
class Ends(Case):
    def test_sigterm_lets_requests_end(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            server = Server('--max_steps=1048576')
            body = SLIDES.replace(b'end_time_seconds: 16', b'end_time_seconds: 2000')
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                answer = pool.submit(server.ask, 'POST', GENERATE, body, content_type='text/plain')
                while server.metric('magenta_sessions') == 0:
                    time.sleep(0.005)
                self.assertEqual(server.stop(number), 0)
                self.assertEqual(answer.result()[0], 200)

    def test_no_longer_than_the_drain(self):
        server = Server('--max_steps=1048576', '--drain_seconds=0.3')
        with socket.create_connection(('127.0.0.1', server.port), timeout=30) as client:
            client.sendall(f'POST {GENERATE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n'
                           f'Content-Length: {len(Hostile.LONG)}\r\n\r\n'.encode() + Hostile.LONG)
            while server.metric('magenta_sessions') == 0:
                time.sleep(0.005)
            start = time.time()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.time() - start, 10)

    def test_flags(self):
        self.fails(2, '--auth_token', 'serve', '--host=0.0.0.0', '--port=0', '--grpc_port=0')
        self.fails(2, 'is no address', 'serve', '--host=nowhere', '--auth_token=x', '--port=0', '--grpc_port=0')
        self.fails(3, 'none.mag', 'serve', '--bundle_file=none.mag', '--port=0', '--grpc_port=0')
        server = Server()
        for flag in (f'--port={server.port}', f'--grpc_port={server.grpc}'):
            self.fails(5, flag.split('=')[1], 'serve', '--port=0', '--grpc_port=0', flag)
        self.assertEqual(server.stop(), 0)

    def test_tokens(self):
        server = Server('--host=0.0.0.0', MAGENTA_AUTH_TOKEN='s3cret')
        ask = ('request', f'--server=127.0.0.1:{server.grpc}')
        try:
            self.assertEqual(server.ask('GET', '/v1/generators')[0], 401)
            self.assertEqual(server.ask('POST', GENERATE, SLIDES, authorization='Bearer s3cre')[0], 401)
            self.assertEqual(server.ask('GET', '/v1/generators', authorization='Bearer s3cret')[0], 200)
            self.assertEqual(server.ask('GET', '/healthz')[0], 200)
            self.fails(5, '--auth_token', *ask, stdin=SLIDES)
            self.ok(*ask, '--auth_token=s3cret', stdin=SLIDES)
        finally:
            self.assertEqual(server.stop(), 0)


if __name__ == '__main__':
    unittest.main()
