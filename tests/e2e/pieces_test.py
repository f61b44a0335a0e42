"""What a piece says of itself is in what render and generate write of it: pickups, titles, names of parts."""

import os
import unittest

from program import Case, needs_live

HEAD = 'X:1\nT:a\nM:4/4\nL:1/4\nK:C\n'
JIG = 'X:1\nT:a\nM:6/8\nL:1/8\nK:C\n'
SHORT = 'G|CDEF|GABc|c3|]\n'
# Name, tune, the bars of its (first) voice as they are written.
PICKUPS = [
    ('4-4', HEAD + SHORT, ['G2 | C2 D2 E2 F2 | G2 A2 B2 c2 | c6 |]']),
    ('6-8', JIG + 'G|CDE FGA|BAG c2|]\n', ['G | CDE FGA | BAG c2 |]']),
    ('repeat', HEAD + '|:G|CDEF|G3:|\n', ['G2 | C2 D2 E2 F2 | G6 G2 | C2 D2 E2 F2 |', 'G6 |]']),
    ('voices', HEAD + '[V:1]' + SHORT + '[V:2]C|C4|C4|C3|]\n',
     ['[V:1] G2 | C2 D2 E2 F2 | G2 A2 B2 c2 | c6 |]', '[V:2] C2 | C8 | C8 | C6 |]']),
]


def music(text):
    """The lines of music of an ABC tune."""
    return text.split('\nK:', 1)[1].splitlines()[1:]


@needs_live
class Pickups(Case):
    def rendered(self, path, form):
        out = self.path('out')
        self.ok('render', path, '--format=' + form, '--output_dir=' + out)
        base = os.path.splitext(os.path.basename(path))[0]
        with open(os.path.join(out, f'{base}.{form}'), encoding='utf-8') as file:
            return file.read()

    def test_scores(self):
        for name, tune, bars in PICKUPS:
            with self.subTest(name):
                path = self.write(name + '.abc', tune.encode())
                self.assertEqual(music(self.rendered(path, 'abc')), bars)
                self.assertIn('<measure number="0" implicit="yes">', self.rendered(path, 'musicxml'))

    def test_midi(self):
        path, out = self.write('a.abc', (HEAD + SHORT).encode()), self.path('a.mid')
        self.ok('render', path, '--output=' + out)
        self.assertIn('meter 1/4 at 0.0000 s\n  meter 4/4 at 0.5000 s', self.ok('inspect', out).out)

    def test_a_book(self):
        book = self.write('book.abc', (HEAD + SHORT + '\n' + HEAD.replace('X:1', 'X:2') + SHORT).encode())
        out = self.path('books')
        self.ok('render', book, '--format=abc', '--output_dir=' + out)
        for name in os.listdir(out):
            with open(os.path.join(out, name), encoding='utf-8') as file:
                self.assertEqual(music(file.read()), PICKUPS[0][2])
        self.assertEqual(len(os.listdir(out)), 2)


if __name__ == '__main__':
    unittest.main()
