#!/usr/bin/env python3
"""Training by several processes of one machine: the same bytes as by one, a rank that is killed, a job
that goes on with other numbers of ranks, signals, and ranks that are not at one."""

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
import unittest

import program

HPARAMS = 'batch_size=40,rnn_layer_sizes=[16,16],learning_rate=0.01'


_ports = itertools.count(os.getpid() * 40)


def free_port():
    """A port that the system gives to nobody by itself (Linux: from 32768 on), from this process's own row."""
    while True:
        port = 20000 + next(_ports) % 10000
        with socket.socket() as s:
            try:
                s.bind(('127.0.0.1', port))
                return port
            except OSError:
                pass


def torchrun(rank, size, port):
    return {'RANK': rank, 'WORLD_SIZE': size, 'LOCAL_RANK': rank, 'LOCAL_WORLD_SIZE': size,
            'MASTER_ADDR': '127.0.0.1', 'MASTER_PORT': port}


def open_mpi(rank, size, port):
    return {'OMPI_COMM_WORLD_RANK': rank, 'OMPI_COMM_WORLD_SIZE': size, 'OMPI_COMM_WORLD_LOCAL_SIZE': size,
            'MASTER_PORT': port}


def slurm(rank, size, port):
    return {'SLURM_PROCID': rank, 'SLURM_NTASKS': size, 'SLURM_LAUNCH_NODE_IPADDR': '127.0.0.1',
            'SLURM_JOB_ID': port - 20000 if 20000 <= port < 30000 else port, 'MASTER_PORT': port}


@program.needs_train
class RanksTest(program.Case):
    def setUp(self):
        super().setUp()
        for i in range(50):
            self.write(f'midi/tune{i}.mid', program.tune(8 + i % 5, i))
        self.ok('convert', '--input_dir=' + self.path('midi'), '--output_file=' + self.path('notes'))
        self.ok('dataset', '--config=basic_rnn', '--input=' + self.path('notes'), '--eval_ratio=0.2',
                '--output_dir=' + self.path('data'))
        self.jobs = []

    def tearDown(self):
        for process in self.jobs:
            if process.poll() is None:
                process.kill()
            process.communicate()
        super().tearDown()

    def command(self, run, *flags):
        return [os.path.join(program.BIN, 'magenta'), 'train', '--config=basic_rnn',
                '--run_dir=' + self.path(run), '--hparams=' + HPARAMS, '--num_threads=1',
                '--sequence_example_file=' + self.path('data', 'training_melodies.tfrecord'),
                '--eval_file=' + self.path('data', 'eval_melodies.tfrecord'), '--eval_every_steps=7',
                '--save_every_steps=5', '--num_training_steps=20', *flags]

    def start(self, run, size, *flags, launcher=torchrun, of_rank=None, kernels=None):
        """Starts a job of `size` processes; of_rank: {rank: flags} of single ones, kernels: {rank: MAGENTA_KERNEL}."""
        port = free_port()
        job = []
        for rank in range(size):
            environment = {**os.environ, **{k: str(v) for k, v in launcher(rank, size, port).items()}}
            environment.update({'MAGENTA_KERNEL': kernels[rank]} if kernels else {})
            command = self.command(run, *flags, *(of_rank or {}).get(rank, []))
            job.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE))
        self.jobs += job
        return job

    def end(self, job, timeout=60):
        """(status, stdout, stderr) of each process."""
        ended = []
        for process in job:
            out, err = process.communicate(timeout=timeout)
            ended.append((process.returncode, out.decode(), err.decode()))
        return ended

    def alone(self, run, *flags):
        done = subprocess.run(self.command(run, *flags), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stderr)

    def weights(self, run, step=20):
        with open(self.path(run, 'train', f'model.ckpt-{step}.data-00000-of-00001'), 'rb') as file:
            return file.read()

    def wait_for_step(self, run, step):
        index = self.path(run, 'train', f'model.ckpt-{step}.index')
        deadline = time.time() + 60
        while not os.path.exists(index):
            self.assertLess(time.time(), deadline, 'no checkpoint of step %d' % step)
            time.sleep(0.01)

    def test_any_number_of_ranks_gives_the_bytes_of_one(self):
        self.alone('one')
        expected = self.weights('one')
        for size, launcher in ((2, torchrun), (3, slurm), (2, open_mpi)):
            run = f'{launcher.__name__}{size}'
            ended = self.end(self.start(run, size, launcher=launcher))
            self.assertEqual([status for status, _, _ in ended], [0] * size, ended)
            self.assertEqual(self.weights(run), expected, run)
            # Rank 0 alone talks and writes.
            self.assertIn('step 20', ended[0][1])
            self.assertIn(f'{size} processes train together', ended[0][2])
            self.assertEqual([out + err for _, out, err in ended[1:]], [''] * (size - 1))
            names = [name for name in self.files(run + '/train') if 'tfevents' in name]
            self.assertEqual(len(names), 1, names)

    def test_schedule_and_averages_are_those_of_one(self):
        flags = ('--learning_rate_schedule=cosine', '--warmup_steps=3', '--average_weights=0.9')
        self.alone('one', *flags)
        ended = self.end(self.start('two', 2, *flags))
        self.assertEqual([status for status, _, _ in ended], [0, 0], ended)
        self.assertEqual(self.weights('two'), self.weights('one'))
        ended = self.end(self.start('apart', 2, of_rank={1: flags}))
        self.assertEqual([status for status, _, _ in ended], [2, 2], ended)
        self.assertIn('--average_weights', ended[0][2])

    def test_a_killed_rank_ends_the_job_which_others_go_on_with(self):
        for lost, sizes in ((1, (1, 3)), (0, (3,)), (2, (2,))):
            for size in sizes:
                run = f'lost{lost}to{size}'
                job = self.start(run, 3, '--num_training_steps=100000')
                self.wait_for_step(run, 5)
                killed = time.time()
                job[lost].kill()
                ended = self.end(job)
                self.assertLess(time.time() - killed, 30)
                for rank, (status, _, err) in enumerate(ended):
                    if rank == lost:
                        continue
                    self.assertEqual(status, 5, ended)
                    self.assertIn(f'rank {lost} (', err)
                    self.assertIn('lost', err)
                    self.assertIn('goes on from the last checkpoint', err)
                with open(self.path(run, 'train', 'checkpoint')) as file:
                    saved = int(file.readline().strip().rstrip('"').rsplit('-', 1)[1])
                last = saved + 4
                if size == 1:
                    self.alone(run, f'--num_training_steps={last}')
                else:
                    ended = self.end(self.start(run, size, f'--num_training_steps={last}'))
                    self.assertEqual([status for status, _, _ in ended], [0] * size, ended)
                    self.assertIn(f'(step {saved})', ended[0][2])
                self.alone('whole' + run, f'--num_training_steps={last}')
                self.assertEqual(self.weights(run, last), self.weights('whole' + run, last))

    def test_a_rank_that_hangs_is_missed(self):
        job = self.start('run', 2, '--num_training_steps=100000')
        self.wait_for_step('run', 5)
        stopped = time.time()
        job[1].send_signal(signal.SIGSTOP)
        (status, _, err), = self.end(job[:1])
        self.assertLess(time.time() - stopped, 30)
        self.assertEqual(status, 5)
        self.assertIn('rank 1 (', err)

    def test_signals_save_a_checkpoint(self):
        for whom, kind in (([0], signal.SIGTERM), ([1], signal.SIGINT), ([0, 1], signal.SIGINT)):
            run = f'run{len(whom)}{whom[0]}'
            job = self.start(run, 2, '--num_training_steps=100000', '--save_every_steps=100000')
            self.wait_for_step(run, 0)
            time.sleep(0.3)
            for rank in whom:
                job[rank].send_signal(kind)
            ended = self.end(job)
            self.assertEqual([status for status, _, _ in ended], [130, 130], ended)
            self.assertIn('the same command goes on', ended[0][2])
            self.assertGreater(len([f for f in self.files(run + '/train') if f.endswith('.index')]), 1)

    def test_ranks_that_are_not_at_one(self):
        other = self.path('data', 'eval_melodies.tfrecord')
        rows = (
            (['--hparams=batch_size=40,rnn_layer_sizes=[8]'], '--hparams is'),
            (['--seed=7'], '--seed is 0 on rank 0 and 7 on rank 1'),
            (['--sequence_example_file=' + other], 'the number of training examples is'),
            (['--num_training_steps=21'], 'the last step is 20 on rank 0 and 21 on rank 1'),
        )
        for flags, text in rows:
            ended = self.end(self.start('run', 2, of_rank={1: flags}))
            for status, _, err in ended:
                self.assertEqual(status, 2, ended)
                self.assertIn(text, err)
        # What a processor without AVX2 has, and what does not exist.
        with open('/proc/cpuinfo') as file:
            vectors = [('avx2', 'the width of vectors (MAGENTA_KERNEL) is')] if ' avx2' in file.read() else []
        for kernel, text in vectors + [('nonsense', "no kernel 'nonsense' on this machine")]:
            ended = self.end(self.start('run', 2, kernels=['scalar', kernel]))
            self.assertEqual([status for status, _, _ in ended], [2, 2], ended)
            self.assertIn(text, ended[1][2])
        ended = self.end(self.start('run', 2, of_rank={1: ['--sequence_example_file=' + self.path('none')]}))
        self.assertEqual([status for status, _, _ in ended], [3, 3], ended)
        self.assertIn('rank 1 could not begin', ended[0][2])
        self.assertEqual(self.files('run'), [])


if __name__ == '__main__':
    unittest.main(argv=[sys.argv[0], '-v'])
