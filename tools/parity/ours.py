"""Our programs, run as a user runs them."""

import contextlib
import json
import subprocess
import urllib.request


class Failed(Exception):
  """A program ended with another status than 0."""


class Magenta:
  """The `magenta` command."""

  def __init__(self, path):
    self.path = path

  def run(self, *arguments):
    """Its stdout as text; raises Failed with what it said."""
    command = [self.path, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=3600, check=False)
    if done.returncode != 0:
      raise Failed('`magenta %s` exits %d: %s' % (' '.join(command[1:]), done.returncode,
                                                  done.stderr.strip()[-1000:]))
    return done.stdout

  @contextlib.contextmanager
  def serving(self, *arguments):
    """`serve` on ports of its own, while the block runs: the line that says where."""
    command = [self.path, 'serve', '--port=0', '--grpc_port=0', *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
      try:
        said = server.stdout.readline()
        if not said:
          raise Failed('`magenta %s` ends before it listens' % ' '.join(command[1:]))
        yield json.loads(said)
      finally:
        server.terminate()

  def json(self, verb, *arguments):
    """What it prints with --json; the last line, if it prints several."""
    return json.loads(self.run(verb, '--json', *arguments).strip().splitlines()[-1])


def answer(where, generator, request):
  """What a server says to a GenerateSequenceRequest as JSON."""
  url = 'http://127.0.0.1:%d/v1/generators/%s:generate' % (where['port'], generator)
  asked = urllib.request.Request(url, json.dumps(request).encode(),
                                 {'Content-Type': 'application/json', 'Accept': 'application/json'})
  with urllib.request.urlopen(asked, timeout=600) as said:
    return json.load(said)
