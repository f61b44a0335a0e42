"""Runs the groups of rows inside the environment that has Magenta; parity.py starts it."""

import argparse
import os
import shutil
import sys
import warnings

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
os.environ.setdefault('CUDA_VISIBLE_DEVICES', '-1')
warnings.filterwarnings('ignore')

# pylint: disable=wrong-import-position
import numpy as np

from parity import ours
from parity import reference
from parity import report as report_lib
from parity import bundles
from parity import checkpoints
from parity import datasets
from parity import files
from parity import numbers

GROUPS = {'files': files, 'datasets': datasets, 'checkpoints': checkpoints, 'numbers': numbers,
          'bundles': bundles}


class Context:
  """What every group needs: both sides, random numbers, a place for files."""

  def __init__(self, flags, magenta, rng):
    self.ours = ours.Magenta(flags.magenta)
    self.reference = magenta
    self.rng = rng
    self.configs = flags.configs.split(',')
    self._work = flags.work
    self._scale = flags.scale
    self._folders = 0

  def count(self, whole):
    return max(1, round(whole * self._scale))

  def path(self, name):
    return os.path.join(self._work, name)

  def folder(self, name):
    """A new folder; a name that was used gets a number."""
    path = self.path(name)
    if os.path.exists(path):
      self._folders += 1
      path = '%s.%d' % (path, self._folders)
    os.makedirs(path)
    return path


def parse_flags():
  parser = argparse.ArgumentParser()
  for name in ('magenta', 'json', 'work', 'only', 'configs'):
    parser.add_argument('--' + name)
  parser.add_argument('--seed', type=int)
  parser.add_argument('--scale', type=float)
  return parser.parse_args()


def main():
  flags = parse_flags()
  wanted = [name for name in flags.only.split(',') if name] or list(GROUPS)
  unknown = sorted(set(wanted) - set(GROUPS))
  if unknown:
    print('--only: no group %s; there are %s' % (', '.join(unknown), ', '.join(GROUPS)),
          file=sys.stderr)
    return 2
  shutil.rmtree(flags.work, ignore_errors=True)
  os.makedirs(flags.work)
  report = report_lib.Report(flags.seed, flags.json)
  magenta = reference.Reference()
  print('Comparing with Magenta 2.1.4, seed %d' % flags.seed, flush=True)
  for name in wanted:
    # A group draws the same input whichever others run.
    rng = np.random.default_rng([flags.seed, list(GROUPS).index(name)])
    print(name, flush=True)
    try:
      GROUPS[name].compare(report, Context(flags, magenta, rng))
    except Exception as error:  # pylint: disable=broad-except
      with report.row(name, 'both', 'what this group prepares, before its next rows'):
        raise error
  print('\n%s\n\nseed %d, %d failures, as JSON in %s' % (report.markdown(), flags.seed,
                                                        report.failed, flags.json))
  return 1 if report.failed else 0


if __name__ == '__main__':
  sys.exit(main())
