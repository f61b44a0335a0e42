#!/usr/bin/env python3
"""Two builds of ours side by side: what a change costs, in processor time.

Every round runs each command once with both, in alternating order; a ratio is the median of the
rounds' ratios. Processor time, of all threads, is what a machine that does other things disturbs least.
The programs are copied first: the pages of a file that a linker wrote lie otherwise than those of a copy,
and the same bytes were seen to start in 2.8 ms and in 2.2.

  tools/bench/versions.py --before=OLD/build --after=build --music=FOLDER
"""
import argparse
import glob
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def parse():
  parser = argparse.ArgumentParser(description=__doc__,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument('--before', required=True, help='the build folder of the older version')
  parser.add_argument('--after', required=True, help='that of the newer one')
  parser.add_argument('--music', required=True, help='a folder of MIDI files')
  parser.add_argument('--rounds', type=int, default=15)
  parser.add_argument('--train', action='store_true', help='a hundred steps of training, too')
  return parser.parse_args()


def processor_seconds(arguments):
  """Of a command from start to end, user and system."""
  child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
  said = child.stderr.read()
  _, status, usage = os.wait4(child.pid, 0)
  child.returncode = os.waitstatus_to_exitcode(status)
  if child.returncode != 0:
    sys.exit('%s ended with %d: %s' % (' '.join(arguments), child.returncode,
                                       said.decode(errors='replace').strip()))
  return usage.ru_utime + usage.ru_stime


def copied(build, folder):
  """A copy of the programs of `build`; the path of `magenta`."""
  os.mkdir(folder)
  for program in glob.glob(os.path.join(build, 'bin', 'magenta*')):
    shutil.copy(program, folder)
  return os.path.join(folder, 'magenta')


def commands(flags, program, scratch):
  """What is measured -> the arguments behind the program, for a fresh folder."""
  notes = os.path.join(scratch, 'notes.tfrecord')
  data = os.path.join(scratch, 'data')
  processor_seconds([program, 'convert', '--input_dir=' + flags.music, '--recursive',
                     '--output_file=' + notes])
  rows = {
      'convert': lambda out: ['convert', '--input_dir=' + flags.music, '--recursive',
                              '--output_file=' + out],
      'dataset --config=lookback_rnn': lambda out: [
          'dataset', '--config=lookback_rnn', '--input=' + notes, '--output_dir=' + out],
      'generate, 10 x 128 steps of lookback_rnn': lambda out: [
          'generate', '--config=lookback_rnn', '--seed=1', '--output_dir=' + out],
      'generate, 10 x 512 steps of attention_rnn': lambda out: [
          'generate', '--config=attention_rnn', '--seed=1', '--num_steps=512', '--output_dir=' + out],
      'start-up: generate --help': lambda unused_out: ['generate', '--help'],
  }
  if flags.train:
    processor_seconds([program, 'dataset', '--config=lookback_rnn', '--input=' + notes,
                       '--output_dir=' + data, '--eval_ratio=0'])
    rows['train, 100 steps of lookback_rnn [64,64]'] = lambda out: [
        'train', '--config=lookback_rnn', '--run_dir=' + out, '--seed=1', '--eval_file=none',
        '--sequence_example_file=' + os.path.join(data, 'training_melodies.tfrecord'),
        '--hparams=batch_size=64,rnn_layer_sizes=[64,64]', '--num_training_steps=100']
  return rows


def main():
  flags = parse()
  print('| processor time | before, median | after, median | after / before |\n| --- | --- | --- | --- |')
  with tempfile.TemporaryDirectory(prefix='magenta-bench-') as scratch:
    # Where both look for the weights that come with the program: beside its folder.
    os.makedirs(os.path.join(scratch, 'share', 'magenta'))
    os.symlink(os.path.join(ROOT, 'data', 'bundles'), os.path.join(scratch, 'share', 'magenta', 'bundles'))
    sides = [copied(flags.before, os.path.join(scratch, 'before')),
             copied(flags.after, os.path.join(scratch, 'after'))]
    made = 0
    for title, arguments in commands(flags, sides[0], scratch).items():
      # As many as take about as long.
      rounds = flags.rounds
      if 'start-up' in title:
        rounds *= 8
      elif 'train' in title:
        rounds = max(1, rounds // 6)
      seen = ([], [])
      for number in range(rounds):
        for side in (0, 1) if number % 2 == 0 else (1, 0):
          made += 1
          out = os.path.join(scratch, 'out%d' % made)
          seen[side].append(processor_seconds([sides[side], *arguments(out)]))
      ratio = statistics.median(after / before for before, after in zip(*seen))
      before, after = (1000 * statistics.median(times) for times in seen)
      print('| %s | %.1f ms | %.1f ms | %.3f |' % (title, before, after, ratio), flush=True)


if __name__ == '__main__':
  main()
