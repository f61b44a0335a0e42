"""The rows of the table: what is measured, ours first, then its peers."""
import collections
import functools
import json
import os
import subprocess

import run

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

OURS = 'ours'
NAMES = ('convert', 'parse', 'dataset-lookback', 'dataset-attention', 'train-lookback', 'train-basic',
         'train-attention', 'size-2x128', 'size-3x64', 'size-2x512', 'products', 'generate', 'page',
         'step-64', 'step-128', 'step-512', 'start-up')
EVENTS_A_STEP = 64 * 430
PRODUCTS_FLOP = 2 * 2 * 512 ** 3 * 20  # train_bench.cc, Products; peaks_bench.cc
HPARAMS = "batch_size=64,rnn_layer_sizes=[64,64]"

# `runs`: {what: a function that gives a run.Measured}; `show` writes a number of seconds.
Row = collections.namedtuple('Row', 'name title runs show')

SYMUSIC = '''
import glob, sys, time, symusic
files = sorted(glob.glob(sys.argv[1] + "/**/*.mid", recursive=True))
start = time.process_time()
for file in files: symusic.Score(file)
print(time.process_time() - start)
'''
PRETTY_MIDI = '''
import glob, sys, time, warnings, pretty_midi
warnings.simplefilter("ignore")
files = sorted(glob.glob(sys.argv[1] + "/**/*.mid", recursive=True))
some = files[::10]
start = time.process_time()
for file in some: pretty_midi.PrettyMIDI(file)
print((time.process_time() - start) * len(files) / len(some))
'''
VERSION = 'import importlib.metadata as m; print(m.version("%s"))'


class Setting:
  """Programs, the music, and a scratch folder for what the rows make."""

  def __init__(self, flags, scratch):
    self.flags = flags
    self.scratch = scratch
    self.magenta = os.path.join(flags.build, 'bin', 'magenta')
    self._made = 0

  def fresh(self, suffix=''):
    self._made += 1
    return os.path.join(self.scratch, '%d%s' % (self._made, suffix))

  def bench(self, name):
    return os.path.join(self.flags.build, 'bench', name + '_bench')

  def theirs(self, script, *arguments):
    """A console script of Magenta's, as its users type it."""
    return [os.path.join(os.path.dirname(self.flags.magenta_python), script), *arguments]

  @functools.cached_property
  def notes(self):
    path = self.fresh('.tfrecord')
    run.command([self.magenta, 'convert', '--input_dir=' + self.flags.music, '--recursive',
                 '--output_file=' + path])
    return path

  @functools.cache
  def checkpoint(self, model, units):
    """A run of one step with two layers of `units`: what generate costs does not ask for more."""
    data, folder = self.fresh(), self.fresh()
    run.command([self.magenta, 'dataset', '--config=%s_rnn' % model, '--input=' + self.notes,
                 '--output_dir=' + data])
    run.command([self.magenta, 'train', '--config=%s_rnn' % model, '--run_dir=' + folder,
                 '--sequence_example_file=' + os.path.join(data, 'training_melodies.tfrecord'),
                 '--hparams=batch_size=4,rnn_layer_sizes=[%s,%s]' % (units, units),
                 '--num_training_steps=1'])
    return folder

  def versions(self):
    found = []
    for python, package in ((self.flags.magenta_python, 'magenta'),
                            (self.flags.magenta_python, 'tensorflow'),
                            (self.flags.peers_python, 'symusic'),
                            (self.flags.peers_python, 'pretty_midi')):
      try:
        done = subprocess.run([python, '-c', VERSION % package], capture_output=True, text=True,
                              check=False)
      except OSError:
        continue
      if done.returncode == 0:
        found.append('%s %s' % (package, done.stdout.strip()))
    for package in ('@magenta/music', '@tensorflow/tfjs-backend-wasm'):
      try:
        with open(os.path.join(self.flags.magentajs, package, 'package.json'), encoding='utf-8') as f:
          found.append('%s %s' % (package, json.load(f)['version']))
      except OSError:
        continue
    return ', '.join(found) or 'no peers'


def make(name, setting):
  kind, _, rest = name.partition('-')
  builders = {'convert': convert, 'parse': parse, 'dataset': dataset, 'train': train,
              'size': size, 'products': products, 'generate': generate, 'page': page, 'step': step,
              'start': start_up}
  return builders[kind](name, rest, setting)


def convert(name, _, setting):
  flags = ['--input_dir=' + setting.flags.music, '--recursive']
  to = '--output_file='
  return Row(name, '`convert`, whole command', {
      OURS: lambda: run.command([setting.magenta, 'convert', *flags, to + setting.fresh('.tfrecord')]),
      'Magenta': lambda: run.command(setting.theirs('convert_dir_to_note_sequences', *flags,
                                                    to + setting.fresh('.tfrecord'))),
  }, seconds)


def parse(name, _, setting):
  os.environ['MAGENTA_MIDI_BENCH'] = setting.flags.music
  return Row(name, 'MIDI parsing, one thread, processor time (the peers open the files, too)', {
      OURS: lambda: run.benchmark(setting.bench('midi'), 'BM_ReadFolder', 'cpu_time'),
      'symusic': lambda: run.python_line(setting.flags.peers_python, SYMUSIC, setting.flags.music),
      'pretty_midi': lambda: run.python_line(setting.flags.peers_python, PRETTY_MIDI,
                                             setting.flags.music),
  }, seconds)


def dataset(name, model, setting):
  flags = ['--config=%s_rnn' % model, '--input=' + setting.notes, '--eval_ratio=0.1']
  to = '--output_dir='
  return Row(name, '`dataset` for %s_rnn, whole command' % model, {
      OURS: lambda: run.command([setting.magenta, 'dataset', *flags, to + setting.fresh()]),
      'Magenta': lambda: run.command(setting.theirs('melody_rnn_create_dataset', *flags,
                                                    to + setting.fresh())),
  }, seconds)


def train(name, model, setting):
  """Two threads; Magenta's trainer stays between rounds, so that its start does not count."""
  program = os.path.join(ROOT, 'bench', 'magenta_training.py')

  @functools.cache
  def theirs():
    return run.Asked([setting.flags.magenta_python, program, model + '_rnn', '[64,64]',
                      setting.scratch])

  runs = {
      OURS: lambda: run.benchmark(setting.bench('train'),
                                  'OwnStep/%s_2x64_two_threads/real_time' % model),
      'Magenta': lambda: theirs().steps(2),
  }
  if model == 'lookback':
    runs.update(libtorch(setting, '2x64'))
  return Row(name, 'training %s_rnn [64,64], events/s' % model, runs, events_a_second)


def libtorch(setting, net):
  """Its LSTM on the same work: on one thread, and a thread for each half of the batch."""
  step = 'LibtorchStep/lookback_' + net
  return {
      'libtorch, one thread': lambda: run.benchmark(setting.bench('train'), step),
      'libtorch, two shards': lambda: run.benchmark(setting.bench('train'),
                                                    step + '_two_shards/real_time'),
  }


def size(name, net, setting):
  ours = lambda: run.benchmark(setting.bench('train'), 'OwnStep/lookback_%s_two_threads/real_time' % net)
  return Row(name, 'training lookback_rnn %s, events/s' % net,
             {OURS: ours, **libtorch(setting, net)}, events_a_second)


def events_a_second(step_seconds):
  return '{:,.0f}'.format(EVENTS_A_STEP / step_seconds)


def products(name, _, setting):
  """What the training rows are to be held against, on both cores."""
  return Row(name, "OpenBLAS's products of both cores, GFLOP/s", {
      OURS: lambda: run.benchmark(setting.bench('train'), 'Products/two_threads/real_time'),
      'multiply-adds that wait for nothing (limit)':
          lambda: run.benchmark(setting.bench('peaks'), 'MultiplyAdds/2/real_time'),
  }, lambda s: '%.0f' % (PRODUCTS_FLOP / s / 1e9))


def generate(name, _, setting):
  flags = ['--run_dir=' + setting.checkpoint('lookback', 64), '--num_outputs=10', '--num_steps=128',
           '--primer_melody=[60]']
  to = '--output_dir='

  def theirs(hparams):
    return run.command(setting.theirs(
        'melody_rnn_generate', '--config=lookback_rnn', '--hparams=' + hparams, *flags,
        to + setting.fresh()), {'TF_CPP_MIN_LOG_LEVEL': '3'})

  return Row(name, '`generate` 10 x 128 steps, [64,64], whole command', {
      OURS: lambda: run.command([setting.magenta, 'generate', '--config=lookback_rnn', *flags,
                                 to + setting.fresh()]),
      'Magenta as the slides type it': lambda: theirs(HPARAMS),
      'Magenta, batch 1': lambda: theirs("batch_size=1,rnn_layer_sizes=[64,64]"),
  }, seconds)


def page(name, _, setting):
  """One tune by a whole process, ours beside node with the library of pages."""
  program = os.path.join(ROOT, 'bench', 'magentajs_generate.js')

  @functools.cache
  def folder():
    path = os.path.join(setting.scratch, 'page')
    run.command([setting.magenta, 'bundle', '--format=magentajs', '--bundle_file=' + path,
                 '--from=' + os.path.join(ROOT, 'data', 'bundles', 'basic_rnn.mag')])
    return path

  return Row(name, '`generate` 128 steps of basic_rnn, whole process', {
      OURS: lambda: run.command([setting.magenta, 'generate', '--bundle_file=' + folder(),
                                 '--num_outputs=1', '--num_steps=128', '--primer_melody=[60]',
                                 '--output_dir=' + setting.fresh()]),
      'Magenta.js in node': lambda: run.command(['node', program, setting.flags.magentajs, folder(),
                                                 '128']),
  }, seconds)


def step(name, units, setting):
  """Peers stay between rounds, so that their start does not count. Magenta.js runs basic_rnn, whose
  38 inputs are fewer than our 121."""
  programs = os.path.join(ROOT, 'bench')

  @functools.cache
  def magenta(batch):
    return run.Asked([setting.flags.magenta_python, os.path.join(programs, 'magenta_step.py'),
                      '[%s,%s]' % (units, units), batch])

  @functools.cache
  def page():
    path = setting.fresh()
    run.command([setting.magenta, 'bundle', '--config=basic_rnn', '--format=magentajs',
                 '--bundle_file=' + path, '--run_dir=' + setting.checkpoint('basic', units)])
    return run.Asked(['node', os.path.join(programs, 'magentajs_step.js'), setting.flags.magentajs,
                      path])

  def ours(bench):
    return run.benchmark(setting.bench('nn'), bench)

  return Row(name, 'one step, 2x%s' % units, {
      OURS: lambda: ours('BM_Step/%s/1' % units),
      'Magenta as typed, a step of 64 rows': lambda: magenta('64').steps(100),
      'Magenta, a step of one row': lambda: magenta('1').steps(100),
      'Magenta.js on WebAssembly with SIMD, a step of continueSequence': lambda: page().steps(200),
      'loops in plain C++, -O3 -march=native -ffast-math': lambda: ours('BM_PlainStep/' + units),
      'reading its weights once (limit)':
          lambda: run.benchmark(setting.bench('peaks'), 'ReadWeights/' + units),
  }, seconds)


def start_up(name, _, setting):
  imports = 'from magenta.models.melody_rnn import melody_rnn_generate'
  return Row(name, 'start-up: `generate --help`', {
      OURS: lambda: run.benchmark(setting.bench('startup'), 'BM_GenerateHelp/real_time'),
      'Magenta, its imports': lambda: run.command([setting.flags.magenta_python, '-c', imports]),
      '/bin/true (limit)': lambda: run.benchmark(setting.bench('startup'), 'BM_True/real_time'),
  }, seconds)


def seconds(value):
  for factor, unit in ((1, 's'), (1e3, 'ms'), (1e6, 'us')):
    if value * factor >= 0.995:
      break
  return '%.3g %s' % (value * factor, unit)
