"""A Python environment that holds the real Magenta. Standard library only."""

import glob
import hashlib
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
VERSION = (3, 10)
REQUIREMENTS = ('requirements.txt', 'requirements-magenta.txt')


class NoPython(Exception):
  """There is no Python that the reference runs on."""


class CannotInstall(Exception):
  """The packages could not be installed."""


def runs_version(python):
  """Whether `python` starts and is of VERSION (a shim of pyenv may do neither)."""
  try:
    out = subprocess.run([python, '-c', 'import sys; print(*sys.version_info[:2])'],
                         capture_output=True, text=True, timeout=60)
  except (OSError, subprocess.TimeoutExpired):
    return False
  return out.returncode == 0 and out.stdout.split() == [str(part) for part in VERSION]


def find_python():
  """The path of a Python of VERSION: on PATH, then pyenv's."""
  name = 'python%d.%d' % VERSION
  root = os.environ.get('PYENV_ROOT', os.path.expanduser('~/.pyenv'))
  candidates = [shutil.which(name)]
  candidates += sorted(glob.glob(os.path.join(root, 'versions', '%d.%d.*' % VERSION, 'bin', name)),
                       reverse=True)
  for python in filter(None, candidates):
    if runs_version(python):
      return python
  raise NoPython('Magenta 2.1.4 needs Python %d.%d, and there is none on PATH or under %s. '
                 'Install one (pyenv install %d.%d), or name an environment that has Magenta '
                 'with --python=PATH.' % (*VERSION, root, *VERSION))


def _stamp():
  digest = hashlib.sha256()
  for name in REQUIREMENTS:
    with open(os.path.join(HERE, name), 'rb') as f:
      digest.update(f.read())
  return digest.hexdigest()


def _pip(python, *arguments):
  command = [python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', *arguments]
  if subprocess.run(command, check=False).returncode != 0:
    raise CannotInstall('`%s` failed; is PyPI reachable?' % ' '.join(command))


def ensure(folder):
  """Makes the environment in `folder` unless it is whole already; its Python's path."""
  python = os.path.join(folder, 'bin', 'python')
  stamp = os.path.join(folder, 'made-of')
  if os.path.exists(stamp):
    with open(stamp, encoding='utf-8') as f:
      if f.read() == _stamp():
        return python
  base = find_python()
  print('Making an environment with Magenta 2.1.4 in %s (once; some minutes)' % folder, flush=True)
  shutil.rmtree(folder, ignore_errors=True)
  if subprocess.run([base, '-m', 'venv', folder], check=False).returncode != 0:
    raise CannotInstall('`%s -m venv %s` failed' % (base, folder))
  # The build of some packages needs the old setuptools that requirements.txt names first.
  _pip(python, 'setuptools<66', 'wheel')
  _pip(python, '-r', os.path.join(HERE, REQUIREMENTS[0]))
  _pip(python, '--no-deps', '-r', os.path.join(HERE, REQUIREMENTS[1]))
  with open(stamp, 'w', encoding='utf-8') as f:
    f.write(_stamp())
  return python
