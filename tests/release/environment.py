"""Environments of Python with the wheel (`make wheel`) and packages from PyPI, gone when a test is over.

MAGENTA_RELEASE_VENVS may name a folder whose NAME/bin/python, with the packages, is taken instead of a fresh environment
NAME: for trying a test again. The wheel is installed into it anew.
"""

import glob
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def said_by(*command, **options):
    """What it prints; an AssertionError where it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f'{command} ended with {done.returncode}\n{(done.stdout + done.stderr).decode()[-9000:]}')
    return done.stdout.decode()


def wheel():
    found = glob.glob(os.path.join(ROOT, 'build', 'wheel', '*.whl'))
    if len(found) != 1:
        raise AssertionError(f'{len(found)} wheels in build/wheel: `make wheel` makes it')
    return found[0]


class Environment:
    def __init__(self, name, *requirements):
        """`requirements`: what pip is told to install beside the wheel."""
        known = os.path.join(os.environ.get('MAGENTA_RELEASE_VENVS', ''), name)
        self._own = not os.path.exists(os.path.join(known, 'bin', 'python'))
        # Gigabytes: not into memory.
        self.folder = tempfile.mkdtemp(prefix=f'magenta-{name}-', dir='/var/tmp') if self._own else known
        self.python = os.path.join(self.folder, 'bin', 'python')
        if self._own:
            said_by(sys.executable, '-m', 'venv', self.folder)
            self.pip(wheel(), *requirements)
        else:
            self.pip('--no-deps', '--force-reinstall', wheel())

    def pip(self, *arguments):
        said_by(self.python, '-m', 'pip', 'install', '-q', '--no-cache-dir', *arguments)

    def run(self, *arguments, cwd='/', **variables):
        """What Python prints, far from the sources and their settings."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(('PYTHON', 'MAGENTA'))}
        return said_by(self.python, *arguments, cwd=cwd, env={**kept, **variables})

    def remove(self):
        if self._own:
            shutil.rmtree(self.folder, ignore_errors=True)
