"""What Magenta's users typed, in 2016 and since, works as it stands."""

import os
import unittest

from program import BIN, MODELS, Case, needs_goldens, needs_train, run, tune


class Names(Case):
    def test_each_is_a_program(self):
        """What `magenta --help` lists is what lies beside it: which an installation copies."""
        listed = self.ok('--help').out.split("Magenta's own program names")[1].split('\n\n')[0].split(':')[1].split()
        self.assertIn('pianoroll_rnn_nade_generate', listed)
        links = [name for name in os.listdir(BIN) if os.path.islink(os.path.join(BIN, name))]
        self.assertEqual(sorted(links), sorted(listed))


class Convert(Case):
    def test_both_names(self):
        self.write('in/a.mid', tune(8))
        contents = []
        for program, flag in (('convert_midi_dir_to_note_sequences', '--midi_dir='),
                              ('convert_dir_to_note_sequences', '--input_dir=')):
            out = self.path(program)
            self.ok(flag + self.path('in'), '--output_file=' + out, '--log=INFO', program=program)
            with open(out, 'rb') as file:
                contents.append(file.read())
        self.assertEqual(contents[0], contents[1])


class Datasets(Case):
    def setUp(self):
        super().setUp()
        self.write('in/a.mid', tune(8))
        self.write('in/b.mid', tune(9, 2))
        self.notes = self.path('notes.tfrecord')
        self.ok('convert', '--input_dir=' + self.path('in'), '--output_file=' + self.notes)

    def example(self, path):
        return self.ok('inspect', '--json', path).json['files'][0]['examples'][0]

    def test_of_2016(self):
        self.ok('--input=' + self.notes, '--train_output=' + self.path('t'), '--eval_ratio=0.0',
                '--eval_output=' + self.path('e'), program='basic_rnn_create_dataset')
        self.assertEqual(self.example(self.path('t'))['input_size'], 38)

    def test_of_2(self):
        self.ok('--config=attention_rnn', '--input', self.notes, '--output_dir', self.path('data'),
                '--eval_ratio', '0', program='melody_rnn_create_dataset')
        self.assertEqual(self.example(self.path('data/training_melodies.tfrecord'))['input_size'], 74)
        self.ok('--melody_encoder_decoder=lookback', '--input', self.notes, '--eval_ratio=0',
                '--output_dir', self.path('data2'), program='melody_rnn_create_dataset')
        self.assertEqual(self.example(self.path('data2/training_melodies.tfrecord'))['input_size'], 121)
        result = run('--melody_encoder_decoder=key', '--config=basic_rnn', '--input', self.notes,
                     '--output_dir', self.path('d'), program='melody_rnn_create_dataset')
        self.assertEqual(result.status, 2, result)


@needs_goldens
class Generate(Case):
    def test_of_the_slides(self):
        for model in ('basic_rnn', 'lookback_rnn', 'attention_rnn'):
            with self.subTest(model):
                out = self.path(model)
                self.ok(f'--run_dir={MODELS}/{model}', "--hparams={ 'batch_size':64, 'rnn_layer_sizes':[64,64] }",
                        '--output_dir=' + out, '--num_outputs=10', '--num_steps=128',
                        '--primer_melody=[60]', program=model + '_generate')
                self.assertEqual(len(os.listdir(out)), 10)

    def test_flags_of_2016_and_2(self):
        run_dir = f'--run_dir={MODELS}/lookback_rnn'
        out = '--output_dir=' + self.path('out')
        for flags in (['--bpm=90', '--steps_per_beat=4'], ['--qpm', '90', '--steps_per_quarter', '4'],
                      ['--beam_size=2', '--branch_factor=2', '--steps_per_iteration=4', '--log=WARN'],
                      ['--checkpoint_file=nowhere'], ['--config=lookback_rnn']):
            self.ok(run_dir, out, '--num_outputs=1', *flags, program='lookback_rnn_generate')
        for flags in (['--steps_per_quarter=8'], [f'--bundle_file={MODELS}/lookback_rnn/lookback_rnn.mag']):
            self.assertEqual(run(run_dir, out, *flags, program='lookback_rnn_generate').status, 2, flags)

    def test_magenta_name(self):
        self.ok('melody_rnn_generate', '--config=basic_rnn', '--output_dir=' + self.path('out'),
                f'--bundle_file={MODELS}/basic_rnn/basic_rnn.mag', '--num_outputs=2')
        self.assertEqual(len(self.files('out')), 2)

    def test_the_verb_saves_a_generator_bundle_too(self):
        bundle = self.path('x.mag')
        self.ok('generate', '--save_generator_bundle', '--bundle_file', bundle, '--config=lookback_rnn',
                f'--checkpoint_file={MODELS}/lookback_rnn/v1.ckpt', '--output_dir=' + self.path('out'),
                '--bundle_description=mine')
        shown = self.ok('inspect', '--json', bundle).json['files'][0]
        self.assertEqual(shown['id'], 'lookback_rnn')
        self.assertEqual(self.files(), ['x.mag'])
        self.ok('generate', '--bundle_file=' + bundle, '--output_dir=' + self.path('out'), '--num_outputs=1')
        self.assertEqual(run('generate', '--save_generator_bundle', '--bundle_file=' + bundle).status, 2)
        self.assertEqual(run('generate', f'--run_dir={MODELS}/lookback_rnn', '--bundle_description=x',
                             '--output_dir=' + self.path('out')).status, 2)

    def test_save_generator_bundle(self):
        bundle = self.path('x.mag')
        self.ok(f'--run_dir={MODELS}/attention_rnn', '--save_generator_bundle', '--bundle_file=' + bundle,
                '--bundle_description=mine', '--num_outputs=3', program='attention_rnn_generate')
        self.assertEqual(self.ok('inspect', '--json', bundle).json['files'][0]['id'], 'attention_rnn')
        self.assertEqual(self.files(), ['x.mag'])


@needs_train
class Train(Case):
    def test_train_and_eval(self):
        for i in range(4):
            self.write(f'in/{i}.mid', tune(8, i))
        self.ok('--input=' + self.path('in'), '--output_dir=' + self.path('data'), '--eval_ratio=0',
                program='lookback_rnn_create_dataset')
        self.ok('--run_dir=' + self.path('run'), '--num_training_steps=3', '--summary_frequency=1',
                '--sequence_example_file=' + self.path('data/training_melodies.tfrecord'),
                "--hparams={'batch_size':2,'rnn_layer_sizes':[8]}", program='lookback_rnn_train')
        self.assertIn('checkpoint', self.files('run/train'))


if __name__ == '__main__':
    unittest.main()
