"""An installed libmagenta in other programs: found by CMake and by pkg-config, called from C++ and from C; and what it
shows and drags along."""

import os
import re
import shutil
import subprocess
import tempfile
import time
import unittest

from program import BIN, ROOT, Case, needs, notes_of, run

BUILD = os.path.dirname(BIN)
EXAMPLE = os.path.join(ROOT, 'examples', 'embed')
REQUEST = b"""input_sequence { notes { pitch: 60 velocity: 90 end_time: 0.5 } total_time: 0.5 }
generator_options { generate_sections { start_time: 0.5 end_time: 4 } args { key: "seed" value { int_value: 3 } } }"""


def call(*command, **kwargs):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=300, check=False, **kwargs)
    return done.returncode, done.stdout.decode()


@needs('library')
class Embedded(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept = tempfile.mkdtemp(prefix='magenta-embed-')
        cls.addClassCleanup(shutil.rmtree, cls.kept)
        first = os.path.join(cls.kept, 'first')
        for component in ('library', 'development', 'data'):
            status, said = call('cmake', '--install', BUILD, '--prefix', first, '--component', component)
            assert status == 0, said
        cls.prefix = shutil.move(first, os.path.join(cls.kept, 'moved'))
        found = [folder for folder, _, files in os.walk(cls.prefix) if 'libmagenta.so.1' in files]
        assert len(found) == 1, found
        cls.library = os.path.join(found[0], 'libmagenta.so.1')
        cls.environment = {'PATH': '/usr/bin:/bin', 'HOME': cls.kept, 'LD_LIBRARY_PATH': found[0]}

    def call(self, *command, status=0):
        returned, said = call(*command, cwd=self.folder, env=self.environment)
        self.assertEqual(returned, status, said)
        return said

    def request_file(self):
        path = self.path('request.pb')
        with open(path, 'wb') as file:
            file.write(subprocess.run(
                ['protoc', '--encode=magenta.GenerateSequenceRequest', '-I', os.path.join(ROOT, 'proto'),
                 'magenta/generator.proto'], input=REQUEST, stdout=subprocess.PIPE, check=True).stdout)
        return path

    def test_cmake_finds_it(self):
        self.call('cmake', '-G', 'Ninja', '-S', EXAMPLE, '-B', 'build', '-DCMAKE_PREFIX_PATH=' + self.prefix)
        self.call('cmake', '--build', 'build')
        start = time.monotonic()
        said = self.call('build/play_on', 'basic_rnn')
        took = time.monotonic() - start
        times = [float(number) for number in re.findall(r'^ *([\d.]+) s  pitch \d+$', said, re.M)]
        self.assertEqual(times[:4], [0, 0.25, 0.5, 0.75])
        self.assertGreater(len(times), 8)
        self.assertEqual(times, sorted(times))
        self.assertGreater(took, times[-1], 'a note is said when it sounds, not before')
        self.assertIn('no_such_rnn', self.call('build/play_on', 'no_such_rnn', status=3))

        # The C program gives the notes that the command line gives.
        request = self.request_file()
        self.assertIn('bytes by libmagenta', self.call('build/continue_midi', 'basic_rnn', request, 'out.mid'))
        same = run('request', '--config=basic_rnn', '--json', request).json['generatedSequence']['notes']
        self.assertGreater(len(same), 2)
        self.assertEqual([(note['pitch'], round(note.get('startTime', 0), 3)) for note in same],
                         [(pitch, round(start, 3)) for pitch, start, _ in notes_of(self.path('out.mid'))])

    def test_the_page_is_true(self):
        """Its commands as they stand, in a home of their own: from the clone's folder, then from that of a program."""
        with open(os.path.join(ROOT, 'docs', 'embedding.md'), encoding='utf-8') as file:
            page = file.read()
        blocks = re.findall(r'^```(\w*)\n(.*?)^```', page, re.M | re.S)
        files = {'cpp': 'tune.cc', 'cmake': 'CMakeLists.txt', 'c': 'tune.c'}
        self.assertEqual(sorted(language for language, _ in blocks if language), sorted(files))
        for language, text in blocks:
            if language:
                self.write('tune/' + files[language], text.encode())
        install, with_cmake, with_pkg_config = [text for language, text in blocks if not language]
        os.mkdir(self.path('clone'))
        os.symlink(BUILD, self.path('clone', 'build'))
        self.shell(install, 'clone')
        for commands in (with_cmake, with_pkg_config):
            self.shell(commands, 'tune')
            notes = notes_of(self.path('tune', 'tune.mid'))
            self.assertEqual(notes[0][:2], (60, 0))
            self.assertGreater(len(notes), 4)
            self.assertLessEqual(notes[-1][2], 8.001)
            os.remove(self.path('tune', 'tune.mid'))
        said = self.shell(with_pkg_config.replace('c++ -std=c++17 tune.cc', 'cc tune.c'), 'tune')
        self.assertRegex(said, r'^\d+ bytes of MIDI by Magenta \d+\.\d+\.\d+$')

    def shell(self, commands, folder):
        status, said = call('bash', '-euo', 'pipefail', '-c', commands, cwd=self.path(folder),
                            env={'PATH': '/usr/bin:/bin', 'HOME': self.folder})
        self.assertEqual(status, 0, said)
        return said

    def flags(self):
        folder = os.path.join(os.path.dirname(self.library), 'pkgconfig')
        status, flags = call('pkg-config', '--cflags', '--libs', 'magenta',
                             env={'PATH': '/usr/bin:/bin', 'PKG_CONFIG_PATH': folder})
        self.assertEqual(status, 0, flags)
        self.assertIn('-lmagenta', flags)
        return flags.split()

    def test_pkg_config_finds_it(self):
        self.call('cc', '-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Werror',
                  os.path.join(EXAMPLE, 'continue_midi.c'), '-o', 'continue_midi', *self.flags())
        self.call('./continue_midi', 'basic_rnn', self.request_file(), 'out.mid')
        self.call('./continue_midi', 'basic_rnn', os.path.join(ROOT, 'README.md'), 'none.mid', status=3)
        self.assertNotIn('none.mid', self.files())

    def test_it_shows_its_functions_and_messages_alone(self):
        _, said = call('nm', '-DC', '--defined-only', self.library)
        shown = [line.split(' ', 2)[2] for line in said.splitlines()]
        functions = {name for name in shown if name.startswith('magenta_')}
        with open(os.path.join(ROOT, 'include', 'magenta', 'magenta.h'), encoding='utf-8') as file:
            header = file.read()
        self.assertEqual(functions, set(re.findall(r'^MAGENTA_API [^;(]*?\*?(magenta_\w+)\(', header, re.M)))
        message = re.compile(r'((vtable|typeinfo|typeinfo name) for )?magenta::('
                             r'NoteSequence|Generat|_|VelocityRange|SequenceMetadata|ListGen|Relay)'
                             r'|descriptor_table_magenta_2f|TableStruct_magenta_2f|magenta_')
        self.assertEqual([name for name in shown if not message.match(name)], [])

    def test_it_is_called_by_its_number_and_needs_no_heavy_library(self):
        _, said = call('readelf', '-d', self.library)
        self.assertIn('Library soname: [libmagenta.so.1]', said)
        self.assertNotIn('TEXTREL', said)
        self.assertNotIn('RUNPATH', said)
        needed = re.findall(r'NEEDED.*\[(.*?)\.so', said)
        for heavy in ('libtorch', 'libgrpc', 'libjack', 'libfluidsynth', 'libcairo', 'librtmidi'):
            self.assertFalse([name for name in needed if name.startswith(heavy)], needed)

    def test_it_prints_nothing_and_never_exits(self):
        _, said = call('nm', '-DC', '--undefined-only', self.library)
        for name in ('exit', '_exit', 'quick_exit', 'printf', 'puts', 'std::cout', 'std::cerr'):
            self.assertNotRegex(said, rf'\b[UW] {re.escape(name)}(@|\(|$)')


if __name__ == '__main__':
    unittest.main()
