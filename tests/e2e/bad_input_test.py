"""Every kind of bad input: the right exit status, one line that names the file and what to do, and
nothing left behind."""

import json
import os
import resource
import shutil
import struct
import subprocess
import unittest

from program import (BIN, MODELS, Case, midi, needs_goldens, needs_live, needs_train, run, tune)


def lookback(path):
    return os.path.join(MODELS, 'lookback_rnn', path)


def note_field(note):
    """A note of a NoteSequence: pitch, velocity, seconds of its beginning and end."""
    pitch, velocity, start, end = note
    varint = lambda n: bytes([n % 128 | 128, n // 128])
    field = b'\x08' + varint(pitch) + b'\x10' + varint(velocity) + struct.pack('<BdBd', 0x19, start, 0x21, end)
    return b'\x42' + bytes([len(field)]) + field


class Convert(Case):
    def unprivileged(self):
        """How to run a program as one who may not read everything, where root runs the tests."""
        if os.getuid() != 0:
            return {}
        os.chmod(self.folder, 0o777)
        # The programs may lie where only root looks.
        copy = shutil.copy(os.path.join(BIN, 'magenta'), self.path('magenta'))
        return {'user': 65534, 'cwd': '/', 'program': copy}

    def convert(self, status, text, folder, *flags, **kwargs):
        self.fails(status, text, 'convert', '--input_dir=' + folder,
                   '--output_file=' + self.path('out', 'notes.tfrecord'), *flags, **kwargs)
        self.assertFalse(os.path.exists(self.path('out', 'notes.tfrecord')))

    def test_missing_folder(self):
        self.convert(3, self.path('none'), self.path('none'))

    def test_a_file_for_a_folder(self):
        self.convert(3, 'x.mid', self.write('x.mid', tune(8)))

    def test_unreadable_folder(self):
        self.write('in/a.mid', tune(8))
        os.chmod(self.path('in'), 0)
        self.convert(3, self.path('in'), self.path('in'), **self.unprivileged())

    def test_empty_folder(self):
        os.mkdir(self.path('in'))
        self.convert(4, '', self.path('in'))

    def test_nothing_but_broken_files(self):
        self.write('in/a.mid', b'not a MIDI file')
        self.write('in/b.mid', b'')
        self.write('in/c.mid', tune(8)[:12])
        report = self.path('report.json')
        self.convert(4, 'broken_midi', self.path('in'), '--report=' + report)
        self.assertTrue(os.path.exists(report))

    def test_broken_files_beside_good_ones(self):
        self.write('in/a.mid', b'not a MIDI file')
        self.write('in/b.mid', tune(8))
        self.write('in/c.mid', tune(8)[:60])
        result = self.ok('convert', '--input_dir=' + self.path('in'), '--json',
                         '--output_file=' + self.path('notes.tfrecord'))
        self.assertEqual(result.json['sequences'], 2)
        self.assertEqual(result.json['counts']['broken_midi'], 1)


    def test_files_that_may_not_be_read(self):
        """Two ways: a file without the right to read it; a folder that lists what it won't show."""
        who = self.unprivileged()
        self.write('in/a.mid', tune(8))
        os.chmod(self.path('in', 'a.mid'), 0)
        self.convert(3, 'Permission denied', self.path('in'), **who)
        self.fails(3, 'Permission denied', 'dataset', '--input=' + self.path('in'),
                   '--output_dir=' + self.path('data'), **who)
        self.fails(3, 'a.mid: cannot open: Permission denied', 'inspect', self.path('in', 'a.mid'), **who)
        self.write('listed/b.mid', tune(8))
        os.chmod(self.path('listed'), 0o444)
        self.convert(3, 'Permission denied', self.path('listed'), **who)

    def test_a_table_stands_alone(self):
        """What to do is a line of its own below the reasons."""
        self.write('in/a.mid', b'not a MIDI file')
        err = run('convert', '--input_dir=' + self.path('in'),
                  '--output_file=' + self.path('new', 'folder', 'x')).err.splitlines()
        self.assertIn('broken_midi', err[-2])
        self.assertTrue(err[-1].startswith('Name a folder'), err)
        self.assertFalse(os.path.exists(self.path('new')))


class Output(Case):
    def test_a_place_that_cannot_be_written(self):
        self.write('in/a.mid', tune(8))
        self.fails(5, '/proc/none', 'convert', '--input_dir=' + self.path('in'),
                   '--output_file=/proc/none/notes.tfrecord')

    def test_an_output_that_is_a_folder(self):
        self.write('in/a.mid', tune(8))
        os.mkdir(self.path('notes.tfrecord'))
        self.fails(5, 'it is a folder', 'convert', '--input_dir=' + self.path('in'),
                   '--output_file=' + self.path('notes.tfrecord'))

    def test_disk_full(self):
        """A limit on the size of files stands for a full disk."""
        for i in range(40):
            self.write(f'in/{i}.mid', tune(32, i))

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))

        result = run('convert', '--input_dir=' + self.path('in'),
                     '--output_file=' + self.path('notes.tfrecord'), preexec_fn=limit,
                     restore_signals=False)
        self.assertEqual(result.status, 5, result)
        self.assertIn('notes.tfrecord: cannot write', result.err)
        self.assertEqual([f for f in self.files() if 'tfrecord' in f], [])


    def test_two_names_of_one_file(self):
        self.write('in/a.mid', tune(8))
        out = self.path('notes.tfrecord')
        self.fails(2, 'the same name', 'convert', '--input_dir=' + self.path('in'),
                   '--output_file=' + out, '--report=' + self.path('in', '..', 'notes.tfrecord'))
        self.fails(2, 'the same name', 'dataset', '--input=' + self.path('in'), '--output_dir=' + self.path('d'),
                   '--report=' + self.path('.', 'd', 'eval_melodies.tfrecord'))

    def test_out_of_memory(self):
        """A limit on the address space stands for a machine without more."""
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (130 << 20, 130 << 20))

        if run('--version', preexec_fn=limit).status != 0:
            self.skipTest('left out: the program itself needs more (a sanitizer)')
        large = self.write('large.mid', b'MThd')
        os.truncate(large, 128 << 20)
        result = run('inspect', large, preexec_fn=limit)
        self.assertEqual((result.status, result.err.count('\n')), (5, 1), result)
        self.assertIn('magenta: out of memory. ', result.err)
        result = run('inspect', '--json', large, preexec_fn=limit)
        self.assertEqual((result.status, result.error['code']), (5, 'outside'), result)

    @needs_live
    def test_an_error_of_another_program_is_said_once(self):
        font = self.write('x.sf2', b'RIFF\0\0\0\0sfbk')
        flags = ['generate', '--num_outputs=1', '--format=wav', '--output_dir=' + self.path('out'),
                 '--soundfont=' + font]
        self.fails(3, 'no sound font', *flags)
        self.assertEqual(self.fails_as_json(3, *flags)['file'], font)
        self.fails(3, 'x.txt: is no sound font', 'generate', '--format=mid,wav', '--output_dir=' + self.path('out'),
                   '--soundfont=' + self.write('x.txt', b'nothing of the kind'))
        self.assertEqual(self.files(), ['x.sf2', 'x.txt'])


class Dataset(Case):
    def test_missing_input(self):
        self.fails(3, self.path('none'), 'dataset', '--input=' + self.path('none'),
                   '--output_dir=' + self.path('data'))

    def test_input_that_is_no_tfrecord(self):
        self.fails(3, 'x.bin', 'dataset', '--input=' + self.write('x.bin', b'nothing' * 10),
                   '--output_dir=' + self.path('data'))

    def test_truncated_tfrecord(self):
        self.write('in/a.mid', tune(8))
        self.write('in/b.mid', tune(9))
        notes = self.path('notes.tfrecord')
        self.ok('convert', '--input_dir=' + self.path('in'), '--output_file=' + notes)
        with open(notes, 'rb') as file:
            content = file.read()
        for size in (len(content) - 3, len(content) // 2 + 7, 5):
            cut = self.write('cut.tfrecord', content[:size])
            self.fails(3, 'cut.tfrecord', 'dataset', '--input=' + cut,
                       '--output_dir=' + self.path('data'))
        flipped = bytearray(content)
        flipped[40] ^= 1
        wrong = self.write('wrong.tfrecord', bytes(flipped))
        self.fails(3, 'wrong.tfrecord', 'inspect', wrong)
        self.assertFalse(os.path.exists(self.path('data', 'training_melodies.tfrecord')))

    def test_no_melody_survives(self):
        self.write('in/a.mid', tune(2))
        self.fails(4, '--min_bars', 'dataset', '--input=' + self.path('in'),
                   '--output_dir=' + self.path('data'))

    def test_a_data_set_is_no_input(self):
        self.write('in/a.mid', tune(8))
        self.ok('dataset', '--input=' + self.path('in'), '--output_dir=' + self.path('data'),
                '--eval_ratio=0')
        self.fails(3, 'training_melodies.tfrecord', 'dataset', '--output_dir=' + self.path('d2'),
                   '--input=' + self.path('data', 'training_melodies.tfrecord'))


@needs_goldens
class Models(Case):
    def generate(self, status, text, *flags):
        self.fails(status, text, 'generate', '--output_dir=' + self.path('out'), *flags)
        self.assertEqual(self.files('out') if os.path.exists(self.path('out')) else [], [])

    def test_missing_files(self):
        for flag in ('run_dir', 'checkpoint_file', 'bundle_file'):
            self.generate(3, self.path('none'), f'--{flag}=' + self.path('none'))

    def test_flags_that_do_not_go_together(self):
        for flags, text in [
            (['--auth_token=x'], '--server'),
            (['--server=localhost:1', '--bundle_file=x.mag'], 'its own model'),
            (['--soundfont=x.sf2'], 'names no wav'),
            (['--bundle_description=x'], '--save_generator_bundle'),
        ]:
            self.generate(2, text, *flags)
        self.fails(2, '--output_dir is empty', 'generate', '--output_dir=')
        self.fails(2, '--output_dir needs a value', 'generate', '--output_dir', '--num_outputs=3')
        self.fails(2, '--transpose names 0 twice', 'dataset', '--input=x', '--transpose=0,2,0',
                   '--output_dir=' + self.path('out'))

    @needs_live
    def test_a_sound_font_is_looked_for_first(self):
        self.generate(3, 'no such sound font', '--format=wav', '--soundfont=' + self.path('none.sf2'))

    def test_two_models_at_once(self):
        self.generate(2, '', '--run_dir=' + lookback(''), '--bundle_file=' + lookback('lookback_rnn.mag'))

    def test_a_checkpoint_of_another_config(self):
        for config in ('basic_rnn', 'attention_rnn', 'mono_rnn'):
            self.generate(3, config, '--config=' + config, '--checkpoint_file=' + lookback('v1.ckpt'))
            self.generate(3, config, '--config=' + config,
                          '--bundle_file=' + lookback('lookback_rnn.mag'))

    def test_other_layer_sizes(self):
        self.generate(2, '64', '--run_dir=' + lookback(''), '--hparams=rnn_layer_sizes=[128,128]')

    def test_hparams(self):
        self.generate(2, 'batch_sise', '--run_dir=' + lookback(''), '--hparams=batch_sise=3')
        self.generate(2, 'batch_size', '--run_dir=' + lookback(''), "--hparams={'batch_size':'x'}")

    def test_corrupt_checkpoints(self):
        for name in ('v1.ckpt', 'lookback_rnn.mag'):
            with open(lookback(name), 'rb') as file:
                content = bytearray(file.read())
            flag = '--bundle_file=' if name.endswith('mag') else '--checkpoint_file='
            self.generate(3, 'cut', flag + self.write('cut', bytes(content[:len(content) // 2])))
            content[len(content) // 3] ^= 4
            self.generate(3, 'flipped', flag + self.write('flipped', bytes(content)))
            self.generate(3, 'empty', flag + self.write('empty', b''))

    def test_mono_rnn_has_no_bundled_weights(self):
        self.generate(2, 'mono_rnn', '--config=mono_rnn')

    def test_output_place(self):
        self.fails(5, '/proc/none', 'generate', '--run_dir=' + lookback(''), '--output_dir=/proc/none')
        self.fails(5, 'x', 'generate', '--run_dir=' + lookback(''),
                   '--output_dir=' + self.write('x', b''))


@needs_goldens
class Primers(Case):
    def primer(self, status, text, *flags):
        self.fails(status, text, 'generate', '--output_dir=' + self.path('out'),
                   '--run_dir=' + lookback(''), *flags)
        self.assertFalse(os.path.exists(self.path('out')) and self.files('out'))

    def test_melodies(self):
        for melody, text in [('[60, 128]', 'event 1 is 128'), ('[60, -3]', 'event 1 is -3'),
                             ('[]', 'has no note'), ('[-2, -2]', 'has no note'),
                             ('[60 62]', 'a comma is missing after event 0'),
                             ('[60, C4]', 'event 1 is no whole number: C4'),
                             ('[60.5, 62]', 'event 0 is no whole number: 60.5'),
                             ('[60, 62', "its '[' is never closed"),
                             ('60, 62]', "its ']' was never opened"),
                             ('[60,, 62]', 'nothing stands where event 1 should'),
                             ('[[60], 62]', 'event 0 is no whole number: [60]'),
                             ('[60, 99999999999]', 'event 1')]:
            with self.subTest(melody):
                self.primer(2, text, '--primer_melody=' + melody)

    def test_longer_than_num_steps(self):
        self.primer(2, 'the primer takes 20 steps', '--num_steps=16',
                    '--primer_melody=' + str([60] * 20))
        self.primer(2, '--num_steps=32', '--num_steps=32',
                    '--primer_midi=' + self.write('long.mid', tune(4)))

    def test_files(self):
        self.primer(3, 'none.mid', '--primer_midi=' + self.path('none.mid'))
        self.primer(3, 'x.mid', '--primer_midi=' + self.write('x.mid', b'no MIDI'))
        self.primer(3, 'empty.mid', '--primer_midi=' + self.write('empty.mid', b''))
        self.primer(3, 'rest.mid: holds no note', '--primer_midi=' + self.write('rest.mid', midi([[], []])))
        drums = midi([[36], [38]] * 8).replace(b'\x90', b'\x99').replace(b'\x80', b'\x89')
        self.primer(3, 'drums.mid: holds drums alone', '--primer_midi=' + self.write('drums.mid', drums))

    def test_notes_that_nobody_could_play(self):
        for name, text, notes in (('pitch', 'has pitch 200', [(200, 80, 0, 1)]),
                                  ('velocity', 'velocity 200', [(60, 200, 0, 1)]),
                                  ('backwards', 'ends at 1 s, before it starts', [(60, 80, 0, 1), (62, 80, 2, 1)]),
                                  ('long', 'beyond 1048576 steps. Give a shorter piece', [(60, 80, 0, 1e6)]),
                                  ('huge', 'beyond 1048576 steps. Give a shorter piece', [(60, 80, 0, 1e300)])):
            with self.subTest(name):
                file = self.write(name + '.notesequence', b''.join(map(note_field, notes)))
                self.primer(3, name + '.notesequence: ', '--bars=1', '--primer_midi=' + file)
                self.primer(3, text, '--bars=1', '--primer_midi=' + file)
                if 'beyond' not in text:
                    self.fails(3, text, 'score', '--run_dir=' + lookback(''), file)

    def test_what_a_score_holds_that_is_left_out_is_said(self):
        book = self.write('tune.abc', b'X:1\nM:4/4\nL:1/4\nK:C\n{g}CDEF|\nw: ly-rics\n')
        result = self.ok('generate', '--run_dir=' + lookback(''), '--num_outputs=1', '--primer_midi=' + book,
                         '--output_dir=' + self.path('out'))
        self.assertIn('tune.abc: left out: line 5: grace notes', result.err)
        self.assertIn('tune.abc: left out: line 6: lyrics', result.err)

    def test_a_wrapped_file_is_read_as_convert_reads_it(self):
        wrapped = self.write('mac.mid', b'\0' * 128 + tune(2))
        result = self.ok('generate', '--run_dir=' + lookback(''), '--num_outputs=1', '--primer_midi=' + wrapped,
                         '--output_dir=' + self.path('out'))
        self.assertIn('bytes before the MIDI header left out: 128', result.err)
        self.assertIn('no MIDI header', run('inspect', self.write('y.mid', b'no MIDI')).err)

    def test_what_a_broken_file_kept_is_said(self):
        cut = self.write('cut.mid', tune(2)[:-9])
        self.assertIn('cut.mid: byte', self.ok('score', '--run_dir=' + lookback(''), cut).err)
        result = self.ok('generate', '--run_dir=' + lookback(''), '--num_outputs=1',
                         '--primer_midi=' + cut, '--output_dir=' + self.path('out'))
        self.assertIn('cut.mid: byte 18, track 0: the track claims', result.err)
        result = self.ok('generate', '--run_dir=' + lookback(''), '--num_outputs=1', '--primer_melody=[60]',
                         '--primer_midi=' + cut, '--output_dir=' + self.path('out'))
        self.assertIn('--primer_melody counts', result.err)

    def test_notes_outside_the_range_are_said(self):
        wide = self.write('wide.mid', midi([[30], [60], [62], [64], [100], [62]]))
        for flag in ('--primer_midi=' + wide, '--primer_melody=[30, 60, 62, 64, 100, 62]'):
            result = self.ok('generate', '--run_dir=' + lookback(''), '--num_outputs=1', flag,
                             '--output_dir=' + self.path('out'))
            self.assertIn("2 notes outside the model's range moved by octaves", result.err)

    def test_of_chords_the_highest_notes_are_kept(self):
        chords = self.write('chords.mid', midi([[60, 64, 67], [62, 65, 69]], ticks=480))
        result = self.ok('generate', '--run_dir=' + lookback(''), '--num_outputs=1', '--json',
                         '--output_dir=' + self.path('out'), '--primer_midi=' + chords)
        first = run('inspect', '--json', result.json['outputs'][0]['file']).json['files'][0]['notes']
        self.assertEqual([note[0] for note in first[:2]], [67, 69])


@needs_goldens
@needs_train
class Training(Case):
    def setUp(self):
        super().setUp()
        self.write('in/a.mid', tune(8))
        self.ok('dataset', '--input=' + self.path('in'), '--output_dir=' + self.path('data'),
                '--eval_ratio=0', '--config=lookback_rnn')
        self.data = self.path('data', 'training_melodies.tfrecord')

    def test_a_data_set_of_another_config(self):
        self.fails(3, 'lookback_rnn', 'eval', '--config=basic_rnn', '--sequence_example_file=' + self.data,
                   '--bundle_file=' + os.path.join(MODELS, 'basic_rnn', 'basic_rnn.mag'))
        self.fails(3, 'lookback_rnn', 'train', '--config=basic_rnn', '--num_training_steps=1',
                   '--run_dir=' + self.path('run'), '--sequence_example_file=' + self.data)

    def test_missing_data(self):
        self.fails(3, self.path('none'), 'train', '--run_dir=' + self.path('run'),
                   '--num_training_steps=1', '--sequence_example_file=' + self.path('none'))

    def test_hparams(self):
        self.fails(2, 'batch_sise', 'train', '--run_dir=' + self.path('run'), '--hparams=batch_sise=3',
                   '--num_training_steps=1', '--sequence_example_file=' + self.data)


@needs_goldens
class Remedies(Case):
    def test_what_to_do_is_said(self):
        none = self.path('none')
        for flags, text in [
            (['dataset', '--input=' + none, '--output_dir=' + self.path('d')], 'there is no such file'),
            (['score', '--run_dir=' + lookback(''), none + '.mid'], 'there is no such file'),
            (['generate', '--bundle_file=' + none, '--output_dir=' + self.path('d')], 'there is no such file'),
        ]:
            error = run(*flags, '--json').error
            self.assertIn(text, error['message'])
            self.assertEqual(error['code'], 'not_found')
            self.assertTrue(error['remedy'], error)
        self.fails(2, 'Did you mean lookback_rnn?', 'generate', '--config=lookbak_rnn',
                   '--output_dir=' + self.path('d'))

    @needs_train
    def test_of_train(self):
        error = run('train', '--json', '--run_dir=' + self.path('run'),
                    '--sequence_example_file=' + self.path('none')).error
        self.assertIn('magenta dataset', error['remedy'])


@needs_goldens
class Scores(Case):
    def test_the_others_are_scored(self):
        good, rest = self.write('a.mid', tune(4)), self.write('rest.mid', midi([[], []]))
        model = '--run_dir=' + lookback('')
        result = run('score', model, good, rest, self.path('none'), good)
        self.assertEqual(result.status, 3, result)
        self.assertEqual(result.out.count(good), 2)
        errors = [line for line in result.err.splitlines() if line.startswith('magenta: ')]
        self.assertEqual(len(errors), 2)
        self.assertIn('rest.mid', errors[0])
        self.assertEqual(run('score', model, good, rest).status, 4)
        self.fails(4, 'rest.mid', 'score', model, rest)

    def test_the_other_records_are_scored(self):
        folder = self.path('in')
        os.mkdir(folder)
        for name, content in (('a.mid', tune(4)), ('b.mid', midi([[], []])), ('c.mid', tune(4))):
            with open(os.path.join(folder, name), 'wb') as file:
                file.write(content)
        records = self.path('all.tfrecord')
        self.ok('convert', '--input_dir=' + folder, '--output_file=' + records)
        model = '--run_dir=' + lookback('')
        one = json.loads(self.ok('score', model, '--json', os.path.join(folder, 'a.mid')).out)['files'][0]
        result = run('score', model, '--json', records)
        self.assertEqual(result.status, 4, result)
        self.assertIn('piece 2 (b.mid): there is no melody', result.err)
        both = result.json['files'][0]
        self.assertAlmostEqual(both['log_likelihood'], 2 * one['log_likelihood'], places=3)
        # What stands before a broken record is scored.
        with open(records, 'rb') as file:
            cut = self.write('cut.tfrecord', file.read()[:-3])
        result = run('score', model, '--json', cut)
        self.assertEqual(result.status, 3, result)
        self.assertIn('cut.tfrecord', result.err)
        self.assertAlmostEqual(result.json['files'][0]['log_likelihood'], one['log_likelihood'], places=3)


class Requests(Case):
    @needs_goldens
    def test_broken(self):
        model = '--run_dir=' + lookback('')
        for content, text in [(b'', 'empty'), (b'{"a":', 'JSON'), (b'nonsense { } }', 'line 1'),
                              (b'\xff\xfe\xfd', 'GenerateSequenceRequest'), (b'{' * 10000, 'nested')]:
            self.fails(3, text, 'request', model, stdin=content)
        self.fails(2, '', 'request', model, stdin=b'generator_options { }')
        self.fails(3, self.path('none'), 'request', model, self.path('none'))


class Inspect(Case):
    def test_what_is_of_no_kind(self):
        self.fails(3, 'of no known kind', 'inspect', self.write('x', b'\1\2\3'))
        self.fails(3, 'is empty', 'inspect', self.write('x', b''))
        self.fails(3, self.path('none'), 'inspect', self.path('none'))
        self.fails(3, self.folder, 'inspect', self.folder)


if __name__ == '__main__':
    unittest.main()
