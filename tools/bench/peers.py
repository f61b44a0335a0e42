#!/usr/bin/env python3
"""Our programs beside whichever peers are installed: the ratio table of docs/performance.md.

Every round runs ours and each peer once, one after the other, so that whatever else this machine does
falls on all of them; a ratio is the median of the rounds' ratios. Magenta is looked for where `make
parity` puts it, symusic and pretty_midi in --peers_python, Magenta.js where `make magentajs` puts it;
a peer that is not there is left out, by name.

  tools/bench/peers.py --music=FOLDER                 all rows, 5 rounds
  tools/bench/peers.py --music=FOLDER --rows=convert,start-up --rounds=9
  tools/bench/peers.py --music=FOLDER --write=docs/performance.md
"""
import argparse
import os
import platform
import statistics
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import rows as table  # noqa: E402
import run  # noqa: E402

BEGIN, END = '<!-- peers: begin -->', '<!-- peers: end -->'


def parse(arguments):
  parser = argparse.ArgumentParser(description=__doc__,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument('--music', required=True, help='a folder of MIDI files')
  parser.add_argument('--build', default=os.path.join(ROOT, 'build'), help='our build (with bench/)')
  parser.add_argument('--magenta_python', default=os.path.join(
      ROOT, 'build', 'parity-venv', 'bin', 'python'), help='a Python that has magenta 2.1.4')
  parser.add_argument('--peers_python', default='python3', help='one with symusic or pretty_midi')
  parser.add_argument('--magentajs', default=os.path.join(ROOT, 'build', 'magentajs', 'node_modules'),
                      help='node_modules with @magenta/music')
  parser.add_argument('--rounds', type=int, default=5)
  parser.add_argument('--rows', default='', help='some rows by commas: ' + ', '.join(table.NAMES))
  parser.add_argument('--write', default='', help='put the table between the marks of this file')
  flags = parser.parse_args(arguments)
  wanted = [name for name in flags.rows.split(',') if name] or list(table.NAMES)
  for name in wanted:
    if name not in table.NAMES:
      parser.error('there is no row %r; the rows are %s' % (name, ', '.join(table.NAMES)))
  if not os.path.isdir(flags.music):
    parser.error('--music=%s is not a folder' % flags.music)
  return flags, wanted


def measure(row, rounds):
  """{what: [Measured, ...]} of `rounds` alternating rounds; a peer that fails is left out."""
  seen = {name: [] for name in row.runs}
  for number in range(rounds):
    for name, once in row.runs.items():
      if seen[name] is None:
        continue
      print('%s, round %d of %d: %s' % (row.name, number + 1, rounds, name), end=' ', file=sys.stderr,
            flush=True)
      try:
        seen[name].append(once())
        print('%.4g s' % seen[name][-1].seconds, file=sys.stderr)
      except run.Failed as failure:
        if name == table.OURS:
          raise
        print('left out: %s' % failure, file=sys.stderr)
        seen[name] = None
  return {name: values for name, values in seen.items() if values}


def lines_of(row, seen):
  ours = seen[table.OURS]
  yield '| %s | %s | | %s | |' % (row.title, row.show(statistics.median(m.seconds for m in ours)),
                                  memory(ours))
  for name, values in seen.items():
    if name == table.OURS:
      continue
    ratio = statistics.median(m.seconds / o.seconds for m, o in zip(values, ours))
    yield '| | | %s: %s | %s | %s |' % (name, row.show(statistics.median(m.seconds for m in values)),
                                        memory(values), times(ratio))


def memory(values):
  """What is less than this program's own cannot be told from it: a child begins as its copy."""
  peak, own = max(m.peak_mb for m in values), run.command(['/bin/true']).peak_mb
  if not peak:
    return ''
  return '%.0f MB' % peak if peak > own * 1.05 else 'under %.0f MB' % (own + 1)


def times(ratio):
  return '%.0fx' % ratio if ratio >= 20 else '%.2gx' % ratio if ratio < 10 else '%.1fx' % ratio


def machine():
  with open('/proc/cpuinfo', encoding='utf-8') as f:
    model = next((line.split(':')[1].strip() for line in f if line.startswith('model name')), '?')
  with open('/proc/loadavg', encoding='utf-8') as f:
    load = f.read().split()[0]
  return '%s, %d cores, %s, load %s before the first round' % (
      model, os.cpu_count(), '%s %s' % (platform.system(), platform.machine()), load)


def write_between(path, text, begin=BEGIN, end=END):
  with open(path, encoding='utf-8') as f:
    whole = f.read()
  if begin not in whole or end not in whole:
    sys.exit('%s has no %s ... %s' % (path, begin, end))
  head, rest = whole.split(begin)
  temporary = path + '.new'
  with open(temporary, 'w', encoding='utf-8') as f:
    f.write(head + begin + '\n' + text + end + rest.split(end)[1])
  os.replace(temporary, path)


def main(arguments):
  flags, wanted = parse(arguments)
  where = machine()
  out = ['| work | ours, median | peer, median | peak memory | peer / ours |',
         '| --- | --- | --- | --- | --- |']
  with tempfile.TemporaryDirectory() as scratch:
    setting = table.Setting(flags, scratch)
    for name in wanted:
      row = table.make(name, setting)
      out.extend(lines_of(row, measure(row, flags.rounds)))
    versions = setting.versions()
  text = '\n'.join(out) + '\n\n%s; %s. %d rounds: `tools/bench/peers.py`.\n' % (
      where, versions, flags.rounds)
  print(text)
  if flags.write:
    write_between(flags.write, text)


if __name__ == '__main__':
  main(sys.argv[1:])
