"""Performances through the whole loop: from playing to a data set, a trained model, its music and a server's."""

import json
import os
import struct
import unittest

from program import SHARED, Case, needs_train

ZOO = os.path.join(SHARED, 'goldens', 'zoo')
MUSIC = f'{ZOO}/notes/performance.tfrecord'
needs_zoo = unittest.skipUnless(os.path.isdir(ZOO), 'left out: no shared goldens (MAGENTA_SHARED)')


def bundle(name):
    return f'--bundle_file={ZOO}/models/{name}/{name}.mag'


LOUD = 'performance_with_dynamics'
COMPACT = 'performance_with_dynamics_compact'
NOTES = 'performance_with_dynamics_and_note_encoding'
TOLD = 'multiconditioned_performance_with_dynamics'
OPTIONAL = 'optional_multiconditioned_performance_with_dynamics'


@needs_zoo
class Music(Case):
    def generate(self, out, name, *flags, verb='generate'):
        done = self.ok(verb, bundle(name), '--output_dir=' + self.path(out), '--num_outputs=1', '--seed=3',
                       '--format=notesequence,mid', *flags)
        written = next(f for f in self.files(out) if f.endswith('.mid'))
        return done, self.ok('inspect', '--json', '--limit=0', self.path(out, written)).json['files'][0]

    def test_every_encoding(self):
        for name in ('performance', LOUD, COMPACT, 'performance_with_dynamics_and_modulo_encoding', NOTES,
                     'density_conditioned_performance_with_dynamics', 'pitch_conditioned_performance_with_dynamics',
                     TOLD, OPTIONAL):
            with self.subTest(name):
                done, music = self.generate(name, name, '--primer_pitches=[60, 64, 67]', '--num_steps=200')
                self.assertIn(name + ',', done.err)
                self.assertLessEqual(music['total_time'], 2.01)

    def test_bundles_stay_what_magenta_calls_them(self):
        """The graph is kept, and says of two models of one name which it is."""
        for name, called in ((COMPACT, LOUD), (LOUD, LOUD), (NOTES, NOTES)):
            with self.subTest(name):
                made = self.path(name + '.mag')
                self.ok('bundle', bundle(name).replace('bundle_file', 'from'), '--bundle_file=' + made)
                shown = self.ok('inspect', '--json', made).json['files'][0]
                self.assertEqual(shown['id'], called)
                self.assertGreater(shown['metagraph_bytes'], 10000)
                notes = self.generate('a' + name, name, '--num_steps=200')[1]['notes']
                self.ok('generate', '--bundle_file=' + made, '--output_dir=' + self.path('b' + name), '--num_outputs=1',
                        '--seed=3', '--num_steps=200')
                again = self.path('b' + name, self.files('b' + name)[0])
                self.assertEqual(self.ok('inspect', '--json', '--limit=0', again).json['files'][0]['notes'], notes)
        self.fails(3, 'the bundle is of ' + COMPACT, 'generate', bundle(COMPACT), '--config=' + LOUD,
                   '--output_dir=' + self.path('out'))

    def test_primers(self):
        for out, flags in (('pitches', ['--primer_pitches=C4 E4 G4']), ('melody', ['--primer_melody=C4:2 D4:2']),
                           ('nothing', [])):
            with self.subTest(out):
                done, music = self.generate(out, LOUD, '--num_steps=300', *flags)
                self.assertEqual(done.err.count('silence'), int(out == 'nothing'))
                self.assertLessEqual(music['total_time'], 3.01)

    def test_conditions_change_the_music(self):
        _, plain = self.generate('plain', OPTIONAL, '--num_steps=200')
        for out, flag in (('dense', '--notes_per_second=64'), ('over_time', '--notes_per_second=[1, 64]'),
                          ('classes', '--pitch_class_histogram=[1,0,0,0,0,0,0,0,0,0,0,0]'),
                          ('none', '--disable_conditioning=True')):
            with self.subTest(out):
                self.assertNotEqual(self.generate(out, OPTIONAL, '--num_steps=200', flag)[1]['notes'],
                                    plain['notes'])
        # What is said is what nobody says.
        self.assertEqual(self.generate('said', OPTIONAL, '--num_steps=200', '--notes_per_second=15')[1]['notes'],
                         plain['notes'])

    def test_what_is_wrong_is_named(self):
        out = '--output_dir=' + self.path('out')
        for text, args in (
                ('notes_per_second', [bundle(TOLD), '--notes_per_second=many']),
                ('notes_per_second', [bundle(TOLD), '--notes_per_second=[-1]']),
                ('pitch_class_histogram', [bundle(TOLD), '--pitch_class_histogram=[1,2]']),
                ('disable_conditioning', [bundle(OPTIONAL), '--disable_conditioning=[maybe]']),
                (f'{LOUD} is not', [bundle(LOUD), '--notes_per_second=5']),
                (f'{TOLD} is none', [bundle(TOLD), '--disable_conditioning=True']),
                ('ending is for models of one note at a time', [bundle(LOUD), '--ending', '--num_steps=200']),
                ('key is for models that draw a pitch as one event, and ' + NOTES, [bundle(NOTES), '--key=D']),
                ('--primer_pitches is empty', [bundle(LOUD), '--primer_pitches=']),
                ('Choose one of performance', ['--config=performance_rnn'])):
            with self.subTest(args):
                self.fails(2, text, 'generate', out, *args)
        self.fails(2, '--stretch is for performances', 'dataset', '--config=polyphony', '--input=' + MUSIC, out,
                   '--stretch')

    def test_score(self):
        self.generate('a', LOUD, '--primer_pitches=[60, 64]', '--num_steps=200')
        for name in (LOUD, NOTES):
            scored = self.ok('score', '--json', bundle(name), self.path('a', self.files('a')[0])).json['files'][0]
            self.assertGreater(scored['bits_per_note'], 0)
            self.assertAlmostEqual(scored['bits_per_note'], scored['bits'] / scored['notes'])

    def test_old_name(self):
        done, music = self.generate('old', 'performance', verb='performance_rnn_generate')
        self.assertLessEqual(music['total_time'], 30.01)


@needs_zoo
class Data(Case):
    def test_as_the_old_name(self):
        for name in (LOUD, NOTES):
            data = self.ok('performance_rnn_create_dataset', '--config=' + name, '--input=' + MUSIC,
                           '--output_dir=' + self.path(name), '--eval_ratio=0', '--json').json
            self.assertEqual(os.path.basename(data['training_file']), 'training_performances.tfrecord')
            self.assertGreater(data['training_examples'], 0)
        self.ok('inspect', self.path(NOTES, 'training_performances.tfrecord'))

    def test_dense_examples_with_conditions_are_the_reference_s(self):
        """To the byte; those without conditions are decoded and encoded again elsewhere (zoo_models_test)."""
        def records(path):
            with open(path, 'rb') as file:
                while head := file.read(12):
                    yield file.read(struct.unpack_from('<Q', head)[0])
                    file.read(4)

        checked = 0
        for name in sorted(os.listdir(ZOO + '/examples')):
            config = name.removesuffix('.tfrecord')
            if 'conditioned' not in config:
                continue
            with self.subTest(config):
                self.ok('dataset', '--config=' + config, '--input=' + MUSIC, '--format=dense', '--transpose=0',
                        '--eval_ratio=0', '--output_dir=' + self.path(config))
                made = set(records(self.path(config, 'training_performances.tfrecord')))
                for wanted in records(f'{ZOO}/examples/{name}'):
                    self.assertIn(wanted, made)
                    checked += 1
                os.remove(self.path(config, 'training_performances.tfrecord'))
        self.assertGreater(checked, 0)

    @needs_train
    def test_to_a_bundle(self):
        self.ok('dataset', '--config=' + TOLD, '--input=' + MUSIC, '--output_dir=' + self.path('data'),
                '--transpose=0', '--nostretch')
        training = self.path('data', 'training_performances.tfrecord')
        self.ok('inspect', training)
        self.ok('train', '--config=' + TOLD, '--run_dir=' + self.path('run'), '--sequence_example_file=' + training,
                '--num_training_steps=4', '--hparams=batch_size=4,rnn_layer_sizes=[8,8]')
        figures = self.ok('eval', '--config=' + TOLD, '--run_dir=' + self.path('run'), '--json',
                          '--sequence_example_file=' + training).json
        self.assertIn('loss_per_step', json.dumps(figures))
        self.ok('bundle', '--run_dir=' + self.path('run'), '--bundle_file=' + self.path('p.mag'), '--config=' + TOLD)
        self.ok('generate', '--bundle_file=' + self.path('p.mag'), '--output_dir=' + self.path('out'),
                '--num_outputs=1', '--num_steps=100', '--notes_per_second=[2, 8]')

    @needs_train
    def test_whole_notes_and_compact_inputs_to_a_bundle(self):
        for name in (NOTES, COMPACT):
            with self.subTest(name):
                data, run = self.path('data-' + name), self.path('run-' + name)
                self.ok('dataset', '--config=' + name, '--input=' + MUSIC, '--output_dir=' + data, '--transpose=0',
                        '--nostretch')
                training = os.path.join(data, 'training_performances.tfrecord')
                trained = self.ok('train', '--config=' + name, '--run_dir=' + run, '--num_training_steps=4', '--json',
                                  '--sequence_example_file=' + training,
                                  '--hparams=batch_size=4,rnn_layer_sizes=[8,8]')
                self.assertIn('metrics/event_accuracy', trained.json)
                figures = self.ok('eval', '--config=' + name, '--run_dir=' + run, '--json',
                                  '--sequence_example_file=' + training).json
                self.assertIn('metrics/loss_per_step', figures)
                made = self.path(name + '.mag')
                self.ok('bundle', '--run_dir=' + run, '--bundle_file=' + made, '--config=' + name)
                self.assertEqual(self.ok('inspect', '--json', made).json['files'][0]['id'], name)
                self.ok('generate', '--bundle_file=' + made, '--output_dir=' + self.path('out-' + name),
                        '--num_outputs=1', '--num_steps=100')


if __name__ == '__main__':
    unittest.main()
