"""Drums through the whole loop: from grids to a data set, a trained kit, its grooves, a server and a duet."""

import os
import unittest

from program import SHARED, Case, needs_live, needs_train

ZOO = os.path.join(SHARED, 'goldens', 'zoo', 'models')
GRID = 'CH |x-x-x-x-x-x-x-x-|%; SD |----x-------x---|%; BD |x-------x-------|%'
needs_zoo = unittest.skipUnless(os.path.isdir(ZOO), 'left out: no shared goldens (MAGENTA_SHARED)')


def kit(name='drum_kit'):
    return f'--bundle_file={ZOO}/{name}/{name}.mag'


@needs_zoo
class Drums(Case):
    def notes(self, folder):
        name = next(f for f in self.files(folder) if f.endswith('.mid'))
        return self.ok('inspect', '--json', '--limit=0', self.path(folder, name)).json['files'][0]['instruments']

    def test_generate(self):
        flags = ['--num_outputs=1', '--seed=1', '--bars=2']
        self.ok('generate', kit(), '--output_dir=' + self.path('a'), '--primer_drums=' + GRID,
                '--format=mid,drums', *flags)
        grid = next(f for f in self.files('a') if f.endswith('.drums'))
        with open(self.path('a', grid)) as file:
            self.assertRegex(file.read(), r'BD \|x-------x-------\|')
        self.assertTrue(all(i['is_drum'] for i in self.notes('a')))
        # What it wrote is a primer, too; one_drum has another grid.
        self.ok('generate', kit('one_drum'), '--output_dir=' + self.path('b'),
                '--primer_midi=' + self.path('a', grid), *flags)
        self.assertIn('one bass drum', self.ok('generate', kit(), '--output_dir=' + self.path('c'), *flags).err)
        self.ok(kit(), '--output_dir=' + self.path('d'), '--primer_drums=[(36, 42), (), (42,)]',
                '--num_outputs=1', program='drums_rnn_generate')
        self.ok('score', kit(), self.path('a', grid))

    def test_what_is_wrong_is_named(self):
        out = '--output_dir=' + self.path('out')
        for text, args in (
                ('--primer_drums: ', [kit(), '--primer_drums=[(36,']),
                ('Give --primer_drums', [kit(), '--primer_melody=[60]']),
                ('is for --config=one_drum, drum_kit', ['--config=lookback_rnn', '--primer_drums=[(36,)]']),
                ('Strike at least one', [kit(), '--primer_drums=[()]']),
                ('one_drum and drum_kit', ['--config=drums_rnn'])):
            with self.subTest(text):
                self.fails(2, text, 'generate', out, *args)
        self.fails(2, 'drum_kit plays drums. Leave it out', 'generate', kit(), out, '--program=flute')
        self.fails(2, 'each copy would be the same', 'dataset', '--config=drum_kit', '--input=data/drums', out,
                   '--transpose=0,1')
        tune = self.write('tune.abc', b'X:1\nK:C\nCDEF GABc|\n')
        self.fails(4, 'Give music with drums; --report=FILE', 'dataset', '--config=drum_kit', '--input=' + tune, out)
        said = self.ok('generate', kit(), out, '--primer_midi=' + tune, '--bars=1', '--num_outputs=1').err
        self.assertIn('the notes are taken for drums; a file with drums would give some', said)
        song = self.write('song.drums', b'pattern: x\ngrid: 8\nBD |x---x---|\n')
        self.fails(3, 'holds drums alone', 'generate', '--config=lookback_rnn', out, '--primer_midi=' + song)

    @needs_live
    def test_live_answers_on_channel_10(self):
        self.ok('generate', kit(), '--output_dir=' + self.path('a'), '--primer_drums=' + GRID, '--bars=1',
                '--num_outputs=1', '--seed=1')
        played = self.path('a', self.files('a')[0])
        self.ok('live', kit(), '--backend=file', '--input_port=' + played, '--output_port=' + self.path('o.mid'),
                '--record=' + self.path('r.mid'), '--seed=1')
        for name in ('o.mid', 'r.mid'):
            tracks = self.ok('inspect', '--json', self.path(name)).json['files'][0]['instruments']
            self.assertEqual([(t['name'], t['is_drum']) for t in tracks], [('player', True), ('machine', True)])


    @needs_live
    def test_live_plays_the_bundle_that_config_names(self):
        played = self.path('in.mid')
        self.ok('generate', kit(), '--output_dir=' + self.path('a'), '--bars=1', '--num_outputs=1', '--seed=1')
        os.rename(self.path('a', self.files('a')[0]), played)
        common = ['live', '--backend=file', '--input_port=' + played, '--output_port=' + self.path('o.mid'),
                  kit().replace('file', 'files')]
        self.fails(3, 'the bundle is of drum_kit, not of lookback_rnn', *common, '--config=lookback_rnn')
        self.ok(*common, '--config=drum_kit')
        self.fails(2, 'you and the machine play one drum kit', *common, '--input_program=4')
        self.fails(2, 'Give the number of a drum kit', *common, '--program=flute')
        self.ok(*common, '--program=25')


@needs_train
class Training(Case):
    def test_from_grids_to_a_bundle(self):
        for style in ('funk', 'rock', 'disco'):
            os.makedirs(self.path('in'), exist_ok=True)
            os.symlink(os.path.abspath(f'data/drums/{style}.drums'), self.path('in', style + '.drums'))
        data = self.ok('dataset', '--config=drum_kit', '--input=' + self.path('in'), '--eval_ratio=0.2',
                       '--output_dir=' + self.path('data'))
        self.assertIn('drum tracks for training', data.err)
        training = self.path('data', 'training_drum_tracks.tfrecord')
        self.assertIn('BD+CH - ', self.ok('inspect', training).out)
        self.ok('train', '--config=drum_kit', '--run_dir=' + self.path('run'), '--sequence_example_file=' + training,
                '--num_training_steps=4', '--hparams=batch_size=4,rnn_layer_sizes=[8,8],attn_length=4')
        self.ok('eval', '--config=drum_kit', '--run_dir=' + self.path('run'), '--sequence_example_file=' + training)
        self.ok('bundle', '--run_dir=' + self.path('run'), '--bundle_file=' + self.path('kit.mag'),
                '--config=drum_kit')
        self.ok('generate', '--bundle_file=' + self.path('kit.mag'), '--output_dir=' + self.path('out'),
                '--num_outputs=1', '--bars=2')


if __name__ == '__main__':
    unittest.main()
