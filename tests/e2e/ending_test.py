"""--ending: music that is asked to end does, in generate, request and over HTTP, and what has no end is named."""

import glob
import json
import unittest

from program import Case, needs_serve, notes_of
from server_test import Server

# G major, a bar.
TUNE = 'G4:4 B4:4 D5:2 C5:2 A4:2 F#4:2'


class Ending(Case):
    def generated(self, name, *flags):
        """[(pitch, start, end)] of each output."""
        self.ok('generate', '--output_dir=' + self.path(name), '--primer_melody=' + TUNE, '--seed=5', *flags)
        return [notes_of(file) for file in sorted(glob.glob(self.path(name, '*.mid')))]

    def ends(self, notes, seconds):
        """On G, on a beat of the last bar at 120 quarters a minute, with a dotted quarter or more."""
        pitch, start, end = notes[-1][:3]
        self.assertEqual(pitch % 12, 7)
        self.assertGreaterEqual(start, seconds - 2 - 1e-3)
        self.assertAlmostEqual(start * 2, round(start * 2), 2)
        self.assertGreaterEqual(end - start, 0.75 - 1e-3)

    def test_generate(self):
        for model in ('basic_rnn', 'lookback_rnn', 'attention_rnn', 'chord_pitches_improv', 'score'):
            outputs = self.generated(model, '--config=' + model, '--num_outputs=5', '--bars=4', '--ending', '--key=G')
            self.assertEqual(len(outputs), 5)
            for notes in outputs:
                self.ends(notes, 10)
        third = self.generated('third', '--config=lookback_rnn', '--num_outputs=1', '--bars=4', '--ending', '--key=G', '--seed=7')
        self.assertEqual(third[0], self.generated('again', '--num_outputs=5', '--bars=4', '--ending', '--key=G')[2])
        for name, flags in (('new', ('--new_steps=64',)), ('all', ('--num_steps=80', '--beam_size=2'))):
            for notes in self.generated(name, '--num_outputs=2', '--ending', '--key=G', *flags):
                self.ends(notes, 10)
        self.assertEqual(self.generated('off', '--num_outputs=2', '--ending=false'), self.generated('plain', '--num_outputs=2'))

    def test_several_parts(self):
        said = self.ok('generate', '--output_dir=' + self.path('chord'), '--config=score', '--primer_melody=' + TUNE,
                       '--harmonise', '--bars=2', '--num_outputs=1', '--seed=1', '--ending').err
        self.assertIn('on the tonic of G major', said)
        (file,) = glob.glob(self.path('chord', '*.mid'))
        notes = notes_of(file)
        last = [note for note in notes if note[1] == max(start for _, start, *_ in notes)]
        self.assertEqual(len(last), 4)
        self.assertLessEqual({pitch % 12 for pitch, *_ in last}, {7, 11, 2})
        self.assertEqual({(start, end) for _, start, end, *_ in last}, {(5, 6)})
        # Where the tune is given to its end, that is the end.
        said = self.ok('generate', '--output_dir=' + self.path('given'), '--config=score', '--primer_melody=' + TUNE,
                       '--harmonise', '--num_outputs=1', '--seed=1', '--ending').err
        self.assertIn('what is given ends the piece', said)

    def test_errors(self):
        out = '--output_dir=' + self.path('none')
        self.fails(2, 'the argument ending is for pitches, and drum_kit draws none', 'generate', out,
                   '--config=drum_kit', '--ending')
        self.fails(2, 'in which no beat begins', 'generate', out, '--primer_melody=[60]', '--new_steps=3', '--ending')

    @needs_serve
    def test_a_server(self):
        request = json.dumps({'generatorOptions': {'args': {
            'bars': {'intValue': 3}, 'seed': {'intValue': 3}, 'key': {'stringValue': 'G'}, 'ending': {'intValue': 1}}}}).encode()
        here = self.ok('request', '--json', stdin=request).json['generatedSequence']
        server = Server()
        try:
            status, body = server.ask('POST', '/v1/generators/default:generate?bars=3&seed=3&key=G&ending=1', b'{}',
                                      content_type='application/json')
            self.assertEqual((status, json.loads(body)['generatedSequence']['notes']), (200, here['notes']))
            status, body = server.ask('POST', '/v1/generators/default:stream', request, content_type='application/json')
            self.assertEqual(status, 200)
            pieces = [json.loads(line[6:]) for line in body.decode().splitlines()
                      if line.startswith('data: ') and 'generatedSequence' in line]
            self.assertEqual(sum(len(piece['generatedSequence'].get('notes', [])) for piece in pieces), len(here['notes']))
            arguments = json.loads(server.ask('GET', '/v1/generators')[1])['generators'][0]['arguments']
            self.assertIn('ending', [argument['name'] for argument in arguments])
        finally:
            server.stop()


if __name__ == '__main__':
    unittest.main()
