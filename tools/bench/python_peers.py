#!/usr/bin/env python3
"""The wheel beside symusic, pretty_midi and Magenta's own pipelines, in one run: the second table of docs/performance.md.

Every round runs ours and each peer once, a process each, one after the other; a ratio is the median of the rounds'
ratios. What counts is processor time of one thread, after imports and one pass over all files that does not count. A peer
that is not there is left out, by name.

  python3 -m venv build/venv-peers && build/venv-peers/bin/pip install build/wheel/*.whl symusic pretty_midi
  tools/bench/python_peers.py --music=FOLDER --python=build/venv-peers/bin/python
  tools/bench/python_peers.py --music=FOLDER --write=docs/performance.md
"""
import argparse
import os
import subprocess
import sys
import tempfile

import peers
import rows as table
import run

BEGIN, END = '<!-- python peers: begin -->', '<!-- python peers: end -->'

# {work} is done once for each {file}.
TIMED = '''
import glob, sys, time, warnings
warnings.simplefilter("ignore")
{imports}
files = sorted(glob.glob(sys.argv[1] + "/**/*.mid", recursive=True))[::{every}]
def work(file): {work}
for file in files: work(file)
start = time.thread_time()
for file in files: work(file)
print((time.thread_time() - start) * {every})
'''
OURS = 'import magenta_native as mm'
SYMUSIC = 'import symusic'
PRETTY_MIDI = 'import pretty_midi'
DATASET = '''
import sys, magenta_native as mm
mm.pipelines.dataset(sys.argv[1], sys.argv[2], "lookback_rnn", num_threads=1)
'''
# 24 frames a quarter are 48 a second at 120 quarters a minute, Nottingham's tempo.
ROLL = 'symusic.Score(file).resample(tpq=24, min_dur=1).pianoroll(modes=["frame"], pitch_range=[0, 128])'


def parse(arguments):
  parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument('--music', required=True, help='a folder of MIDI files')
  parser.add_argument('--python', default=os.path.join(table.ROOT, 'build', 'venv-peers', 'bin', 'python'),
                      help='a Python with the wheel, and symusic or pretty_midi')
  parser.add_argument('--magenta_python', default=os.path.join(
      table.ROOT, 'build', 'parity-venv', 'bin', 'python'), help='a Python that has magenta 2.1.4')
  parser.add_argument('--rounds', type=int, default=5)
  parser.add_argument('--write', default='', help='put the table between the marks of this file')
  return parser.parse_args(arguments)


def table_rows(flags, scratch):
  def timed(imports, work, every=1):
    program = TIMED.format(imports=imports, work=work, every=every)
    return lambda: run.python_line(flags.python, program, flags.music)

  def dataset():
    return run.command([flags.python, '-c', DATASET, notes, tempfile.mkdtemp(dir=scratch)])

  def theirs():
    program = os.path.join(os.path.dirname(flags.magenta_python), 'melody_rnn_create_dataset')
    return run.command([program, '--config=lookback_rnn', '--input=' + notes, '--eval_ratio=0.1',
                        '--output_dir=' + tempfile.mkdtemp(dir=scratch)])

  notes = os.path.join(scratch, 'notes.tfrecord')
  subprocess.run([flags.python, '-c', 'import sys, magenta_native as mm; '
                  'mm.pipelines.convert_folder(sys.argv[1], sys.argv[2], recursive=True)', flags.music, notes],
                 check=True)
  yield table.Row('notes', 'files to arrays of notes, in seconds', {
      table.OURS: timed(OURS, 'mm.read_notes(file)'),
      'symusic': timed(SYMUSIC, '[t.notes.numpy() for t in symusic.Score(file, ttype="second").tracks]'),
      'pretty_midi': timed(PRETTY_MIDI, '[(n.start, n.end, n.pitch, n.velocity) for i in '
                           'pretty_midi.PrettyMIDI(file).instruments for n in i.notes]', 10)}, table.seconds)
  yield table.Row('objects', 'files to what each calls a piece', {
      table.OURS: timed(OURS, 'mm.midi_file_to_note_sequence(file)'),
      'symusic (in ticks)': timed(SYMUSIC, 'symusic.Score(file)'),
      'pretty_midi': timed(PRETTY_MIDI, 'pretty_midi.PrettyMIDI(file)', 10)}, table.seconds)
  yield table.Row('roll', 'files to piano rolls, 48 frames a second', {
      table.OURS: timed(OURS, 'mm.read_pianoroll(file, 48)'),
      'symusic': timed(SYMUSIC, ROLL),
      'pretty_midi': timed(PRETTY_MIDI, 'pretty_midi.PrettyMIDI(file).get_piano_roll(48)', 10)}, table.seconds)
  yield table.Row('dataset', '`pipelines.dataset` for lookback_rnn, a whole process', {
      table.OURS: dataset, 'Magenta': theirs}, table.seconds)


def versions(flags):
  found = []
  for python, package in ((flags.python, 'magenta-native'), (flags.python, 'symusic'), (flags.python, 'pretty_midi'),
                          (flags.magenta_python, 'magenta')):
    try:
      done = subprocess.run([python, '-c', table.VERSION % package], capture_output=True, text=True, check=False)
    except OSError:
      continue
    if done.returncode == 0:
      found.append('%s %s' % (package, done.stdout.strip()))
  return ', '.join(found)


def main(arguments):
  flags = parse(arguments)
  if not os.path.isdir(flags.music):
    sys.exit('--music=%s is not a folder' % flags.music)
  where = peers.machine()
  out = ['| work | ours, median | peer, median | peak memory | peer / ours |', '| --- | --- | --- | --- | --- |']
  with tempfile.TemporaryDirectory() as scratch:
    for row in table_rows(flags, scratch):
      out.extend(peers.lines_of(row, peers.measure(row, flags.rounds)))
  text = '\n'.join(out) + '\n\n%s; %s. %d rounds: `tools/bench/python_peers.py`.\n' % (
      where, versions(flags), flags.rounds)
  print(text)
  if flags.write:
    peers.write_between(flags.write, text, BEGIN, END)


if __name__ == '__main__':
  main(sys.argv[1:])
