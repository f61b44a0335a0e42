"""What reaches `magenta serve` by raw sockets: heads and bodies that two readers could take for different
requests, at both loopback addresses. A connection whose request was refused is closed, and nothing behind it
is answered (request smuggling)."""

import json
import os
import re
import socket
import unittest

from program import BIN, Case, needs_serve, run
from server_test import Server, ServerCase

NEXT = b'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'
BODY = b'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\r\n'
TARGET = b'/v1/generators/default:generate'


def post(*fields, body=b'', version=b'HTTP/1.1'):
    lines = (b'POST ' + TARGET + b' ' + version, b'Content-Type: text/plain', *fields)
    return b'\r\n'.join(lines) + b'\r\n\r\n' + body


def get(*fields, line=b'GET /healthz HTTP/1.1'):
    return b'\r\n'.join((line, *fields)) + b'\r\n\r\n'


HOST = b'Host: localhost'
CHUNKED = b'Transfer-Encoding: chunked'
# What is sent, and the statuses that come back when another request follows on the same connection; after
# a refusal there is one alone.
ROWS = (
    ('a head', get(HOST), [200, 200]),
    ('a head of HTTP/1.0 without Host', get(b'Connection: keep-alive', line=b'GET /healthz HTTP/1.0'), [200, 200]),
    ('an empty line before it', b'\r\n' + get(HOST), [200, 200]),
    ('a whole address', get(HOST, line=b'GET http://localhost/healthz HTTP/1.1'), [200, 200]),
    ('a body with a length', post(HOST, b'Content-Length: 5', body=b'what?'), [400, 200]),
    ('a body in chunks', post(HOST, CHUNKED, body=b'5\r\nwhat?\r\n0\r\n\r\n'), [400, 200]),
    ('fields behind the chunks', post(HOST, CHUNKED, body=b'5\r\nwhat?\r\n0\r\nHost: evil\r\n\r\n'), [400, 200]),
    # Transfer-Encoding.
    ('no chunked', post(HOST, b'Transfer-Encoding: identity', body=BODY), [400]),
    ('chunked is not last', post(HOST, b'Transfer-Encoding: chunked, identity', body=BODY), [400]),
    ('nearly chunked', post(HOST, b'Transfer-Encoding: xchunked', body=BODY), [400]),
    ('nearly chunked, too', post(HOST, b'Transfer-Encoding: chunked-', body=BODY), [400]),
    ('a coding that is not known', post(HOST, b'Transfer-Encoding: gzip, chunked', body=b'0\r\n\r\n'), [501]),
    ('two codings', post(HOST, CHUNKED, CHUNKED, body=b'0\r\n\r\n'), [400]),
    ('coding and length', post(HOST, CHUNKED, b'Content-Length: 5', body=b'0\r\n\r\n'), [400]),
    ('length and coding', post(HOST, b'Content-Length: 5', CHUNKED, body=b'0\r\n\r\n'), [400]),
    ('a coding of HTTP/1.0', post(HOST, CHUNKED, version=b'HTTP/1.0', body=b'0\r\n\r\n'), [400]),
    ('a blank before the colon', post(HOST, b'Transfer-Encoding : chunked', body=b'0\r\n\r\n'), [400]),
    # Content-Length.
    ('two lengths', post(HOST, b'Content-Length: 0', b'Content-Length: 47', body=BODY), [400]),
    ('the same length twice', post(HOST, b'Content-Length: 0', b'Content-Length: 0'), [400]),
    ('a list of lengths', post(HOST, b'Content-Length: 0, 0'), [400]),
    ('a length with a sign', post(HOST, b'Content-Length: +5', body=b'what?'), [400]),
    ('a length below 0', post(HOST, b'Content-Length: -1'), [400]),
    ('a length past all numbers', post(HOST, b'Content-Length: 18446744073709551616'), [400]),
    ('no length', post(HOST, b'Content-Length:'), [400]),
    # Host.
    ('no Host', get(), [400]),
    ('an empty Host', get(b'Host:'), [400]),
    ('a blank Host', get(b'Host:  '), [400]),
    ('two Hosts', get(HOST, HOST), [400]),
    ('a second Host elsewhere', get(HOST, b'host: evil.example'), [400]),
    ('a list of Hosts', get(b'Host: localhost, evil.example'), [400]),
    ('a Host with a user', get(b'Host: evil.example@localhost'), [400]),
    ('another Host', get(b'Host: evil.example'), [403]),
    ('another Host as the target', get(HOST, line=b'GET http://evil.example/healthz HTTP/1.1'), [400]),
    # Lines.
    ('lines that end in LF', b'GET /healthz HTTP/1.1\nHost: localhost\n\n', [400]),
    ('one line that ends in LF', b'GET /healthz HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n', [400]),
    ('CR alone', get(HOST, b'X: a\rTransfer-Encoding: chunked'), [400]),
    ('NUL', get(HOST, b'X: \0'), [400]),
    ('a header in two lines', get(HOST, b'X: a', b' b'), [400]),
    ('a coding in two lines', post(HOST, b'Transfer-Encoding:', b' chunked', body=b'0\r\n\r\n'), [400]),
    ('no colon', get(HOST, b'X'), [400]),
    ('two tokens', get(HOST, b'Authorization: Bearer a', b'Authorization: Bearer b'), [400]),
    ('blanks in the first line', get(HOST, line=b'GET  /healthz HTTP/1.1'), [400]),
    ('no path', get(HOST, line=b'GET * HTTP/1.1'), [400]),
    ('another version', get(HOST, line=b'GET /healthz HTTP/2.0'), [505]),
    ('a head without end', b'GET /' + b'a' * 17000, [431]),
    # Chunks.
    ('chunks that end in LF', post(HOST, CHUNKED, body=b'5\nwhat?\n0\n\n'), [400]),
    ('a size that is none', post(HOST, CHUNKED, body=b'0x5\r\nwhat?\r\n0\r\n\r\n'), [400]),
    ('a size past all numbers', post(HOST, CHUNKED, body=b'ffffffffffffffffff\r\n'), [400]),
    ('a longer chunk', post(HOST, CHUNKED, body=b'4\r\nwhat?\r\n0\r\n\r\n'), [400]),
    ('a length behind the chunks', post(HOST, CHUNKED, body=b'5\r\nwhat?\r\n0\r\nContent-Length: 9\r\n\r\n'), [400]),
)


def exchange(address, port, data):
    """All that is said to `data` and a request that follows, until nothing more comes."""
    with socket.create_connection((address, port)) as wire:
        wire.sendall(data + NEXT)
        wire.shutdown(socket.SHUT_WR)
        wire.settimeout(20)
        said = b''
        try:
            while piece := wire.recv(1 << 16):
                said += piece
        except ConnectionResetError:
            pass  # closed with our second request unread
    return said


def statuses(said):
    return [int(status) for status in re.findall(rb'HTTP/1\.1 (\d{3}) ', said)]


class Wire(ServerCase):
    FLAGS = ('--config=basic_rnn',)

    def test_rows(self):
        for name, data, expected in ROWS:
            with self.subTest(name):
                said = exchange('127.0.0.1', self.server.port, data)
                self.assertEqual(statuses(said), expected, said)
                if len(expected) == 1:
                    self.assertIn(b'Connection: close', said)
                    self.assertIn('message', json.loads(said.split(b'\r\n\r\n')[1])['error'])
        self.alive_on_basic()

    def test_a_head_that_comes_byte_by_byte(self):
        with socket.create_connection(('127.0.0.1', self.server.port)) as wire:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in get(HOST):
                wire.sendall(bytes([byte]))
            self.assertTrue(wire.recv(1 << 16).startswith(b'HTTP/1.1 200'))

    def alive_on_basic(self):
        self.assertEqual(self.server.ask('GET', '/healthz'), (200, b'ok\n'))


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as wire:
            wire.bind(('::1', 0))
        return True
    except OSError:
        return False


@needs_serve
class Addresses(Case):
    def check(self, address, where):
        said = exchange(address, where['port'], get(b'Host: localhost'))
        self.assertEqual(statuses(said), [200, 200])
        named = f'[{address}]' if ':' in address else address
        for server in (named, 'localhost'):
            listed = run('request', f'--server={server}:{where["grpc_port"]}', '--format=text',
                         stdin=b'generator_options { generate_sections { end_time: 1 } }')
            self.assertEqual(listed.status, 0, listed)

    def served(self, *flags):
        server = Server('--config=basic_rnn', *flags)
        self.addCleanup(lambda: self.assertEqual(server.stop(), 0))
        return server.where

    def test_localhost_is_both(self):
        where = self.served()
        self.assertEqual(where['host'], '127.0.0.1')
        self.assertEqual(where['addresses'], ['127.0.0.1', '::1'] if has_ipv6() else ['127.0.0.1'])
        for address in where['addresses']:
            self.check(address, where)

    def test_one_alone(self):
        for address in ('127.0.0.1', '::1') if has_ipv6() else ('127.0.0.1',):
            where = self.served('--host=' + address)
            self.assertEqual(where['addresses'], [address])
            self.check(address, where)
            other = '127.0.0.1' if ':' in address else '::1'
            if has_ipv6():
                with self.assertRaises(ConnectionRefusedError):
                    exchange(other, where['port'], get(HOST))

    def test_a_port_that_is_taken_at_one_of_both(self):
        address = '::1' if has_ipv6() else '127.0.0.1'
        with socket.socket(socket.AF_INET6 if has_ipv6() else socket.AF_INET) as taken:
            taken.bind((address, 0))
            taken.listen()
            port = taken.getsockname()[1]
            for flags in ((f'--port={port}', '--grpc_port=0'), ('--port=0', f'--grpc_port={port}')):
                result = run('serve', '--config=basic_rnn', *flags)
                self.assertEqual(result.status, 5, result)
                self.assertIn(f'[::1]:{port}' if has_ipv6() else f'{address}:{port}', result.err)


@needs_serve
class Tokens(Case):
    def test_tokens_that_cannot_be_sent(self):
        for token in (' ', '\t', 'a b', ' a', 'a\n', 'a\x01', 'ä'):
            with self.subTest(token):
                result = run('serve', '--config=basic_rnn', '--port=0', '--grpc_port=0', '--auth_token=' + token)
                self.assertEqual(result.status, 2, result)
                self.assertIn('--auth_token', result.err)
                by_variable = run('serve', '--config=basic_rnn', '--port=0', '--grpc_port=0',
                                  env={**os.environ, 'MAGENTA_AUTH_TOKEN': token})
                self.assertEqual(by_variable.status, 2, by_variable)
                client = run('request', '--server=localhost:1', '--auth_token=' + token, stdin=b'')
                self.assertEqual(client.status, 2, client)


if __name__ == '__main__':
    unittest.main()
