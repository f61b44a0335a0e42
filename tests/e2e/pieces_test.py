"""What a piece says of itself is in what render and generate write of it: pickups, titles, names of parts."""

import json
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
    ('repeat', HEAD + '|:G|CDEF|G3:|\n', ['G2 | C2 D2 E2 F2 | G6 | G2 |', 'C2 D2 E2 F2 | G6 |]']),
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

    def test_a_tune_without_a_title_has_none(self):
        midi = b'MThd\0\0\0\6\0\0\0\1\0\1MTrk\0\0\0\x0c\0\x90<d\1\x80<\0\0\xff/\0'
        path, out = self.write('a.mid', midi), self.path('out')
        self.ok('generate', '--primer_midi=' + path, '--format=abc', '--num_steps=32', '--output_dir=' + out)
        with open(os.path.join(out, os.listdir(out)[0]), encoding='utf-8') as file:
            self.assertTrue(file.read().startswith('X:1\nM:4/4\n'))


SCORE = ('<score-partwise>{}<part-list><score-part id="P1"><part-name>Violin</part-name></score-part>'
         '<score-part id="P2"><part-name>Cello</part-name></score-part></part-list>{}</score-partwise>')
PART = ('<part id="{}"><measure><attributes><divisions>1</divisions></attributes><note><pitch><step>C</step>'
        '<octave>4</octave></pitch><duration>4</duration></note></measure></part>')
WORK, MOVEMENT = '<work><work-title>Ode</work-title></work>', '<movement-title> Joy &amp; so on </movement-title>'


class Names(Case):
    def score(self, head):
        return self.write('file.musicxml', SCORE.format(head, PART.format('P1') + PART.format('P2')).encode())

    def texts(self, folder):
        texts = {}
        for name in os.listdir(folder):
            with open(os.path.join(folder, name), 'rb') as file:
                texts[name.rsplit('.', 1)[1]] = file.read()
        return texts

    @needs_live
    def test_titles(self):
        for head, title in ((WORK, 'Ode'), (MOVEMENT, 'Joy & so on'), (WORK + MOVEMENT, 'Ode; Joy & so on')):
            for verb in 'render', 'generate':
                with self.subTest(head=head, verb=verb):
                    out = self.path(f'{verb}{len(head)}')
                    path = self.score(head)
                    primer = [path] if verb == 'render' else ['--primer_midi=' + path, '--num_steps=32']
                    self.ok(verb, *primer, '--format=mid,abc,musicxml', '--output_dir=' + out)
                    texts = self.texts(out)
                    escaped = title.replace('&', '&amp;')
                    self.assertIn(f'T:{title}\n'.encode(), texts['abc'])
                    self.assertIn(f'<work-title>{escaped}</work-title>'.encode(), texts['musicxml'])
                    self.assertIn(b'\xff\x03' + bytes([len(title)]) + title.encode(), texts['mid'])

    @needs_live
    def test_names_of_parts(self):
        abc = self.write('v.abc', b'X:1\nT:t\nM:4/4\nL:1/4\nV:1 name="Violin"\nV:2 name="Cello"\nK:C\n'
                                  b'[V:1]C4|]\n[V:2]E4|]\n')
        for path in self.score(''), abc:
            with self.subTest(path):
                out = self.path('named.mid')
                self.ok('render', path, '--output=' + out)
                for file in path, out:
                    rows = json.loads(self.ok('inspect', file, '--json').out)['files'][0]['instruments']
                    self.assertEqual([row['name'] for row in rows], ['Violin', 'Cello'])


if __name__ == '__main__':
    unittest.main()
