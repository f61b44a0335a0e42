"""TensorBoard's own reader lists what a training run writes."""

import json
import os
import subprocess
import unittest

from program import PYTHON, ROOT, Case, needs_train, tune

CHECK = os.path.join(ROOT, 'tests', 'e2e', 'tensorboard_check.py')
METRICS = ['accuracy', 'event_accuracy', 'no_event_accuracy', 'loss_per_step', 'perplexity',
           'perplexity_per_step']


@needs_train
@unittest.skipUnless(os.path.exists(PYTHON), 'left out: no TensorBoard (make build/venv/ok)')
class TensorBoard(Case):
    def expect(self, folder, scalars, texts=None):
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


if __name__ == '__main__':
    unittest.main()
