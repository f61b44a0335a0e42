"""Files with a flipped bit, a part missing, a name that means nothing or a size that cannot be: an
error of one line that names the file, exit 3, in bounded memory."""

import gzip
import json
import os
import shutil
import struct
import subprocess
import unittest
import zlib

from program import BIN, ROOT, Case, built, needs_train, run, tune

BASIC = os.path.join(ROOT, 'data', 'bundles', 'basic_rnn.mag')
FLIPS = 24
MOST_MEMORY = 400 << 20


def tail(result):
    return result.err.strip().splitlines()[-1] if result.err.strip() else ''


class Flips(Case):
    """Some bits of each kind of file, by the program; every bit is flipped in the unit tests."""

    def flip(self, path, *inspected, text=None, skip=()):
        with open(path, 'rb') as file:
            whole = file.read()
        for i in range(FLIPS):
            at = i * (len(whole) - 1) // (FLIPS - 1)
            if at in skip:
                continue
            damaged = bytearray(whole)
            damaged[at] ^= 1 << i % 8
            with open(path, 'wb') as file:
                file.write(damaged)
            result = run('inspect', *(inspected or [path]))
            self.assertEqual(result.status, 3, f'{path}, byte {at}: {result}')
            self.assertIn(path, tail(result), f'byte {at}')
            if text:
                self.assertRegex(tail(result), text, f'byte {at}')
        with open(path, 'wb') as file:
            file.write(whole)
        self.ok('inspect', *(inspected or [path]))

    def test_a_bundle(self):
        path = shutil.copy(BASIC, self.path('x.mag'))
        self.flip(path, text='checksum|no generator bundle')
        self.assertIn('checksum of the whole file: right', self.ok('inspect', path).out)

    def test_a_folder_for_pages(self):
        page = self.path('page')
        self.ok('bundle', '--from=' + BASIC, '--format=magentajs', '--bundle_file=' + page)
        for name in ('config.json', 'weights_manifest.json', 'group1-shard1of1'):
            self.flip(os.path.join(page, name), page, text='wrong checksum')
            self.ok('inspect', os.path.join(page, name))

    def test_records(self):
        for i in range(3):
            self.write(f'in/{i}.mid', tune(8, i))
        notes = self.path('notes.tfrecord')
        self.ok('convert', '--input_dir=' + self.path('in'), '--output_file=' + notes)
        self.flip(notes, text='record [0-2] at byte')
        self.ok('dataset', '--config=basic_rnn', '--input=' + notes, '--output_dir=' + self.path('data'))
        self.flip(self.path('data', 'training_melodies.tfrecord'), text='record [0-2] at byte')
        with open(notes, 'rb') as file:
            plain = file.read()
        # The time, flags and system in gzip's header are Python's, and stand for nothing.
        self.flip(self.write('packed.tfrecord', gzip.compress(plain, mtime=0)), text='record', skip=range(2, 10))
        self.flip(self.write('packed.tfrecord', zlib.compress(plain)), text='record')

    @needs_train
    def test_a_run(self):
        self.write('in/0.mid', tune(8))
        self.ok('convert', '--input_dir=' + self.path('in'), '--output_file=' + self.path('n.tfrecord'))
        self.ok('dataset', '--config=basic_rnn', '--input=' + self.path('n.tfrecord'), '--eval_ratio=0',
                '--output_dir=' + self.path('data'))
        self.ok('train', '--config=basic_rnn', '--run_dir=' + self.path('run'), '--num_training_steps=1',
                '--hparams=rnn_layer_sizes=[4,4],batch_size=1',
                '--sequence_example_file=' + self.path('data', 'training_melodies.tfrecord'))
        train = self.path('run', 'train')
        prefix = os.path.join(train, 'model.ckpt-1')
        self.flip(prefix + '.index', prefix, text='byte|wrong')
        self.flip(prefix + '.data-00000-of-00001', prefix, text='variable .* offset')
        self.flip(os.path.join(train, 'checkpoint'), self.path('run'), text='wrong checksum')
        events, = [name for name in os.listdir(train) if 'tfevents' in name]
        self.flip(os.path.join(train, events), text='record')
        self.fails(3, 'name ' + prefix, 'inspect', prefix + '.data-00000-of-00001')
        os.unlink(prefix + '.data-00000-of-00001')
        self.fails(3, '.data-00000-of-00001: is missing', 'inspect', prefix)


class Names(Case):
    def setUp(self):
        super().setUp()
        self.page = self.path('page')
        self.ok('bundle', '--from=' + BASIC, '--format=magentajs', '--bundle_file=' + self.page)
        with open(self.page + '/config.json', encoding='utf-8') as file:
            self.config = json.load(file)
        del self.config['magenta']['checksums']
        with open(self.page + '/weights_manifest.json', encoding='utf-8') as file:
            self.manifest = file.read()

    def fails_as(self, text, manifest=None, **ours):
        self.config['magenta'].update(ours)
        self.write('page/config.json', json.dumps(self.config).encode())
        self.write('page/weights_manifest.json', (manifest or self.manifest).encode())
        self.fails(3, text, 'generate', '--bundle_file=' + self.page, '--output_dir=' + self.path('out'))
        self.assertEqual(self.files('out'), [])

    def test_that_mean_nothing(self):
        self.fails_as('variable fully_connected/weights is missing; the nearest that is there is '
                      'fully_connected/weight', self.manifest.replace('fully_connected/weights', 'fully_connected/weight'))
        self.fails_as('no part of a network of 1 layers takes', self.manifest.replace('cell_1/', 'cell_2/'))
        self.fails_as('its type (float16)', self.manifest.replace('float32', 'float16', 1))

    def test_shapes(self):
        manifest = json.loads(self.manifest)
        for weight in manifest[0]['weights']:
            if weight['name'] == 'fully_connected/weights':
                weight['shape'].reverse()
        self.fails_as('variable fully_connected/weights has shape', json.dumps(manifest))

    def test_a_model_that_is_not_here(self):
        self.fails_as('drums_rnn', id='drums_rnn')
        with open(BASIC, 'rb') as file:
            bundle = file.read()[:-6]  # without our checksum
        path = self.write('drums.mag', bundle.replace(b'basic_rnn', b'drums_rnn', 1))
        self.fails(3, 'of a model that is not here', 'generate', '--bundle_file=' + path,
                   '--output_dir=' + self.path('out'))
        self.assertIn('bundle of drums_rnn', self.ok('inspect', path).out)


class Several(Case):
    def test_inspect_goes_on(self):
        good = self.write('good.mid', tune(2))
        missing, strange = self.path('missing.mid'), self.write('strange', b'\1\2\3')
        result = run('inspect', missing, good, strange, BASIC)
        self.assertEqual(result.status, 3, result)
        for shown in (good, BASIC):
            self.assertIn(shown + ': ', result.out)
        lines = [line for line in result.err.splitlines() if line.startswith('magenta: ')]
        self.assertEqual(len(lines), 2, result)
        self.assertIn(strange + ': is of no known kind', result.err)
        self.assertIn(missing, lines[-1])
        as_json = run('inspect', '--json', missing, good)
        self.assertEqual([one['file'] for one in as_json.json['files']], [good])
        self.assertEqual(as_json.error['file'], missing)


class Large(Case):
    """Sparse files of 3 GB and more."""

    def refused(self, text, *args):
        with subprocess.Popen([os.path.join(BIN, 'magenta'), *args], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            error = process.stderr.read().decode()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 3, error)
        self.assertIn(text, error)
        self.assertLess(usage.ru_maxrss << 10, MOST_MEMORY, error)

    def large(self, name, head=b'', end=b'', size=3 << 30):
        path = self.write(name, head)
        os.truncate(path, size)
        if end:
            with open(path, 'r+b') as file:
                file.seek(-len(end), os.SEEK_END)
                file.write(end)
        return path

    def test_of_every_kind(self):
        with open(BASIC, 'rb') as file:
            bundle = file.read()
        heads = {'x.mag': bundle[:4096], 'x.pb': bundle[:4096], 'x.mid': tune(1), 'x.abc': b'X:1\nK:C\n',
                 'x.xml': b'<score-partwise>', 'x.ckpt': b'', 'x.index': b'', 'x.tfrecord': b'',
                 'checkpoint': b'model_checkpoint_path: "x"\n'}
        for name, head in heads.items():
            path = self.large(name, head)
            self.refused(path, 'inspect', path)
            os.unlink(path)
        for flag in ('bundle_file', 'checkpoint_file'):
            path = self.large('model', bundle[:4096])
            self.refused(path, 'generate', f'--{flag}={path}', '--output_dir=' + self.path('out'))
        path = self.large('request', bundle[:4096])
        self.refused(path, 'request', '--bundle_file=' + BASIC, path)

    def test_a_record_that_claims_3_gb(self):
        # A frame whose length is right by its checksum.
        path = self.large('x.tfrecord', struct.pack('<QI', 3 << 30, masked_crc(struct.pack('<Q', 3 << 30))))
        self.refused('has 3221225472 bytes; the limit for a piece is 134217728', 'inspect', path)

    def test_weights_of_a_page(self):
        page = self.path('page')
        self.ok('bundle', '--from=' + BASIC, '--format=magentajs', '--bundle_file=' + page)
        os.truncate(page + '/group1-shard1of1', 3 << 30)
        self.refused('weights_manifest.json', 'inspect', page)


class Limits(Case):
    """Pieces over a limit are refused in the same words by every verb; those within stay in bounds."""

    def measured(self, *args):
        with subprocess.Popen([os.path.join(BIN, 'magenta'), *args], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE) as process:
            error = process.stderr.read().decode()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertLess(usage.ru_maxrss << 10, 1 << 30, error)
        return process.returncode, error

    def verbs(self, path, folder):
        out = '--output_dir=' + self.path('out')
        yield ('inspect', path)
        yield ('score', path)
        yield ('convert', '--input_dir=' + folder, '--output_file=' + self.path('x.tfrecord'))
        yield ('dataset', '--config=basic_rnn', '--input=' + folder, out)
        yield ('generate', '--primer_midi=' + path, out)
        if built('magenta-live'):
            yield ('render', path, '--output=' + self.path('x.svg'))
            yield ('play', path, '--output=' + self.path('x.wav'))
            yield ('live', '--backend=file', '--input_port=' + path, '--output_port=' + self.path('x.mid'))

    def test_every_verb_refuses_alike(self):
        over = {
            'has 1000001 notes or more; the limit for a piece is 1000000': smf([notes_of_one_track(1000001)]),
            'has 4097 tracks or more; the limit for a piece is 4096': smf([notes_of_one_track(1)] * 4097),
            'has 4000001 events or more; the limit for a piece is 4000000':
                smf([notes_of_one_track(1) + b'\x00\xb0\x07\x40' + b'\x01\x07\x41' * 4000000]),
            'has 134217729 unpacked bytes or more; the limit for a piece is 134217728':
                gzip.compress(b'MThd' + bytes((128 << 20) - 3), 1),
        }
        for i, (text, data) in enumerate(over.items()):
            folder = self.path(str(i))
            path = self.write(f'{i}/over.mid', data)
            for verb in self.verbs(path, folder):
                with self.subTest(verb=verb[0], text=text):
                    # What a port plays has no notes that it pairs; the other limits are its too.
                    if verb[0] == 'live' and ('notes' in text or 'unpacked' in text):
                        continue
                    status, error = self.measured(*verb)
                    self.assertEqual(status, 3, error)
                    self.assertIn(text, error)
                    self.assertNotIn('permissions', error)

    def test_what_is_within_them(self):
        path = self.write('in/a.mid', smf([notes_of_one_track(1000000)]))
        for verb in (('inspect', path),
                     ('convert', '--input_dir=' + self.path('in'), '--output_file=' + self.path('x.tfrecord')),
                     ('dataset', '--config=basic_rnn', '--input=' + self.path('in'),
                      '--output_dir=' + self.path('out'), '--ignore_polyphonic_notes')):
            status, error = self.measured(*verb)
            self.assertEqual(status, 0, error)


def smf(tracks):
    return b'MThd' + struct.pack('>IHHH', 6, 1, len(tracks), 480) + b''.join(
        b'MTrk' + struct.pack('>I', len(track) + 4) + track + b'\x00\xff\x2f\x00' for track in tracks)


def notes_of_one_track(count):
    """So many notes one after the other, of five pitches, six bytes each."""
    five = b''.join(bytes([0, pitch, 64, 60, pitch, 0]) for pitch in (60, 62, 64, 65, 67))
    return b'\x00\x90' + (five * (count // 5 + 1))[1:6 * count]


def masked_crc(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    crc ^= 0xffffffff
    return ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff


if __name__ == '__main__':
    unittest.main()
