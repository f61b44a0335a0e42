"""What the studio's page teaches by: collections, data sets and trainings, over HTTP, with the real programs."""

import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import time
import unittest

from program import BIN, ROOT, Case, midi, needs_serve, needs_train, tune


class Studio:
    """A `magenta serve` with a studio's folder."""

    def __init__(self, folder, most_file_bytes=None, **env):
        self.folder = folder

        def limit():
            if most_file_bytes is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (most_file_bytes, most_file_bytes))

        self.process = subprocess.Popen(
            [os.path.join(BIN, 'magenta'), 'serve', '--config=lookback_rnn,chord_pitches_improv,drum_kit',
             '--port=0', '--grpc_port=0', '--studio_dir=' + folder],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, **env}, preexec_fn=limit)
        self.port = json.loads(self.process.stdout.readline())['port']

    def ask(self, method, target, body=None, raw=False):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=120)
        try:
            connection.request(method, target, json.dumps(body) if isinstance(body, dict) else body)
            response = connection.getresponse()
            text = response.read()
            return response.status, text if raw else json.loads(text)
        finally:
            connection.close()

    def good(self, method, target, body=None):
        status, answer = self.ask(method, target, body)
        assert status == 200, (method, target, status, answer)
        return answer

    def collect(self, files):
        """A collection of {name: bytes}."""
        made = self.good('POST', '/v1/collections')['id']
        for name, content in files.items():
            self.good('POST', f'/v1/collections/{made}/files?name={name}', content)
        return made

    def wait(self, job, until=('done', 'failed', 'stopped'), seconds=300):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.good('GET', '/v1/jobs/' + job)
            if found['state'] in until:
                return found
            time.sleep(0.05)
        raise AssertionError(f'job {job} is not {until} after {seconds} s: {found}')

    def dataset(self, files, model='lookback_rnn', **options):
        made = self.good('POST', '/v1/jobs', {'kind': 'dataset', 'collection': self.collect(files), 'model': model,
                                              'options': options})
        return self.wait(made['id'])

    def train(self, dataset, model='lookback_rnn', **fields):
        return self.good('POST', '/v1/jobs', {'kind': 'train', 'dataset': dataset['id'], 'model': model, **fields})

    def end(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.communicate(timeout=60)
        return self.process.returncode


def trainers():
    """The processes that teach, by their number."""
    found = []
    for process in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{process}/cmdline', 'rb') as line:
                words = line.read().split(b'\0')
            if words[0].endswith(b'magenta-train'):
                found.append((int(process), os.readlink(f'/proc/{process}/cwd')))
        except OSError:
            pass  # it has ended
    return found


def tunes(count):
    return {f'tune{i}.mid': tune(8, offset=i) for i in range(count)}


@needs_serve
class StudioJobs(Case):
    def setUp(self):
        super().setUp()
        self.running = []

    def tearDown(self):
        for studio in self.running:
            studio.end(signal.SIGKILL)
        super().tearDown()

    def start(self, **how):
        studio = Studio(self.path('studio'), **how)
        self.running.append(studio)
        return studio

    def trainers(self):
        return [process for process, folder in trainers() if folder.startswith(self.path('studio'))]

    def trainer(self):
        """The program that teaches, once it is there."""
        end = time.monotonic() + 60
        while not self.trainers() and time.monotonic() < end:
            time.sleep(0.02)
        process, = self.trainers()
        return process

    def kill_and_start(self, studio):
        """The next server, where the last one was killed: at normal priority, so that a busy machine is no matter."""
        studio.end(signal.SIGKILL)
        end = time.monotonic() + 10
        while self.trainers() and time.monotonic() < end:
            time.sleep(0.02)
        self.assertEqual(self.trainers(), [])
        return self.start(MAGENTA_JOB_NICE='0')

    def reach(self, studio, job, step):
        end = time.monotonic() + 300
        while studio.good('GET', '/v1/jobs/' + job)['step'] < step:
            self.assertLess(time.monotonic(), end, studio.good('GET', '/v1/jobs/' + job))
            time.sleep(0.05)

    def refused(self, status, text, studio, *request):
        got, answer = studio.ask(*request)
        self.assertEqual(got, status, answer)
        self.assertIn(text, answer['error']['message'] + answer['error'].get('remedy', ''))

    def test_collections(self):
        studio = self.start()
        first = studio.collect({'a.mid': tune(8), '..%2F..%2Fetc%2Fpasswd': b'X:1\nK:C\nCDEF|', 'b': b'nothing'})
        self.assertEqual(self.files('studio/collections/' + first),
                         ['files/0001.mid', 'files/0002.abc', 'files/0003.unknown', 'names.jsonl'])
        self.assertEqual(studio.good('GET', '/v1/collections/' + first)['files'], 3)
        large = bytes(17 << 20)
        self.refused(413, '', studio, 'POST', f'/v1/collections/{first}/files?name=l', large)
        self.assertEqual(studio.good('GET', '/v1/collections/' + first)['files'], 3)
        for wrong in ('..', '%2e%2e', first[:-1], first + '0', 'x' * 300):
            self.assertEqual(studio.ask('GET', '/v1/collections/' + wrong)[0], 404, wrong)
            self.assertEqual(studio.ask('POST', f'/v1/collections/{wrong}/files?name=a', b'x')[0], 404, wrong)
        studio.good('DELETE', '/v1/collections/' + first)
        self.assertEqual(studio.ask('GET', '/v1/collections/' + first)[0], 404)
        self.assertEqual(self.files('studio/collections'), [])

    def test_dataset_says_what_became_of_each_file(self):
        studio = self.start()
        files = tunes(400)
        files.update({f'broken{i}.mid': b'MThd' + bytes([i]) * 20 for i in range(99)})
        files['letter.txt'] = b'Dear Sir'
        job = studio.dataset(files)
        self.assertEqual(job['state'], 'done', job)
        report = job['report']
        self.assertEqual((report['files'], report['kept']), (500, 400), report['discarded'])
        self.assertEqual(report['examples'] + report['heldOut'], 400)
        self.assertEqual(report['heldOut'], 40)
        self.assertEqual({(each['reason'], each['count']) for each in report['discarded']},
                         {('broken_midi', 99), ('no_music', 1)})
        self.assertEqual(len(report['leftOut']), 100)
        self.assertEqual({each['file'] for each in report['leftOut']} - set(files), set())

    def test_remedies(self):
        studio = self.start()
        short = {f's{i}.mid': tune(3, offset=i) for i in range(6)}
        job = studio.dataset(short)
        self.assertEqual(job['state'], 'failed')
        self.assertIn('none of the 6 files', job['error']['message'])
        remedy = job['report']['discarded'][0]['remedy']
        self.assertEqual((remedy['option'], remedy['value']), ('min_bars', 3))
        self.assertIn('3 or more bars', remedy['text'])
        again = studio.dataset(short, min_bars=3)
        self.assertEqual((again['state'], again['report']['kept'], again['report']['heldOut']), ('done', 6, 1))
        chords = studio.dataset(tunes(5), model='chord_pitches_improv')
        self.assertEqual(chords['report']['discarded'][0]['remedy'],
                         {'text': 'Find the chords from the notes', 'option': 'infer_chords', 'value': True})
        found = studio.dataset(tunes(5), model='chord_pitches_improv', infer_chords=True)
        self.assertEqual(found['report']['kept'], 5)
        self.assertEqual(found['report']['heldOut'], 12)  # one file in twelve keys
        drums = studio.dataset(tunes(2), model='drum_kit')
        self.assertIsNone(drums['report']['discarded'][0]['remedy'])
        self.assertIn('no drums', drums['report']['discarded'][0]['text'])

    def test_books_count_once(self):
        """Files of several tunes or patterns, whose titles have any signs."""
        studio = self.start()
        tune_of = 'X:{}\nT:One/a_b\nM:4/4\nL:1/4\nK:C\n' + 'CDEF|GABc|' * 4 + '\n\n'
        job = studio.dataset({'book.abc': (tune_of.format(1) + tune_of.format(2)).encode(),
                              'broken.abc': b'X:1\nT:Bad\nK:C\n%%%% \n'})
        self.assertEqual((job['report']['files'], job['report']['kept'], job['report']['examples']), (2, 1, 2))
        self.assertEqual([each['file'] for each in job['report']['leftOut']], ['broken.abc'])
        grooves = {}
        for name in sorted(os.listdir(os.path.join(ROOT, 'data', 'drums')))[:6]:
            if name.endswith('.drums'):
                with open(os.path.join(ROOT, 'data', 'drums', name), 'rb') as file:
                    grooves[name] = file.read()
        drums = studio.dataset(grooves, model='drum_kit')['report']
        self.assertEqual((drums['files'], drums['kept']), (len(grooves), len(grooves)))
        self.assertGreaterEqual(drums['heldOut'], 1)

    def test_requests_that_are_wrong(self):
        studio = self.start()
        collection = studio.collect(tunes(1))
        dataset = {'kind': 'dataset', 'collection': collection, 'model': 'lookback_rnn'}
        for status, text, body in (
                (400, 'JSON', b'{'), (400, 'kind', {'kind': 'x'}), (400, 'text', {'kind': 3}),
                (404, 'no generator', {**dataset, 'model': 'x'}),
                (404, 'collection', {**dataset, 'collection': '../../etc'}),
                (400, 'min_bars', {**dataset, 'options': {'min_bar': 3}}),
                (400, 'from 0', {**dataset, 'options': {'min_bars': -1}}),
                (400, 'minutes or steps', {'kind': 'train', 'model': 'lookback_rnn', 'dataset': 'x'}),
        ):
            with self.subTest(body=body):
                self.refused(status, text, studio, 'POST', '/v1/jobs', body)
        for verb in ('', ':events', ':stop', ':resume', '/tunes/3'):
            method = 'POST' if verb in (':stop', ':resume') else 'GET'
            self.assertEqual(studio.ask(method, '/v1/jobs/0123456789ab' + verb)[0], 404, verb)
        self.assertEqual(studio.ask('PUT', '/v1/jobs')[0], 405)

    @needs_train
    def test_trainings_that_are_wrong(self):
        studio = self.start()
        for dataset in ('x', '../x', ''):
            self.refused(404, 'job', studio, 'POST', '/v1/jobs',
                         {'kind': 'train', 'model': 'lookback_rnn', 'dataset': dataset, 'steps': 3})

    def test_a_head_of_events_has_no_body(self):
        studio = self.start()
        job = studio.dataset(tunes(5))
        with socket.create_connection(('127.0.0.1', studio.port), timeout=60) as client:
            client.sendall(f'HEAD /v1/jobs/{job["id"]}:events HTTP/1.1\r\nHost: localhost\r\n\r\n'.encode())
            client.sendall(b'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
            answers = b''.join(iter(lambda: client.recv(4096), b''))
        _, _, next_answer = answers.partition(b'\r\n\r\n')
        self.assertTrue(next_answer.startswith(b'HTTP/1.1 200'), answers)

    def test_a_second_server_leaves_the_folder_alone(self):
        studio = self.start()
        studio.collect(tunes(1))
        second = self.start()
        self.refused(503, 'another magenta server', second, 'POST', '/v1/collections')
        studio.end()
        second.collect(tunes(1))

    def test_without_magenta_train(self):
        bare = self.path('bin')
        os.mkdir(bare)
        for name in ('magenta', 'magenta-serve'):
            os.link(os.path.join(BIN, name), os.path.join(bare, name)) if os.stat(BIN).st_dev == os.stat(
                bare).st_dev else subprocess.run(['cp', os.path.join(BIN, name), bare], check=True)
        process = subprocess.Popen([os.path.join(bare, 'magenta'), 'serve', '--config=lookback_rnn', '--port=0',
                                    '--grpc_port=0', '--studio_dir=' + self.path('studio')], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL,
                                   env={**os.environ, 'PATH': '/usr/bin:/bin',
                                        'MAGENTA_BUNDLES': os.path.join(ROOT, 'data', 'bundles')})
        studio = Studio.__new__(Studio)
        studio.process = process
        studio.port = json.loads(process.stdout.readline())['port']
        self.running.append(studio)
        made = studio.dataset(tunes(5))
        self.assertEqual(made['state'], 'done')
        self.refused(501, 'make', studio, 'POST', '/v1/jobs',
                     {'kind': 'train', 'model': 'lookback_rnn', 'dataset': made['id'], 'steps': 3})

    @needs_train
    def test_teaches_through_a_killed_server(self):
        studio = self.start()
        data = studio.dataset(tunes(12))
        job = studio.train(data, name='My  tunes', steps=36)
        twin = studio.train(data, name='My tunes', steps=20)
        self.assertEqual((job['name'], job['steps'], twin['state']), ('My tunes', 36, 'waiting'))
        # What a job began from may go.
        studio.good('DELETE', '/v1/jobs/' + data['id'])
        process = self.trainer()
        with open(f'/proc/{process}/stat', encoding='ascii') as stat:
            fields = stat.read().rpartition(')')[2].split()
        self.assertEqual(fields[16], '19')  # nice
        self.assertEqual(os.sched_getscheduler(process), os.SCHED_IDLE)
        self.assertEqual(os.getsid(process), process)
        studio = self.kill_and_start(studio)
        self.reach(studio, job['id'], 10)
        studio = self.kill_and_start(studio)
        jobs = studio.good('GET', '/v1/jobs')['jobs']
        self.assertEqual([each['id'] for each in jobs], [job['id'], twin['id']])
        events = []
        connection = http.client.HTTPConnection('127.0.0.1', studio.port, timeout=120)
        connection.request('GET', f'/v1/jobs/{job["id"]}:events')
        response = connection.getresponse()
        self.assertEqual(response.getheader('content-type'), 'text/event-stream')
        for line in response:
            if line.startswith(b'event: '):
                events.append(line.decode().split()[1])
            elif line.startswith(b'data: ') and events[-1] == 'job':
                last = json.loads(line[6:])
        self.assertEqual(events, ['job'] * (len(events) - 1) + ['end'])
        connection.close()
        self.assertEqual(last['state'], 'done', last)
        self.assertIsNone(last['error'])
        self.assertEqual(last['progress'], 1)
        held_out = dict(last['curves']['heldOut'])
        self.assertEqual(last['curves']['before'], held_out[0])
        self.assertLess(min(held_out.values()), held_out[0])
        steps = [step for step, _ in last['curves']['training']]
        self.assertEqual(steps, sorted(set(steps)))
        self.assertEqual(last['checkpoints'][0], 0)

        tune_of = f'/v1/jobs/{job["id"]}/tunes/{last["checkpoints"][-1]}'
        heard = studio.good('GET', tune_of)
        self.assertGreater(len(heard['notes']), 3)
        self.assertEqual(studio.good('GET', tune_of), heard)
        self.assertEqual(studio.ask('GET', f'/v1/jobs/{job["id"]}/tunes/7777')[0], 404)

        twin = studio.wait(twin['id'])
        self.assertEqual(twin['state'], 'done', twin)
        self.check_models(studio, [last['result'], twin['result']])
        studio.good('DELETE', '/v1/jobs/' + job['id'])
        self.assertEqual(os.path.exists(self.path('studio', 'jobs', job['id'])), False)
        self.assertEqual(studio.end(), 0)

    def check_models(self, studio, ids):
        self.assertEqual(len(set(ids)), 2, ids)
        generators = {each['id'] for each in studio.good('GET', '/v1/generators')['generators']}
        self.assertLessEqual(set(ids), generators)
        status, answer = studio.ask('POST', f'/v1/generators/{ids[0]}:generate?bars=2&seed=1', b'', raw=True)
        self.assertEqual(status, 200, answer)
        card = next(each for each in studio.good('GET', '/v1/models')['models'] if each['id'] == ids[0])['card']
        self.assertIn('| held-out loss |', card)
        self.assertIn('| held-out bits a note |', card)

    @needs_train
    def test_a_disk_that_is_full(self):
        """As a file that may not grow: a checkpoint has four times the bundle's bytes."""
        studio = self.start(most_file_bytes=2 << 20, MAGENTA_JOB_NICE='0')
        data = studio.dataset(tunes(3))
        job = studio.wait(studio.train(data, steps=8)['id'])
        self.assertEqual(job['state'], 'failed', job)
        self.assertIn('too large', job['error']['message'])
        self.assertNotEqual(job['error']['remedy'], '')
        self.assertEqual(studio.good('GET', '/v1/jobs/' + data['id'])['state'], 'done')
        self.assertEqual(studio.end(), 0)
        studio = self.start(MAGENTA_JOB_NICE='0')
        studio.good('POST', f'/v1/jobs/{job["id"]}:resume')
        job = studio.wait(job['id'])
        self.assertEqual((job['state'], job['error']), ('done', None), job)
        self.assertEqual((job['curves']['before'], job['report']['heldOut']), (None, 0))

    @needs_train
    def test_stop_and_go_on(self):
        studio = self.start(MAGENTA_JOB_NICE='0')
        data = studio.dataset(tunes(12))
        job = studio.train(data, steps=4000)['id']
        waiting = studio.train(data, steps=4000)['id']
        studio.good('POST', f'/v1/jobs/{waiting}:stop')
        self.assertEqual(studio.good('GET', '/v1/jobs/' + waiting)['state'], 'stopped')
        self.reach(studio, job, 5)
        studio.good('POST', f'/v1/jobs/{job}:stop')
        stopped = studio.wait(job)
        self.assertEqual(stopped['state'], 'stopped', stopped)
        self.assertEqual(self.trainers(), [])
        self.assertIn(stopped['step'], stopped['checkpoints'])
        studio.good('POST', f'/v1/jobs/{job}:resume')
        self.reach(studio, job, stopped['step'] + 1)
        # The server's own end stops the program, and the job goes on with the next one.
        self.assertEqual(studio.end(), 0)
        self.assertEqual(self.trainers(), [])
        studio = self.start()
        self.assertEqual(studio.wait(job, until=('running',))['id'], job)
        studio.good('DELETE', '/v1/jobs/' + job)
        self.assertEqual(self.trainers(), [])
        self.assertEqual([each['id'] for each in studio.good('GET', '/v1/jobs')['jobs']], [data['id'], waiting])


if __name__ == '__main__':
    unittest.main()
