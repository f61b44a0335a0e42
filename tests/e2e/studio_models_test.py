"""The server's models as the studio sees them: scores and what was expected, models that come, are renamed, play,
go, and are there when the server starts again."""

import http.client
import json
import os
import signal
import threading
import time
import unittest
import urllib.parse

from program import ROOT, Case, midi, needs_serve, run, tune
from server_test import Server

BUNDLES = os.path.join(ROOT, 'data', 'bundles')
DRUMS = [[36], [42], [38], [42], [36], [36, 42], [38], []] * 4


def drum_midi():
    """Eighths of drums, on channel 10."""
    return midi(DRUMS, ticks=240).replace(b'\x90', b'\x99').replace(b'\x80', b'\x89')


def close(case, a, b, within=1e-4):
    case.assertAlmostEqual(a, b, delta=within)


@needs_serve
class StudioCase(Case):
    def setUp(self):
        super().setUp()
        self.start()

    def start(self, *flags):
        self.server = Server(f'--studio_dir={self.path("studio")}', *flags)
        self.assertIn('port', self.server.where)

    def tearDown(self):
        self.assertEqual(self.server.stop(), 0)
        super().tearDown()

    def json(self, method, target, body=None, status=200, **headers):
        found, text = self.server.ask(method, target, body, **headers)
        self.assertEqual(found, status, (target, text[:500]))
        return json.loads(text)

    def models(self):
        return {model['id']: model for model in self.json('GET', '/v1/models')['models']}

    def add(self, path, name):
        with open(path, 'rb') as file:
            return self.json('POST', '/v1/models?' + urllib.parse.urlencode({'name': name}), file.read())


class Scores(StudioCase):
    def check(self, model, music, path, *flags, **query):
        there = self.json('POST', f'/v1/generators/{model}:score?' +
                          urllib.parse.urlencode({'distributions': 1, **query}), music)
        here = run('score', f'--config={model}', '--json', path, *flags).json['files'][0]
        close(self, there['logLikelihood'], here['log_likelihood'])
        close(self, there['bits'], here['bits'])
        close(self, there['bitsPerNote'], here['bits_per_note'])
        close(self, sum(event['bits'] for event in there['events']), here['bits'])
        self.assertEqual(len(there['events']), len(here['per_event']))
        times = [event['time'] for event in there['events']]
        self.assertEqual(times, sorted(times))
        return there['events']

    def check_of_one_note_at_a_time(self, events):
        for event in events:
            expected = event['distribution']
            close(self, sum(expected['pitches'].values()) + expected['hold'] + expected['rest'], 1)
            found = (expected['pitches'].get(str(event['pitches'][0]), 0) if event['pitches']
                     else expected[event['event']])
            if found > 1e-5:
                close(self, 2 ** -event['bits'], found)

    def test_melody(self):
        music = tune(4)
        path = self.write('tune.mid', music)
        for model in ('lookback_rnn', 'attention_rnn'):
            events = self.check(model, music, path)
            self.check_of_one_note_at_a_time(events)
            # Sixteenths at 120, as they sound whatever key the model hears.
            self.assertEqual([event['event'] for event in events[:4]], ['F4', 'B4', 'D4', 'G4'])
            close(self, events[0]['endTime'] - events[0]['time'], 0.125)

    def test_improv(self):
        path = self.write('tune.abc', b'X:1\nT:T\nM:4/4\nL:1/8\nK:G\n"G"GABc "C"d2 z2|"D7"d2 A2 "G"G4|\n')
        with open(path, 'rb') as file:
            self.check_of_one_note_at_a_time(self.check('chord_pitches_improv', file.read(), path))

    def test_drums(self):
        music = drum_midi()
        events = self.check('drum_kit', music, self.write('drums.mid', music))
        self.assertEqual([36, 42], next(event['pitches'] for event in events if len(event['pitches']) == 2))
        for event in events:
            for probability in event['distribution']['pitches'].values():
                self.assertLessEqual(probability, 1.0001)

    def test_a_part_and_a_tune_of_several(self):
        music = (b'X:1\nT:One\nM:4/4\nL:1/8\nK:C\nCDEF GABc|\n\nX:7\nT:Two\nM:4/4\nL:1/8\nK:C\nV:1\ncBAG FEDC|\n'
                 b'V:2\nC2E2 G2E2|\n')
        asked = lambda query, status=200: self.json(  # noqa: E731
            'POST', '/v1/generators/default:score?' + query, music, status)
        played = lambda query: [event['pitches'][0] for event in asked(query)['events']  # noqa: E731
                                if event['pitches']]
        self.assertEqual(played('part=1'), [62, 64, 65, 67, 69, 71, 72])
        self.assertEqual(played('tune=7&part=1'), [71, 69, 67, 65, 64, 62, 60])
        self.assertEqual(played('part=7/2'), [64, 67, 64])
        several = asked('', 400)['error']
        self.assertIn('2 pieces', several['message'])
        self.assertIn('tune=NUMBER, or part=NUMBER or TITLE', several['remedy'])
        short = self.json('POST', '/v1/generators/default:score', b'X:1\nM:4/4\nL:1/16\nK:C\nC|\n', 400)['error']
        self.assertEqual((short['message'], short['remedy']), ('there is no melody of two steps or more to score',
                                                               'Send a longer piece, or choose another part'))
        self.assertIn('part', asked('tune=7&part=9', 400)['error']['message'])
        self.assertIn('no parameter', asked('part=1&bars=3', 400)['error']['message'])

    def test_notes_given_all_the_rest(self):
        music = b'X:1\nM:4/4\nL:1/4\nK:C\nV:1\ncdef|gfed|c4|\nV:2\nC2F2|G2G2|C4|\n'
        path = self.write('two.abc', music)
        for query in ({'fill': '2'}, {'fill': '2:1', 'hide_after': 1}, {'given': '1'}):
            there = self.json('POST', '/v1/generators/score:score?' + urllib.parse.urlencode(query), music)
            flags = [f'--{name}' + ('' if name == 'hide_after' else f'={value}') for name, value in query.items()]
            here = self.ok('score', '--config=score', '--json', *flags, path).json['files'][0]
            close(self, there['bits'], here['bits'])
            self.assertEqual([event['event'] for event in there['events']], here['events'])
            self.assertEqual([event['time'] for event in there['events']], here['times'])
        self.assertEqual([event['pitches'][0] for event in there['events'] if event['pitches']], [60, 65, 67, 67, 60])
        for query, text in (('fill=9', 'bars 1 to 3'), ('given=tuba', 'tuba'), ('hide_after=1', 'none are given'),
                            ('fill=2&part=1', 'beside all others'), ('fill=2&distributions=1', 'beside all others'),
                            ('fill=2&hide_after=yes', 'hide_after')):
            error = self.json('POST', '/v1/generators/score:score?' + query, music, 400)['error']
            self.assertIn(text, error['message'] + error['remedy'])
        error = self.json('POST', '/v1/generators/basic_rnn:score?fill=2', music, 400)['error']
        self.assertIn('knows no parts', error['message'])

    def test_a_message_and_bad_ones(self):
        note = {'pitch': 60, 'velocity': 90, 'startTime': 0, 'endTime': 0.5}
        later = {**note, 'pitch': 64, 'startTime': 0.5, 'endTime': 1}

        def score(sequence, status):
            return self.json('POST', '/v1/generators/basic_rnn:score',
                             json.dumps({'inputSequence': sequence}), status, content_type='application/json')
        self.assertEqual([event['event'] for event in score({'notes': [note, later]}, 200)['events'][:4]],
                         ['hold', 'hold', 'hold', 'E4'])
        for bad in ({}, {'notes': [{**note, 'pitch': 200}, later]}, {'notes': [{**note, 'endTime': -1}, later]},
                    {'notes': [{**note, 'startTime': 'NaN'}, later]},
                    {'notes': [note, {**later, 'startTime': 1e300, 'endTime': 1e301}]},
                    {'notes': [note, later], 'tempos': [{'qpm': -1}]},
                    {'notes': [note, later], 'tempos': [{'qpm': 1e-300}]},
                    {'notes': [note, later], 'tempos': [{'qpm': 1e300}]},
                    {'notes': [note, later], 'timeSignatures': [{'numerator': 0, 'denominator': 0}]}):
            found, text = self.server.ask('POST', '/v1/generators/basic_rnn:score',
                                          json.dumps({'inputSequence': bad}), content_type='application/json')
            self.assertIn(found, (200, 400), (bad, text))
        for text in (b'Dear diary,\ntoday', b'\xff\xfe\x00'):
            error = self.json('POST', '/v1/generators/basic_rnn:score', text, 400)['error']
            self.assertEqual(error['remedy'], 'Send MIDI, MusicXML, ABC or a GenerateSequenceRequest', error)
        self.assertEqual(self.server.ask('POST', '/v1/generators/nobody:score', b'')[0], 404)
        self.assertEqual(self.server.ask('GET', '/v1/generators/basic_rnn:score')[0], 405)
        self.assertEqual(self.server.ask('POST', '/v1/generators/basic_rnn:score', b'x', content_type='image/png')[0],
                         415)
        self.assertEqual(self.server.ask('GET', '/healthz'), (200, b'ok\n'))


class Limits(StudioCase):
    def start(self, *flags):
        super().start('--max_seconds=0.05', *flags)

    def test_long_pieces_end_in_time(self):
        began = time.time()
        status, text = self.server.ask('POST', '/v1/generators/attention_rnn:score?distributions=1', tune(900))
        self.assertEqual(status, 504, text[:200])
        self.assertLess(time.time() - began, 20)
        status, text = self.server.ask('POST', '/v1/generators/attention_rnn:score', tune(1100))
        self.assertEqual(status, 413, text[:200])


class Models(StudioCase):
    def test_those_that_came_with_the_server(self):
        models = self.models()
        with open(os.path.join(BUNDLES, 'lookback_rnn.md'), encoding='utf-8') as file:
            card = file.read()
        self.assertEqual(models['lookback_rnn']['card'], card)
        self.assertEqual(self.ok('models', '--json', 'lookback_rnn').json['models'][0]['card'], card)
        self.assertEqual((models['drum_kit']['origin'], models['drum_kit']['canRemove'], models['drum_kit']['kind']),
                         ('bundled', False, 'drum track'))
        self.assertIn('came with the server',
                      self.json('DELETE', '/v1/models/drum_kit', status=400)['error']['message'])
        with open(os.path.join(BUNDLES, 'drum_kit.mag'), 'rb') as file:
            self.assertEqual(self.server.ask('GET', '/v1/models/drum_kit.mag')[1], file.read())

    def test_come_play_and_go(self):
        card = self.write('card.md', '# Mine\n\n| what | reels |\n'.encode())
        path = self.path('mine.mag')
        self.ok('bundle', '--from=basic_rnn', f'--card={card}', '--bundle_description=My reels', f'--bundle_file={path}')
        self.assertEqual(self.ok('inspect', '--json', path).json['files'][0]['card'], '# Mine\n\n| what | reels |\n')
        mine = self.add(path, 'Meine Lieder')
        self.assertEqual((mine['id'], mine['name'], mine['card'], mine['description'], mine['config']),
                         ('meine-lieder', 'Meine Lieder', '# Mine\n\n| what | reels |\n', 'My reels', 'basic_rnn'))
        # What is given back is called as it is here.
        with open(self.path('again.mag'), 'wb') as file:
            file.write(self.server.ask('GET', '/v1/models/meine-lieder.mag')[1])
        self.assertEqual(self.ok('inspect', '--json', self.path('again.mag')).json['files'][0]['card'],
                         '# Meine Lieder\n\n| what | reels |\n')
        ids = [one['id'] for one in self.json('GET', '/v1/generators')['generators']]
        self.assertIn('meine-lieder', ids)
        generate = 'generate?seed=3&bars=4'
        self.assertEqual(self.server.ask('POST', f'/v1/generators/meine-lieder:{generate}', tune(1)),
                         self.server.ask('POST', f'/v1/generators/basic_rnn:{generate}', tune(1)))
        self.assertEqual(self.json('POST', '/v1/models/meine-lieder:rename?name=Reels')['name'], 'Reels')

        # What plays while it goes ends well.
        answers = []
        stream = '/v1/generators/meine-lieder:stream?seed=5&bars=300&distributions=1'
        thread = threading.Thread(target=lambda: answers.append(self.server.ask('POST', stream, tune(1))))
        thread.start()
        while self.server.metric('magenta_sessions') == 0 and thread.is_alive():
            time.sleep(0.001)
        self.json('DELETE', '/v1/models/meine-lieder')
        thread.join()
        self.assertEqual(answers[0][0], 200)
        self.assertIn(b'event: done', answers[0][1])
        self.assertEqual(answers[0][1].count(b'event: distribution'), 300 * 16)
        gone = self.json('POST', f'/v1/generators/meine-lieder:{generate}', tune(1), 404)['error']
        self.assertIn('The generators are', gone['remedy'])
        self.assertEqual(self.json('DELETE', '/v1/models/meine-lieder', status=404)['error']['code'], 'NOT_FOUND')
        self.assertEqual(self.files('studio/models'), [])

    def test_names_of_any_letters(self):
        bundle = os.path.join(BUNDLES, 'basic_rnn.mag')
        for name, model in (('Ländler', 'landler'), ('民謡', 'model'), ('Český "tanec"', 'cesky-tanec')):
            added = self.add(bundle, name)
            self.assertEqual((added['id'], added['name']), (model, name))
            self.assertEqual(self.models()[model]['name'], name)
            connection = http.client.HTTPConnection('127.0.0.1', self.server.port, timeout=60)
            connection.request('GET', f'/v1/models/{model}.mag')
            response = connection.getresponse()
            response.read()
            connection.close()
            self.assertEqual(response.headers['content-disposition'],
                             f'attachment; filename="{model}.mag"; filename*=UTF-8\'\'{urllib.parse.quote(name)}.mag')

    def test_are_there_when_the_server_starts_again(self):
        bundle = os.path.join(BUNDLES, 'basic_rnn.mag')
        self.add(bundle, 'One')
        self.add(bundle, 'One')
        self.json('POST', '/v1/models/one-2:rename?name=Another')
        self.server.stop(signal.SIGKILL)
        self.write('studio/models/broken.mag', b'no bundle')
        self.start()
        models = self.models()
        self.assertEqual((models['one']['name'], models['one-2']['name']), ('One', 'Another'))
        self.assertNotIn('broken', models)
        self.assertEqual(self.server.stop(), 0)
        self.start()

    def test_hostile_bundles(self):
        with open(os.path.join(BUNDLES, 'basic_rnn.mag'), 'rb') as file:
            good = file.read()
        for bad in (b'', b'\0' * 1000, good[:-7], good[:100], b'MThd' + good,
                    good.replace(b'basic_rnn', b'none_such', 1)):
            error = self.json('POST', '/v1/models?name=bad', bad, 400)['error']
            self.assertTrue(error['message'].startswith('the model '), error)
        status, _ = self.server.ask('POST', '/v1/models?name=' + 'x' * 300, good)
        self.assertEqual(status, 400)
        self.assertEqual(self.files('studio') if os.path.isdir(self.path('studio')) else [], [])
        self.assertEqual(self.server.ask('PUT', '/v1/models')[0], 405)
        self.assertEqual(self.server.ask('GET', '/v1/models/..%2f..%2fetc%2fpasswd.mag')[0], 404)


if __name__ == '__main__':
    unittest.main()
