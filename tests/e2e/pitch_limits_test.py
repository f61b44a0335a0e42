"""--key, --scale, --min_pitch, --max_pitch: what is new keeps to them, in generate, fills, servers and live."""

import glob
import json
import unittest

from program import Case, midi, needs_live, needs_serve, notes_of
from server_test import Server

DORIAN = (0, 2, 3, 5, 7, 9, 10)
MAJOR = (0, 2, 4, 5, 7, 9, 11)
BLUES = (0, 3, 5, 6, 7, 10)
MELODIES = ('basic_rnn', 'lookback_rnn', 'attention_rnn', 'chord_pitches_improv')
D_DORIAN = ('--key=D', '--scale=dorian', '--min_pitch=60')
# Of E flat major, low; ends at 1 s.
TUNE = [51, -2, 55, -2, 58, -2, 56, -2]


def request(fill, **args):
    """TUNE's notes from 0 to 1 s, the section from 1 to 5 s, and with `fill` notes from there on."""
    pitches = [(pitch, i / 8) for i, pitch in enumerate(TUNE) if pitch > 0]
    if fill:
        pitches += [(58, 5), (55, 5.25), (51, 5.5)]
    return json.dumps({
        'inputSequence': {'notes': [{'pitch': p, 'velocity': 90, 'startTime': t, 'endTime': t + 0.25} for p, t in pitches],
                          'tempos': [{'qpm': 120}]},
        'generatorOptions': {'generateSections': [{'startTime': 1, 'endTime': 5}],
                             'args': {k: {'intValue' if isinstance(v, int) else 'stringValue': v}
                                      for k, v in args.items()}}}).encode()


class PitchLimits(Case):
    def keep_to(self, notes, tonic, scale, low, high, since=0.0, until=1e9):
        """[(pitch, start)]: those that begin from `since` to `until` are allowed; how many they are."""
        new = [pitch for pitch, start, *_ in notes if since - 1e-6 <= start < until - 1e-6]
        wrong = [pitch for pitch in new if (pitch - tonic) % 12 not in scale or not low <= pitch <= high]
        self.assertEqual(wrong, [])
        return len(new)

    def generated(self, name, *flags):
        """[(pitch, start, end)] of each output."""
        self.ok('generate', '--output_dir=' + self.path(name), f'--primer_melody={TUNE}', '--seed=5', *flags)
        return [notes_of(file) for file in sorted(glob.glob(self.path(name, '*.mid')))]

    def answered(self, body, *flags):
        result = self.ok('request', '--json', *flags, stdin=body)
        return [(n['pitch'], n.get('startTime', 0)) for n in result.json['generatedSequence']['notes']], result

    def test_generate(self):
        for model in MELODIES:
            for name, flags, limits in (
                    ('dorian', D_DORIAN, (2, DORIAN, 60, 127)),
                    ('major', ('--key=F#', '--max_pitch=64', '--top_p=0.9', '--pitch_temperature=0.7'), (6, MAJOR, 0, 64)),
                    ('minor', ('--key=Bbm', '--temperature=2'), (1, MAJOR, 0, 127)),
                    ('beam', ('--scale=blues', '--key=A', '--beam_size=3', '--branch_factor=2'), (9, BLUES, 0, 127))):
                outputs = self.generated(f'{model}-{name}', '--config=' + model, '--num_outputs=12', '--num_steps=72', *flags)
                self.assertEqual(len(outputs), 12)
                new = [self.keep_to(notes, *limits, since=1) for notes in outputs]
                self.assertGreater(sum(new), 30, (model, name, new))

    def test_nothing_forbidden_is_nothing_changed(self):
        plain = self.generated('plain', '--num_outputs=2')
        self.assertEqual(self.generated('all', '--num_outputs=2', '--min_pitch=0', '--max_pitch=127'), plain)
        self.assertEqual(self.generated('chromatic', '--num_outputs=2', '--scale=chromatic'), plain)
        self.assertNotEqual(self.generated('some', '--num_outputs=2', *D_DORIAN), plain)

    def test_fills(self):
        for model in MELODIES:
            new = 0
            for seed in range(6):
                notes, _ = self.answered(request(True, key='D', scale='dorian', min_pitch=50, max_pitch=62),
                                         '--config=' + model, f'--seed={seed}')
                new += self.keep_to(notes, 2, DORIAN, 50, 62, 1, 5)
                self.assertEqual([n for n in notes if n[1] >= 5], [(58, 5), (55, 5.25), (51, 5.5)])
            self.assertGreater(new, 20, model)

    def test_flags_go_before_what_a_request_says(self):
        said = request(False, key='D', scale='dorian', min_pitch=60)
        by_args, _ = self.answered(said, '--seed=2')
        self.assertEqual(self.answered(request(False), '--seed=2', *D_DORIAN)[0], by_args)
        notes, _ = self.answered(said, '--seed=2', '--key=C', '--scale=major', '--min_pitch=0', '--max_pitch=60')
        self.assertGreater(self.keep_to(notes, 0, MAJOR, 0, 60, 1), 5)

    def test_a_scale_stands_in_the_key_of_the_primer(self):
        for flags, tonic in ((('--scale=major',), 3), (('--scale=major', '--primer_key=Bb'), 10)):
            result = self.ok('generate', '--output_dir=' + self.path(*flags), f'--primer_melody={TUNE}', '--seed=5',
                             '--num_outputs=3', *flags)
            self.assertIn('the primer is taken to be in ' + {3: 'Eb', 10: 'Bb'}[tonic] + ' major', result.err)
            for file in glob.glob(self.path(*flags, '*.mid')):
                self.keep_to(notes_of(file), tonic, MAJOR, 0, 127, 1)

    def test_log_likelihood_is_the_models_own(self):
        result = self.answered(request(False, top_k=1), '--config=basic_rnn', '--seed=2', '--key=D', '--scale=dorian')[1]
        self.assertLess(result.json['log_likelihood'], -10)

    WRONG = (("--key: 'H' is no key", '--key=H'), ("--key: 'D dorian' is no key", '--key=D dorian'),
             ('--scale', '--scale=ionian'), ('--min_pitch', '--min_pitch=128'), ('--max_pitch', '--max_pitch=-1'),
             ('--min_pitch=70 lies above --max_pitch=60', '--min_pitch=70', '--max_pitch=60'))

    def test_errors(self):
        out = '--output_dir=' + self.path('none')
        for text, *flags in self.WRONG:
            self.fails(2, text, 'generate', out, *flags)
            self.fails(2, text, 'request', *flags, stdin=request(False))
        # What the model plays after this primer, moved to its key and back.
        error = self.fails_as_json(2, 'generate', out, f'--primer_melody={TUNE}', '--min_pitch=110', '--num_steps=72')
        self.assertIn('no pitch from 110 to 127', error['message'])
        self.assertIn('It plays pitches from ', error['remedy'])
        for name, flag in (('key', '--key=D'), ('scale', '--scale=blues'), ('min_pitch', '--min_pitch=36')):
            self.fails(2, f'the argument {name} is for pitches, and drum_kit draws none', 'generate', out,
                       '--config=drum_kit', flag)

    @needs_live
    def test_errors_of_live(self):
        ports = ('--backend=file', '--input_port=' + self.write('t.mid', midi([[60]] * 16)),
                 '--output_port=' + self.path('o.mid'))
        for text, *flags in self.WRONG:
            self.fails(2, text, 'live', *ports, *flags)
        self.fails(2, 'drum_kit takes none of them', 'live', *ports, '--config=drum_kit', '--key=D')

    @needs_serve
    def test_a_server(self):
        args = {'key': 'D', 'scale': 'dorian', 'min_pitch': 60}
        here, _ = self.answered(request(False, **args), '--seed=3')
        self.assertGreater(self.keep_to(here, 2, DORIAN, 60, 127, 1), 5)
        server = Server()
        try:
            self.assertEqual(self.answered(request(False, **args), '--seed=3', f'--server=localhost:{server.grpc}')[0], here)
            query = '?seed=3&key=D&scale=dorian&min_pitch=60'

            def ask(query, body=request(False), verb='generate', model='default'):
                return server.ask('POST', f'/v1/generators/{model}:{verb}{query}', body, content_type='application/json')

            def notes(reply):
                return [(n['pitch'], n.get('startTime', 0)) for n in reply['generatedSequence'].get('notes', [])]
            status, body = ask(query)
            self.assertEqual((status, notes(json.loads(body))), (200, here))
            status, body = ask(query, verb='stream')
            pieces = [json.loads(line[6:]) for line in body.decode().splitlines()
                      if line.startswith('data: ') and 'generatedSequence' in line]
            streamed = [note for piece in pieces for note in notes(piece)]
            self.assertEqual((status, sorted(streamed)), (200, sorted(here)))
            for model in MELODIES:
                for seed in range(3):
                    status, body = ask(f'?seed={seed}&key=D&scale=dorian&min_pitch=52&max_pitch=70', request(True), model=model)
                    self.assertEqual(status, 200, body)
                    self.keep_to(notes(json.loads(body)), 2, DORIAN, 52, 70, 1, 5)
            for query, text in (('?key=H', 'is no key'), ('?min_pitch=128', 'of 0 to 127'),
                                ('?min_pitch=7&max_pitch=6', 'min_pitch=7 lies above max_pitch=6'),
                                ('?min_pitch=120', 'lookback_rnn can play after this primer')):
                status, body = ask(query)
                self.assertEqual(status, 400)
                self.assertIn(text, json.loads(body)['error']['message'])
            status, body = ask('?key=D', model='drum_kit')
            self.assertEqual((status, 'drum_kit draws none' in body.decode()), (400, True))
        finally:
            self.assertEqual(server.stop(), 0)

    def duet(self, name, *flags):
        """The machine's notes."""
        phrase = self.write('me.mid', midi([[p] for p in (51, 53, 55, 56, 58, 56, 55, 53)] * 4))
        record = self.path(name + '.mid')
        self.seen = self.ok('live', '--json', '--backend=file', '--input_port=' + phrase, '--output_port=' + record, '--seed=1',
                '--mode=bars:1,2', '--metronome=off', '--nothru', *flags)
        return notes_of(record)

    @needs_live
    def test_live(self):
        for model in MELODIES:
            notes = self.duet(model, '--config=' + model, *D_DORIAN, '--max_pitch=76')
            self.assertGreater(self.keep_to(notes, 2, DORIAN, 60, 76), 3, model)
        for flags in (('--scale=major',), ('--scale=blues', '--primer_key=Bb'), D_DORIAN):
            notes = self.duet('held', '--config=lookback_rnn', *flags)
            if flags == ('--scale=major',):
                self.keep_to(notes, 3, MAJOR, 0, 127)
            # Each answer is what generate makes of its primer.
            answers = [line for line in map(json.loads, self.seen.out.splitlines()) if line['event'] == 'answer']
            self.assertGreater(len(answers), 1)
            for answer in answers:
                steps = len(answer['primer'])
                key = [] if '--primer_key=Bb' in flags else ['--primer_key=' + answer['key']]
                out = self.path(f'{flags[0]}{answer["seed"]}')
                self.ok('generate', '--config=lookback_rnn', '--output_dir=' + out, '--num_outputs=1',
                        f'--seed={answer["seed"]}', '--primer_melody=' + json.dumps(answer['primer']),
                        f'--num_steps={steps + 32}', *flags, *key)
                (file,) = glob.glob(out + '/*.mid')
                begin = (int(answer['at'].split('|')[0]) - 1) * 2
                self.assertEqual([n[0] for n in notes if begin - 1e-4 <= n[1] < begin + 4 - 1e-4],
                                 [n[0] for n in notes_of(file) if n[1] >= steps / 8 - 1e-4])

    @needs_live
    @needs_serve
    def test_live_asks_a_server(self):
        here = self.duet('here', '--config=lookback_rnn', *D_DORIAN)
        server = Server()
        try:
            there = self.duet('there', f'--server=localhost:{server.grpc}', '--config=lookback_rnn', *D_DORIAN)
        finally:
            self.assertEqual(server.stop(), 0)
        self.assertEqual(there, here)


if __name__ == '__main__':
    unittest.main()
