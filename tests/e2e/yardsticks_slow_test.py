"""The program of the public yardsticks: what it measures is a probability of what its set says, and nothing else."""

import json
import os
import random
import sys
import unittest

from program import BIN, ROOT, Case, midi, needs, run

PROGRAM = os.path.join('..', 'bench', 'yardsticks', 'yardsticks')


def chorale(seed, sixteenths=32):
    """Four voices on sixteenths that change now and then."""
    draw = random.Random(seed)
    rows, row = [], [70, 64, 58, 46]
    for _ in range(sixteenths):
        row = [pitch if draw.random() < 0.7 else low + draw.randrange(8) for pitch, low in zip(row, (66, 60, 54, 42))]
        rows.append(row)
    return rows


@needs('yardsticks')
class Yardsticks(Case):
    def program(self, *arguments):
        result = run(*arguments, program=PROGRAM)
        self.assertEqual(result.status, 0, result)
        return result

    def trained(self, config, source, *flags):
        """A network after three steps, on what `source` holds."""
        examples = self.path(f'{config}.tfrecord')
        self.program('dataset', f'--config={config}', f'--output={examples}', *flags, source)
        folder = self.path(f'{config}_net')
        self.program('train', f'--config={config}', f'--run_dir={folder}', f'--sequence_example_file={examples}',
                     '--num_training_steps=3', '--hparams=rnn_layer_sizes=[8,12,10],batch_size=2', '--quiet')
        return folder

    def nats(self, config, folders, source, *flags):
        said = self.program('score', f'--config={config}', f'--run_dirs={",".join(folders)}', '--json', *flags, source)
        return json.loads(said.out)

    def pieces(self, name, *pieces):
        return self.write(name, json.dumps({'pieces': pieces}).encode())

    def melodies(self, name, *tunes):
        for i, pitches in enumerate(tunes):
            self.write(f'{name}/jugos{i:03}.mid', midi([[pitch] for pitch in pitches]))
        return self.path(name)

    def test_the_probabilities_of_all_that_may_come_are_one_together(self):
        tunes = [[60, 62, 64, 62, 60], [67, 65, 64], [55, 82, 55]]
        folder = self.trained('jugos', self.melodies('tunes', *tunes))
        said = self.program('score', '--config=jugos', f'--run_dirs={folder}', '--pieces',
                            self.melodies('ones', *([pitch] for pitch in range(55, 83)))).out
        bits = [float(line.split()[1]) for line in said.splitlines()[:28]]
        first = sum(2 ** -bit for bit in bits)
        self.assertAlmostEqual(first, 1, 3)
        with self.subTest('of sets of keys'):
            quarters = self.trained('quarters', self.pieces('q.json', [[60, 64, 67], [62], [], [50, 57, 65, 70]]))
            ends = [self.nats('quarters', [quarters], self.pieces('e.json', [[60 + k for k in range(n)]]))['nats']
                    for n in (0, 1, 4, 6)]
            self.assertTrue(all(nats > 0 for nats in ends), ends)
            self.assertGreater(ends[-1], ends[-2] + 9)  # more keys than the network has voices: so seldom as that

    def test_what_comes_later_changes_nothing_before(self):
        rows = chorale(1)
        folder = self.trained('sixteenths', self.pieces('train.json', chorale(2), chorale(3)))
        whole = self.nats('sixteenths', [folder], self.pieces('whole.json', rows))['nats']
        before = 0
        for length in (9, 25, 32):
            found = self.nats('sixteenths', [folder], self.pieces('part.json', rows[:length]))['nats']
            # A beginning is likelier than what it begins.
            self.assertGreater(found, before)
            before = found
        self.assertAlmostEqual(before, whole, 4)
        other = rows[:16] + chorale(7)[:16]
        self.assertNotAlmostEqual(self.nats('sixteenths', [folder], self.pieces('other.json', other))['nats'], whole, 2)

    def test_a_figure_is_nats_over_units_and_pieces_add_up(self):
        a, b = chorale(1), chorale(2, 20)
        folder = self.trained('sixteenths', self.pieces('train.json', a, b))
        both = self.nats('sixteenths', [folder], self.pieces('both.json', a, b))
        apart = [self.nats('sixteenths', [folder], self.pieces('one.json', piece)) for piece in (a, b)]
        self.assertAlmostEqual(both['nats'], sum(one['nats'] for one in apart), 4)
        self.assertEqual(both['units'], 4 * (32 + 20))
        self.assertAlmostEqual(both['figure'], both['nats'] / both['units'], 9)
        # Networks that speak together are the mean of their probabilities: one beside itself is as good as alone.
        twice = self.nats('sixteenths', [folder, folder], self.pieces('both.json', a, b))
        self.assertAlmostEqual(twice['nats'], both['nats'], 3)

    def test_stored_tunes_are_recalled_at_any_pitch(self):
        rows, others = chorale(1, 96), [chorale(seed, 96) for seed in (2, 3)]
        folder = self.trained('sixteenths', self.pieces('train.json', *others))
        piece = self.pieces('rows.json', rows)

        def said(*stored, source=piece):
            return self.nats('sixteenths', [folder], source, f'--tunes={self.pieces("tunes.json", *stored)}')

        alone = self.nats('sixteenths', [folder], piece)
        known = said(*others, rows)
        self.assertLess(known['nats'], 0.7 * alone['nats'])
        self.assertLess(said([[pitch + 3 for pitch in row] for row in rows])['nats'], 0.7 * alone['nats'])
        # Silence is at no pitch.
        silent = [[-1] * 4] * 8 + [[70, -1, 58, 46]] * 8 + rows
        again = self.pieces('silent.json', silent)
        self.assertLess(said(silent, source=again)['nats'], 0.7 * self.nats('sixteenths', [folder], again)['nats'])
        # A pitch and a time for each note, and six weights for each kind of decision.
        notes = sum(pitch != before for row, last in zip(rows, [[-1] * 4, *rows]) for pitch, before in zip(row, last))
        self.assertEqual(said(rows)['parameters'], alone['parameters'] + 2 * notes + 30)
        # What comes later changes nothing before: a beginning is likelier than what it begins.
        begun = said(rows, source=self.pieces('part.json', rows[:48]))['nats']
        self.assertLess(begun, said(rows)['nats'])
        # Beside notes that it has nothing in common with it is the network alone.
        self.assertEqual(said([[60, 55, 50, 40]])['nats'], alone['nats'])

    def test_weights_of_stored_tunes_are_fitted(self):
        rows = chorale(1, 64)
        folder = self.trained('sixteenths', self.pieces('train.json', chorale(2)))
        piece = self.pieces('rows.json', rows)
        lines = self.program('score', '--config=sixteenths', f'--run_dirs={folder}', f'--tunes={piece}', '--fit', piece).out
        weights = [[float(weight) for weight in line.strip('{}').split(',')] for line in lines.splitlines()[:5]]
        self.assertEqual([len(line) for line in weights], [6] * 5)
        # A piece that knows itself trusts what goes as it does.
        self.assertTrue(all(line[1] + line[2] > 0 for line in weights), weights)

    def test_stored_tunes_where_there_are_none(self):
        piece = self.pieces('q.json', [[60, 64, 67]])
        for flags, status, text in ((['--config=quarters', f'--tunes={piece}'], 2, "'quarters' has no stored tunes"),
                                    (['--config=sixteenths', '--fit'], 2, 'no memory to fit'),
                                    (['--config=sixteenths', '--tunes=none.json'], 3, 'none.json')):
            config = flags[0].partition('=')[2]
            source = piece if config == 'quarters' else self.pieces('s.json', chorale(1))
            folder = self.trained(config, source)
            result = run('score', *flags, f'--run_dirs={folder}', source, program=PROGRAM)
            self.assertEqual(result.status, status, result)
            self.assertIn(text, result.err)

    def test_silence_and_long_notes(self):
        rows = [[-1] * 4] * 40 + [[70, 64, 58, 46]] * 70 + [[70, -1, 58, 46]]
        folder = self.trained('sixteenths', self.pieces('train.json', rows))
        found = self.nats('sixteenths', [folder], self.pieces('rows.json', rows))
        self.assertTrue(0 < found['nats'] < 1e4, found)

    def test_bad_input_names_its_place(self):
        folder = self.trained('sixteenths', self.pieces('train.json', chorale(1)))
        for content, text in ((b'', 'is no JSON object'), (b'{"a": 1', 'is no JSON object'), (b'[]', 'no pieces'),
                              (b'{"a": [], "b": []}', 'has no list'), (b'[[[60, 60, 60]]]', 'piece 0, place 0'),
                              (b'[[[60, 60, 60, "x"]]]', 'no whole number'), (b'[[]]', 'nothing'),
                              (b'[[[60, 60, 60, 20]]]', '20 is outside the set\'s alphabet')):
            path = self.write('bad.json', content)
            result = run('score', '--config=sixteenths', f'--run_dirs={folder}', path, program=PROGRAM)
            self.assertEqual(result.status, 3, (content, result))
            self.assertIn(text, result.err)
            self.assertIn('bad.json', result.err)
        result = run('score', '--config=nova', f'--run_dirs={folder}', self.folder, program=PROGRAM)
        self.assertEqual(result.status, 3)
        self.assertIn('has no files nova*.mid', result.err)

    def test_the_script_names_its_sets(self):
        sys.path.insert(0, os.path.join(ROOT, 'tools'))
        self.addCleanup(sys.path.remove, os.path.join(ROOT, 'tools'))
        import yardsticks
        result = run('score', '--config=x', '--run_dirs=x', 'x', program=PROGRAM)
        self.assertEqual(result.status, 2)
        for name in ('sixteenths', 'quarters', 'tunes', *yardsticks.MELODIES):
            self.assertIn(name, result.err)


if __name__ == '__main__':
    unittest.main()
