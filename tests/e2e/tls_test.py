"""HTTP over TLS: `magenta serve --tls_cert --tls_key`, asked by Python's own client."""

import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
import time
import unittest

from program import ROOT, Case, needs_serve
from server_test import Server

needs_openssl = unittest.skipUnless(shutil.which('openssl'), 'left out: no openssl')


@needs_serve
@needs_openssl
class Tls(Case):
    def pair(self, name='a'):
        """A certificate and its key, by the command of docs/server.md."""
        with open(ROOT + '/docs/server.md', encoding='utf-8') as file:
            command = re.search(r'^openssl req .*\\\n.*$', file.read(), re.M).group()
        command = command.replace('key.pem', self.path(name + '.key')).replace('cert.pem', self.path(name + '.pem'))
        subprocess.run(['sh', '-c', command], check=True, stderr=subprocess.DEVNULL)
        return self.path(name + '.pem'), self.path(name + '.key')

    def test_requests_and_streams(self):
        cert, key = self.pair()
        server = Server('--config=lookback_rnn', '--tls_cert=' + cert, '--tls_key=' + key)
        self.addCleanup(server.stop)
        trust = ssl.create_default_context(cafile=cert)
        asked = http.client.HTTPSConnection('127.0.0.1', server.port, context=trust, timeout=60)
        asked.request('GET', '/v1/generators')
        self.assertEqual(json.load(asked.getresponse())['generators'][0]['id'], 'lookback_rnn')
        # On the same connection, with a body larger than one TLS record.
        notes = [{'pitch': 60 + i % 12, 'velocity': 80, 'startTime': i / 4, 'endTime': (i + 1) / 4}
                 for i in range(600)]
        body = json.dumps({'inputSequence': {'notes': notes, 'totalTime': 150}})
        path = '/v1/generators/default:generate?bars=1&seed=1'
        asked.request('POST', path, body, {'content-type': 'application/json'})
        whole = json.load(asked.getresponse())['generatedSequence']
        self.assertGreater(len(whole['notes']), 600)
        asked.request('POST', path.replace(':generate', ':stream'), body, {'content-type': 'application/json'})
        events = asked.getresponse().read().decode()
        self.assertIn('event: done', events)
        # What is no TLS is closed, and others are answered still.
        with socket.create_connection(('127.0.0.1', server.port), timeout=30) as plain:
            plain.sendall(b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
            self.assertNotIn(b'200', plain.recv(4096))
        asked.request('GET', '/healthz')
        self.assertEqual(asked.getresponse().read(), b'ok\n')
        asked.close()

    def test_a_client_that_goes_ends_its_work(self):
        """It says so first, within TLS."""
        cert, key = self.pair()
        server = Server('--config=lookback_rnn', '--max_steps=1048576', '--tls_cert=' + cert, '--tls_key=' + key)
        self.addCleanup(server.stop)
        trust = ssl.create_default_context(cafile=cert)

        def metric(name):
            asked = http.client.HTTPSConnection('127.0.0.1', server.port, context=trust, timeout=60)
            asked.request('GET', '/metrics')
            text = asked.getresponse().read().decode()
            asked.close()
            return sum(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name))

        def until(count):
            end = time.monotonic() + 30
            while metric('magenta_sessions') != count:
                self.assertLess(time.monotonic(), end)
                time.sleep(0.05)

        client = trust.wrap_socket(socket.create_connection(('127.0.0.1', server.port), timeout=30),
                                   server_hostname='127.0.0.1')
        client.sendall(b'POST /v1/generators/default:generate?steps=1000000 HTTP/1.1\r\nHost: localhost\r\n'
                       b'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}')
        until(1)
        client.settimeout(0.1)
        try:
            client.unwrap()  # close_notify
        except OSError:
            pass  # it is not answered
        client.close()
        until(0)
        self.assertEqual(metric('magenta_requests_total{transport="http",code="CANCELLED"}'), 1)

    def test_pairs_that_are_none(self):
        cert, key = self.pair()
        _, other = self.pair('b')
        serve = ['serve', '--port=0', '--grpc_port=0', '--config=lookback_rnn']
        self.fails(2, 'go together', *serve, '--tls_cert=' + cert)
        for c, k, place in ((key, key, 'a.key'), (cert, cert, 'a.pem'), (cert, other, 'b.key'),
                            (self.path('none'), key, 'none')):
            self.fails(3, place, *serve, '--tls_cert=' + c, '--tls_key=' + k)


if __name__ == '__main__':
    unittest.main()
