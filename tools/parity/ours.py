"""Our programs, run as a user runs them."""

import json
import subprocess


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

  def json(self, verb, *arguments):
    """What it prints with --json; the last line, if it prints several."""
    return json.loads(self.run(verb, '--json', *arguments).strip().splitlines()[-1])
