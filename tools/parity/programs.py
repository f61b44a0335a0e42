"""Runs Magenta's programs, each in a process forked from one that has TensorFlow loaded.

Loading it takes longer than most of what they do here. What is loaded before is libraries alone:
every program reads its own flags and makes its own graphs. Two places in them are mended.
"""

import importlib
import json
import os
import runpy
import subprocess
import sys

LIBRARIES = ('tensorflow.compat.v1', 'tf_slim', 'note_seq', 'magenta',
             'magenta.models.shared.events_rnn_model', 'magenta.models.shared.events_rnn_train',
             'magenta.models.shared.events_rnn_graph', 'magenta.pipelines.dag_pipeline',
             'magenta.pipelines.note_sequence_pipelines')


class Programs:
  """The process that forks, started when it is first needed."""

  def __init__(self):
    self._process = None

  def _start(self):
    environment = dict(os.environ, CUDA_VISIBLE_DEVICES='-1', TF_CPP_MIN_LOG_LEVEL='2')
    return subprocess.Popen([sys.executable, '-m', 'parity.programs'], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, env=environment)

  def run(self, module, arguments):
    """(exit status, what it said) of `python -m MODULE ARGUMENTS`."""
    if self._process is None:
      self._process = self._start()
    self._process.stdin.write(json.dumps([module] + arguments) + '\n')
    self._process.stdin.flush()
    answer = self._process.stdout.readline()
    if not answer:
      raise OSError('the process that forks Magenta\'s programs ended (%s)' % module)
    return json.loads(answer)


def _be(command):
  """Becomes the program; never returns."""
  sys.argv = command
  status = 1
  try:
    runpy.run_module(command[0], run_name='__main__', alter_sys=True)
    status = 0
  except SystemExit as end:
    status = end.code if isinstance(end.code, int) else int(end.code is not None)
  except BaseException:  # pylint: disable=broad-except
    sys.excepthook(*sys.exc_info())
  finally:
    sys.stderr.flush()
    os._exit(status)  # pylint: disable=protected-access


def main():
  for name in LIBRARIES:
    importlib.import_module(name)
  importlib.import_module('parity.mends').mend()
  for line in sys.stdin:
    said, end = os.pipe()
    child = os.fork()
    if child == 0:
      os.dup2(end, 1)
      os.dup2(end, 2)
      os.close(said)
      os.close(end)
      _be(json.loads(line))
    os.close(end)
    with os.fdopen(said, encoding='utf-8', errors='replace') as f:
      text = f.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    print(json.dumps([status, text[-20000:]]), flush=True)


if __name__ == '__main__':
  main()
