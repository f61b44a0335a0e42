"""Drums and melodies over chords from `magenta serve`: what local programs give, whoever asks and how."""

import json
import os
import tempfile
import unittest

from program import SHARED, needs_live, tune
from server_test import ServerCase

GRID = b'pattern: x\ngrid: 8\nCH |x-x-x-x-|\nSD |--x---x-|\nBD |x---x---|\n'
ZOO = os.path.join(SHARED, 'goldens', 'zoo', 'models')
CHORDS = 'Dm7 G7 Cmaj7 F#m7b5/E'
ALL_DRUMS = {36, 38, 42, 46, 45, 48, 50, 49, 51}


def drums(args=None):
    """A bar of drums as a request in JSON, and two bars after it."""
    notes = [{'pitch': pitch, 'velocity': 100, 'startTime': step / 8, 'endTime': (step + 1) / 8, 'isDrum': True,
              'instrument': 9} for step in range(0, 16, 2) for pitch in ((36, 42) if step % 8 == 0 else (42,))]
    return request({'notes': notes}, args)


def melody(chords=(), args=None):
    """A bar of a melody, chord symbols at their seconds, and two bars after it."""
    notes = [{'pitch': 60 + step % 7, 'velocity': 90, 'startTime': step / 8, 'endTime': (step + 2) / 8}
             for step in range(0, 16, 2)]
    texts = [{'time': time, 'text': text, 'annotationType': 'CHORD_SYMBOL'} for time, text in chords]
    return request({'notes': notes, 'textAnnotations': texts}, args)


def request(sequence, args):
    sequence.update(totalTime=2, tempos=[{'qpm': 120}])
    options = {'args': {'seed': {'intValue': 3}, **(args or {})}}
    if not {'bars', 'backing_chords'} & set(options['args']):
        options['generateSections'] = [{'startTime': 2, 'endTime': 6}]
    return json.dumps({'inputSequence': sequence, 'generatorOptions': options}).encode()


def symbols(sequence):
    return [(text.get('time', 0), text['text']) for text in sequence.get('textAnnotations', [])]


def merged(whole, piece):
    """Messages in JSON as protobuf merges them."""
    for name, value in piece.items():
        if isinstance(value, dict):
            merged(whole.setdefault(name, {}), value)
        elif isinstance(value, list):
            whole.setdefault(name, []).extend(value)
        else:
            whole[name] = value
    return whole


class Kinds(ServerCase):
    def post(self, target, body, accept='application/json', content_type='application/json'):
        status, answer = self.server.ask('POST', '/v1/generators/' + target, body, accept=accept,
                                         content_type=content_type)
        self.assertEqual(status, 200, answer)
        return answer

    def streamed(self, config, body):
        """The pieces of a stream as one, and how many there were."""
        said = self.post(config + ':stream', body).decode()
        pieces = [json.loads(line[6:]) for event in said.split('\n\n') if event.startswith('event: piece')
                  for line in event.splitlines() if line.startswith('data: ')]
        self.assertIn('event: done', said)
        whole = {}
        for piece in pieces:
            merged(whole, piece)
        return whole, len(pieces)

    def everywhere(self, config, body):
        """The answer to a message, which is the same from all who may be asked."""
        for form in ('binary', 'text', 'json'):
            ask = ('request', '--config=' + config, '--format=' + form)
            here = self.ok(*ask, stdin=body)
            there = self.ok(*ask, f'--server=localhost:{self.server.grpc}', stdin=body)
            self.assertEqual(there.bytes, here.bytes)
        self.assertEqual(json.loads(self.post(config + ':generate', body)), here.json)
        whole, count = self.streamed(config, body)
        self.assertEqual(whole, here.json)
        self.assertGreater(count, 1)
        return here.json['generatedSequence']

    def same_file(self, config, body, query, *flags):
        """HTTP and generate make the same MIDI file of an input file; returned as `inspect` shows it."""
        source = self.write('in', body)
        out = tempfile.mkdtemp(dir=self.path())
        self.ok('generate', '--config=' + config, '--primer_midi=' + source, '--output_dir=' + out, '--num_outputs=1',
                '--seed=3', *flags)
        made = os.path.join(out, os.listdir(out)[0])
        with open(made, 'rb') as file:
            self.assertEqual(self.post(f'{config}:generate?seed=3&{query}', body, 'audio/midi', ''), file.read())
        return self.ok('inspect', '--json', '--limit=0', made).json['files'][0]

    def test_drums_go_on(self):
        music = self.everywhere('drum_kit', drums())
        new = [note for note in music['notes'] if note.get('startTime', 0) >= 2]
        self.assertTrue(new)
        for note in new:
            self.assertTrue(note['isDrum'])
            self.assertIn(note['pitch'], ALL_DRUMS)
            self.assertEqual(note['endTime'] - note['startTime'], 0.125)
            self.assertLessEqual(note['endTime'], 6)

    @needs_live
    def test_drums_of_files_go_on_as_generate_does(self):
        for name, body in (('grid', GRID), ('midi', self.drum_file())):
            with self.subTest(name):
                music = self.same_file('drum_kit', body, 'bars=2', '--bars=2')
                self.assertTrue(all(part['is_drum'] for part in music['instruments']), music['instruments'])

    def drum_file(self):
        self.ok('render', '--format=mid', self.write('x.drums', GRID), '--output=' + self.path('x.mid'))
        with open(self.path('x.mid'), 'rb') as file:
            return file.read()

    def test_a_bass_drum_where_nothing_is_given(self):
        answer = json.loads(self.post('drum_kit:generate?bars=2&seed=1', b''))
        first = answer['generatedSequence']['notes'][0]
        self.assertEqual((first['pitch'], first['isDrum']), (36, True))

    def test_chord_symbols_of_the_music_are_played_over(self):
        over = {}
        for name, chords in (('none', []), ('F', [(0, 'F')]), ('F B', [(0, 'F'), (4, 'B7')])):
            music = self.everywhere('chord_pitches_improv', melody(chords))
            self.assertEqual(symbols(music), chords)
            over[name] = [(note['pitch'], note.get('startTime', 0)) for note in music['notes']]
        self.assertNotEqual(over['none'], over['F'])
        # They are heard from the step on where they stand.
        self.assertNotEqual(over['F'], over['F B'])
        until = [[note for note in over[name] if note[1] < 4] for name in ('F', 'F B')]
        self.assertEqual(until[0], until[1])

    def test_backing_chords_are_chord_symbols_said_beside(self):
        beside = self.everywhere('chord_pitches_improv', melody(args={
            'backing_chords': {'stringValue': 'F B7 C'}, 'steps_per_chord': {'intValue': 16}}))
        within = self.everywhere('chord_pitches_improv', melody([(0, 'F'), (2, 'B7'), (4, 'C')]))
        self.assertEqual(beside, within)
        sounding = self.everywhere('chord_pitches_improv', melody(args={
            'backing_chords': {'stringValue': 'F B7 C'}, 'render_chords': {'boolValue': True}}))
        self.assertGreater(len(sounding['notes']), len(beside['notes']))

    def test_files_go_on_over_backing_chords_as_generate_does(self):
        asked = CHORDS.replace(' ', '+').replace('#', '%23')
        for query, flags in (
                ('', []),  # once through the chords, from where the file ends
                ('&steps_per_chord=8&bars=3', ['--steps_per_chord=8', '--bars=3']),
                ('&chords_from=start&bars=2&render_chords=1', ['--chords_from=start', '--bars=2', '--render_chords']),
                ('&new_steps=20&accompaniment=drop', ['--new_steps=20', '--accompaniment=drop'])):
            with self.subTest(query):
                music = self.same_file('chord_pitches_improv', tune(2), f'backing_chords={asked}{query}',
                                       '--backing_chords=' + CHORDS, *flags)
                self.assertTrue(music['notes'])

    def test_what_is_wrong_is_named(self):
        def says(target, body=b''):
            status, answer = self.server.ask('POST', '/v1/generators/' + target, body, content_type='application/json')
            self.assertEqual(status, 400, answer)
            error = json.loads(answer)['error']
            return error['message'] + ' ' + error.get('remedy', '')
        self.assertIn('lookback_rnn reads none', says('lookback_rnn:generate?bars=1&backing_chords=C'))
        self.assertIn('lookback_rnn reads none', says('lookback_rnn:stream?bars=1&backing_chords=C'))
        self.assertIn("'backing_chords' takes a string_value", says('chord_pitches_improv:generate?backing_chords=+'))
        self.assertIn('of 1 to 65536', says('chord_pitches_improv:generate?backing_chords=C&steps_per_chord=0'))
        self.assertIn('At most 65536',
                      says('chord_pitches_improv:generate?steps_per_chord=1&bars=65536&backing_chords=C'))
        listed = {generator['id']: {argument['name'] for argument in generator['arguments']}
                  for generator in json.loads(self.server.ask('GET', '/v1/generators')[1])['generators']}
        for name, arguments in listed.items():
            self.assertEqual('backing_chords' in arguments, name == 'chord_pitches_improv', name)
        # An argument that is none is answered with those that the model takes, whoever is asked.
        bogus = json.dumps({'generatorOptions': {'args': {'bogus': {'intValue': 1}}}}).encode()
        asked = ('request', '--config=drum_kit')
        server = f'--server=localhost:{self.server.grpc}'
        for said in (says('drum_kit:generate', bogus), self.fails(2, 'bogus', *asked, stdin=bogus).err,
                     self.fails(2, 'bogus', *asked, server, stdin=bogus).err):
            self.assertIn('The arguments are temperature, top_p', said)
            for name in ('backing_chords', 'primer_key', 'pitch_temperature', 'program'):
                self.assertNotIn(name, said)
        # A symbol that is none costs its chord alone, and is named.
        bad = json.dumps({'generatorOptions': {'args': {'backing_chords': {'stringValue': 'C Hmm'}}}}).encode()
        said = self.ok('request', '--config=chord_pitches_improv', f'--server=localhost:{self.server.grpc}', stdin=bad)
        self.assertIn('Hmm', said.err)
        self.assertIn('(bar 2)', said.err)


@unittest.skipUnless(os.path.isdir(ZOO), 'left out: no shared goldens (MAGENTA_SHARED)')
class MagentasBundles(ServerCase):
    FLAGS = ('--bundle_file=' + ','.join(os.path.join(ZOO, name, name + '.mag')
                                         for name in ('drum_kit', 'one_drum', 'chord_pitches_improv', 'basic_improv')),)

    def test_they_answer_as_here(self):
        for name, body in (('drum_kit', drums()), ('one_drum', drums()),
                           ('chord_pitches_improv', melody([(0, 'F'), (4, 'B7sus')])),
                           ('basic_improv', melody([(0, 'F'), (4, 'Bm7')]))):
            with self.subTest(name):
                here = self.ok('request', f'--bundle_file={ZOO}/{name}/{name}.mag', '--format=json', stdin=body)
                status, there = self.server.ask('POST', f'/v1/generators/{name}:generate', body,
                                                content_type='application/json')
                self.assertEqual(status, 200, there)
                self.assertEqual(json.loads(there), here.json)


if __name__ == '__main__':
    unittest.main()
