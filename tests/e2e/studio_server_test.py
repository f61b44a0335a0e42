"""The studio's server as its page meets it: files, converted music, the verb that starts and finds it."""

import concurrent.futures
import http.client
import json
import os
import signal
import socket
import stat
import struct
import subprocess
import time
import unittest

from program import BIN, Case, midi, needs_live, needs_serve, notes_of, run, tune

ABC = b'X:1\nT:Tune\nK:C\n"Am"CDEF|GABc|\n'


class Server:
    """A running `magenta serve` or `magenta studio` of one model, whose page is `page`."""

    def __init__(self, case, verb, *flags, **env):
        self.page = case.path('page')
        self.dir = case.path('studio')
        words = [os.path.join(BIN, 'magenta'), verb, '--config=basic_rnn']
        words += ['--port=0', '--grpc_port=0'] if verb == 'serve' else ['--no_browser']
        if not any(flag.startswith('--studio_dir') for flag in flags):
            words.append('--studio_dir=' + self.dir)
        environment = {**os.environ, 'MAGENTA_STUDIO': self.page, **env}
        self.process = subprocess.Popen([*words, *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env={name: value for name, value in environment.items() if value is not None})
        line = self.process.stdout.readline()
        self.where = json.loads(line) if line else {}
        self.port = self.where.get('port')
        case.addCleanup(self.stop)

    def ask(self, method, target, body=None, **headers):
        """Status, headers, body; the target goes as it stands."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        try:
            connection.request(method, target, body,
                               {name.replace('_', '-'): value for name, value in headers.items()})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def convert(self, body, accept='application/json', query=''):
        status, headers, got = self.ask('POST', '/v1/convert' + query, body, accept=accept)
        return status, json.loads(got) if headers['content-type'] == 'application/json' else got

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        if not self.process.stdout.closed:
            self.out, self.err = self.process.communicate(timeout=60)
        return self.process.returncode


@needs_serve
class StudioServer(Case):
    def setUp(self):
        super().setUp()
        self.write('page/index.html', b'<p>the page')
        self.write('page/assets/app-1.js', b'script')
        self.write('page/assets/app-1.js.gz', b'packed')
        self.write('secret.js', b'secret')
        os.symlink(self.path('secret.js'), self.path('page', 'assets', 'link.js'))

    def test_page(self):
        font = self.write('font.sf3', os.urandom(20 << 20))
        server = Server(self, 'serve', MAGENTA_SOUNDFONT=font)
        status, headers, body = server.ask('GET', '/')
        self.assertEqual((status, body, headers['cache-control']), (200, b'<p>the page', 'no-cache'))
        self.assertIn("default-src 'none'", headers['content-security-policy'])
        self.assertEqual(headers['x-content-type-options'], 'nosniff')
        status, headers, body = server.ask('HEAD', '/')
        self.assertEqual((status, body, headers['content-length']), (200, b'', '11'))
        status, headers, body = server.ask('GET', '/assets/app-1.js', accept_encoding='gzip, br')
        self.assertEqual((body, headers['content-encoding']), (b'packed', 'gzip'))
        for target in ('/assets/../../secret.js', '/assets/%2e%2e/%2e%2e/secret.js', '/assets/link.js',
                       '/assets/app-1.js%00', '/../secret.js', '//etc/passwd', '/assets//etc/passwd'):
            status, _, body = server.ask('GET', target)
            self.assertIn(status, (400, 404), target)
            self.assertNotIn(b'secret', body.replace(target.encode(), b''), target)
        # Eight take the sound font at a time; a second look costs nothing.
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            taken = list(pool.map(lambda _: server.ask('GET', '/soundfont'), range(8)))
        with open(font, 'rb') as file:
            whole = file.read()
        self.assertTrue(all(body == whole for _, _, body in taken))
        status, headers, body = server.ask('GET', '/soundfont', if_none_match=taken[0][1]['etag'])
        self.assertEqual((status, body), (304, b''))
        self.assertEqual(server.ask('HEAD', '/soundfont')[1]['content-length'], str(len(whole)))
        # Nothing was written where nothing was kept.
        self.assertFalse(os.path.exists(server.dir))
        self.assertEqual(server.stop(), 0)

    def test_only_pages_of_this_machine_ask(self):
        server = Server(self, 'serve')
        own = f'http://localhost:{server.port}'
        host = f'localhost:{server.port}'
        self.assertEqual(server.ask('POST', '/v1/convert', ABC, origin=own, host=host)[0], 200)
        # A page of another port is another program's.
        for origin in ('http://evil.example', 'null', 'http://localhost.evil.example', 'http://localhost:1',
                       f'http://127.0.0.1:{server.port}'):
            self.assertEqual(server.ask('POST', '/v1/convert', ABC, origin=origin, host=host)[0], 403, origin)
        for site, linked in (('same-origin', 200), ('none', 200), ('same-site', 403), ('cross-site', 403)):
            self.assertEqual(server.ask('POST', '/v1/convert', ABC, sec_fetch_site=site)[0], linked, site)
            self.assertEqual(server.ask('GET', '/v1/jobs', sec_fetch_site=site)[0], linked, site)
            # Links to the page stand anywhere.
            self.assertEqual(server.ask('GET', '/', sec_fetch_site=site)[0], 200, site)
        self.assertEqual(server.ask('GET', '/', host='evil.example')[0], 403)
        closed = Server(self, 'serve', '--auth_token=s3cret')
        self.assertEqual(closed.ask('GET', '/')[0], 200)
        self.assertEqual(closed.ask('POST', '/v1/convert', ABC)[0], 401)
        self.assertEqual(closed.ask('POST', '/v1/convert', ABC, authorization='Bearer s3cret')[0], 200)

    @needs_live
    def test_a_sound_font_that_is_missing_is_told(self):
        none = self.path('none.sf2')
        for verb in ('serve', 'studio'):
            server = Server(self, verb, '--soundfont=' + none)
            self.assertEqual(server.stop(), 0)
            self.assertIn(f'warning: {none}: there is no such sound font', server.err.decode())

    def test_without_a_home(self):
        server = Server(self, 'serve', '--studio_dir=', HOME=None, XDG_DATA_HOME=None)
        self.assertEqual(server.ask('GET', '/')[0], 200)
        self.assertEqual(server.convert(ABC)[0], 200)

    def test_convert(self):
        server = Server(self, 'serve')
        status, got = server.convert(ABC, query='?name=tune.abc')
        self.assertEqual(status, 200)
        piece = got['pieces'][0]
        self.assertEqual((piece['title'], len(piece['sequence']['notes'])), ('Tune', 8))
        self.assertEqual(piece['sequence']['textAnnotations'][0]['text'], 'Am')
        # Out in each form and in again, the notes are the same.
        pitches = [note['pitch'] for note in piece['sequence']['notes']]
        body = json.dumps(piece['sequence']).encode()
        for accept in ('audio/midi', 'application/vnd.recordare.musicxml+xml', 'text/vnd.abc'):
            status, file = server.convert(body, accept)
            self.assertEqual(status, 200, file)
            status, again = server.convert(file)
            self.assertEqual([note['pitch'] for note in again['pieces'][0]['sequence']['notes']], pitches, accept)
        # As `magenta` reads and writes it.
        status, file = server.convert(body, 'audio/midi')
        self.assertEqual([note[0] for note in notes_of(self.write('tune.mid', file))], pitches)
        status, got = server.convert(tune(4))
        self.assertEqual((status, len(got['pieces'])), (200, 1))

    def test_bad_files(self):
        server = Server(self, 'serve')
        status, got = server.convert(b'MThd' + bytes(50 << 20))
        self.assertEqual(status, 413)
        self.assertIn('16777216', got['error']['remedy'])
        # Each path has its own limit.
        noise = bytes(5 << 20)
        self.assertEqual(server.convert(noise)[0], 400)
        self.assertEqual(server.ask('POST', '/v1/generators/default:generate', noise)[0], 413)
        # A few bytes a note: many fit.
        notes = b'\0\x90<d\1\x80<@' * 250_000 + b'\0\xff\x2f\0'
        status, got = server.convert(midi([])[:14] + b'MTrk' + struct.pack('>I', len(notes)) + notes)
        self.assertEqual(status, 413, got)
        self.assertIn('the limit for a piece', got['error']['message'])
        for body, says in ((b'', 'empty'), (b'\xff' + os.urandom(999), 'no music'), (b'{"notes": [{"pitch": 300}]}', 'notes[0]'),
                           (b'{"notes": ', 'line 1'), (b'MThd\x00\x00\x00\x06\x00\x01\x00\x01\x00\xdc', 'MIDI'),
                           (b'PK\x03\x04' + bytes(99), 'zip archive'), (b'X:1\nK:none of these\n', 'line 2')):
            status, got = server.convert(body)
            self.assertEqual(status, 400, (body[:20], got))
            self.assertIn(says, json.dumps(got), body[:20])
        self.assertEqual(server.convert(ABC)[0], 200)
        self.assertEqual(server.stop(), 0)

    @needs_live
    def test_sound_and_pictures(self):
        server = Server(self, 'serve')
        status, wav = server.convert(ABC, 'audio/wav')
        self.assertEqual((status, wav[:4], struct.unpack('<I', wav[24:28])[0]), (200, b'RIFF', 44100), wav[:300])
        status, svg = server.convert(ABC, 'image/svg+xml')
        self.assertEqual(status, 200, svg)
        self.assertIn(b'<svg', svg)
        status, png = server.convert(ABC, 'image/png')
        self.assertEqual((status, png[:4]), (200, b'\x89PNG'), png[:300])
        # And of what a model makes.
        status, _, svg = server.ask('POST', '/v1/generators/default:generate?bars=1&seed=3', ABC, accept='image/svg+xml')
        self.assertEqual(status, 200, svg)
        self.assertIn(b'<svg', svg)

    def test_all_at_once(self):
        server = Server(self, 'serve')
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            statuses = list(pool.map(lambda _: server.convert(ABC, 'audio/midi')[0], range(300)))
        self.assertLessEqual(set(statuses), {200, 429})
        self.assertIn(200, statuses)
        self.assertEqual(server.stop(), 0)


@needs_serve
class StudioVerb(Case):
    def setUp(self):
        super().setUp()
        self.write('page/index.html', b'<p>the page')

    def open(self, *flags, **env):
        return run('studio', '--studio_dir=' + self.path('studio'), *flags,
                   env={**os.environ, 'MAGENTA_STUDIO': self.path('page'), **env}, timeout=60)

    def test_starts_is_found_and_keeps_its_port(self):
        first = Server(self, 'studio', '--port=0')
        self.assertEqual(first.where['url'], f'http://localhost:{first.port}/')
        self.assertTrue(first.where['started'])
        self.assertEqual(first.ask('GET', '/')[2], b'<p>the page')
        found = self.open('--no_browser')
        self.assertEqual(found.status, 0, found)
        self.assertEqual((found.json['port'], found.json['started']), (first.port, False))
        # Ctrl-C ends it; what was kept in the browser is found again at the same address.
        self.assertEqual(first.stop(signal.SIGINT), 0)
        again = Server(self, 'studio')
        self.assertEqual((again.port, again.where['started']), (first.port, True))
        # A killed one is not taken for one that runs.
        again.process.kill()
        again.process.wait()
        third = Server(self, 'studio')
        self.assertEqual((third.port, third.where['started']), (first.port, True))

    def test_a_taken_port(self):
        with socket.socket() as other:
            other.bind(('127.0.0.1', 0))
            other.listen()
            port = other.getsockname()[1]
            result = self.open('--no_browser', f'--port={port}', '--config=basic_rnn')
            self.assertEqual((result.status, result.out), (5, ''), result)
            self.assertIn('--port', result.err)
            # The last one's port is only preferred.
            self.write('studio/server.json', b'{"port": %d}' % port)
            moved = Server(self, 'studio')
            self.assertNotEqual(moved.port, port)
            self.assertEqual(moved.ask('GET', '/')[0], 200)
            moved.stop()
            self.assertIn(b'another program has port', moved.err)

    def test_opens_the_browser(self):
        opened = self.path('opened')
        self.write('bin/xdg-open', f'#!/bin/sh\necho "$1" > {opened}.new; mv {opened}.new {opened}\n'.encode())
        os.chmod(self.path('bin', 'xdg-open'), stat.S_IRWXU)
        first = Server(self, 'studio', '--port=0')
        path = self.path('bin') + ':' + os.environ['PATH']
        for env in ({'DISPLAY': '', 'WAYLAND_DISPLAY': ''}, {'DISPLAY': ':99', 'PATH': '/nowhere'}):
            self.assertEqual(self.open(**{'PATH': path, **env}).status, 0)
        self.assertFalse(os.path.exists(opened))
        self.assertEqual(self.open(PATH=path, DISPLAY=':99').status, 0)
        for _ in range(100):
            if os.path.exists(opened):
                break
            time.sleep(0.1)
        with open(opened, encoding='ascii') as file:
            self.assertEqual(file.read().strip(), first.where['url'])

    def test_what_is_missing(self):
        result = self.open('--no_browser', MAGENTA_STUDIO=self.path('none'))
        self.assertEqual(result.status, 5, result)
        self.assertIn('`make studio` builds it', result.err)
        self.write('file', b'')
        result = run('studio', '--studio_dir=' + self.path('file', 'below'), '--no_browser',
                     env={**os.environ, 'MAGENTA_STUDIO': self.path('page')}, timeout=60)
        self.assertEqual(result.status, 5, result)
        # Without a home it plays, and says what it can't.
        server = Server(self, 'studio', '--studio_dir=', '--port=0', XDG_DATA_HOME=self.path('file'))
        self.assertEqual(server.ask('GET', '/')[0], 200)
        server.stop()
        self.assertIn(b'kept', server.err)


if __name__ == '__main__':
    unittest.main()
