"""Chords through the whole loop: from chorales to a data set, a trained model, its music, a server and a duet."""

import os
import unittest

from program import SHARED, Case, midi, needs_live, needs_train

ZOO = os.path.join(SHARED, 'goldens', 'zoo')
CHORDS = f'--bundle_file={ZOO}/models/polyphony/polyphony.mag'
NOTES = f'{ZOO}/notes/polyphony.tfrecord'
needs_zoo = unittest.skipUnless(os.path.isdir(ZOO), 'left out: no shared goldens (MAGENTA_SHARED)')


@needs_zoo
class Chords(Case):
    def generate(self, out, *flags, verb='generate'):
        done = self.ok(verb, CHORDS, '--output_dir=' + self.path(out), '--num_outputs=1', '--seed=3',
                       '--format=notesequence,mid', *flags)
        name = next(f for f in self.files(out) if f.endswith('.mid'))
        return done, self.ok('inspect', '--json', '--limit=0', self.path(out, name)).json['files'][0]

    def test_primers(self):
        for out, flags in (('pitches', ['--primer_pitches=[60, 64, 67]', '--bars=2']),
                           ('names', ['--primer_pitches=C4 E4 G4', '--bars=2']),
                           ('melody', ['--primer_melody=C4:2 D4:2', '--bars=2']),
                           ('nothing', ['--num_steps=16'])):
            with self.subTest(out):
                done, _ = self.generate(out, *flags)
                self.assertEqual('starting from silence' in done.err, out == 'nothing')

    def test_begins_anew_over_the_primer(self):
        _, goes_on = self.generate('a', '--primer_pitches=[60, 64, 67]', '--num_steps=32')
        _, anew = self.generate('b', '--primer_pitches=[60, 64, 67]', '--num_steps=32', '--nocondition_on_primer')
        _, bare = self.generate('c', '--primer_pitches=[60, 64, 67]', '--num_steps=32', '--nocondition_on_primer',
                                '--noinject_primer_during_generation')
        self.assertNotEqual(goes_on, anew)
        self.assertNotEqual(anew, bare)
        # The old name's defaults.
        _, old = self.generate('d', '--primer_pitches=[60, 64, 67]', '--num_steps=32', verb='polyphony_rnn_generate')
        self.assertEqual(old['instruments'], anew['instruments'])

    def test_what_is_wrong_is_named(self):
        out = '--output_dir=' + self.path('out')
        for text, args in (
                ('--primer_pitches: ', [CHORDS, '--primer_pitches=[60, x]']),
                ('--primer_pitches is for --config=polyphony', ['--config=lookback_rnn', '--primer_pitches=[60]']),
                ('ending is for models of one note at a time', [CHORDS, '--ending', '--bars=2']),
                ('goes on from its primer', ['--config=lookback_rnn', '--nocondition_on_primer']),
                ('Choose one of polyphony', ['--config=polyphony_rnn'])):
            with self.subTest(text):
                self.fails(2, text, 'generate', out, *args)

    def test_score(self):
        self.ok('generate', CHORDS, '--output_dir=' + self.path('a'), '--num_outputs=1', '--primer_pitches=[60, 64]')
        self.ok('score', CHORDS, self.path('a', self.files('a')[0]))
        drums = midi([[36], [38], [36], [38]]).replace(b'\x90', b'\x99').replace(b'\x80', b'\x89')
        self.fails(4, 'there is no polyphonic track of two steps or more to score: 4 drum notes', 'score', CHORDS,
                   self.write('drums.mid', drums))

    @needs_live
    def test_live(self):
        self.ok('generate', CHORDS, '--output_dir=' + self.path('a'), '--primer_pitches=[60, 64, 67]', '--num_steps=16',
                '--num_outputs=1', '--seed=1')
        played = self.path('a', self.files('a')[0])
        for verb in ('live', 'magenta_midi'):
            with self.subTest(verb):
                self.ok(verb, CHORDS, '--backend=file', '--input_port=' + played,
                        '--output_port=' + self.path('o.mid'), '--seed=1')


@needs_zoo
class Data(Case):
    def test_as_the_old_name(self):
        data = self.ok('polyphony_rnn_create_dataset', '--input=' + NOTES, '--output_dir=' + self.path('data'),
                       '--eval_ratio=0', '--json').json
        self.assertEqual(os.path.basename(data['training_file']), 'training_poly_tracks.tfrecord')
        counters = data['counters']
        self.assertEqual(counters['DAGPipeline_RandomPartition_training_poly_tracks_count'], data['sequences'])
        self.assertIn('DAGPipeline_PolyExtractor_training_polyphonic_tracks_discarded_too_long', counters)

    @needs_train
    def test_to_a_bundle(self):
        self.ok('dataset', '--config=polyphony', '--input=' + NOTES, '--output_dir=' + self.path('data'),
                '--transpose=0')
        training = self.path('data', 'training_poly_tracks.tfrecord')
        self.ok('inspect', training)
        self.ok('train', '--config=polyphony', '--run_dir=' + self.path('run'), '--sequence_example_file=' + training,
                '--num_training_steps=4', '--hparams=batch_size=4,rnn_layer_sizes=[8,8]')
        figures = self.ok('eval', '--config=polyphony', '--run_dir=' + self.path('run'), '--json',
                          '--sequence_example_file=' + training).json
        self.assertIn('loss_per_step', str(figures))
        self.ok('bundle', '--run_dir=' + self.path('run'), '--bundle_file=' + self.path('p.mag'), '--config=polyphony')
        self.ok('generate', '--bundle_file=' + self.path('p.mag'), '--output_dir=' + self.path('out'),
                '--num_outputs=1', '--bars=2')


if __name__ == '__main__':
    unittest.main()
