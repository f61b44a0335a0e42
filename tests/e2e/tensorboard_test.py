"""TensorBoard's own reader lists what a training run writes."""

import json
import os
import subprocess
import unittest

from program import PYTHON, ROOT, Case, needs_train, tune

CHECK = os.path.join(ROOT, 'tests', 'e2e', 'tensorboard_check.py')
METRICS = ['accuracy', 'event_accuracy', 'no_event_accuracy', 'perplexity']


@needs_train
@unittest.skipUnless(os.path.exists(PYTHON), 'left out: no TensorBoard (make build/venv/ok)')
class TensorBoard(Case):
    def expect(self, folder, scalars, texts=None):
        """`scalars` are tags, or {tag: steps}."""
        expected = {'scalars': {tag: None for tag in scalars}}
        if texts is not None:
            expected['texts'] = {tag: None for tag in texts}
        done = subprocess.run([PYTHON, CHECK, folder, '-'], input=json.dumps(expected).encode(),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout.decode())

    def test_scalars_and_melodies_of_a_run(self):
        for i in range(12):
            self.write(f'in/{i}.mid', tune(8 + i, i))
        self.ok('dataset', '--input=' + self.path('in'), '--output_dir=' + self.path('data'),
                '--config=basic_rnn', '--eval_ratio=0.3')
        run = self.path('run')
        self.ok('train', '--config=basic_rnn', '--run_dir=' + run,
                '--sequence_example_file=' + self.path('data', 'training_melodies.tfrecord'),
                '--eval_file=' + self.path('data', 'eval_melodies.tfrecord'),
                '--hparams=batch_size=4,rnn_layer_sizes=[8]', '--num_training_steps=12',
                '--eval_every_steps=6')
        self.expect(os.path.join(run, 'train'),
                    ['loss', 'learning_rate', 'global_step/sec'] + ['metrics/' + m for m in METRICS])
        self.expect(os.path.join(run, 'eval'),
                    ['loss', 'metrics/per_class_accuracy'] + ['metrics/' + m for m in METRICS],
                    ['melody'])

    def train(self, *flags):
        return self.ok('train', '--config=basic_rnn', '--run_dir=' + self.path('run'),
                       '--sequence_example_file=' + self.path('data', 'training_melodies.tfrecord'),
                       '--hparams=batch_size=4,rnn_layer_sizes=[8]', *flags)

    def steps(self, part, tag):
        """The steps of a scalar as TensorBoard reads them."""
        done = subprocess.run([PYTHON, '-c', 'import sys\n'
                               'sys.path.insert(0, sys.argv[1])\n'
                               'import tensorboard_check as check, json\n'
                               'scalars = check.scalars_of(check.load(sys.argv[2]))\n'
                               'print(json.dumps([step for step, _ in scalars[sys.argv[3]]]))',
                               os.path.dirname(CHECK), self.path('run', part), tag],
                              stdout=subprocess.PIPE, timeout=120, check=True)
        return json.loads(done.stdout)

    def data(self):
        for i in range(12):
            self.write(f'in/{i}.mid', tune(8 + i, i))
        self.ok('dataset', '--input=' + self.path('in'), '--output_dir=' + self.path('data'),
                '--config=basic_rnn', '--eval_ratio=0.3')

    def test_what_a_killed_run_wrote_is_not_shown_twice(self):
        self.data()
        flags = ['--summary_frequency=1', '--eval_every_steps=2', '--save_every_steps=4', '--keep=0']
        self.train('--num_training_steps=10', *flags)
        # As it was when it was killed after step 10, whose last checkpoint was that of step 4.
        for name in self.files('run/train'):
            if name.startswith(('model.ckpt-8', 'model.ckpt-10')):
                os.remove(self.path('run', 'train', name))
        os.remove(self.path('run', 'train', 'checkpoint'))
        self.train('--num_training_steps=12', *flags)
        self.assertEqual(self.steps('train', 'loss'), list(range(1, 13)))
        self.assertEqual(self.steps('eval', 'loss'), list(range(2, 13, 2)))

    def test_the_hparams_tab_shows_a_run_by_hyper_parameters_and_figures(self):
        self.data()
        self.train('--num_training_steps=4', '--eval_every_steps=2', '--learning_rate_schedule=linear',
                   '--warmup_steps=2', '--average_weights=0.5')
        for folder, name in ((self.path('run'), '.'), (self.folder, 'run')):
            done = subprocess.run([PYTHON, CHECK, '--hparams', folder], stdout=subprocess.PIPE, timeout=120,
                                  check=True)
            rows = json.loads(done.stdout)
            self.assertEqual(len(rows), 1, rows)
            self.assertEqual(rows[0]['status'], 'STATUS_SUCCESS')
            hparams = rows[0]['hparams']
            self.assertEqual(hparams['config'], 'basic_rnn')
            self.assertEqual(hparams['batch_size'], 4)
            self.assertEqual(hparams['rnn_layer_sizes'], '[8]')
            self.assertAlmostEqual(hparams['learning_rate'], 0.001)
            self.assertEqual(hparams['learning_rate_schedule'], 'linear')
            self.assertEqual(hparams['warmup_steps'], 2)
            self.assertEqual(hparams['average_weights'], 0.5)
            for metric in ('/best/loss', '/best/accuracy', '/final/loss'):
                self.assertIn(metric, rows[0]['metrics'], name)


if __name__ == '__main__':
    unittest.main()
