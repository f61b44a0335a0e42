"""Every verb explains itself; flags are checked before work begins; the program starts at once."""

import os
import pty
import re
import select
import subprocess
import time
import unittest

from program import BIN, ROOT, Case, run, needs_live

VERBS = re.findall(r'^  (\w+)  ', run('--help').out.split('loop:')[1], re.M)


class Help(Case):
    def test_every_verb_has_help_with_defaults_and_examples(self):
        self.assertGreaterEqual(len(VERBS), 15)
        for verb in VERBS:
            with self.subTest(verb):
                text = self.ok(verb, '--help').out
                self.assertIn(f'usage: magenta {verb} ', text)
                self.assertIn(f'  {"source <(" if verb == "completion" else ""}magenta {verb}',
                              text.split('Examples\n')[1])
                for flag in ('--json', '--quiet', '--log_level=', '--num_threads=', '--seed='):
                    self.assertIn(flag, text)
                self.assertLessEqual(max(map(len, text.split('\nExamples')[0].splitlines())), 100)
                self.assertEqual(self.ok('help', verb).out, text)

    def test_the_manual_names_every_verb_and_flag(self):
        with open(os.path.join(ROOT, 'docs', 'cli.md'), encoding='utf-8') as file:
            manual = file.read()
        for verb in VERBS:
            self.assertRegex(manual, rf'(?m)^###.*\b{verb}\b')
            for flag in re.findall(r'^  --(\w+)', self.ok(verb, '--help').out, re.M):
                self.assertRegex(manual, rf'--{flag}\b', verb)

    def test_help_wins_over_mistakes(self):
        self.ok('generate', '--nonsense', '--help')

    def test_version(self):
        self.assertRegex(self.ok('--version').out, r'^magenta \d+\.\d+\.\d+\n$')

    def test_old_names_have_help(self):
        for name in ('lookback_rnn_generate', 'convert_dir_to_note_sequences', 'melody_rnn_train'):
            self.assertIn(name, self.ok('--help', program=name).out)


class Flags(Case):
    def test_mistakes_are_named_with_what_was_meant(self):
        for args, text in [
            (['genrate'], 'Did you mean generate?'),
            (['lookback_rnn_genrate'], 'Did you mean lookback_rnn_generate?'),
            (['generate', '--num_output=3'], 'Did you mean --num_outputs?'),
            (['generate', '-x'], 'unknown flag -x of generate'),
            (['generate'], 'generate needs --output_dir'),
            (['generate', '--output_dir'], '--output_dir needs a value'),
            (['generate', '--output_dir=x', '--num_outputs=0'], 'is not a whole number from 1 to 100000'),
            (['generate', '--output_dir=x', '--num_outputs=ten'], '--num_outputs=ten'),
            (['generate', '--output_dir=x', '--temperature=nan'], '--temperature=nan'),
            (['generate', '--output_dir=x', '--temperature=-1'], '--temperature=-1'),
            (['generate', '--output_dir=x', '--format=mid,mp3'], 'is not one of mid, wav'),
            (['generate', '--output_dir=x', '--format=mid,mid'], '--format names mid twice'),
            (['generate', '--output_dir=x', '--seed=-1'], '--seed=-1'),
            (['generate', '--output_dir=x', '--config=drums_rnn'], 'drums_rnn'),
            (['generate', '--output_dir=x', '--config=no_rnn'], 'lookback_rnn'),
            (['generate', '--output_dir=x', '--log_level=loud'], '--log_level=loud'),
            (['generate', '--output_dir=x', 'file.mid'], 'generate takes no "file.mid"'),
            (['convert', '--input_dir=x', '--output_file=y', '--shard=3/3'], 'shard'),
            (['dataset', '--input=x', '--output_dir=y', '--eval_ratio=1.5'], '--eval_ratio=1.5'),
            (['dataset', '--input=x', '--output_dir=y', '--format=wide'], 'compact, dense'),
            (['dataset', '--input=x'], 'needs --output_dir'),
            (['train', '--run_dir=x', '--sequence_example_file=y', '--patience=-1'], '--patience=-1'),
            (['score'], 'score needs FILE'),
            (['bundle', '--bundle_file=x'], 'needs --run_dir'),
            (['completion', 'fish'], 'bash and zsh'),
            (['--quiet'], 'no verb is given'),
        ]:
            with self.subTest(args):
                if args[:1] == ['generate'] and '--output_dir=x' in args:
                    args = [arg.replace('=x', '=' + self.path('x')) for arg in args]
                self.fails(2, text, *args)
        self.assertEqual(self.files(), [])

    def test_every_way_to_write_a_flag(self):
        for args in (['--limit=3'], ['--limit', '3'], ['--limit=1', '--limit=3']):
            result = run('inspect', *args, '--nojson', '--quiet=false', self.path('none'))
            self.assertEqual(result.status, 3, result)

    def test_errors_as_json(self):
        error = run('inspect', '--json', self.path('none')).error
        self.assertEqual(error['code'], 'not_found')
        self.assertEqual(error['file'], self.path('none'))
        error = run('generate', '--json').error
        self.assertEqual(error['code'], 'usage')
        self.assertTrue(error['message'] and error['remedy'])

    def test_a_program_that_is_not_built_is_named(self):
        alone = self.path('magenta')
        os.link(os.path.join(BIN, 'magenta'), alone) if os.stat(BIN).st_dev == os.stat(
            self.folder).st_dev else subprocess.run(['cp', os.path.join(BIN, 'magenta'), alone])
        done = subprocess.run([alone, 'train', '--run_dir=x', '--sequence_example_file=y'],
                              stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 5)
        self.assertIn(b'magenta-train is not here. `make` builds it', done.stderr)

    def test_stdout_that_is_full(self):
        with open('/dev/full', 'wb') as full:
            done = subprocess.run([os.path.join(BIN, 'magenta'), 'models'], stdout=full,
                                  stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 5, done.stderr)


class Start(Case):
    def test_starts_at_once(self):
        """The median of 20 starts; processor time, since others may use the machine."""
        times = []
        for _ in range(20):
            before = os.times()
            run('--help')
            after = os.times()
            times.append(after.children_user + after.children_system - before.children_user -
                         before.children_system)
        self.assertLess(sorted(times)[10], 0.030)

    def test_models(self):
        models = self.ok('models', '--json').json['models']
        sizes = {m['id']: (m['input_size'], m['head_sizes']) for m in models}
        self.assertEqual(sizes['basic_rnn'], (38, [38]))
        self.assertEqual(sizes['mono_rnn'], (130, [130]))
        self.assertEqual(sizes['lookback_rnn'], (121, [40]))
        self.assertEqual(sizes['attention_rnn'], (74, [40]))
        self.assertIn('lookback_rnn', self.ok('models').out)
        drums = next(m for m in models if m['id'] == 'drum_kit')
        self.assertEqual((drums['kind'], drums['steps_per_quarter'], drums['has_control']), ('drum track', 4, False))
        self.assertEqual(drums['arguments'][0],
                         {'name': 'temperature', 'type': 'float', 'low': 0, 'high': 1000000, 'default': 1,
                          'help': 'Above 1 wilder, below 1 tamer, 0 always the most probable event.'})
        self.assertNotIn('pitch_temperature', [a['name'] for a in drums['arguments']])
        improv = next(m for m in models if m['id'] == 'basic_improv')
        self.assertEqual((improv['kind'], improv['has_control'], improv['control']), ('lead sheet', True, 'chords'))


class Completion(Case):
    def complete(self, *words):
        script = self.write('completion.bash', self.ok('completion', 'bash').bytes)
        line = ' '.join(words)
        code = (f'source {script}; COMP_WORDS=({line}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 )); '
                'compopt() { :; }; _magenta magenta "${COMP_WORDS[COMP_CWORD]}"; '
                'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(['bash', '-c', code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.stderr, b'')
        return done.stdout.decode().split()

    def test_bash(self):
        self.assertEqual(self.complete('magenta', 'gen'), ['generate'])
        self.assertIn('--primer_melody=', self.complete('magenta', 'generate', '--primer'))
        self.assertIn('--recursive', self.complete('magenta', 'convert', '--rec'))
        self.assertIn('attention_rnn', self.complete('magenta', 'generate', '--config', '=', 'att'))
        self.assertEqual(self.complete('magenta', 'dataset', '--format', 'de'), ['dense'])

    def type(self, keys):
        """The line that a real bash, with readline, makes of `keys`, which end with a tab."""
        script = self.write('completion.bash', self.ok('completion', 'bash').bytes +
                            b'\nshow() { printf "<%s" "$1"; shift; printf " %s" "$@"; echo ">"; }\n')
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execvpe('bash', ['bash', '--norc', '-i'], {**os.environ, 'TERM': 'dumb', 'PS1': 'ready$ '})
        shown = ''

        def wait(pattern):
            nonlocal shown
            while not re.search(pattern, shown):
                self.assertTrue(select.select([terminal], [], [], 60)[0], shown)
                shown += os.read(terminal, 65536).decode()
            return re.search(pattern, shown)

        wait(r'ready\$ ')
        os.write(terminal, f'source {script}\n'.encode())
        wait(r'(?s)ready\$ .*source.*ready\$ ')
        os.write(terminal, keys.encode() + b'\x01show \n')
        line = wait(r'<(.*)>\r?\n')[1]
        os.write(terminal, b'exit\n')
        os.waitpid(pid, 0)
        os.close(terminal)
        return line

    def test_in_a_real_shell(self):
        self.write('a b.mid', b'')
        os.mkdir(self.path('tunes'))
        for keys, line in [
            ('magenta gen\t', 'magenta generate'),
            ('magenta generate --fo\t', 'magenta generate --format='),
            ('magenta generate --format=mid,w\t', 'magenta generate --format=mid,wav'),
            ('magenta generate --config=look\t', 'magenta generate --config=lookback_rnn'),
            ('magenta generate --output_dir=tu\t', 'magenta generate --output_dir=tunes/'),
            ('magenta generate --primer_midi=a\t', 'magenta generate --primer_midi=a b.mid'),
            ('magenta help gen\t', 'magenta help generate'),
            ('magenta basic_rnn_gen\t', 'magenta basic_rnn_generate'),
            ('lookback_rnn_generate --num_o\t', 'lookback_rnn_generate --num_outputs='),
        ]:
            with self.subTest(keys):
                self.assertEqual(self.type(keys), line)

    def test_zsh(self):
        text = self.ok('completion', 'zsh').out
        self.assertTrue(text.startswith('#compdef magenta'))
        for verb in VERBS:
            self.assertIn(f"'{verb}:", text)


@needs_live
class Ports(Case):
    def test_lists_or_says_why_not(self):
        result = self.ok('ports', '--json')
        self.assertIn('ports', result.json)


if __name__ == '__main__':
    unittest.main()
