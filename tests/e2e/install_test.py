"""What `cmake --install` puts into a prefix runs from there."""

import os
import shutil
import subprocess
import unittest

from program import BIN, Case, built, notes_of, relative_links

BUILD = os.path.dirname(BIN)


class Installed(Case):
    def setUp(self):
        super().setUp()
        self.prefix = self.path('prefix')
        done = subprocess.run(['cmake', '--install', BUILD, '--prefix', self.prefix], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        self.assertEqual(done.returncode, 0, done.stdout.decode())
        # Anywhere else, and without what a developer has in the environment.
        self.prefix = shutil.move(self.prefix, self.path('moved'))
        self.environment = {'PATH': os.path.join(self.prefix, 'bin') + ':/usr/bin:/bin', 'HOME': self.folder}

    def run_there(self, *command, status=0):
        done = subprocess.run(command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=120, check=False)
        self.assertEqual(done.returncode, status, done.stderr.decode())
        return done.stdout.decode() + done.stderr.decode()

    def test_it_runs_from_there(self):
        self.assertIn(self.prefix + '/share/magenta/bundles/lookback_rnn.mag',
                      self.run_there('magenta', 'generate', '--output_dir=out', '--num_outputs=1', '--num_steps=32',
                                     '--log_level=debug'))
        midi = os.path.join('out', self.files('out')[0])
        self.assertTrue(notes_of(self.path(midi)))
        self.run_there('lookback_rnn_generate', '--bundle_file=' + self.prefix + '/share/magenta/bundles/lookback_rnn.mag',
                       '--output_dir=old', '--num_outputs=2', '--num_steps=32')
        self.assertEqual(len(self.files('old')), 2)
        if built('magenta-live'):
            self.run_there('magenta', 'render', midi, '--output=tune.png')
            self.assertIn('tune.png', self.files())
        for program, verb in (('magenta-train', 'train'), ('magenta-live', 'live'), ('magenta-serve', 'serve')):
            if built(program):
                self.assertIn(f'usage: magenta {verb} ', self.run_there('magenta', verb, '--help'))
                self.run_there(program, '--version')
            else:
                self.assertFalse(os.path.exists(os.path.join(self.prefix, 'bin', program)))

    def test_what_is_missing_names_its_package(self):
        for missing, command, package in (
                ('bin/magenta-train', ['train', '--run_dir=run', '--sequence_example_file=x'], 'magenta-train'),
                ('bin/magenta-live', ['ports'], 'magenta'),
                ('share/magenta/studio', ['studio', '--no_browser', '--port=0'], 'magenta')):
            with self.subTest(missing):
                if missing.startswith('bin/') and built(missing[4:]):
                    os.remove(os.path.join(self.prefix, missing))
                shutil.rmtree(os.path.join(self.prefix, missing), ignore_errors=True)
                if command[0] != 'studio' or built('magenta-serve'):
                    self.assertIn(f'The package {package} brings it: `apt-get install ./{package}_*.deb`',
                                  self.run_there('magenta', *command, status=5))

    def test_every_link_of_the_documents_leads_somewhere(self):
        links = 0
        for folder, _, names in os.walk(os.path.join(self.prefix, 'share', 'doc', 'magenta')):
            for name in names:
                if name.endswith('.md'):
                    for link in relative_links(os.path.join(folder, name)):
                        links += 1
                        self.assertTrue(os.path.exists(os.path.join(folder, link)), f'{name}: {link}')
        self.assertGreater(links, 30)

    def test_where_things_lie(self):
        files = self.files('moved')
        self.assertLessEqual(set(os.listdir(self.prefix)), {'bin', 'include', 'lib', 'share'})
        for name in ('bin/magenta', 'share/magenta/bundles/basic_rnn.mag', 'share/magenta/drums/rock.drums',
                     'share/magenta/drums/README.md', 'share/magenta/proto/magenta/music.proto',
                     'share/doc/magenta/LICENSE', 'share/doc/magenta/NOTICE', 'share/doc/magenta/README.md', 'share/doc/magenta/SECURITY.md',
                     'share/doc/magenta/docs/cli.md', 'share/bash-completion/completions/magenta',
                     'share/zsh/site-functions/_magenta', 'share/man/man1/magenta.1', 'share/man/man1/magenta-train.1',
                     'share/man/man1/lookback_rnn_generate.1'):
            self.assertIn(name, files)
        self.assertEqual(os.readlink(os.path.join(self.prefix, 'bin', 'lookback_rnn_generate')), 'magenta')
        if built('magenta-serve'):
            self.assertIn('share/applications/magenta-studio.desktop', files)
            self.assertIn('share/icons/hicolor/scalable/apps/magenta-studio.svg', files)
        for name in files:
            self.assertFalse(name.startswith('bin/tests') or name.endswith('.a'), name)
        completion = os.path.join(self.prefix, 'share', 'bash-completion', 'completions', 'magenta')
        self.assertIn('magenta', self.run_there('bash', '-c', f'source {completion} && complete -p magenta'))
        with open(os.path.join(self.prefix, 'share', 'zsh', 'site-functions', '_magenta'), encoding='utf-8') as file:
            self.assertTrue(file.readline().startswith('#compdef '))


if __name__ == '__main__':
    unittest.main()
