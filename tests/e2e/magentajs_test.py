"""A model as a folder for pages and back; where node and Magenta.js are (`make magentajs`), the same
probabilities there."""

import json
import math
import os
import random
import shutil
import subprocess
import unittest

from program import MODELS, ROOT, SHARED, Case, midi, needs_goldens, needs_train, run, tune

BASIC = os.path.join(MODELS, 'basic_rnn')
MODULES = os.environ.get('MAGENTA_JS_MODULES', os.path.join(ROOT, 'build', 'magentajs', 'node_modules'))
needs_magentajs = unittest.skipUnless(
    shutil.which('node') and os.path.isdir(os.path.join(MODULES, '@magenta', 'music')),
    'left out: no node, or no @magenta/music in build/magentajs (`make magentajs` fetches it)')


class Folder(Case):
    def setUp(self):
        super().setUp()
        self.page = self.path('page', 'model')

    def export(self, *flags):
        return self.ok('bundle', '--format=magentajs', '--bundle_file=' + self.page, *flags)

    def unseal(self):
        """As a folder of others: without checksums in config.json."""
        with open(self.page + '/config.json', encoding='utf-8') as file:
            config = json.load(file)
        del config['magenta']['checksums']
        self.write('page/model/config.json', json.dumps(config).encode())

    @needs_goldens
    def test_there_and_back(self):
        self.export('--from=' + BASIC + '/basic_rnn.mag', '--bundle_description=Mine')
        self.assertEqual(self.files('page/model'), ['config.json', 'group1-shard1of1', 'weights_manifest.json'])
        described = self.ok('inspect', '--json', self.page).json['files'][0]
        self.assertEqual((described['kind'], described['id'], described['min_pitch'], described['max_pitch']),
                         ('magentajs', 'basic_rnn', 48, 83))
        self.assertEqual(len(described['variables']), 6)
        again = self.path('again.mag')
        self.ok('bundle', '--from=' + self.page, '--bundle_file=' + again)
        before, after = [run('inspect', '--json', file).json['files'][0]
                         for file in (BASIC + '/basic_rnn.mag', again)]
        self.assertEqual(before['variables'], after['variables'])
        self.assertEqual(after['bundle_description'], 'Mine')
        likelihoods = [self.ok('score', '--json', '--bundle_file=' + model, self.write('t.mid', tune(4))).json
                       for model in (BASIC + '/basic_rnn.mag', self.page, again)]
        self.assertEqual(likelihoods[0], likelihoods[1])
        self.assertEqual(likelihoods[0], likelihoods[2])

    @needs_goldens
    @needs_train
    def test_eval_and_train_take_it(self):
        self.export('--run_dir=' + BASIC, '--config=basic_rnn')
        data = f'--sequence_example_file={BASIC}/examples.tfrecord'
        losses = [self.ok('eval', '--config=basic_rnn', data, '--json', '--bundle_file=' + model).json['loss']
                  for model in (self.page, BASIC + '/basic_rnn.mag')]
        self.assertEqual(losses[0], losses[1])
        trained = self.ok('train', '--config=basic_rnn', data, '--json', '--from=' + self.page,
                          '--run_dir=' + self.path('run'), '--num_training_steps=1')
        self.assertLess(trained.json['loss'], 2)

    @needs_goldens
    def test_a_folder_of_others(self):
        """Without our words in config.json, two shards, one variable in 8 bits."""
        self.export('--run_dir=' + BASIC, '--config=basic_rnn')
        with open(self.page + '/config.json', encoding='utf-8') as file:
            config = json.load(file)
        del config['magenta']
        self.write('page/model/config.json', json.dumps(config).encode())
        with open(self.page + '/weights_manifest.json', encoding='utf-8') as file:
            manifest = json.load(file)
        with open(self.page + '/group1-shard1of1', 'rb') as file:
            weights = file.read()
        self.assertEqual(manifest[0]['weights'][0]['name'], 'fully_connected/biases')
        manifest[0]['weights'][0]['quantization'] = {'dtype': 'uint8', 'scale': 0.5, 'min': -1.0}
        weights = bytes(range(38)) + weights[38 * 4:]
        manifest[0]['paths'] = ['a', 'b']
        self.write('page/model/a', weights[:1000])
        self.write('page/model/b', weights[1000:])
        self.write('page/model/weights_manifest.json', json.dumps(manifest).encode())
        found = self.ok('inspect', '--json', self.page).json['files'][0]['variables'][0]
        self.assertAlmostEqual(found['norm'], math.sqrt(sum((i * 0.5 - 1) ** 2 for i in range(38))), 4)
        described = self.ok('score', '--bundle_file=' + self.page, self.write('t.mid', tune(4)))
        self.assertIn('basic_rnn', described.err)

    @needs_goldens
    def test_what_a_page_cannot_run(self):
        for model in ('lookback_rnn', 'attention_rnn'):
            self.fails(2, 'It runs basic_rnn and mono_rnn', 'bundle', '--config=' + model,
                       f'--run_dir={MODELS}/{model}', '--format=magentajs', '--bundle_file=' + self.page)
        self.assertEqual(self.files(), [])

    @needs_goldens
    def test_broken_folders(self):
        flag = '--bundle_file=' + self.page

        def broken(text, name, change):
            self.export('--run_dir=' + BASIC, '--config=basic_rnn')
            self.unseal()
            with open(os.path.join(self.page, name), 'rb') as file:
                content = file.read()
            self.write('page/model/' + name, change(content))
            self.fails(3, text, 'generate', flag, '--output_dir=' + self.path('out'))

        broken('config.json: is no JSON', 'config.json', lambda c: c[:40])
        broken('a MusicVAE, not a MusicRNN', 'config.json', lambda c: c.replace(b'MusicRNN', b'MusicVAE'))
        broken('DrumsConverter', 'config.json', lambda c: c.replace(b'MelodyConverter', b'DrumsConverter'))
        broken('drums_rnn', 'config.json', lambda c: c.replace(b'"basic_rnn"', b'"drums_rnn"'))
        broken('is no list of weights', 'weights_manifest.json', lambda c: b'{}')
        broken('no name of a file beside it', 'weights_manifest.json',
               lambda c: c.replace(b'group1-shard1of1', b'../config.json'))
        broken('float16', 'weights_manifest.json', lambda c: c.replace(b'float32', b'float16', 1))
        broken('the weights end at byte 240000', 'group1-shard1of1', lambda c: c[:240000])
        broken('have 247452', 'group1-shard1of1', lambda c: c + b'1234')
        os.unlink(self.page + '/group1-shard1of1')
        self.fails(3, 'group1-shard1of1: is missing', 'generate', flag, '--output_dir=' + self.path('out'))
        os.unlink(self.page + '/weights_manifest.json')
        self.fails(3, self.page, 'generate', flag, '--output_dir=' + self.path('out'))


def notes_of_events(events):
    notes, sounding = [], None
    for step, event in enumerate(list(events) + [-1]):
        if event != -2 and sounding:
            notes.append([*sounding, step])
            sounding = None
        if event >= 0:
            sounding = [event, step]
    return notes


def cleaned(events):
    """Without a note off where nothing sounds."""
    sounding, result = False, []
    for event in events:
        result.append(-2 if event == -1 and not sounding else event)
        sounding = event >= 0 or (sounding and event == -2)
    return result


def midi_of(notes):
    """Notes of [pitch, start, end] in steps, one after the other, as a MIDI file."""
    chords, ticks, at = [], [], 0
    for pitch, start, end in notes:
        if start > at:
            chords.append([])
            ticks.append(120 * (start - at))
        chords.append([pitch])
        ticks.append(120 * (end - start))
        at = end
    return midi(chords, ticks)


@needs_magentajs
@needs_goldens
class Pages(Case):
    def ask(self, folder, asked):
        script = os.path.join(ROOT, 'tests', 'e2e', 'magentajs_probabilities.js')
        done = subprocess.run(['node', script, os.path.abspath(MODULES), folder], timeout=600,
                              input=json.dumps(asked).encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return json.loads(done.stdout)

    def test_basic_rnn_gives_what_magenta_recorded(self):
        page = self.path('page')
        self.ok('bundle', '--run_dir=' + BASIC, '--config=basic_rnn', '--format=magentajs', '--bundle_file=' + page)
        with open(os.path.join(SHARED, 'goldens', 'inference.jsonl'), encoding='utf-8') as file:
            rows = [row for row in map(json.loads, file) if row['config'] == 'basic_rnn']
        prefixes = list(range(20, 97, 4))
        answer = self.ask(page, {'melodies': [notes_of_events(row['events']) for row in rows],
                                 'prefixes': prefixes})
        largest = max(abs(p - q) for row, theirs in zip(rows, answer)
                      for steps, distribution in zip(prefixes, theirs)
                      for p, q in zip(row['softmax'][steps - 1], distribution))
        print(f'{len(rows) * len(prefixes)} distributions of basic_rnn, largest difference {largest:.2g}')
        self.assertLess(largest, 1e-5)

    @needs_train
    def test_mono_rnn_gives_what_score_says(self):
        for i in range(6):
            self.write(f'in/{i}.mid', tune(8, i))
        self.ok('dataset', '--input=' + self.path('in'), '--output_dir=' + self.path('data'),
                '--config=mono_rnn', '--eval_ratio=0')
        run_dir = '--run_dir=' + self.path('run')
        self.ok('train', '--config=mono_rnn', run_dir, '--num_training_steps=30',
                '--sequence_example_file=' + self.path('data', 'training_melodies.tfrecord'),
                '--hparams=batch_size=6,rnn_layer_sizes=[24,16,20],learning_rate=0.01')
        page = self.path('page')
        self.ok('bundle', '--config=mono_rnn', run_dir, '--format=magentajs', '--bundle_file=' + page)
        chance = random.Random(1)
        melodies = [[60] + [chance.choice((-2, -1, *range(40, 90, 7))) for _ in range(38)] + [62]
                    for _ in range(6)]
        melodies = [cleaned(events) for events in melodies]
        prefixes = list(range(1, 40))
        answer = self.ask(page, {'melodies': [notes_of_events(events) for events in melodies],
                                 'prefixes': prefixes})
        largest = 0
        for events, theirs in zip(melodies, answer):
            file = self.write('melody.mid', midi_of(notes_of_events(events)))
            ours = self.ok('score', '--json', '--config=mono_rnn', run_dir, file).json['files'][0]['per_event']
            self.assertEqual(len(ours), len(prefixes))
            for steps, distribution, likelihood in zip(prefixes, theirs, ours):
                largest = max(largest, abs(distribution[events[steps] + 2] - math.exp(likelihood)))
        print(f'{len(melodies) * len(prefixes)} events of mono_rnn, largest difference {largest:.2g}')
        self.assertLess(largest, 1e-5)


if __name__ == '__main__':
    unittest.main()
