"""The programs of examples/ do what the documents that walk through them say."""

import json
import os
import signal
import subprocess
import unittest

from program import BIN, PYTHON, ROOT, Case, Result, has_modules, midi, needs_examples, notes_of, tune
from server_test import Server

EXAMPLES = os.path.join(os.path.dirname(BIN), 'examples')
TABLE = os.path.join(ROOT, 'examples', 'weather_primer', 'fortnight.csv')


def example(name, *args, stdin=b''):
    return Result(subprocess.run([os.path.join(EXAMPLES, name), *args], input=stdin,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120))


@needs_examples
class Examples(Case):
    def test_the_weather_becomes_a_primer(self):
        with open(TABLE, 'rb') as file:
            table = file.read()
        has_grpcio = has_modules('grpc_tools')
        script = os.path.join(ROOT, 'examples', 'weather_primer', 'weather_primer.py')
        def in_python(*args, stdin):
            return Result(subprocess.run([PYTHON, script, *args], input=stdin, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, timeout=120))
        for ask in (lambda *args, stdin: example('weather_primer', *args, stdin=stdin),
                    *([in_python] if has_grpcio else [])):
            for bad, message in ((b'', 'the table has no day'), (table[:27], 'the table has no day'),
                                 (table + b'rain\n', 'line 16 of the table is no date'),
                                 (table + b'2026-03-15,nan,1\n', 'line 16 of the table')):
                done = ask('127.0.0.1:1', stdin=bad)
                self.assertEqual((done.status, done.out), (3, ''), done)
                self.assertIn(message, done.err)
                self.assertEqual(done.err.count('\n'), 1)
            self.assertEqual(ask('127.0.0.1:1', stdin=table).status, 5)
        server = Server()
        try:
            done = example('weather_primer', f'localhost:{server.grpc}', '3', stdin=table)
            self.assertEqual(done.status, 0, done)
            self.assertIn('14 days became', done.err)
            notes = notes_of(self.write('weather.mid', done.bytes))
            self.assertEqual([note[0] for note in notes[:4]], [64, 67, 69, 72])
            self.assertLessEqual(notes[-1][2], 14 * 0.25 + 5 * 0.25 + 16.01)
            if has_grpcio:
                again = in_python(f'127.0.0.1:{server.grpc}', '3', stdin=table)
                self.assertEqual(again.status, 0, again)
                self.assertEqual([int(line.split()[0]) for line in again.out.splitlines()],
                                 [note[0] for note in notes])
            with self.subTest('in Python'):
                if not has_grpcio:
                    self.skipTest('left out: no grpcio (make build/venv/ok)')
        finally:
            self.assertEqual(server.stop(), 0)

    def test_sources_are_short(self):
        for name, most in (('weather_primer/weather_primer.cc', 100),
                           ('weather_primer/weather_primer.py', 100),
                           ('markov_model/markov_model.cc', 125)):
            with open(os.path.join(ROOT, 'examples', name), encoding='utf-8') as file:
                self.assertLess(len(file.readlines()), most, name)

    def test_a_model_of_ones_own_does_everything(self):
        for i in range(12):
            self.write(f'in/{i}.mid', tune(8, i))
        def markov(*args, stdin=b''):
            done = example('markov', *args, stdin=stdin)
            self.assertEqual(done.status, 0, done)
            return done
        markov('dataset', '--config=markov', '--input=' + self.path('in'), '--output_dir=' + self.path('data'),
               '--eval_ratio=0')
        markov('train', '--config=markov', '--run_dir=' + self.path('run'),
               '--sequence_example_file=' + self.path('data', 'training_melodies.tfrecord'))
        bundle = self.path('markov.mag')
        bundled = markov('bundle', '--config=markov', '--run_dir=' + self.path('run'), '--bundle_file=' + bundle)
        self.assertNotIn('layers', bundled.err)
        made = markov('generate', '--bundle_file=' + bundle, '--output_dir=' + self.path('out'), '--seed=2',
                      '--num_outputs=2', '--num_steps=64', '--temperature=0.5', '--json').json
        notes = notes_of(made['outputs'][0]['file'])
        self.assertGreater(len(notes), 8)
        # It learned a scale, and plays nothing else.
        self.assertLessEqual({note[0] % 12 for note in notes}, {0, 2, 4, 5, 7, 9, 11})
        score = markov('score', '--bundle_file=' + bundle, '--json', self.path('in', '0.mid')).json
        self.assertLess(score['files'][0]['log_likelihood'], 0)
        self.assertIn('markov', markov('models').out)
        # It plays live, and answers as it generates: nothing but the scale.
        phrase = self.write('phrase.mid', midi([[60], [62], [64], [65], [67], [69], [71], [72]], ticks=240))
        duet = markov('live', '--backend=file', '--input_port=' + phrase, '--output_port=' + self.path('duet.mid'),
                      '--bundle_file=' + bundle, '--mode=bars:1,1', '--seed=1', '--temperature=0.5',
                      '--metronome=off', '--nothru', '--json').out.splitlines()
        end = json.loads(duet[-1])
        self.assertEqual(json.loads(duet[0])['models'], ['markov'])
        self.assertEqual((end['answers'], end['player_notes'], end['late_notes']), (1, 8, 0), end)
        self.assertEqual(end['note_ons'], end['note_offs'])
        played = notes_of(self.path('duet.mid'))
        self.assertGreater(len(played), 4)
        self.assertLessEqual({note[0] % 12 for note in played}, {0, 2, 4, 5, 7, 9, 11})
        self.assertTrue(all(2 - 1e-4 <= note[1] and note[2] <= 4 + 1e-4 for note in played), played)
        serving = subprocess.Popen(
            [os.path.join(EXAMPLES, 'markov'), 'serve', '--port=0', '--grpc_port=0', '--bundle_file=' + bundle],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            where = json.loads(serving.stdout.readline())
            self.assertEqual(where['generators'], ['markov'])
            request = b'generator_options { generate_sections { end_time: 8 } args { key: "seed" value { int_value: 1 } } }'
            there = self.ok('request', f'--server=localhost:{where["grpc_port"]}', stdin=request)
            here = markov('request', '--bundle_file=' + bundle, stdin=request)
            self.assertEqual(there.out, here.out)
            # And `magenta live`, which does not know the model, plays with it through that server.
            self.ok('live', '--backend=file', '--input_port=' + phrase, '--output_port=' + self.path('asked.mid'),
                    f'--server=localhost:{where["grpc_port"]}', '--mode=bars:1,1', '--seed=1',
                    '--temperature=0.5', '--metronome=off', '--nothru')
            self.assertEqual(notes_of(self.path('asked.mid')), played)
        finally:
            serving.send_signal(signal.SIGTERM)
            serving.communicate(timeout=60)
        self.assertEqual(serving.returncode, 0)


if __name__ == '__main__':
    unittest.main()
