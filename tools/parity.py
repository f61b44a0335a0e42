#!/usr/bin/env python3
"""Compares our programs with the real Magenta 2.1.4, both ways, on fresh random input.

Prints one table and writes it as JSON. Exit status: 0 no row fails, 1 one does, 2 wrong usage,
4 no Python 3.10 to run Magenta on, 5 its packages or our programs are missing.
docs/parity.md explains the rows.
"""

import argparse
import os
import secrets
import subprocess
import sys

from parity import environment

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CONFIGS = (
    'basic_rnn', 'mono_rnn', 'lookback_rnn', 'attention_rnn', 'one_drum', 'drum_kit',
    'basic_improv', 'attention_improv', 'chord_pitches_improv', 'polyphony', 'performance',
    'performance_with_dynamics', 'performance_with_dynamics_compact',
    'performance_with_dynamics_and_modulo_encoding',
    'performance_with_dynamics_and_note_encoding',
    'density_conditioned_performance_with_dynamics',
    'pitch_conditioned_performance_with_dynamics', 'multiconditioned_performance_with_dynamics',
    'optional_multiconditioned_performance_with_dynamics', 'rnn-nade', 'rnn-nade_attn')


def parse_flags():
  parser = argparse.ArgumentParser(description=__doc__.split('\n', 1)[0])
  build = os.path.join(ROOT, 'build')
  parser.add_argument('--python',
                      help='a Python that has Magenta; default: one made by this script')
  parser.add_argument('--venv', default=os.path.join(build, 'parity-venv'),
                      help='where that environment is made')
  parser.add_argument('--magenta', default=os.path.join(build, 'bin', 'magenta'),
                      help='the program under test')
  parser.add_argument('--seed', type=int, help='of the random input; drawn and printed if left out')
  parser.add_argument('--json', default=os.path.join(build, 'parity.json'),
                      help='the table as JSON')
  parser.add_argument('--work', default=os.path.join(build, 'parity'),
                      help='folder for what is made on the way; emptied first')
  parser.add_argument('--only', default='', help='only these groups, by commas: '
                      'files, datasets, checkpoints, numbers, bundles')
  parser.add_argument('--configs', default=','.join(CONFIGS), help='the models compared')
  parser.add_argument('--scale', type=float, default=1.0,
                      help='of the number of files and melodies; 0.1 is a quick look')
  return parser.parse_args()


def main():
  flags = parse_flags()
  try:
    python = flags.python or environment.ensure(flags.venv)
  except environment.NoPython as error:
    print('make parity: %s' % error, file=sys.stderr)
    return 4
  except environment.CannotInstall as error:
    print('make parity: %s' % error, file=sys.stderr)
    return 5
  if not os.access(flags.magenta, os.X_OK):
    print('make parity: %s is not there; build it with `make`' % flags.magenta, file=sys.stderr)
    return 5
  seed = secrets.randbelow(1 << 31) if flags.seed is None else flags.seed
  command = [python, '-m', 'parity.compare', '--magenta=' + os.path.abspath(flags.magenta),
             '--seed=%d' % seed, '--json=' + os.path.abspath(flags.json),
             '--work=' + os.path.abspath(flags.work), '--only=' + flags.only,
             '--scale=%g' % flags.scale, '--configs=' + flags.configs]
  status = subprocess.run(command, cwd=os.path.join(ROOT, 'tools'), check=False).returncode
  if status < 0:
    print('make parity: the comparison was ended by signal %d; the rows until then are in %s'
          % (-status, flags.json), file=sys.stderr)
    return 5
  return status


if __name__ == '__main__':
  sys.exit(main())
