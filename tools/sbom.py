#!/usr/bin/env python3
"""sbom.py BUILD [WHEEL]: prints what a build's programs, and the wheel, are made of, as SPDX 2.3 (JSON).

  Debian's packages   shared libraries that the programs and libmagenta load (DYNAMIC_LINK), archives in them
                      (STATIC_LINK), code of headers in them, of libraries that they do not link (CONTAINS), and what
                      only their compilation read (BUILD_DEPENDENCY_OF), by dpkg;
                      those whose shared libraries, or code of headers, the wheel carries (CONTAINS)
  npm's               what the studio's built page contains (CONTAINS), by its lock file
  Python's            what the wheel asks for (DEPENDS_ON), is compiled with (CONTAINS) and built by (BUILD_TOOL_OF),
                      and its tests (TEST_DEPENDENCY_OF); of the sources where there is no WHEEL

BUILD is a folder of CMake and Ninja in which the programs are built. The time is SOURCE_DATE_EPOCH, else that of the
last commit, so that two runs over the same build print the same.
"""

import base64
import datetime
import glob
import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SOURCES = 'SPDXRef-magenta'
# Debian's packages of headers whose code is in the wheel's extension, of libraries that do not travel with it.
COMPILED_IN = ('libhwy-dev', 'nlohmann-json3-dev')
NO_CODE = 'linux-libc-dev'  # its headers tell of the kernel


def out_of(*command, cwd=ROOT):
    return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, check=True).stdout.decode()


def text_of(*path):
    with open(os.path.join(ROOT, *path), encoding='utf-8') as file:
        return file.read()


def spdx_id(*words):
    # libgrpc++-dev is another one than libgrpc-dev.
    return 'SPDXRef-' + re.sub(r'[^A-Za-z0-9.]+', '-', '-'.join(words).replace('+', 'p')).strip('-')


def debian_owners(paths):
    """{path: Debian package} of the files that dpkg knows."""
    wanted = {}
    for path in paths:
        real = os.path.realpath(path)
        for name in {path, real, real.removeprefix('/usr')}:
            wanted.setdefault(name, path)
    owners = {}
    names = sorted(wanted)
    for start in range(0, len(names), 500):
        told = subprocess.run(['dpkg-query', '--search', *names[start:start + 500]], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=False).stdout.decode()
        for package, name in re.findall(r'^([^:,\s]+)[^ ]*: (/.*)$', told, re.M):
            if name in wanted:
                owners[wanted[name]] = package
    return owners


def grafted_owners(names):
    """{file in a wheel: Debian package} of those of its files `names` that auditwheel put there: libz-0123abcd.so.1."""
    wanted = [name for name in names if re.search(r'\.libs/.', name)]
    paths = {}
    for name in wanted:
        original = re.sub(r'-[0-9a-f]{8}(?=\.)', '', os.path.basename(name), count=1)
        paths.update((path, name) for path in glob.glob('/usr/lib/*/' + glob.escape(original)))
    owners = {paths[path]: package for path, package in debian_owners(paths).items()}
    unknown = sorted(set(wanted) - set(owners))
    if unknown:
        sys.exit(f'No Debian package that is installed here has {", ".join(unknown)}.')
    return owners


class Document:
    def __init__(self, version):
        self.version = version
        self.packages = {}
        self.relationships = set()

    def add(self, ref, name, version='', **fields):
        package = {'SPDXID': ref, 'name': name, 'downloadLocation': 'NOASSERTION', 'filesAnalyzed': False,
                   'licenseConcluded': 'NOASSERTION', 'licenseDeclared': 'NOASSERTION', 'copyrightText': 'NOASSERTION'}
        if version:
            package['versionInfo'] = version
        self.packages[ref] = {**package, **fields}
        return ref

    def relate(self, one, kind, other):
        self.relationships.add((one, kind, other))

    def add_debian(self, package):
        ref = spdx_id('deb', package)
        if ref not in self.packages:
            version, architecture = out_of('dpkg-query', '--show', '--showformat=${Version} ${Architecture}\n',
                                           package).splitlines()[0].split()
            self.add(ref, package, version, supplier='Organization: Debian',
                     externalRefs=[purl(f'pkg:deb/debian/{package}@{version}?arch={architecture}')])
        return ref

    def text(self, seconds):
        packages = [self.packages[ref] for ref in sorted(self.packages)]
        relationships = [{'spdxElementId': one, 'relationshipType': kind, 'relatedSpdxElement': other}
                         for one, kind, other in sorted(self.relationships)]
        digest = hashlib.sha256(json.dumps([packages, relationships]).encode()).hexdigest()
        created = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
        return json.dumps({
            'spdxVersion': 'SPDX-2.3', 'dataLicense': 'CC0-1.0', 'SPDXID': 'SPDXRef-DOCUMENT',
            'name': f'magenta-{self.version}',
            'documentNamespace': f'https://spdx.org/spdxdocs/magenta-{self.version}-{digest[:32]}',
            'creationInfo': {'created': created.strftime('%Y-%m-%dT%H:%M:%SZ'), 'creators': ['Tool: tools/sbom.py']},
            'packages': packages, 'relationships': relationships}, indent=1)


def purl(text):
    return {'referenceCategory': 'PACKAGE-MANAGER', 'referenceType': 'purl', 'referenceLocator': text}


def loaded_libraries(program):
    """Paths of the shared libraries that `program` itself names, not what those load in turn."""
    needed = re.findall(r'^  NEEDED +(\S+)$', out_of('objdump', '-p', program), re.M)
    paths = dict(re.findall(r'^\s(\S+) => (/\S+)', out_of('ldd', program), re.M))
    return [paths[name] for name in needed if name in paths]


def archives_of(ninja, output):
    """Debian's archives on the line that links `output` ("bin/magenta")."""
    block = re.search(rf'^build {re.escape(output)}(?: .*)?: .*\n((?:  .*\n)*)', ninja, re.M)
    return sorted(set(re.findall(r'/usr/lib/\S+\.a\b', block[1]))) if block else []


def built_programs(build):
    for path in sorted(glob.glob(os.path.join(build, 'bin', '*')) + glob.glob(os.path.join(build, 'lib', '*.so.*'))):
        if os.path.isfile(path) and not os.path.islink(path):
            yield os.path.relpath(path, build)


def headers_of_objects(build):
    """{object: headers of the system that it was compiled with}"""
    told = re.split(r'^(\S.*): #deps .*\n', out_of('ninja', '-C', build, '-t', 'deps'), flags=re.M)[1:]
    return {name: re.findall(r'^ +(/usr/\S+)$', headers, re.M) for name, headers in zip(told[::2], told[1::2])}


def source_of(package):
    return out_of('dpkg-query', '--show', '--showformat=${source:Package}\n', package).splitlines()[0]


def add_programs(document, build):
    with open(os.path.join(build, 'build.ninja'), encoding='utf-8') as file:
        ninja = file.read()
    headers = headers_of_objects(build)
    owners = debian_owners({header for read in headers.values() for header in read})
    with_code = set()
    for program in built_programs(build):
        ref = document.add(spdx_id('program', os.path.basename(program)), os.path.basename(program), document.version,
                           licenseDeclared='Apache-2.0')
        document.relate(SOURCES, 'GENERATES', ref)
        linked = set()
        for kind, paths in (('DYNAMIC_LINK', loaded_libraries(os.path.join(build, program))),
                            ('STATIC_LINK', archives_of(ninja, program))):
            for package in set(debian_owners(paths).values()):
                linked.add(package)
                document.relate(ref, kind, document.add_debian(package))
        sources = {source_of(package) for package in linked}
        objects = set(out_of('ninja', '-C', build, '-t', 'inputs', program).split()) & set(headers)
        read = {owners[header] for name in objects for header in headers[name] if header in owners}
        compiled_in = {package for package in read - {NO_CODE} if source_of(package) not in sources}
        for package in compiled_in:
            document.relate(ref, 'CONTAINS', document.add_debian(package))
        with_code |= linked | compiled_in
    for package in set(owners.values()) - with_code:
        document.relate(document.add_debian(package), 'BUILD_DEPENDENCY_OF', SOURCES)


def add_page(document):
    page = document.add('SPDXRef-studio', 'magenta-studio', document.version, licenseDeclared='Apache-2.0')
    document.relate(SOURCES, 'GENERATES', page)
    for path, entry in json.loads(text_of('studio', 'package-lock.json'))['packages'].items():
        if not path or entry.get('dev'):
            continue
        name, version = path.rpartition('node_modules/')[2], entry['version']
        algorithm, _, digest = entry['integrity'].partition('-')
        ref = document.add(spdx_id('npm', name), name, version, licenseDeclared=entry.get('license', 'NOASSERTION'),
                           checksums=[{'algorithm': algorithm.upper(),
                                       'checksumValue': base64.b64decode(digest).hex()}],
                           externalRefs=[purl(f'pkg:npm/{name.replace("@", "%40")}@{version}')])
        document.relate(page, 'CONTAINS', ref)


def add_wheel(document, path):
    """The wheel, by the name of its file, and the Debian packages of the code in it."""
    file = os.path.basename(path)
    name, version = file.split('-')[:2]
    name = name.replace('_', '-')
    wheel = document.add('SPDXRef-wheel', name, version, licenseDeclared='Apache-2.0', packageFileName=file,
                         externalRefs=[purl(f'pkg:pypi/{name}@{version}')])
    document.relate(SOURCES, 'GENERATES', wheel)
    with zipfile.ZipFile(path) as archive:
        packages = set(grafted_owners(archive.namelist()).values())
    for package in packages.union(COMPILED_IN):
        document.relate(wheel, 'CONTAINS', document.add_debian(package))
    return wheel


def add_python(document, wheel):
    """What `wheel`, a package of the document, has of PyPI's."""
    def add(requirement):
        name, wanted = re.match(r'([\w.-]+)(?:\[[^]]*\])?\s*([^;#]*)', requirement).groups()
        wanted = wanted.strip()
        pinned = re.fullmatch(r'==\s*([\w.]+)', wanted)
        version = pinned[1] if pinned else ''
        ref = spdx_id('pypi', name, wanted.replace('>=', 'from-'))  # another test may pin another version
        return document.add(ref, name, version, comment=f'asked for as {requirement.strip()}',
                            externalRefs=[purl(f'pkg:pypi/{name.lower()}' + (f'@{version}' if version else ''))])

    for path in sorted(glob.glob(os.path.join(ROOT, 'python', 'requirements-*.txt'))):
        for line in text_of(path).splitlines():
            if not re.match(r'\w', line):
                continue
            ref = add(line.split(' #')[0])
            if not path.endswith('-wheel.txt'):
                document.relate(ref, 'TEST_DEPENDENCY_OF', SOURCES)
            elif line.startswith('nanobind==') and wheel != SOURCES:
                document.relate(wheel, 'CONTAINS', ref)
            else:
                document.relate(ref, 'BUILD_TOOL_OF', wheel)
    project = os.path.join(ROOT, 'pyproject.toml')
    if os.path.exists(project):
        for requirement in tomllib.loads(text_of(project))['project'].get('dependencies', []):
            document.relate(wheel, 'DEPENDS_ON', add(requirement))


def main(build, wheel=None):
    version = re.search(r'^project\(magenta VERSION ([\d.]+)', text_of('CMakeLists.txt'), re.M)[1]
    document = Document(version)
    document.add(SOURCES, 'magenta', version, licenseDeclared='Apache-2.0',
                 copyrightText='2026 The Magenta in C++ Authors')
    document.relate('SPDXRef-DOCUMENT', 'DESCRIBES', SOURCES)
    add_programs(document, os.path.abspath(build))
    add_page(document)
    add_python(document, add_wheel(document, wheel) if wheel else SOURCES)
    seconds = os.environ.get('SOURCE_DATE_EPOCH') or out_of('git', 'log', '-1', '--format=%ct')
    print(document.text(int(seconds)))


if __name__ == '__main__':
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
