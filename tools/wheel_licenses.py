"""wheel_licenses.py WHEEL OUT: puts beside a wheel's own license those of what it carries: for each Debian package
whose shared libraries travel in it, or whose headers' code is in its extension, dist-info/licenses/PACKAGE.copyright;
and those of nanobind, which the extension is compiled with. By the Python of build/venv-wheel."""

import importlib.metadata
import pathlib
import re
import shutil
import sys

from auditwheel.wheeltools import InWheelCtx
from sbom import COMPILED_IN, grafted_owners


def nanobind_licenses():
    """Its own, and that of the hash table in it, which stands at the head of its files alone."""
    files = importlib.metadata.files('nanobind')
    texts = [path.read_text() for path in files if path.name.startswith('LICENSE')]
    [table] = (path.read_text() for path in files if path.name == 'robin_map.h')
    return '\n'.join([*texts, re.match(r'/\*.*?\*/', table, re.S)[0] + '\n'])


def main(wheel, out):
    with InWheelCtx(pathlib.Path(wheel), pathlib.Path(out)) as context:
        [licenses] = context.path.glob('*.dist-info/licenses')
        libraries = [str(path.relative_to(context.path)) for path in context.path.glob('*.libs/*')]
        packages = sorted({*grafted_owners(libraries).values(), *COMPILED_IN})
        for package in packages:
            shutil.copyfile(f'/usr/share/doc/{package}/copyright', licenses / f'{package}.copyright')
        (licenses / 'nanobind.copyright').write_text(nanobind_licenses(), encoding='utf-8')
    print(f'licenses of {", ".join(packages)} and nanobind')


if __name__ == '__main__':
    main(*sys.argv[1:])
