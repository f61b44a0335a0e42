"""wheel_licenses.py WHEEL OUT: puts beside a wheel's own license those of what it carries: for each Debian package
whose shared libraries travel in it dist-info/licenses/PACKAGE.copyright, and that of nanobind, which its extension is
compiled with. By the Python of build/venv-wheel."""

import importlib.metadata
import pathlib
import shutil
import sys

from auditwheel.wheeltools import InWheelCtx
from sbom import grafted_owners


def main(wheel, out):
    with InWheelCtx(pathlib.Path(wheel), pathlib.Path(out)) as context:
        [licenses] = context.path.glob('*.dist-info/licenses')
        libraries = [str(path.relative_to(context.path)) for path in context.path.glob('*.libs/*')]
        packages = sorted(set(grafted_owners(libraries).values()))
        for package in packages:
            shutil.copyfile(f'/usr/share/doc/{package}/copyright', licenses / f'{package}.copyright')
        [nanobind] = (path for path in importlib.metadata.files('nanobind') if path.name == 'LICENSE')
        shutil.copyfile(nanobind.locate(), licenses / 'nanobind.copyright')
    print(f'licenses of {", ".join(packages)} and nanobind')


if __name__ == '__main__':
    main(*sys.argv[1:])
