"""Whatever comes in through a real port, and however a session ends: it plays on, and every note
that went out of the port is ended there. Note-ons and note-offs are counted by a client of JACK."""

import ctypes
import json
import os
import random
import signal
import threading
import time
import unittest

import jack
from program import BIN, ROOT, Case, needs_live

BUNDLES = os.path.join(ROOT, 'data', 'bundles')
FIRST, SECOND = (os.path.join(BUNDLES, name) for name in ('basic_rnn.mag', 'lookback_rnn.mag'))
TWO_MODELS = (f'--bundle_files={FIRST},{SECOND}', '--generator_select_control_number=20')
PROCESS = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p)
CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_char_p)


class MidiEvent(ctypes.Structure):
    _fields_ = [('time', ctypes.c_uint32), ('size', ctypes.c_size_t), ('buffer', ctypes.c_void_p)]


def library():
    jack_library = ctypes.CDLL('libjack.so.0')
    jack_library.jack_client_open.restype = ctypes.c_void_p
    jack_library.jack_port_register.restype = ctypes.c_void_p
    jack_library.jack_port_get_buffer.restype = ctypes.c_void_p
    return jack_library


class Partner:
    """A client with a port `out` that sends messages as they are, and a port `in` that keeps what comes."""

    def __init__(self, server, name='partner'):
        os.environ.update({key: server.env[key] for key in ('JACK_DEFAULT_SERVER', 'JACK_NO_START_SERVER')})
        self.jack = library()
        self.quiet = CALLBACK(lambda text: None)
        self.jack.jack_set_error_function(self.quiet)
        self.jack.jack_set_info_function(self.quiet)
        self.lock = threading.Lock()
        self.to_send, self.heard = [], []
        self.client = ctypes.c_void_p(self.jack.jack_client_open(name.encode(), 1, None))
        self.out, self.into = (
            ctypes.c_void_p(self.jack.jack_port_register(self.client, port, b'8 bit raw midi', flag, 0))
            for port, flag in ((b'out', 2), (b'in', 1)))
        self.callback = PROCESS(self.process)
        self.jack.jack_set_process_callback(self.client, self.callback, None)
        self.jack.jack_activate(self.client)

    def process(self, frames, _):
        with self.lock:
            buffer = ctypes.c_void_p(self.jack.jack_port_get_buffer(self.into, frames))
            event = MidiEvent()
            for i in range(self.jack.jack_midi_get_event_count(buffer)):
                self.jack.jack_midi_event_get(ctypes.byref(event), buffer, i)
                self.heard.append(ctypes.string_at(event.buffer, event.size))
            buffer = ctypes.c_void_p(self.jack.jack_port_get_buffer(self.out, frames))
            self.jack.jack_midi_clear_buffer(buffer)
            done = 0
            for message in self.to_send[:400]:
                if self.jack.jack_midi_event_write(buffer, 0, message, ctypes.c_size_t(len(message))) != 0:
                    break
                done += 1
            del self.to_send[:done]
        return 0

    def send(self, messages):
        """Sends all of them, as many at once as a period takes."""
        with self.lock:
            self.to_send += list(messages)
        jack.wait_until(lambda: not self.to_send)

    def count(self):
        with self.lock:
            return len(self.heard)

    def close(self):
        self.jack.jack_client_close(self.client)


def keys_that_hang(heard):
    """(what still sounds, struck twice without an end, note-ons) of messages in their order."""
    sounding, twice, ons = set(), 0, 0
    for message in heard:
        if len(message) != 3:
            continue
        kind, key = message[0] & 0xf0, (message[0] & 15, message[1])
        if kind == 0x90 and message[2] > 0:
            twice += key in sounding
            sounding.add(key)
            ons += 1
        elif kind in (0x80, 0x90):
            sounding.discard(key)
    return sounding, twice, ons


def phrase(pitches=(60, 64, 67, 65)):
    return [bytes(message) for pitch in pitches for message in ((0x90, pitch, 100), (0x80, pitch, 0))]


def random_bytes(seed):
    source = random.Random(seed)
    messages, left = [], 31000
    while left > 0:
        size = source.choice((1, 1, 2, 3, 3, 3, 4, 17))
        messages.append(bytes(source.randrange(256) for _ in range(size)))
        left -= size
    return messages


HOSTILE = {
    'active sensing': [b'\xfe'] * 5000,
    'a storm of clock': [b'\xf8'] * 20000,
    'starts and stops': [b'\xfa', b'\xfc', b'\xfb', b'\xf2\x7f\x7f', b'\xff'] * 400,
    '31 kB of random bytes': random_bytes(1),
    'keys that stay down': [bytes((0x90, pitch, 90)) for pitch in range(20, 60)],
    '128 keys at once': [bytes((0x90, pitch, 90)) for pitch in range(128)],
    'and again, and off': [bytes((status, pitch, 90)) for status in (0x90, 0x80) for pitch in range(128)],
    'ends of what never began': [bytes((0x80 | channel, pitch, 0)) for channel in range(16) for pitch in range(128)],
}


@needs_live
@unittest.skipIf(jack.MISSING, 'left out: jackd or its tools are not installed')
class Session(Case):
    """`magenta live` between the ports of a partner."""

    def setUp(self):
        super().setUp()
        self.server = jack.Server()
        self.assertTrue(self.server.start())
        self.partner = Partner(self.server)
        self.live = None

    def tearDown(self):
        self.partner.close()
        self.server.stop()
        super().tearDown()

    def start(self, *flags, keyboard='partner', models=TWO_MODELS):
        with open(self.path('out'), 'wb') as out, open(self.path('err'), 'wb') as err:
            self.live = self.server.popen(
                os.path.join(BIN, 'magenta'), 'live', '--backend=jack', f'--input_port={keyboard}:out',
                '--output_port=partner:in', *models, '--json', '--seed=1',
                '--panic_control_number=21', *flags, stdout=out, stderr=err)

    def text(self, name):
        with open(self.path(name), encoding='utf-8') as file:
            return file.read()

    def events(self, kind):
        lines = [line for line in self.text('out').splitlines() if line.endswith('}')]
        return [event for event in map(json.loads, lines) if event['event'] == kind]

    def ready(self):
        self.assertTrue(jack.wait_until(lambda: self.events('start')), self.text('err'))

    def wait_for_answer(self, more=1, playing=True):
        """Plays until so many more answers begin, and the machine's notes of the last sound."""
        before = len(self.events('answer'))
        def answered():
            if playing:
                self.partner.send(phrase())
            return len(self.events('answer')) >= before + more
        self.assertTrue(jack.wait_until(answered), self.text('err'))

    def machine_notes(self):
        return sum(event['who'] == 'machine' and event['on'] for event in self.events('note'))

    def ends(self, number):
        self.live.send_signal(number)
        self.assertEqual(self.live.wait(30), 0, self.text('err'))
        end = self.events('end')[-1]
        self.assertEqual(end['note_ons'], end['note_offs'], end)
        return end

    def expect_even(self, heard=None):
        hanging, twice, ons = keys_that_hang(self.partner.heard if heard is None else heard)
        self.assertEqual(hanging, set())
        self.assertEqual(twice, 0)
        self.assertGreater(ons, 0)
        return ons


class Hostile(Session):
    def test_nothing_that_comes_in_stops_it(self):
        for clock, number in (('own', signal.SIGINT), ('follow', signal.SIGTERM), ('send', signal.SIGTERM)):
            with self.subTest(clock):
                self.partner.heard.clear()
                self.start('--mode=bars:1,1', '--qpm=1000', '--clock=' + clock)
                self.assertTrue(jack.wait_until(lambda: self.events('session') and self.events('ports')), self.text('err'))
                for name, messages in HOSTILE.items():
                    self.partner.send(messages)
                    self.assertIsNone(self.live.poll(), (name, self.text('err')))
                # What it is for still works.
                if clock == 'follow':
                    self.partner.send([b'\xfa'])
                    for _ in range(100):  # 1000 quarters a minute, a little unevenly
                        self.partner.send([b'\xf8'] * 2 + phrase()[:2])
                        time.sleep(0.005)
                    self.assertGreater(len(self.events('answer')), 0, self.text('err'))
                else:
                    self.wait_for_answer()
                end = self.ends(number)
                self.assertGreater(end['player_notes'], 300)
                self.assertGreater(self.expect_even(), 100)

    def test_every_end_ends_every_note(self):
        self.start('--mode=bars:1,1', '--qpm=300')
        self.ready()
        for name, message in (('model', b'\xb0\x14\x01'), ('panic', b'\xb0\x15\x7f'), ('model', b'\xb0\x14\x00')):
            self.wait_for_answer()
            self.partner.send([message])
            self.assertTrue(jack.wait_until(lambda: self.events('control')), name)
        notes = self.machine_notes()
        self.wait_for_answer()
        self.assertTrue(jack.wait_until(lambda: self.machine_notes() > notes))
        self.ends(signal.SIGINT)
        self.expect_even()
        self.assertIn(b'\xb0\x7b\x00', self.partner.heard)

    def test_a_closed_terminal_and_an_impatient_hand_end_every_note(self):
        for signals in ((signal.SIGHUP,), (signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGHUP)):
            with self.subTest(signals):
                self.partner.heard.clear()
                self.start('--mode=bars:1,1', '--qpm=300')
                self.ready()
                self.wait_for_answer()
                self.partner.send([b'\x90\x48\x64'])
                self.assertTrue(jack.wait_until(lambda: b'\x90\x48\x64' in self.partner.heard))
                for number in signals[:-1]:
                    self.live.send_signal(number)
                    time.sleep(0.002)
                self.ends(signals[-1])
                self.expect_even()

    def test_the_end_of_capture_ends_what_was_played(self):
        self.start('--mode=switch', '--qpm=300', '--num_bars_to_generate=1')
        self.ready()
        for _ in range(3):
            # A key is held over the end of the phrase, and the phrase begins anew in the answer.
            self.partner.send([b'\xb0\x01\x7f'] + phrase() + [b'\x90\x48\x64'])
            time.sleep(0.3)
            self.partner.send([b'\xb0\x01\x00'])
            time.sleep(0.3)
        self.partner.send([b'\x80\x48\x00'])
        self.assertTrue(jack.wait_until(lambda: len(self.events('answer')) >= 3), self.text('err'))
        self.ends(signal.SIGTERM)
        self.expect_even()

    def test_a_lost_port_comes_back_silent(self):
        self.start('--mode=bars:1,1', '--qpm=300')
        self.ready()
        self.wait_for_answer()
        self.partner.close()
        lost = lambda: [event['connected'] for event in self.events('ports')]
        self.assertTrue(jack.wait_until(lambda: lost() == [True, False]), self.text('err'))
        self.partner = Partner(self.server)
        self.assertTrue(jack.wait_until(lambda: lost() == [True, False, True]), self.text('err'))
        panicked = lambda: {m[0] & 15 for m in self.partner.heard if len(m) == 3 and m[1:] == b'\x7b\x00'}
        self.assertTrue(jack.wait_until(lambda: len(panicked()) == 16), self.text('err'))
        # What is heard after that begins and ends as ever.
        first = next(i for i, m in enumerate(self.partner.heard) if m[1:] == b'\x7b\x00')
        self.wait_for_answer(2)
        self.ends(signal.SIGINT)
        self.expect_even(self.partner.heard[first:])

    def test_a_keyboard_that_is_gone_lets_go_of_its_keys(self):
        for unplugged in (True, False):
            self.partner.heard.clear()
            keys = Partner(self.server, 'keys')
            self.start('--mode=bars:1,1', '--metronome=off', keyboard='keys')
            self.ready()
            keys.send([b'\xb0\x40\x7f', b'\x90\x48\x64'])
            self.assertTrue(jack.wait_until(lambda: b'\x90\x48\x64' in self.partner.heard))
            if unplugged:
                keys.close()
            else:
                self.server.call('jack_disconnect', 'keys:out', 'magenta:in')
            self.assertTrue(jack.wait_until(lambda: keys_that_hang(self.partner.heard)[0] == set()))
            self.assertTrue(jack.wait_until(lambda: b'\xb0\x40\x00' in self.partner.heard))
            self.ends(signal.SIGINT)
            if not unplugged:
                keys.close()

    def test_what_hangs_is_seen(self):
        """The proof of the count: a program that is killed outright can't end anything."""
        self.start('--mode=bars:1,1', '--metronome=off')
        self.ready()
        self.partner.send([b'\x90\x48\x64'])
        self.assertTrue(jack.wait_until(lambda: b'\x90\x48\x64' in self.partner.heard))
        self.live.kill()
        self.live.wait()
        self.assertEqual(keys_that_hang(self.partner.heard), ({(0, 72)}, 0, 1))

    def test_no_moment_is_too_early_to_end(self):
        for delay in (0, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2):
            self.start('--mode=bars:1,1', '--qpm=300', '--metronome=always')
            time.sleep(delay)
            self.live.send_signal(signal.SIGTERM)
            # Before it looks out for signals there is nothing to end.
            self.assertIn(self.live.wait(30), (0, -signal.SIGTERM), self.text('err'))
            hanging, twice, _ = keys_that_hang(self.partner.heard)
            self.assertEqual((hanging, twice), (set(), 0), delay)
            for end in self.events('end'):
                self.assertEqual(end['note_ons'], end['note_offs'], delay)


if __name__ == '__main__':
    unittest.main()
