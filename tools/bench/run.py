"""One measurement: a command from start to end, or what a program says of itself."""
import collections
import json
import os
import subprocess
import tempfile
import time

# seconds by the clock, peak resident memory in MB (0: not known).
Measured = collections.namedtuple('Measured', 'seconds peak_mb')


class Failed(Exception):
  """A command did not do what was asked; the text says which and why."""


def command(arguments, env=None):
  """Runs `arguments` to its end. Syncs first, so that no fsync of the command waits for what other
  programs wrote."""
  os.sync()
  begin = time.perf_counter()
  with open(os.devnull, 'wb') as nowhere:
    try:
      child = subprocess.Popen(arguments, stdout=nowhere, stderr=subprocess.PIPE,
                               env=dict(os.environ, **(env or {})))
    except OSError as error:
      raise Failed('%s: %s' % (arguments[0], error.strerror)) from error
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
  seconds = time.perf_counter() - begin
  child.returncode = os.waitstatus_to_exitcode(status)
  if child.returncode != 0:
    last = said.decode(errors='replace').strip().splitlines()[-1:] or ['']
    raise Failed('%s ended with %d: %s' % (arguments[0], child.returncode, last[0]))
  return Measured(seconds, usage.ru_maxrss / 1024)


def benchmark(program, name, clock='real_time'):
  """The time of one iteration of the Google Benchmark `name` of `program`: real_time or cpu_time."""
  arguments = [program, '--benchmark_format=json', '--benchmark_filter=^%s$' % name]
  try:
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)['benchmarks'][0]
  except (OSError, ValueError, LookupError) as error:
    raise Failed('%s has no %s' % (program, name)) from error
  scale = {'ns': 1e-9, 'us': 1e-6, 'ms': 1e-3, 's': 1.0}[found['time_unit']]
  return Measured(found[clock] * scale, 0)


def python_line(python, program, *arguments):
  """`program` (Python text) says seconds on its last line."""
  try:
    done = subprocess.run([python, '-c', program, *arguments], capture_output=True, text=True,
                          check=False)
  except OSError as error:
    raise Failed('%s: %s' % (python, error.strerror)) from error
  if done.returncode != 0:
    raise Failed((done.stderr.strip().splitlines() or ['no output'])[-1])
  return Measured(float(done.stdout.split()[-1]), 0)


class Asked:
  """A program that stays: says "ready", then the seconds of a step for every line it is given."""

  def __init__(self, arguments):
    self._said = tempfile.TemporaryFile('w+')
    try:
      self._child = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=self._said, text=True)
    except OSError as error:
      raise Failed('%s: %s' % (arguments[0], error.strerror)) from error
    for line in self._child.stdout:
      if line.strip() == 'ready':
        return
    self._said.seek(0)
    errors = [line for line in self._said if 'Error' in line] or ['no reason']
    raise Failed('%s did not get ready: %s' % (arguments[0], errors[0].strip()))

  def steps(self, count):
    self._child.stdin.write('%d\n' % count)
    self._child.stdin.flush()
    answer = self._child.stdout.readline()
    if not answer:
      raise Failed('it ended')
    return Measured(float(answer), 0)
