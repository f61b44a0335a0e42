"""The table: one row for what was compared, in one direction."""

import contextlib
import json
import textwrap
import traceback

SHOWN = 5  # failures kept of a row


class Row:
  """Counts what is compared under one heading."""

  def __init__(self, artifact, direction, what):
    self.artifact, self.direction, self.what = artifact, direction, what
    self.compared = self.failed = 0
    self.failures = []
    self.notes = []

  def check(self, ok, detail=''):
    """One comparison; `detail` (text, or a function that makes it) says what differed."""
    self.compared += 1
    if ok:
      return True
    self.failed += 1
    if len(self.failures) < SHOWN:
      self.failures.append(detail() if callable(detail) else str(detail))
    return False

  def equal(self, ours, reference, detail=''):
    """Whether both are equal; shows where they part."""
    return self.check(ours == reference,
                      lambda: '%s: ours %s' % (detail, difference(ours, reference)))

  def note(self, text):
    self.notes.append(text)

  def to_json(self):
    return {'artifact': self.artifact, 'direction': self.direction, 'what': self.what,
            'compared': self.compared, 'failed': self.failed, 'failures': self.failures,
            'notes': self.notes}


def difference(ours, reference):
  """Short text of the first place where two values part."""
  if isinstance(ours, (list, tuple)) and isinstance(reference, (list, tuple)):
    for i, (a, b) in enumerate(zip(ours, reference)):
      if a != b:
        return '[%d] %s' % (i, difference(a, b))
    return 'has %d, reference %d' % (len(ours), len(reference))
  if isinstance(ours, dict) and isinstance(reference, dict):
    for key in sorted(set(ours) | set(reference), key=str):
      if ours.get(key) != reference.get(key):
        return '%s %s' % (key, difference(ours.get(key), reference.get(key)))
  return textwrap.shorten(repr(ours), 200) + ', reference ' + textwrap.shorten(repr(reference), 200)


class Report:
  """All rows, printed and written as JSON as they are finished."""

  def __init__(self, seed, path):
    self.seed = seed
    self.path = path
    self.rows = []

  @contextlib.contextmanager
  def row(self, artifact, direction, what):
    """A row that fails, and says why, when its block raises or compares nothing."""
    row = Row(artifact, direction, what)
    self.rows.append(row)
    try:
      yield row
      if row.compared == 0:
        row.check(False, 'nothing was compared')
    except Exception as error:  # pylint: disable=broad-except
      place = traceback.extract_tb(error.__traceback__)[-1]
      row.check(False, '%s: %s (%s:%d)' % (type(error).__name__, str(error)[:1500],
                                           place.filename, place.lineno))
    state = 'FAILED %d of' % row.failed if row.failed else 'equal'
    print('  %s, %s: %s: %s %d' % (artifact, direction, what, state, row.compared), flush=True)
    for failure in row.failures:
      print(textwrap.indent(failure, '      '), flush=True)
    self._write()

  @property
  def failed(self):
    return sum(row.failed for row in self.rows)

  def markdown(self):
    lines = ['| artifact | direction | what was compared | how many | failures |',
             '| --- | --- | --- | --- | --- |']
    lines += ['| %s | %s | %s | %d | %d |' % (row.artifact, row.direction,
                                              '; '.join([row.what] + row.notes), row.compared,
                                              row.failed) for row in self.rows]
    return '\n'.join(lines)

  def _write(self):
    with open(self.path, 'w', encoding='utf-8') as f:
      json.dump({'seed': self.seed, 'failed': self.failed,
                 'rows': [row.to_json() for row in self.rows]}, f, indent=1)
      f.write('\n')
