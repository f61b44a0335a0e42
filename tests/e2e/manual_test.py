"""The manual pages say what --help says, and man can read them."""

import os
import re
import subprocess
import unittest

from program import Case, run
from verbs_test import VERBS

EPOCH = {'SOURCE_DATE_EPOCH': '86400'}


def plain(page):
    """The words of a page's roff, without its escapes."""
    for escape, sign in ((r'\-', '-'), (r'\(ti', '~'), (r'\(ha', '^'), (r'\(ga', '`'), (r'\(aq', "'"),
                         (r'\(dq', '"'), (r'\&', ''), (r'\e', '\\')):
        page = page.replace(escape, sign)
    return re.sub(r'\\f[BIR]', '', page)


class Pages(Case):
    def setUp(self):
        super().setUp()
        os.environ.update(EPOCH)
        self.ok('help', '--man_dir', self.path('man1'))
        self.names = self.files('man1')

    def page(self, name):
        with open(self.path('man1', name + '.1'), encoding='utf-8') as file:
            return file.read()

    def test_there_is_one_for_each_verb_and_name(self):
        old = run('--help').out.split('with their flags:\n')[1].split('\n\n')[0].split()
        self.assertGreaterEqual(len(old), 20)
        self.assertEqual(sorted(self.names),
                         sorted([f'magenta-{verb}.1' for verb in VERBS] + [name + '.1' for name in old + ['magenta']]))
        self.assertEqual(self.page('lookback_rnn_generate'), '.so man1/magenta-generate.1\n')
        self.assertIn('lookback_rnn_generate', self.page('magenta-generate'))

    def test_they_say_what_help_says(self):
        self.assertIn('"1970-01-02"', self.page('magenta'))
        for verb in VERBS:
            with self.subTest(verb):
                said = ' '.join(run(verb, '--help').out.replace('`', '').split())
                page = plain(self.page('magenta-' + verb))
                self.assertIn(f'magenta-{verb}(1)', re.sub(r'\.BR (\S+) \(1\)', r'\1(1)', plain(self.page('magenta'))))
                for tag, text in re.findall(r'^\.TP\n(.*)\n(.*)$', page, re.M):
                    self.assertIn(' '.join(f'{tag} {text}'.split()), said)
                flags = re.findall(r'^  (--[][\w]+)', run(verb, '--help').out, re.M)
                self.assertEqual(re.findall(r'^\.TP\n(--[][\w]+)', page, re.M), flags)

    def test_no_reader_of_them_warns(self):
        pages = [self.path('man1', name) for name in self.names if name.startswith('magenta')
                 and name != 'magenta_midi.1']
        done = subprocess.run(['mandoc', '-T', 'lint', '-W', 'warning', *pages], stdout=subprocess.PIPE, check=False)
        self.assertEqual((done.returncode, done.stdout.decode()), (0, ''))

    def test_a_folder_that_cannot_be_written(self):
        file = self.write('file', b'')
        result = run('help', '--man_dir', file + '/man1')
        self.assertEqual(result.status, 5)
        self.assertIn(file, result.err)


if __name__ == '__main__':
    unittest.main()
