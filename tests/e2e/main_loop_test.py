"""The loop of music: MIDI -> NoteSequences -> data set -> (training) -> generation -> more."""

import gzip
import json
import os
import re
import signal
import struct
import subprocess
import time
import unittest
import zlib

from program import (BIN, MODELS, Case, midi, needs_goldens, needs_live, needs_train, notes_of, run,
                     tune)

GOLDEN = os.path.join(MODELS, 'lookback_rnn')


class FromMidi(Case):
    def test_convert_and_dataset(self):
        for i in range(12):
            self.write(f'in/sub/{i}.mid', tune(8 + i, i))
        notes = self.path('notes.tfrecord')
        self.ok('convert', '--input_dir', self.path('in'), '--output_file', notes, '--recursive')
        self.assertEqual(self.ok('inspect', '--json', notes).json['files'][0]['records'], 12)
        result = self.ok('dataset', '--input=' + notes, '--output_dir=' + self.path('data'), '--json',
                         '--config=lookback_rnn', '--eval_ratio=0.25', '--report=' + self.path('r.json'))
        counts = result.json
        self.assertEqual(counts['training_examples'] + counts['eval_examples'], 12)
        self.assertEqual(self.files('data'), ['eval_melodies.tfrecord', 'training_melodies.tfrecord'])
        example = self.ok('inspect', '--json', counts['training_file']).json['files'][0]['examples'][0]
        self.assertEqual(example['config'], 'lookback_rnn')

    def test_inspect_takes_records_in_every_packing(self):
        self.write('in/a.mid', tune(2))
        notes = self.path('notes.tfrecord')
        self.ok('convert', '--input_dir=' + self.path('in'), '--output_file=' + notes)
        with open(notes, 'rb') as file:
            plain = file.read()
        packings = [plain, gzip.compress(plain)] + [zlib.compress(plain, level) for level in (0, 1, 6, 9)]
        for i, content in enumerate(packings):
            found = self.ok('inspect', '--json', self.write(f'{i}', content)).json['files'][0]
            self.assertEqual((found['kind'], found['records']), ('tfrecord', 1))
            self.assertEqual(len(found['sequence']['notes']), 32)
            self.assertEqual(found['sequence']['notes'][0][:3], [60, 100, 0])

    def test_inspect_names_the_chords_of_examples(self):
        bars = '"C" CDEF GABc | "Am7" cBAG FEDC | "N.C." CEGE CEGE | "G/B" GABc dcBA |'
        self.write('in/a.abc', f'X:1\nT:Sheet\nM:4/4\nL:1/8\nK:C\n{bars}{bars}\n'.encode())
        self.ok('dataset', '--config=chord_pitches_improv', '--input=' + self.path('in'),
                '--output_dir=' + self.path('data'))
        made = self.path('data', 'training_lead_sheets.tfrecord')
        example = next(e for e in self.ok('inspect', '--json', '--limit=0', made).json['files'][0]['examples']
                       if e['transpose'] == 0)
        self.assertEqual([(c['step'], c['symbol']) for c in example['chords']][:4],
                         [(0, 'C'), (16, 'Am7'), (32, 'N.C.'), (48, 'G/B')])
        self.assertIn('chords 0=C 16=Am7 32=N.C. 48=G/B', self.ok('inspect', '--limit=0', made).out)

    def test_neither_threads_nor_verbosity_change_bytes(self):
        for i in range(6):
            self.write(f'in/{i}.mid', tune(8, i))
        contents = []
        for flags in (['--num_threads=1'], ['--num_threads=4', '--quiet']):
            out = self.path('notes.tfrecord')
            self.ok('convert', '--input_dir=' + self.path('in'), '--output_file=' + out, *flags)
            with open(out, 'rb') as file:
                contents.append(file.read())
        self.assertEqual(contents[0], contents[1])

    def test_interrupted_leaves_nothing(self):
        """In the midst of its input: a pipe that has given some records and never ends."""
        for i in range(12):
            self.write(f'in/{i}.mid', tune(8, i))
        notes, pipe = self.path('notes.tfrecord'), self.path('pipe')
        self.ok('convert', '--input_dir=' + self.path('in'), '--output_file=' + notes)
        os.mkfifo(pipe)
        process = subprocess.Popen([os.path.join(BIN, 'magenta'), 'dataset', '--input=' + pipe, '--num_threads=1',
                                    '--output_dir=' + self.path('data')], stderr=subprocess.PIPE)
        with open(pipe, 'wb', buffering=0) as held, open(notes, 'rb') as file:
            held.write(file.read())
            while self.files('data') == []:  # its files under temporary names
                self.assertIsNone(process.poll())
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertEqual(self.files('data'), [])


@needs_goldens
class Generation(Case):
    def generate(self, *flags):
        return self.ok('generate', '--output_dir=' + self.path('out'), '--json', *flags).json

    def test_names_seeds_and_likelihoods(self):
        result = run('generate', '--run_dir=' + GOLDEN, '--output_dir=' + self.path('out'),
                     '--num_outputs=10', '--seed=3', '--json')
        self.assertEqual(result.status, 0, result)
        self.assertEqual(result.json['seed'], 3)
        names = [os.path.basename(output['file']) for output in result.json['outputs']]
        for i, name in enumerate(names):
            self.assertRegex(name, rf'^\d{{4}}-\d\d-\d\d_\d{{6}}_{i + 1:02}\.mid$')
            self.assertLess(result.json['outputs'][i]['log_likelihood'], 0)
        self.assertEqual(self.files('out'), sorted(names))
        self.assertIn('10 files written to ' + self.path('out'), result.err.splitlines()[-1])
        self.assertIn('middle C', result.err)

    def test_a_seed_gives_the_same_notes(self):
        outputs = [self.generate('--run_dir=' + GOLDEN, f'--num_outputs={n}', '--seed=9')['outputs']
                   for n in (3, 1)]
        self.assertEqual(notes_of(outputs[0][0]['file']), notes_of(outputs[1][0]['file']))
        self.assertNotEqual(notes_of(outputs[0][0]['file']), notes_of(outputs[0][1]['file']))
        drawn = self.generate('--run_dir=' + GOLDEN, '--num_outputs=1')
        again = self.generate('--run_dir=' + GOLDEN, '--num_outputs=1', f'--seed={drawn["seed"]}')
        self.assertEqual(notes_of(drawn['outputs'][0]['file']), notes_of(again['outputs'][0]['file']))

    def test_a_checkpoint_is_the_same_in_every_form(self):
        notes = []
        for flag in ('--run_dir=' + GOLDEN, '--checkpoint_file=' + GOLDEN + '/v1.ckpt',
                     '--bundle_file=' + GOLDEN + '/lookback_rnn.mag',
                     '--checkpoint_file=' + GOLDEN + '/train/model.ckpt-600',
                     '--checkpoint_file=' + GOLDEN + '/train/model.ckpt-600.index'):
            outputs = self.generate(flag, '--config=lookback_rnn', '--num_outputs=1', '--seed=4')
            notes.append(notes_of(outputs['outputs'][0]['file']))
        for other in notes[1:]:
            self.assertEqual(notes[0], other)

    def test_the_primer_comes_first_and_the_length_is_right(self):
        primer = self.write('primer.mid', midi([[60], [62], [64], [67]], ticks=240, tempo=600000))
        output = self.generate('--run_dir=' + GOLDEN, '--primer_midi=' + primer, '--num_outputs=1',
                               '--num_steps=64', '--qpm=200')['outputs'][0]
        notes = notes_of(output['file'])
        self.assertEqual([n[0] for n in notes[:4]], [60, 62, 64, 67])
        self.assertAlmostEqual(notes[1][1], 0.3, 3)  # the file's 100 quarters a minute, not 200
        self.assertLessEqual(max(n[2] for n in notes), 64 * 0.15 + 1e-3)
        melody = self.generate('--run_dir=' + GOLDEN, '--primer_melody=[72, -2, -1, 74]', '--qpm=60',
                               '--num_outputs=1', '--num_steps=32')['outputs'][0]
        notes = notes_of(melody['file'])
        self.assertEqual((notes[0][0], notes[1][0]), (72, 74))
        self.assertAlmostEqual(notes[1][1], 0.75, 3)

    def test_inspect_cuts_a_melody_without_end(self):
        far = self.write('far.mid', midi([[60], [], [62]], ticks=[480, 250_000_000, 480]))
        result = self.ok('inspect', '--json', far)
        self.assertLess(len(result.out), 1_000_000)
        described = result.json['files'][0]
        self.assertEqual(len(described['notes']), 2)
        self.assertEqual(len(described['melodies'][0]['events']), 65536)
        self.assertIn('cut to 65536', described['melodies_cut'][0]['reason'])
        self.assertIn('cut to 65536', self.ok('inspect', far).out)

    def test_temperature_0_draws_nothing(self):
        outputs = self.generate('--run_dir=' + GOLDEN, '--temperature=0', '--num_outputs=2')['outputs']
        self.assertEqual(notes_of(outputs[0]['file']), notes_of(outputs[1]['file']))

    def test_nothing_is_overwritten(self):
        processes = [subprocess.Popen([os.path.join(BIN, 'magenta'), 'generate', '--run_dir=' + GOLDEN,
                                       '--output_dir=' + self.path('out'), '--num_outputs=8', '--quiet'],
                                      stdout=subprocess.DEVNULL) for _ in range(3)]
        for process in processes:
            self.assertEqual(process.wait(timeout=120), 0)
        self.assertEqual(len(self.files('out')), 24)

    @needs_live
    def test_every_format(self):
        output = self.generate('--run_dir=' + GOLDEN, '--num_outputs=1', '--num_steps=32',
                               '--format=mid,wav,svg,png,notesequence')['outputs'][0]
        heads = {'mid': b'MThd', 'wav': b'RIFF', 'svg': b'<?xml', 'png': b'\x89PNG', 'notesequence': b''}
        self.assertEqual(len(output['files']), len(heads))
        for path in output['files']:
            with open(path, 'rb') as file:
                self.assertTrue(file.read(5).startswith(heads[path.rsplit('.', 1)[1]]), path)
        only = self.generate('--run_dir=' + GOLDEN, '--num_outputs=2', '--num_steps=32', '--format=png')
        self.assertEqual([o['file'][-4:] for o in only['outputs']], ['.png', '.png'])

    def test_score(self):
        file = self.write('tune.mid', tune(8))
        result = self.ok('score', '--run_dir=' + GOLDEN, '--json', file).json['files'][0]
        self.assertAlmostEqual(sum(result['per_event']), result['log_likelihood'], 3)
        self.assertEqual(len(result['per_event']), 127)
        text = self.ok('score', '--run_dir=' + GOLDEN, file).out
        self.assertIn(f"{result['log_likelihood']:.4f}", text)
        self.assertIn(f"{result['bits_per_note']:.4f}", text)

    def test_bundle(self):
        bundle = self.path('x.mag')
        self.ok('bundle', '--run_dir=' + GOLDEN, '--bundle_file=' + bundle, '--bundle_description=Reels')
        described = self.ok('inspect', '--json', bundle).json['files'][0]
        self.assertEqual((described['id'], described['bundle_description']), ('lookback_rnn', 'Reels'))
        self.assertEqual(len(described['variables']), 6)
        self.assertIn('rnn_layer_sizes=[64,64]', described['hparams'])
        again = self.path('y.mag')
        self.ok('bundle', '--from=' + bundle, '--bundle_file=' + again)
        with open(bundle, 'rb') as one, open(again, 'rb') as other:
            self.assertEqual(one.read(), other.read())
        self.ok('bundle', '--from=' + GOLDEN, '--bundle_file=' + again, '--bundle_description=Reels')
        with open(bundle, 'rb') as one, open(again, 'rb') as other:
            self.assertEqual(one.read(), other.read())
        named = self.path('named.mag')
        self.ok('bundle', '--from=basic_rnn', '--bundle_file=' + named)
        self.assertEqual(self.ok('inspect', '--json', named).json['files'][0]['id'], 'basic_rnn')
        self.fails(3, 'no model of this name', 'bundle', '--from=basik_rnn', '--bundle_file=' + named)
        a = self.generate('--bundle_file=' + bundle, '--seed=1', '--num_outputs=1')['outputs'][0]
        b = self.generate('--run_dir=' + GOLDEN, '--seed=1', '--num_outputs=1')['outputs'][0]
        self.assertEqual(notes_of(a['file']), notes_of(b['file']))

    def test_a_bundle_of_magenta_keeps_all_that_it_holds(self):
        with open(GOLDEN + '/lookback_rnn.mag', 'rb') as file:
            theirs = file.read()
        unknown = b'\xba\x3e\x05later'  # field 999, bytes
        given, again = self.write('given.mag', theirs + unknown), self.path('again.mag')
        self.ok('bundle', '--from=' + given, '--bundle_file=' + again)
        with open(again, 'rb') as file:
            ours = file.read()
        self.assertEqual(ours[:len(theirs)], theirs)  # details, checkpoint, metagraph
        self.assertIn(unknown, ours[len(theirs):])
        before, after = [self.ok('inspect', '--json', path).json['files'][0] for path in (given, again)]
        self.assertGreater(before['metagraph_bytes'], 10000)
        self.assertEqual(before['metagraph_bytes'], after['metagraph_bytes'])
        self.assertIn('rnn_layer_sizes=[64,64]', after['hparams'])
        self.ok('bundle', '--from=' + given, '--bundle_file=' + again, '--bundle_description=Mine')
        self.assertEqual(self.ok('inspect', '--json', again).json['files'][0]['bundle_description'], 'Mine')

    def test_request_in_every_form(self):
        model = '--bundle_file=' + GOLDEN + '/lookback_rnn.mag'
        old = b'''input_sequence {  # bpm: 3
          ticks_per_beat: 220
          tempos { bpm: 60 }
          notes { pitch: 60 velocity: 100 end_time: 1 }
        }
        generator_options {
          generate_sections { start_time_seconds: 1 end_time_seconds: 5 }
          args { key: "seed" value { int_value: 5 } }
        }'''
        text = self.ok('request', model, stdin=old)
        self.assertIn('generated_sequence {', text.out)
        self.assertIn('qpm: 60', text.out)
        as_json = self.ok('request', model, '--format=json', stdin=old).json['generatedSequence']
        asked = b'''{"input_sequence": {"ticks_per_beat": 220, "tempos": [{"bpm": 60}], "notes":
          [{"pitch": 60, "velocity": 100, "end_time": 1}]}, "generator_options": {"generate_sections":
          [{"start_time_seconds": 1, "end_time_seconds": 5}], "args": {"seed": {"int_value": 5}}}}'''
        self.assertEqual(self.ok('request', model, stdin=asked).json['generatedSequence'], as_json)
        sections = struct.pack('<BBBdBd', 0x12, 18, 9, 1.0, 17, 5.0)
        note = struct.pack('<BBBBBBd', 8, 60, 16, 100, 33, 0, 1.0).replace(b'!\0', b'!')
        sequence = b'\x20\xdc\x01' + b'\x3a\x09\x11' + struct.pack('<d', 60.0) + b'\x42' + bytes(
            [len(note)]) + note
        options = struct.pack('<BBBdBd', 0x12, 18, 9, 1.0, 17, 5.0) + b'\x1a\x0a\x0a\x04seed\x12\x02\x10\x05'
        binary = b'\x0a' + bytes([len(sequence)]) + sequence + b'\x12' + bytes([len(options)]) + options
        response = self.ok('request', model, '--format=json', stdin=binary).json['generatedSequence']
        self.assertEqual(response, as_json)
        self.assertEqual(self.ok('request', model, stdin=binary).bytes[:1], b'\x0a')


@needs_live
class Rendering(Case):
    def test_render_and_play(self):
        file = self.write('tune.mid', tune(4))
        self.ok('render', file, '--format=wav,svg,png')
        self.assertEqual(self.files(), ['tune.mid', 'tune.png', 'tune.svg', 'tune.wav'])
        with open(self.path('tune.wav'), 'rb') as wav:
            head = wav.read(44)
        self.assertEqual(struct.unpack('<I', head[24:28])[0], 44100)
        self.assertEqual(struct.unpack('<I', head[40:44])[0], (8 + 2) * 44100 * 4)
        self.ok('play', file, '--output=' + self.path('played.wav'))
        with open(self.path('tune.wav'), 'rb') as one, open(self.path('played.wav'), 'rb') as other:
            self.assertEqual(one.read(), other.read())

    def test_repeats_are_played_out(self):
        book = self.write('tune.abc', b'X:1\nT:A\nM:4/4\nL:1/4\nQ:1/4=120\nK:C\n|:CDEF:|\n')
        self.ok('render', book, '--output=' + self.path('tune.wav'))
        self.assertEqual(os.path.getsize(self.path('tune.wav')), 44 + (4 + 2) * 44100 * 4)

    def test_silence_is_said(self):
        self.fails(4, 'rest.mid: holds no note', 'render', self.write('rest.mid', midi([[], []])))
        self.assertEqual(self.files(), ['rest.mid'])

    def test_chords_alone_are_a_score(self):
        chart = self.write('chart.abc', b'X:1\nM:4/4\nL:1/8\nK:C\n"Am"z4"F"z4|"C"z8|\n')
        self.fails(4, 'chart.abc: holds chord symbols and no note', 'render', chart, '--format=png')
        self.ok('render', chart, '--output=' + self.path('score.musicxml'))
        self.ok('render', self.path('score.musicxml'), '--output=' + self.path('again.abc'))
        with open(self.path('again.abc')) as again:
            self.assertIn('"Am"z4 "F"z4 | "C"z8 |]', again.read())

    def test_what_cannot_be_rendered(self):
        file = self.write('tune.mid', tune(4))
        self.fails(2, '.wav, .flac, .ogg, .svg, .png', 'render', file, '--output=' + self.path('x.mp3'))
        self.fails(3, 'none.mid', 'render', self.path('none.mid'))
        self.fails(3, 'none.sf2', 'render', file, '--soundfont=' + self.path('none.sf2'))
        self.fails(3, 'no sound font', 'render', file, '--soundfont=' + file)
        self.fails(5, '/proc/x', 'render', file, '--output=/proc/x/y.png')
        self.fails(2, 'one file', 'render', file, file, '--output=' + self.path('x.png'))
        self.fails(2, 'flute', 'render', file, '--program=flut')
        self.fails(2, 'would be replaced', 'render', file, '--format=mid')
        self.fails(4, '--recursive', 'render', os.path.dirname(self.write('empty/x/tune.mid', tune(4))) + '/..')

    def test_packed_sound(self):
        file = self.write('tune.mid', tune(4))
        self.ok('render', file, '--format=flac,ogg')
        self.ok('play', file, '--output=' + self.path('played.ogg'))
        for name, magic in ('tune.flac', b'fLaC'), ('tune.ogg', b'OggS'):
            with open(self.path(name), 'rb') as packed:
                self.assertEqual(packed.read(4), magic)
        with open(self.path('tune.ogg'), 'rb') as one, open(self.path('played.ogg'), 'rb') as other:
            self.assertEqual(one.read(), other.read())

    def test_folders(self):
        for name in 'in/a.mid', 'in/b.mid', 'in/more/a.mid':
            self.write(name, tune(4))
        self.write('in/a.abc', b'X:1\nT:A\nL:1/4\nK:C\nCDEF|\n')
        self.write('in/readme.txt', b'no music')
        self.ok('render', self.path('in'), '--format=svg', '--output_dir=' + self.path('out'))
        self.assertEqual(self.files('out'), ['a.mid.svg', 'a.svg', 'b.svg'])
        self.ok('render', self.path('in'), '--recursive', '--format=svg', '--output_dir=' + self.path('all'))
        self.assertEqual(self.files('all/more'), ['a.svg'])
        # What can't be read is said, and the others are rendered.
        self.write('in/c.mid', b'MThd')
        result = run('render', self.path('in'), '--format=svg', '--output_dir=' + self.path('some'))
        self.assertEqual(result.status, 3, result)
        self.assertIn('c.mid: the header', result.err)
        self.assertIn('1 of 4 files could not be rendered', result.err)
        self.assertEqual(self.files('some'), ['a.mid.svg', 'a.svg', 'b.svg'])

    def test_what_is_read_is_not_replaced(self):
        """Not by another file of the same name either, which comes before it."""
        score, other = b'X:1\nL:1/4\nK:C\nCDEF|\n', tune(4)
        self.write('in/a.abc', score)
        file = self.write('in/a.mid', other)
        self.fails(2, 'a.mid is a file to render, and would be replaced', 'render', self.path('in'), '--format=mid')
        with open(file, 'rb') as kept:
            self.assertEqual(kept.read(), other)
        self.ok('render', self.path('in'), '--format=mid', '--output_dir=' + self.path('out'))
        self.assertEqual(self.files('out'), ['a.mid', 'a.mid.mid'])

    def test_scores(self):
        file = self.write('tune.mid', tune(4))
        self.ok('render', file, '--format=abc,musicxml', '--program=flute', '--title=A tune')
        titled = self.path('titled.mid')
        self.ok('render', file, '--output=' + titled, '--title=A tune')
        with open(titled, 'rb') as midi:
            self.assertIn(b'\xff\x03\x06A tune', midi.read())
        self.ok('render', self.path('tune.abc'), '--output=' + self.path('abc.mid'))
        self.ok('render', self.path('tune.musicxml'), '--output=' + self.path('xml.mid'))
        with open(self.path('tune.abc')) as text:
            book = text.read()
        self.assertIn('T:A tune\n', book)
        self.assertIn('%%MIDI program 73\n', book)
        notes = [[[note[0]] + note[2:] for note in
                  self.ok('inspect', self.path(name), '--json').json['files'][0]['notes']]
                 for name in ('abc.mid', 'xml.mid')]
        self.assertEqual(notes[0], notes[1])


@needs_train
class Training(Case):
    def test_train_eval_generate(self):
        for i in range(8):
            self.write(f'in/{i}.mid', tune(8, i))
        self.ok('dataset', '--input=' + self.path('in'), '--output_dir=' + self.path('data'),
                '--config=basic_rnn', '--eval_ratio=0.3')
        data = '--sequence_example_file=' + self.path('data', 'training_melodies.tfrecord')
        run_dir = '--run_dir=' + self.path('run')
        hparams = '--hparams=batch_size=4,rnn_layer_sizes=[16],learning_rate=0.01'
        trained = self.ok('train', '--config=basic_rnn', run_dir, data, hparams, '--json',
                          '--num_training_steps=20', '--eval_file=' + self.path('data', 'eval_melodies.tfrecord'))
        self.assertEqual(trained.json['step'], 20)
        self.assertIn('metrics/accuracy', trained.json)
        self.assertIn('checkpoint', self.files('run/train'))
        more = self.ok('train', '--config=basic_rnn', run_dir, data, '--more_steps=5', '--json')
        self.assertEqual(more.json['step'], 25)
        curve = self.files('run/eval')
        measured = self.ok('eval', '--config=basic_rnn', run_dir, data, '--json').json
        self.assertEqual(self.files('run/eval'), curve)
        self.assertEqual(measured['step'], 25)
        self.assertGreater(measured['loss'], 0)
        self.assertFalse({'metrics/loss_per_step', 'metrics/perplexity_per_step'} & set(measured), measured)
        self.ok('generate', '--config=basic_rnn', run_dir, '--output_dir=' + self.path('out'),
                '--num_outputs=2')
        self.assertEqual(len(self.files('out')), 2)
        events = [f for f in self.files('run/train') if 'tfevents' in f]
        self.assertIn('loss', self.ok('inspect', self.path('run', 'train', events[0])).out)
        self.check_progress(data, hparams)

    def check_progress(self, data, hparams):
        """What --progress tells programs: lines as they come, the result last."""
        told = self.ok('train', '--from=' + self.path('run'), '--run_dir=' + self.path('again'), data, hparams,
                       '--num_training_steps=6', '--eval_every_steps=3', '--json', '--progress').out
        lines = [json.loads(line) for line in told.splitlines()]
        self.assertEqual([(line['event'], line['step']) for line in lines[:-1] if line['event'] == 'held_out'],
                         [('held_out', 0), ('held_out', 3), ('held_out', 6)])
        steps = [line for line in lines[:-1] if line['event'] == 'step']
        self.assertEqual((steps[0]['step'], steps[-1]['step'], steps[-1]['total']), (1, 6, 6))
        self.assertEqual(set(steps[0]), {'event', 'step', 'total', 'loss', 'steps_per_second', 'eta_seconds'})
        self.assertEqual(lines[-1]['step'], 6)
        self.assertEqual(lines[-1]['best_loss'], min(line['loss'] for line in lines[:-1] if line['event'] == 'held_out'))


if __name__ == '__main__':
    unittest.main()
