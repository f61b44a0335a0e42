"""--pitch_temperature, --top_k, --top_p, --min_p: the same notes in generate, request, a server and HTTP, and
in live; without them what comes is what came before them."""

import glob
import json
import unittest

from program import Case, midi, needs_live, needs_serve, notes_of
from server_test import Server

FLAGS = ('--temperature=0.9', '--pitch_temperature=0.6', '--top_k=9', '--top_p=0.9', '--min_p=0.02')
REQUEST = b'{"generatorOptions": {"generateSections": [{"startTime": 0.125, "endTime": 8}]}}'


def tune_of(result):
    return [[note['pitch'], float(note.get('startTime', 0))] for note in result['generatedSequence']['notes']]


class Sampling(Case):
    def generate(self, *flags, name='out'):
        out = self.path(name)
        self.ok('generate', '--config=lookback_rnn', '--output_dir=' + out, '--num_outputs=1', '--seed=3',
                '--primer_melody=[60]', '--num_steps=64', *flags)
        (file,) = glob.glob(out + '/*.mid')
        return notes_of(file)

    def test_generate(self):
        plain = self.generate(name='plain')
        for flags in (('--top_k=0',), ('--top_p=1',), ('--min_p=0',), ('--pitch_temperature=1',)):
            self.assertEqual(self.generate(*flags, name=flags[0]), plain, flags)
        greedy = self.generate('--temperature=0', name='greedy')
        for flags in (('--top_k=1',), ('--min_p=1',), ('--top_p=0.000001',)):
            self.assertEqual(self.generate(*flags, name=flags[0]), greedy, flags)
        chosen = self.generate(*FLAGS, name='chosen')
        self.assertNotEqual(chosen, plain)
        self.assertEqual(self.generate(*FLAGS, name='again'), chosen)
        self.assertNotEqual(self.generate('--pitch_temperature=0.2', name='pitches'), plain)
        self.generate(*FLAGS, '--beam_size=3', '--branch_factor=2', name='beam')

    def test_values_that_are_none(self):
        for flag in ('--top_p=0', '--top_p=1.1', '--min_p=-0.1', '--min_p=2', '--top_k=-1', '--top_k=1.5',
                     '--pitch_temperature=-1', '--pitch_temperature=nan'):
            self.fails(2, flag.split('=')[0], 'generate', '--output_dir=' + self.path('none'), flag)
            self.fails(2, flag.split('=')[0], 'request', flag, stdin=REQUEST)
            self.fails(2, flag.split('=')[0], 'live', '--backend=file', flag)

    def test_requests_say_it_and_flags_before_them(self):
        def ask(request, *flags):
            return tune_of(self.ok('request', '--config=lookback_rnn', '--seed=3', '--json', *flags, stdin=request).json)
        by_flags = ask(REQUEST, *FLAGS)
        self.assertNotEqual(by_flags, ask(REQUEST))
        said = json.loads(REQUEST)
        said['generatorOptions']['args'] = {
            'temperature': {'floatValue': 0.9}, 'pitch_temperature': {'floatValue': 0.6}, 'top_k': {'intValue': 9},
            'top_p': {'floatValue': 0.9}, 'min_p': {'floatValue': 0.02}}
        self.assertEqual(ask(json.dumps(said).encode()), by_flags)
        said['generatorOptions']['args']['top_k'] = {'intValue': 1}
        self.assertNotEqual(ask(json.dumps(said).encode()), by_flags)
        self.assertEqual(ask(json.dumps(said).encode(), '--top_k=9'), by_flags)

    @needs_serve
    def test_a_server(self):
        here = self.ok('request', '--config=lookback_rnn', '--seed=3', '--json', *FLAGS, stdin=REQUEST).json
        server = Server()
        try:
            there = self.ok('request', f'--server=localhost:{server.grpc}', '--seed=3', '--json', *FLAGS,
                            stdin=REQUEST).json
            self.assertEqual(tune_of(there), tune_of(here))
            query = '&'.join(flag[2:] for flag in FLAGS)
            status, body = server.ask('POST', '/v1/generators/default:generate?seed=3&' + query, REQUEST,
                                      content_type='application/json')
            self.assertEqual(status, 200, body)
            self.assertEqual(tune_of(json.loads(body)), tune_of(here))
        finally:
            self.assertEqual(server.stop(), 0)

    @needs_live
    def test_live(self):
        phrase = self.write('me.mid', midi([[60], [62], [64], [65], [67], [65], [64], [62]]))

        def play(name, *flags):
            self.ok('live', '--backend=file', '--input_port=' + phrase, '--output_port=' + self.path(name), '--seed=1',
                    '--mode=bars:1,1', '--metronome=off', '--config=lookback_rnn', *flags)
            return notes_of(self.path(name))
        plain = play('plain.mid')
        self.assertEqual(play('same.mid', '--top_p=1'), plain)
        greedy = play('greedy.mid', '--temperature=0')
        self.assertNotEqual(greedy, plain)
        self.assertEqual(play('one.mid', '--top_k=1'), greedy)
        self.assertEqual(play('one_p.mid', '--min_p=1'), greedy)
        self.assertNotEqual(play('pitches.mid', '--pitch_temperature=0.1'), plain)

    def test_adapt(self):
        """Motifs return: in generate, request, score and live; without it what comes is what came before it."""
        motif = '[60,-2,64,-2,67,-2,65,64,62,-2,-2,-1,60,-2,64,-2,67,-2]'
        plain = self.generate('--primer_melody=' + motif, name='plain')
        adapted = self.generate('--primer_melody=' + motif, '--adapt', name='adapted')
        self.assertNotEqual(adapted, plain)
        self.assertEqual(self.generate('--primer_melody=' + motif, '--noadapt', name='no'), plain)
        said = json.loads(REQUEST)
        said['generatorOptions']['args'] = {'adapt': {'boolValue': True}}
        by_request, by_flag = (
            tune_of(self.ok('request', '--config=lookback_rnn', '--seed=3', '--json', *flags, stdin=body).json)
            for body, flags in ((json.dumps(said).encode(), ()), (REQUEST, ('--adapt',))))
        self.assertEqual(by_request, by_flag)
        said['generatorOptions']['args'] = {'adapt': {'intValue': 2}}
        self.fails(2, "argument 'adapt' takes", 'request', '--config=lookback_rnn', stdin=json.dumps(said).encode())
        bars = [[60], [62], [64], [67], [65], [64], [62], [59]] * 4
        file = self.write('tune.mid', midi(bars))
        bits = [self.ok('score', '--config=basic_rnn', '--json', *flags, file).json['files'][0]['bits']
                for flags in ((), ('--adapt',))]
        self.assertLess(bits[1], bits[0] - 5)

    @needs_live
    def test_live_adapts(self):
        phrase = self.write('me.mid', midi([[60], [62], [64], [67], [65], [64], [62], [59]] * 2))
        tunes = []
        for i, flags in enumerate(((), ('--adapt',), ('--adapt',))):
            out = self.path(f'{i}.mid')
            self.ok('live', '--backend=file', '--input_port=' + phrase, '--output_port=' + out, '--seed=1',
                    '--mode=bars:1,1', '--metronome=off', '--config=lookback_rnn', *flags)
            tunes.append(notes_of(out))
        self.assertNotEqual(tunes[1], tunes[0])
        self.assertEqual(tunes[2], tunes[1])


class Alike(Case):
    def test_outputs_that_are_the_same_are_said(self):
        """Whether they are drawn at once or not."""
        for count in (3, 300):
            done = self.ok('generate', f'--num_outputs={count}', '--temperature=0', '--num_steps=24', '--seed=1',
                           '--output_dir=' + self.path(str(count)))
            self.assertIn(f'of {count} outputs none differ', done.err)
        self.assertNotIn('differ', self.ok('generate', '--num_outputs=3', '--num_steps=64', '--seed=1',
                                           '--output_dir=' + self.path('three')).err)


if __name__ == '__main__':
    unittest.main()
