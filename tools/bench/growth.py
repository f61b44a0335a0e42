#!/usr/bin/env python3
"""How our programs' time grows, as a picture for docs/performance.md: twice the work on both axes is
one step to the right and, where nothing is wasted, one up (slope 1).

  tools/bench/growth.py --music=FOLDER [--build=build] [--out=docs/growth.svg]
"""
import argparse
import math
import os
import statistics
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)
import rows  # noqa: E402
import run  # noqa: E402

WIDTH, HEIGHT, EDGE = 340, 260, 46


class Curve:
  """`points`: (work, seconds), by growing work."""

  def __init__(self, title, unit, points):
    self.title, self.unit, self.points = title, unit, points

  def slope(self):
    """Of the upper half, by least squares on logarithms: below it start-up is most of the time."""
    upper = self.points[len(self.points) // 2 - 1:]
    x, y = ([math.log(p[i]) for p in upper] for i in (0, 1))
    mx, my = statistics.mean(x), statistics.mean(y)
    return sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx) ** 2 for a in x)


def median_of(once, rounds):
  return statistics.median(once().seconds for _ in range(rounds))


def files(setting, rounds):
  found = [os.path.join(folder, name) for folder, _, names in os.walk(setting.flags.music)
           for name in sorted(names) if name.endswith('.mid')]
  points = []
  for share in (1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8):
    folder = setting.fresh()
    count = int(len(found) * share)
    for i in range(count):
      copy = os.path.join(folder, str(i // len(found)), '%d.mid' % i)
      os.makedirs(os.path.dirname(copy), exist_ok=True)
      with open(found[i % len(found)], 'rb') as source, open(copy, 'wb') as target:
        target.write(source.read())
    points.append((count, median_of(lambda: run.command(
        [setting.magenta, 'convert', '--input_dir=' + folder, '--recursive',
         '--output_file=' + setting.fresh('.tfrecord')]), rounds)))
  return Curve('convert', 'files', points)


def length(setting, rounds):
  points = [(steps, median_of(lambda: run.command(
      [setting.magenta, 'generate', '--config=lookback_rnn', '--num_outputs=1',
       '--num_steps=%d' % steps, '--output_dir=' + setting.fresh()]), rounds))
            for steps in (128, 512, 2048, 8192, 32768, 131072)]
  return Curve('generate, one melody', 'steps', points)


def batch(setting, rounds):
  points = [(count, median_of(lambda: run.benchmark(setting.bench('nn'), 'BM_Step/128/%d' % count),
                              rounds)) for count in (1, 2, 4, 8, 16, 32, 64, 128)]
  return Curve('one step, 2x128 units', 'sequences', points)


def layers(setting, rounds):
  points = [(12 * units * units, median_of(
      lambda: run.benchmark(setting.bench('nn'), 'BM_Step/%d/1' % units), rounds))
            for units in (32, 64, 128, 256, 512, 1024)]
  return Curve('one step, 2x32 to 2x1024', 'weights', points)


def number(value):
  for factor, unit in ((1e6, ' M'), (1e3, ' k')):
    if value >= factor:
      return '%.3g%s' % (value / factor, unit)
  return '%.3g' % value


def panel(curve, left, top):
  """A log-log picture: the points, and a dashed line of slope 1 through the last."""
  logs = [(math.log(x), math.log(y)) for x, y in curve.points]
  (x0, _), (x1, last) = logs[0], logs[-1]
  y0, y1 = min(min(y for _, y in logs), last - (x1 - x0)), max(y for _, y in logs)

  def place(x, y):
    return (left + EDGE + (x - x0) / (x1 - x0) * (WIDTH - 2 * EDGE),
            top + HEIGHT - EDGE - (y - y0) / (y1 - y0) * (HEIGHT - 2 * EDGE))

  a, b = place(x0, last - (x1 - x0)), place(x1, last)
  yield '<text x="%d" y="%d" class="title">%s: slope %.2f</text>' % (
      left + EDGE, top + 22, curve.title, curve.slope())
  yield '<path class="one" d="M%.1f %.1fL%.1f %.1f"/>' % (*a, *b)
  yield '<path class="curve" d="M%s"/>' % 'L'.join('%.1f %.1f' % place(*p) for p in logs)
  for i, ((x, y), point) in enumerate(zip(curve.points, logs)):
    px, py = place(*point)
    yield '<circle cx="%.1f" cy="%.1f" r="3"/>' % (px, py)
    if i in (0, len(logs) - 1):
      yield '<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>' % (
          px, py - 8 if i else py - 10, rows.seconds(y))
      yield '<text x="%.1f" y="%d" text-anchor="middle">%s %s</text>' % (
          px, top + HEIGHT - EDGE + 20, number(x), curve.unit)


def picture(curves):
  yield ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" '
         'font-size="11">' % (2 * WIDTH, 2 * HEIGHT))
  yield ('<style>.title{font-size:12px;font-weight:bold}.one{stroke:#aaa;stroke-dasharray:4 3}'
         '.curve{stroke:#2f6db3;stroke-width:2;fill:none}circle{fill:#2f6db3}</style>')
  yield '<rect width="100%" height="100%" fill="white"/>'
  for i, curve in enumerate(curves):
    yield from panel(curve, i % 2 * WIDTH, i // 2 * HEIGHT)
  yield '</svg>\n'


def main(arguments):
  parser = argparse.ArgumentParser(description=__doc__,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument('--music', required=True, help='a folder of MIDI files')
  parser.add_argument('--build', default=os.path.join(ROOT, 'build'))
  parser.add_argument('--rounds', type=int, default=5)
  parser.add_argument('--out', default=os.path.join(ROOT, 'docs', 'growth.svg'))
  flags = parser.parse_args(arguments)
  with tempfile.TemporaryDirectory() as scratch:
    setting = rows.Setting(flags, scratch)
    curves = []
    for measure in (files, length, batch, layers):
      curves.append(measure(setting, flags.rounds))
      print('%s: slope %.2f: %s' % (curves[-1].title, curves[-1].slope(), ', '.join(
          '%s %s' % (number(x), rows.seconds(y)) for x, y in curves[-1].points)), flush=True)
  with open(flags.out + '.new', 'w', encoding='utf-8') as f:
    f.write('\n'.join(picture(curves)))
  os.replace(flags.out + '.new', flags.out)
  print('wrote ' + flags.out)


if __name__ == '__main__':
  main(sys.argv[1:])
