"""Bundles, runs, data sets and requests that were written when the program knew melodies alone
(tests/golden/before_kinds) load, give the same notes, and go on to the same bits."""

import filecmp
import glob
import json
import os
import shutil
import unittest

from program import ROOT, Case, needs_train

HERE = os.path.join(ROOT, 'tests', 'golden', 'before_kinds')
CONFIGS = ('lookback_rnn', 'attention_rnn')
# Those of HERE/make.sh.
GENERATED = {
    'melody': ['--primer_melody=[60, -2, 64, -1, 67, -2]', '--num_steps=64'],
    'beam': ['--primer_melody=[60, -2, 64, -1, 67, -2]', '--num_steps=48', '--beam_size=3', '--branch_factor=2'],
    'piece': [f'--primer_midi={HERE}/midi/1.mid', '--bars=4', '--temperature=0.9', '--program=flute'],
}
HPARAMS = {
    'lookback_rnn': 'batch_size=2,rnn_layer_sizes=[4,4],dropout_keep_prob=0.8',
    'attention_rnn': 'batch_size=2,rnn_layer_sizes=[4],attn_length=3',
}
# What was loss and perplexity again, and is said once now.
SAID_TWICE = ('metrics/loss_per_step', 'metrics/perplexity_per_step')


def expected(config, name):
    with open(os.path.join(HERE, config, 'expected', name), encoding='utf-8') as file:
        return json.load(file)


def bundle(config):
    return f'--bundle_file={HERE}/{config}/{config}.mag'


class BeforeKinds(Case):
    maxDiff = None

    def setUp(self):
        super().setUp()
        # What training rounds depends on the width of vectors.
        self.env = dict(os.environ, MAGENTA_KERNEL='scalar')

    def holds(self, now, then):
        """All that was said then is said now; there may be more."""
        for name, value in then.items():
            if name in SAID_TWICE:
                continue
            self.assertEqual(now.get(name, 'nothing'), value, name)

    def test_bundles_and_runs_give_the_same_notes(self):
        for config in CONFIGS:
            for name, flags in GENERATED.items():
                then = os.path.join(HERE, config, 'expected', name + '.mid')
                for source in (bundle(config), f'--run_dir={HERE}/{config}/run'):
                    out = self.path(f'{config}.{name}.{source[2:5]}')
                    self.ok('generate', source, '--config=' + config, '--output_dir=' + out, '--num_outputs=1',
                            '--seed=7', *flags, env=self.env)
                    (file,) = glob.glob(out + '/*.mid')
                    self.assertTrue(filecmp.cmp(file, then, shallow=False), (config, name, source))

    def test_requests_are_answered_alike(self):
        for config in CONFIGS:
            for request in ('request', 'fill'):
                result = self.ok('request', bundle(config), '--format=json', f'{HERE}/requests/{request}.json',
                                 env=self.env)
                self.assertEqual(result.json, expected(config, request + '.json'), (config, request))

    def test_data_sets_are_read_and_made_as_they_were(self):
        for config in CONFIGS:
            data = os.path.join(HERE, config, 'data')
            read = self.ok('inspect', '--json', '--limit=0', data + '/training_melodies.tfrecord')
            (file,), (then,) = read.json['files'], expected(config, 'examples.json')['files']
            self.holds(dict(file, file=then['file']), then)
            self.ok('dataset', '--config=' + config, f'--input={HERE}/midi', '--output_dir=' + self.path(config),
                    '--eval_ratio=0.2', '--seed=3')
            for name in ('training_melodies.tfrecord', 'eval_melodies.tfrecord'):
                self.assertTrue(filecmp.cmp(f'{data}/{name}', self.path(config, name), shallow=False), (config, name))

    @needs_train
    def test_bundles_are_measured_alike(self):
        for config in CONFIGS:
            result = self.ok('eval', '--json', bundle(config),
                             f'--sequence_example_file={HERE}/{config}/data/eval_melodies.tfrecord', env=self.env)
            self.holds(result.json, expected(config, 'eval.json'))

    @needs_train
    def test_runs_go_on_to_the_same_bits(self):
        for config in CONFIGS:
            run, data = self.path(config), os.path.join(HERE, config, 'data')
            shutil.copytree(os.path.join(HERE, config, 'run'), run)
            held_out = data + '/eval_melodies.tfrecord' if os.path.isdir(run + '/best') else 'none'
            result = self.ok('train', '--config=' + config, '--run_dir=' + run, '--hparams=' + HPARAMS[config],
                             f'--sequence_example_file={data}/training_melodies.tfrecord', '--eval_file=' + held_out,
                             '--seed=5', '--more_steps=3', '--json', env=self.env)
            self.assertIn('going on from', result.err)
            then = expected(config, 'train.json')
            del then['checkpoint']
            self.holds(result.json, then)
            now = self.ok('inspect', '--json', run + '/train/model.ckpt-7').json['files'][0]
            variables = {variable['name']: variable for variable in now['variables']}
            for variable in expected(config, 'step_7.json')['files'][0]['variables']:
                self.assertEqual(variables.get(variable['name']), variable, config)


if __name__ == '__main__':
    unittest.main()
