#!/usr/bin/env python3
"""How well training learns, as the table and the picture of docs/music.md: runs of several seeds on a folder of
MIDI files, each ninth by name held out.

  tools/training_report.py FOLDER [--seeds=5] [--out=build/training] [--magenta=RUN,...] [--picture=docs/training.svg]

--magenta names run folders of the real Magenta (lookback_rnn_train or melody_rnn_train --config=lookback_rnn on what
`magenta dataset --format=dense` makes of OUT/midi/train), whose last checkpoints are measured by the same command.
Stopped, it goes on.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MAGENTA = os.path.join(ROOT, 'build', 'bin', 'magenta')
CONFIG = 'lookback_rnn'
SIZE = 'batch_size=64,rnn_layer_sizes=[64,64]'
STEPS = (250, 500, 1000, 1500, 2000)
EVERY_NTH = 9
VARIANTS = {
  'constant rate': ['--hparams=' + SIZE],
  'schedule and averaged weights': ['--hparams=' + SIZE + ',learning_rate=0.005', '--learning_rate_schedule=linear',
                                    '--average_weights=0.98'],
}
WIDTH, HEIGHT, EDGE = 640, 360, 50
COLOURS = ('#2f6db3', '#c2571a', '#3a8f4f')


def run(*command):
  subprocess.run([MAGENTA, *command], check=True, stdout=subprocess.DEVNULL)


def make_data(music, out):
  """Data sets out/train and out/held_out, of the MIDI files that are copied to out/midi."""
  names = sorted(name for name in os.listdir(music) if name.endswith('.mid'))
  for part in ('train', 'held_out'):
    folder = os.path.join(out, 'midi', part)
    os.makedirs(folder, exist_ok=True)
    for i, name in enumerate(names):
      if (i % EVERY_NTH == EVERY_NTH - 1) == (part == 'held_out'):
        shutil.copy(os.path.join(music, name), folder)
    run('dataset', '--config=' + CONFIG, '--input=' + folder, '--eval_ratio=0', '--output_dir=' + out + '/' + part)


def loss_of(checkpoint, out):
  """Nats a step on the held-out tunes."""
  done = subprocess.run([MAGENTA, 'eval', '--json', '--config=' + CONFIG, '--checkpoint_file=' + checkpoint,
                         '--sequence_example_file=' + out + '/held_out/training_melodies.tfrecord'],
                        check=True, stdout=subprocess.PIPE)
  return json.loads(done.stdout)['loss']


def train(variant, flags, seed, out):
  """The losses at STEPS of one run."""
  folder = '%s/runs/%s/%d' % (out, variant.replace(' ', '_'), seed)
  run('train', '--config=' + CONFIG, '--run_dir=' + folder, *flags, '--seed=%d' % seed, '--eval_file=none',
      '--sequence_example_file=' + out + '/train/training_melodies.tfrecord', '--save_every_steps=250', '--keep=0',
      '--num_training_steps=%d' % STEPS[-1])
  return [loss_of('%s/train/model.ckpt-%d' % (folder, step), out) for step in STEPS]


def last_checkpoint(run_folder):
  prefix = os.path.join(run_folder, 'train', 'model.ckpt-')
  steps = [int(name[len('model.ckpt-'):-len('.index')]) for name in os.listdir(os.path.dirname(prefix))
           if name.startswith('model.ckpt-') and name.endswith('.index')]
  return prefix + str(max(steps))


def figure(values):
  spread = ' ± %.4f' % statistics.stdev(values) if len(values) > 1 else ''
  return '%.4f%s' % (statistics.mean(values), spread)


def table(curves, magenta):
  print('| | runs | %s | each at step %d |' % (' | '.join('step %d' % step for step in STEPS), STEPS[-1]))
  print('| --- ' * (len(STEPS) + 3) + '|')
  if magenta:
    print('| the real Magenta | %d | %s%s | %s |' % (len(magenta), '| ' * (len(STEPS) - 1), figure(magenta),
                                                   ', '.join('%.4f' % loss for loss in magenta)))
  for variant, runs in curves.items():
    print('| %s | %d | %s | %s |' % (variant, len(runs), ' | '.join(figure(at) for at in zip(*runs)),
                                     ', '.join('%.4f' % losses[-1] for losses in runs)))


def picture(curves, magenta):
  """Each run a thin line, the mean of a variant a thick one; the mean of Magenta's ends dashed."""
  losses = [loss for runs in curves.values() for run_losses in runs for loss in run_losses] + magenta
  low, high = min(losses), max(losses)

  def place(step, loss):
    return (EDGE + (step - STEPS[0]) / (STEPS[-1] - STEPS[0]) * (WIDTH - 2 * EDGE),
            HEIGHT - EDGE - (loss - low) / (high - low) * (HEIGHT - 2 * EDGE))

  def path(points, kind, colour):
    return '<path class="%s" stroke="%s" d="M%s"/>' % (kind, colour, 'L'.join('%.1f %.1f' % p for p in points))

  yield ('<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">' %
         (WIDTH, HEIGHT))
  yield ('<style>path{fill:none}.run{stroke-width:.6}.mean{stroke-width:2.5}'
         '.magenta{stroke-width:1.5;stroke-dasharray:5 4}</style>')
  yield '<rect width="100%" height="100%" fill="white"/>'
  for step in STEPS:
    yield '<text x="%.1f" y="%d" text-anchor="middle">%d</text>' % (place(step, low)[0], HEIGHT - EDGE + 20, step)
  yield '<text x="%d" y="%d" text-anchor="end">steps</text>' % (WIDTH - EDGE, HEIGHT - EDGE + 36)
  for loss in (low, high):
    yield '<text x="%d" y="%.1f" text-anchor="end">%.3f</text>' % (EDGE - 6, place(STEPS[0], loss)[1] + 4, loss)
  for i, (variant, runs) in enumerate(curves.items()):
    for run_losses in runs:
      yield path([place(*point) for point in zip(STEPS, run_losses)], 'run', COLOURS[i])
    yield path([place(step, statistics.mean(at)) for step, at in zip(STEPS, zip(*runs))], 'mean', COLOURS[i])
    yield '<text x="%d" y="%d" text-anchor="end" fill="%s">%s</text>' % (WIDTH - EDGE, EDGE + 16 * i, COLOURS[i],
                                                                        variant)
  if magenta:
    mean = statistics.mean(magenta)
    yield path([place(STEPS[0], mean), place(STEPS[-1], mean)], 'magenta', '#888')
    yield '<text x="%d" y="%.1f" fill="#666">the real Magenta at step %d</text>' % (
      EDGE + 4, place(STEPS[0], mean)[1] - 5, STEPS[-1])
  yield '</svg>\n'


def main():
  parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument('music', metavar='FOLDER')
  parser.add_argument('--seeds', type=int, default=5)
  parser.add_argument('--out', default=os.path.join(ROOT, 'build', 'training'))
  parser.add_argument('--magenta', default='')
  parser.add_argument('--picture', default='')
  flags = parser.parse_args()
  if not os.path.exists(flags.out + '/held_out/training_melodies.tfrecord'):
    make_data(flags.music, flags.out)
  magenta = [loss_of(last_checkpoint(folder), flags.out) for folder in flags.magenta.split(',') if folder]
  curves = {variant: [train(variant, options, seed, flags.out) for seed in range(1, flags.seeds + 1)]
            for variant, options in VARIANTS.items()}
  table(curves, magenta)
  if flags.picture:
    with open(flags.picture, 'w', encoding='utf-8') as file:
      file.write('\n'.join(picture(curves, magenta)))


if __name__ == '__main__':
  main()
