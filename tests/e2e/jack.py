"""A JACK server without hardware for the end-to-end tests, with what plays through it.

One server at a time for each user, tests of other builds included: a server that ends takes the
property store of all others away. The C++ tests wait for the same lock.
"""

import fcntl
import os
import shutil
import subprocess
import time
import wave

SOUND_FONT = '/usr/share/sounds/sf2/TimGM6mb.sf2'
MISSING = [tool for tool in ('jackd', 'jack_lsp', 'jack_connect', 'jack_rec') if not shutil.which(tool)]
RATE = 48000


def wait_until(done, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = done()
        if value:
            return value
        time.sleep(0.01)
    return None


class Server:
    count = 0

    def __init__(self):
        self.lock = open(f'/tmp/magenta-jack-tests-{os.getuid()}.lock', 'a')
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        Server.count += 1
        self.name = f'magenta-e2e-{os.getpid()}-{Server.count}'
        self.env = dict(os.environ, JACK_DEFAULT_SERVER=self.name, JACK_NO_START_SERVER='1',
                        JACK_NO_AUDIO_RESERVATION='1')
        self.started = []
        self.daemon = None

    def start(self):
        self.daemon = self.popen('jackd', '-n', self.name, '-p', '64', '-r', '-S', '-d', 'dummy',
                                 '-r', str(RATE), '-p', '256')
        return wait_until(lambda: 'system:' in self.ports())

    def popen(self, *args, **kwargs):
        kwargs.setdefault('stdout', subprocess.DEVNULL)
        kwargs.setdefault('stderr', subprocess.DEVNULL)
        kwargs.setdefault('stdin', subprocess.DEVNULL)
        # It ends with this process. No preexec_fn: JACK's clients here have threads, and what is forked
        # beside them waits for ever for a lock that one of them held.
        started = subprocess.Popen(['setpriv', '--pdeathsig=TERM', *map(str, args)], env=self.env, **kwargs)
        self.started.append(started)
        return started

    def call(self, *args):
        done = subprocess.run(list(map(str, args)), env=self.env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30)
        return done.stdout.decode() if done.returncode == 0 else ''

    def ports(self):
        return self.call('jack_lsp')

    def connections(self):
        return self.call('jack_lsp', '-c')

    def wait_for_port(self, name):
        return wait_until(lambda: name in self.ports().splitlines())

    def connect(self, source, sink):
        subprocess.run(['jack_connect', source, sink], env=self.env, check=True, timeout=30,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def synthesizer(self):
        """FluidSynth with ports fsynth:midi_00, fsynth:left and fsynth:right."""
        self.popen('fluidsynth', '-s', '-i', '-q', '-a', 'jack', '-m', 'jack',
                   '-o', f'audio.jack.server={self.name}', '-o', f'midi.jack.server={self.name}',
                   '-o', 'audio.jack.id=fsynth', '-o', 'midi.jack.id=fsynth',
                   '-o', 'audio.jack.autoconnect=0', '-o', f'synth.sample-rate={RATE}', SOUND_FONT)
        return self.wait_for_port('fsynth:midi_00')

    def record(self, path, seconds):
        """Records the synthesizer; wait() for the result."""
        return self.popen('jack_rec', '-f', path, '-d', seconds, '-b', '16', 'fsynth:left', 'fsynth:right')

    def stop(self):
        for process in reversed(self.started):
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.lock.close()


def levels(path, window=0.1):
    """Root mean square (1 is full scale) of each `window` seconds of a 16-bit WAV."""
    with wave.open(path) as file:
        size = int(file.getframerate() * window) * file.getnchannels()
        samples = memoryview(file.readframes(file.getnframes())).cast('h')
    return [(sum(s * s for s in samples[i:i + size]) / size) ** 0.5 / 32768
            for i in range(0, len(samples) - size + 1, size)]
