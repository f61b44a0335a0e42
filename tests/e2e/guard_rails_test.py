"""What keeps people from losing work: fine-tuning that ends and keeps the best, one training at a time in a
run's folder, paths with ~, names as long as the disk takes, and a system that gives no more threads."""

import json
import math
import os
import signal
import subprocess
import time
import unittest

from continuation_test import pickup_song
from program import BIN, Case, needs_live, needs_serve, needs_train, run, tune

LIMIT = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']


class Paths(Case):
    def test_a_tilde_is_the_home_folder(self):
        self.write('me/in/a.mid', tune(8))
        home = dict(os.environ, HOME=self.path('me'))
        self.ok('convert', '--input_dir=~/in', '--output_file=~/notes.tfrecord', env=home)
        self.ok('dataset', '--input=~/notes.tfrecord', '--output_dir=~/data', '--config=lookback_rnn',
                '--eval_ratio=0', env=home)
        self.ok('inspect', '~/notes.tfrecord', env=home)
        self.assertIn('me/data/training_melodies.tfrecord', self.files())
        self.assertFalse(os.path.exists('~'))

    def test_names_are_as_long_as_the_disk_takes(self):
        self.write('in/a.mid', tune(8))
        for length in (236, 237, 255):
            name = 'n' * length
            self.ok('convert', '--input_dir=' + self.path('in'), '--output_file=' + self.path('out', name))
            self.assertEqual(self.files('out'), [name])
            os.remove(self.path('out', name))
        self.fails(5, 'its name has 256 bytes', 'convert', '--input_dir=' + self.path('in'),
                   '--output_file=' + self.path('out', 'n' * 256))


class Data(Case):
    def setUp(self):
        super().setUp()
        for i in range(16):
            self.write(f'in/{i}.mid', tune(8 + i, i))
        self.ok('dataset', '--input=' + self.path('in'), '--output_dir=' + self.path('data'),
                '--config=lookback_rnn', '--eval_ratio=0.3')
        self.training = self.path('data', 'training_melodies.tfrecord')
        self.eval = self.path('data', 'eval_melodies.tfrecord')

    def train(self, name, *flags):
        return run('train', '--run_dir=' + self.path(name), '--sequence_example_file=' + self.training, *flags)


@needs_train
class FineTuning(Data):
    def test_it_ends_and_its_best_is_used(self):
        tuned = self.train('mine', '--from=lookback_rnn', '--eval_every_steps=1', '--patience=2',
                           '--hparams=batch_size=4,learning_rate=0.5')
        self.assertEqual(tuned.status, 0, tuned)
        self.assertIn('ends at step 2000, or when 2 measurements bring no gain', tuned.err)
        self.assertIn('measured on ' + self.eval, tuned.err)
        self.assertIn('learning rate 0.5', tuned.err)
        self.assertIn('held out: step 0', tuned.err)
        best = json.loads(self.ok('inspect', '--json', self.path('mine/best')).out)
        generated = self.ok('generate', '--run_dir=' + self.path('mine'), '--num_outputs=1',
                            '--output_dir=' + self.path('out'))
        self.assertRegex(generated.err, r'the best by held-out loss, step \d+ of \d+')
        newest = self.ok('generate', '--run_dir=' + self.path('mine'), '--newest', '--num_outputs=1',
                         '--output_dir=' + self.path('out'))
        self.assertNotIn('the best by', newest.err)
        old_name = self.ok('--run_dir=' + self.path('mine'), '--num_outputs=1',
                           '--output_dir=' + self.path('out'), program='lookback_rnn_generate')
        self.assertNotIn('the best by', old_name.err)
        self.assertIsNotNone(best)

    def test_a_slower_rate_and_the_model_of_what_it_begins_from(self):
        tuned = self.train('mine', '--from=lookback_rnn', '--num_training_steps=1')
        self.assertEqual(tuned.status, 0, tuned)
        self.assertIn('learning rate 0.0001', tuned.err)
        again = self.train('again', '--from=' + self.path('mine'), '--num_training_steps=1')
        self.assertIn('fine-tuning lookback_rnn from ' + self.path('mine'), again.err)
        self.fails(3, 'no model of this name', 'train', '--run_dir=' + self.path('x'), '--from=lookback.mag',
                   '--sequence_example_file=' + self.training)

    def test_without_an_eval_file_a_part_is_held_out(self):
        os.remove(self.eval)
        held_out = self.train('part', '--num_training_steps=1', '--hparams=batch_size=4,rnn_layer_sizes=[8]')
        self.assertRegex(held_out.err, r'\d+ of \d+ examples are held out')
        none = self.train('all', '--num_training_steps=1', '--eval_file=none',
                          '--hparams=batch_size=4,rnn_layer_sizes=[8]')
        self.assertNotIn('held out', none.err)
        self.assertFalse(os.path.exists(self.path('all/best')))


@needs_train
class Schedule(Data):
    def test_a_run_goes_on_to_the_end_of_its_schedule_without_a_word(self):
        flags = ['--eval_file=none', '--hparams=batch_size=4,rnn_layer_sizes=[8]', '--save_every_steps=1']
        begun = self.train('run', '--learning_rate_schedule=linear', '--num_training_steps=4', *flags)
        self.assertEqual(begun.status, 0, begun)
        # As it was when it was killed after step 2.
        for name in self.files('run/train'):
            if name.startswith(('model.ckpt-3', 'model.ckpt-4')):
                os.remove(self.path('run', 'train', name))
        os.remove(self.path('run', 'train', 'checkpoint'))
        on = self.train('run', *flags)
        self.assertEqual(on.status, 0, on)
        self.assertIn('done at step 4', on.err)
        self.assertNotIn('ends at step', on.err)
        self.assertIn('nothing to do: the run has 4 steps already, all that', self.train('run', *flags).err)
        more = self.train('run', '--more_steps=4', *flags)
        self.assertEqual(more.status, 2, more)
        self.assertIn('Give --num_training_steps', more.err)


@needs_train
class OneAtATime(Data):
    def test_a_second_training_is_told_who_has_the_run(self):
        first = subprocess.Popen([os.path.join(BIN, 'magenta'), 'train', '--run_dir=' + self.path('run'),
                                  '--sequence_example_file=' + self.training, '--num_training_steps=0',
                                  '--eval_file=none', '--hparams=batch_size=4,rnn_layer_sizes=[8]'],
                                 stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            for _ in range(600):
                if os.path.exists(self.path('run/train/checkpoint')):
                    break
                time.sleep(0.1)
            self.fails(5, f'is being trained by process {first.pid} on ', 'train',
                       '--run_dir=' + self.path('run'), '--num_training_steps=3',
                       '--sequence_example_file=' + self.training)
            self.assertIsNone(first.poll())
        finally:
            first.send_signal(signal.SIGKILL)
            first.wait()
        self.assertTrue(os.path.exists(self.path('run/lock')))
        after = self.train('run', '--more_steps=2', '--eval_file=none')
        self.assertEqual(after.status, 0, after)
        self.assertFalse(os.path.exists(self.path('run/lock')))


@needs_train
class SeveralModels(Data):
    def test_eval_makes_a_table(self):
        flags = ['eval', '--config=basic_rnn,lookback_rnn,attention_rnn', '--num_examples=2',
                 '--sequence_example_file=' + self.eval]
        table = self.ok(*flags).out.splitlines()
        self.assertIn('perplexity', table[0])
        self.assertEqual([line.split()[0] for line in table[1:]], ['basic_rnn', 'lookback_rnn', 'attention_rnn'])
        models = self.ok(*flags, '--json').json['models']
        self.assertEqual([model['model'] for model in models], ['basic_rnn', 'lookback_rnn', 'attention_rnn'])
        self.assertLess(models[0]['loss'], 10)
        by_name = self.ok('eval', '--config=lookback_rnn,attention_rnn', '--num_examples=1',
                          '--sequence_example_file=' + self.path('data', 'eval_melodies.tfrecord'))
        self.assertEqual(len(by_name.out.splitlines()), 3)


class Scores(Case):
    def test_score_makes_a_table(self):
        files = [self.write(f'{i}.mid', tune(8, i)) for i in range(2)]
        table = self.ok('score', '--config=lookback_rnn,basic_rnn', *files).out.splitlines()
        self.assertEqual(table[0].split(), ['lookback_rnn', 'bits/note', 'basic_rnn', 'bits/note', 'events', 'file'])
        self.assertEqual([line.split()[-1] for line in table[1:]], files + ['all'])
        both = self.ok('score', '--config=lookback_rnn,basic_rnn', '--json', *files).json['models']
        for model in both:
            alone = self.ok('score', '--config=' + model['model'], '--json', *files).json['files']
            self.assertEqual(model['files'], alone)
            notes = [one['notes'] for one in alone]
            bits = sum(n * one['bits_per_note'] for n, one in zip(notes, alone))
            self.assertAlmostEqual(model['bits_per_note'], bits / sum(notes))

    def test_a_data_set_is_scored(self):
        for i in range(3):
            self.write(f'in/{i}.mid', tune(8, i))
        notes, data = self.path('notes.tfrecord'), self.path('data', 'training_melodies.tfrecord')
        self.ok('convert', '--input_dir=' + self.path('in'), '--output_file=' + notes)
        make = ('dataset', '--input=' + notes, '--config=basic_rnn', '--output_dir=' + self.path('data'))
        self.ok(*make)
        alone = self.ok('score', '--config=basic_rnn', '--json', data).json['files'][0]
        self.assertAlmostEqual(alone['bits_per_note'],
                               -alone['log_likelihood'] / math.log(2) / alone['notes'], 3)
        both = self.ok('score', '--config=basic_rnn,lookback_rnn', '--json', data).json['models']
        self.assertEqual(both[0]['files'][0], alone)
        self.assertEqual(both[1]['files'][0]['notes'], alone['notes'])
        self.fails(3, 'was made for basic_rnn', 'score', '--config=lookback_rnn', data)
        self.fails(2, 'no parts', 'score', '--config=basic_rnn', '--part=1', data)
        self.ok(*make, '--format=dense')
        self.fails(3, 'holds no events', 'score', '--config=basic_rnn', data)


@needs_live
class Compare(Case):
    def setUp(self):
        super().setUp()
        for i in range(3):
            self.write(f'low/{i}.mid', tune(8, i))
            self.write(f'deep/down/{i}.mid', tune(16, i))

    def test_a_table_json_and_a_picture(self):
        table = self.ok('compare', self.path('low'), 'far=' + self.path('deep'), '--recursive',
                        '--output=' + self.path('c.png'))
        self.assertEqual(table.out.split('\n')[0].split(), ['low', 'far'])
        self.assertIn('notes a bar', table.out)
        with open(self.path('c.png'), 'rb') as file:
            self.assertEqual(file.read(8), b'\x89PNG\r\n\x1a\n')
        self.ok('compare', self.path('low'), '--output=' + self.path('c.svg'))
        low, far = self.ok('compare', '--json', self.path('low'), 'far=' + self.path('deep'),
                           '--recursive').json['collections']
        self.assertEqual((low['files'], low['melodies'], far['name']), (3, 3, 'far'))
        self.assertAlmostEqual(sum(low['distributions']['pitch'].values()), 1)
        self.assertLess(low['bars'], far['bars'])
        short = self.ok('compare', '--json', 'far=' + self.path('deep'), '--recursive',
                        '--num_bars=2').json['collections'][0]
        self.assertEqual(short['bars'], 2)

    def test_a_pickup_and_a_short_last_bar_are_of_the_melody(self):
        self.write('chorale.mid', pickup_song(3))
        json_of = self.ok('compare', '--json', self.path('chorale.mid')).json['collections'][0]
        # The bar of the pickup, two whole ones, three beats.
        self.assertEqual((json_of['melodies'], json_of['bars']), (1, 3.75))

    def test_a_piece_counts_once_by_its_melody(self):
        self.write('two.abc', b'X:1\nM:4/4\nL:1/4\nK:C\nV:1\ncdef|cdef|[M:3/4]cde|cde|cde|cde|\n'
                   b'w: la la la la\nV:2\nC,4|D,4|[M:3/4]E,3|F,3|G,3|C,3|\n')
        done = self.ok('compare', '--json', self.path('two.abc'))
        self.assertIn('two.abc: left out: line 7: lyrics', done.err)
        found = done.json['collections'][0]
        # 20 quarters in bars of four; c to f of the upper voice.
        self.assertEqual((found['melodies'], found['bars']), (1, 5))
        self.assertEqual((found['lowest_pitch'], found['highest_pitch']), (72, 77))

    def test_what_cannot_be_read(self):
        self.write('low/broken.mid', b'MThd')
        partly = self.ok('compare', self.path('low'))
        self.assertIn('broken.mid', partly.err)
        self.fails(4, 'Add --recursive', 'compare', self.path('deep'))
        self.fails(3, 'no such', 'compare', self.path('none'))
        self.fails(3, 'broken.mid', 'compare', self.path('low/broken.mid'))
        self.fails(2, '.svg, .png', 'compare', self.path('low'), '--output=' + self.path('c.txt'))
        self.assertEqual([name for name in self.files() if name.startswith('c.')], [])


@unittest.skipUnless(os.geteuid() == 0, 'left out: a limit of processes needs another user, so root')
class Threads(Data):
    """A user with no process to spare, so that every thread is refused."""

    def setUp(self):
        super().setUp()
        seen = subprocess.run([*LIMIT, 'test', '-x', os.path.join(BIN, 'magenta')], check=False)
        if seen.returncode != 0:
            self.skipTest('left out: the tree lies in a folder that is closed to other users')
        os.chmod(self.folder, 0o777)
        for folder, _, _ in os.walk(self.folder):
            os.chmod(folder, 0o777)

    def limited(self, *args, expect):
        command = [*LIMIT, 'bash', '-c', 'ulimit -u 1; exec "$@"', 'bash', os.path.join(BIN, 'magenta'), *args,
                   '--num_threads=4']
        # The search for leaks, where this is built with it, needs a thread itself.
        env = dict(os.environ, HOME=self.folder, ASAN_OPTIONS='detect_leaks=0')
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300,
                              cwd=self.folder, env=env)
        self.assertIn(done.returncode, expect, (args[0], done.stderr.decode()))
        self.assertEqual([name for name in self.files() if 'tmp' in name], [])
        if done.returncode == 5:
            self.assertIn('no more threads', done.stderr.decode())

    def test_fewer_will_do(self):
        self.limited('convert', '--input_dir=in', '--output_file=out.tfrecord', expect=[0])
        self.limited('dataset', '--input=in', '--output_dir=more', '--config=lookback_rnn', expect=[0])
        self.limited('generate', '--output_dir=tunes', '--num_outputs=2', expect=[0])
        self.limited('score', 'in/0.mid', expect=[0])

    @needs_train
    def test_training(self):
        self.limited('train', '--run_dir=run', '--sequence_example_file=' + self.training,
                     '--num_training_steps=2', '--hparams=batch_size=64,rnn_layer_sizes=[8]', expect=[0, 5])
        self.limited('eval', '--sequence_example_file=' + self.eval, expect=[0, 5])

    @needs_live
    def test_playing(self):
        self.limited('render', 'in/0.mid', '--format=png', expect=[0, 5])
        self.limited('live', '--backend=file', '--input_port=in/0.mid', '--output_port=out.mid',
                     expect=[0, 4, 5])

    @needs_serve
    def test_serving(self):
        self.limited('serve', '--port=0', '--grpc_port=0', expect=[5])


if __name__ == '__main__':
    unittest.main()
