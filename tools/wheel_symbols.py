"""wheel_symbols.py WHEEL OUT: gives whatever the shared libraries in a wheel define names of its own, so that no other
copy of them in a process, of TensorFlow's or torch's, is taken for ours, nor ours for theirs. By the Python of
build/venv-wheel."""

import pathlib
import subprocess
import sys
import tempfile

from auditwheel.wheeltools import InWheelCtx
from elftools.elf.elffile import ELFFile

SUFFIX = '_magenta_native'


def defined(path):
    """Names that a library gives to others."""
    with open(path, 'rb') as file:
        symbols = ELFFile(file).get_section_by_name('.dynsym').iter_symbols()
        return {symbol.name for symbol in symbols
                if symbol['st_shndx'] != 'SHN_UNDEF' and symbol['st_info']['bind'] != 'STB_LOCAL'}


def main(wheel, out):
    with InWheelCtx(pathlib.Path(wheel), pathlib.Path(out)) as context, tempfile.NamedTemporaryFile('w') as names:
        libraries = sorted(context.path.glob('*.libs/*.so*'))
        extensions = sorted(context.path.glob('*/*.so'))
        symbols = set().union(*map(defined, libraries))
        names.writelines(f'{name} {name}{SUFFIX}\n' for name in sorted(symbols))
        names.flush()
        for path in libraries + extensions:
            subprocess.run(['patchelf', '--rename-dynamic-symbols', names.name, path], check=True)
    print(f'{len(symbols)} names of {len(libraries)} libraries end in {SUFFIX}')


if __name__ == '__main__':
    main(*sys.argv[1:])
