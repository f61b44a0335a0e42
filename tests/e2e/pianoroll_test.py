"""Piano rolls through the whole loop: from chorales to a data set, a trained model, its music, a server and a duet."""

import os
import re
import unittest

from program import SHARED, Case, needs_live, needs_train

ZOO = os.path.join(SHARED, 'goldens', 'zoo')
ROLLS = f'--bundle_file={ZOO}/models/rnn-nade/rnn-nade.mag'
NOTES = f'{ZOO}/notes/polyphony.tfrecord'
needs_zoo = unittest.skipUnless(os.path.isdir(ZOO), 'left out: no shared goldens (MAGENTA_SHARED)')


@needs_zoo
class Rolls(Case):
    def generate(self, out, *flags, verb='generate', bundle=ROLLS):
        done = self.ok(verb, bundle, '--output_dir=' + self.path(out), '--num_outputs=1', '--seed=3',
                       '--format=notesequence,mid', *flags)
        name = next(f for f in self.files(out) if f.endswith('.mid'))
        return done, self.ok('inspect', '--json', '--limit=0', self.path(out, name)).json['files'][0]

    def test_primers(self):
        for out, flags in (('pitches', ['--primer_pitches=[60, 64, 67]', '--bars=2']),
                           ('names', ['--primer_pitches=C4 E4 G4', '--bars=2']),
                           ('roll', ['--primer_pianoroll=[(60, 64), (60,), (), (67,)]', '--bars=2']),
                           ('attention', ['--primer_pitches=[60]', '--num_steps=16']),
                           ('nothing', ['--num_steps=16'])):
            bundle = ROLLS.replace('rnn-nade', 'rnn-nade_attn') if out == 'attention' else ROLLS
            with self.subTest(out):
                done, _ = self.generate(out, *flags, bundle=bundle)
                self.assertEqual('starting from middle C' in done.err, out == 'nothing')

    def test_draws_or_takes_what_is_likelier(self):
        primer = ['--primer_pitches=[60, 64, 67]', '--num_steps=32']
        _, drawn = self.generate('a', *primer)
        _, other = self.generate('b', *primer, '--seed=4')
        self.assertNotEqual(drawn, other)
        _, likely = self.generate('c', *primer, '--temperature=0')
        _, again = self.generate('d', *primer, '--temperature=0', '--seed=4')
        # The old name's default, beside its tempo.
        _, old = self.generate('e', *primer, verb='pianoroll_rnn_nade_generate')
        notes = [piece['instruments'] for piece in (likely, again, old)]
        self.assertEqual(notes[0], notes[1])
        self.assertEqual([part['notes'] for part in notes[0]], [part['notes'] for part in notes[2]])

    def test_new_notes_are_of_the_scale(self):
        _, piece = self.generate('a', '--primer_pitches=[60]', '--num_steps=64', '--key=C', '--scale=major',
                                 '--min_pitch=60', '--max_pitch=72')
        pitches = {note[0] for note in piece['notes']}
        self.assertGreater(len(pitches), 1)
        self.assertLessEqual(pitches, {60, 62, 64, 65, 67, 69, 71, 72})

    def test_what_is_wrong_is_named(self):
        out = '--output_dir=' + self.path('out')
        for text, args in (
                ('--primer_pitches: ', [ROLLS, '--primer_pitches=[60, x]']),
                ('--primer_pianoroll: column 9', [ROLLS, '--primer_pianoroll=[(60, 64']),
                ('--primer_pianoroll is for --config=rnn-nade, rnn-nade_attn',
                 ['--config=lookback_rnn', '--primer_pianoroll=[(60,)]']),
                ('pitch_temperature is for models that draw one of many pitches as an event',
                 [ROLLS, '--bars=2', '--pitch_temperature=0.5']),
                ('ending is for models of one note at a time', [ROLLS, '--ending', '--bars=2']),
                ('asks one pitch after another', [ROLLS, '--adapt', '--bars=2']),
                ('Choose one of rnn-nade', ['--config=pianoroll_rnn_nade']),
                ('no pre-trained weights of rnn-nade', ['--config=rnn-nade', '--bars=2'])):
            with self.subTest(text):
                self.fails(2, text, 'generate', out, *args)
        done, _ = self.generate('high', '--primer_pitches=[60, 127]', '--num_steps=16')
        self.assertIn('1 note left out: the model\'s keys are A0 to C8', done.err)

    def test_score(self):
        self.ok('generate', ROLLS, '--output_dir=' + self.path('a'), '--num_outputs=1', '--primer_pitches=[60, 64]')
        self.ok('score', ROLLS, self.path('a', self.files('a')[0]))

    @needs_live
    def test_live(self):
        self.ok('generate', ROLLS, '--output_dir=' + self.path('a'), '--primer_pitches=[60, 64, 67]', '--num_steps=16',
                '--num_outputs=1', '--seed=1')
        played = self.path('a', self.files('a')[0])
        for verb in ('live', 'magenta_midi'):
            with self.subTest(verb):
                self.ok(verb, ROLLS, '--backend=file', '--input_port=' + played,
                        '--output_port=' + self.path('o.mid'), '--seed=1')


@needs_zoo
class Data(Case):
    def test_as_the_old_name(self):
        data = self.ok('pianoroll_rnn_nade_create_dataset', '--input=' + NOTES, '--output_dir=' + self.path('data'),
                       '--eval_ratio=0', '--json').json
        self.assertEqual(os.path.basename(data['training_file']), 'training_pianoroll_tracks.tfrecord')
        counters = data['counters']
        self.assertEqual(counters['DAGPipeline_RandomPartition_training_pianoroll_tracks_count'], data['sequences'])
        self.assertIn('DAGPipeline_PianorollExtractor_training_pianoroll_tracks_truncated_too_long', counters)

    @needs_train
    def test_to_a_bundle(self):
        figures = []
        for form in ('compact', 'dense'):
            data = self.path(form)
            self.ok('dataset', '--config=rnn-nade', '--input=' + NOTES, '--output_dir=' + data, '--transpose=0',
                    '--format=' + form)
            training = os.path.join(data, 'training_pianoroll_tracks.tfrecord')
            self.ok('inspect', training)
            run = self.path('run-' + form)
            self.ok('train', '--config=rnn-nade', '--run_dir=' + run, '--sequence_example_file=' + training,
                    '--num_training_steps=4', '--eval_file=none',
                    '--hparams=batch_size=4,rnn_layer_sizes=[8,8],nade_hidden_units=6')
            figures.append(self.ok('eval', '--config=rnn-nade', '--run_dir=' + run, '--json',
                                   '--sequence_example_file=' + training).json)
            self.assertIn('precision', str(figures[-1]))
        self.ok('bundle', '--run_dir=' + self.path('run-compact'), '--bundle_file=' + self.path('p.mag'),
                '--config=rnn-nade')
        self.ok('generate', '--bundle_file=' + self.path('p.mag'), '--output_dir=' + self.path('out'),
                '--num_outputs=1', '--bars=2')
        # A figure of either form is of the same steps.
        self.assertEqual(*(run['steps'] for run in figures))

    @needs_train
    def test_beside_another_kind(self):
        """Figures of models of several kinds stand under their own names."""
        names = ('rnn-nade', 'polyphony')
        for name in names:
            self.ok('dataset', '--config=' + name, '--input=' + NOTES, '--output_dir=' + self.path(name),
                    '--transpose=0', '--eval_ratio=0')
        command = ['eval', '--bundle_file=' + ','.join(f'{ZOO}/models/{name}/{name}.mag' for name in names),
                   '--sequence_example_file=' + self.path('{config}', 'training_*.tfrecord')]
        header, *rows = self.ok(*command).out.splitlines()
        columns = {word.group(): word.end() for word in re.finditer(r'\S+', header)}
        models = self.ok(*command, '--json').json['models']
        self.assertNotEqual(models[0].keys(), models[1].keys())
        for row, model in zip((row.ljust(len(header)) for row in rows), models):
            shown = {name: row[:end].split(' ')[-1] for name, end in columns.items() if name not in ('model', 'step')}
            for name, text in shown.items():
                figure = model.get(name, model.get('metrics/' + name))
                self.assertEqual(text if text != 'nan' else '', '' if figure is None else f'{figure:.4f}', name)


if __name__ == '__main__':
    unittest.main()
