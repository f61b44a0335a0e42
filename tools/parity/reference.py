"""Magenta itself: its programs as a user runs them, and its models in this process."""

import contextlib
import copy
import glob
import os

import numpy as np
import tensorflow.compat.v1 as tf
import magenta
from magenta.pipelines import pipelines_common

from parity import families
from parity import mends
from parity import programs

# A draw nearer than this to the edge between two classes may fall on either side of it.
TIE = 1e-5

tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)
mends.mend()


class Failed(Exception):
  """One of Magenta's programs ended with another status than 0."""


class Reference:
  """Magenta's programs, and what is asked of a checkpoint."""

  def __init__(self):
    self._programs = programs.Programs()

  def program(self, module, **flags):
    """Runs a program of the package magenta; raises Failed with the end of what it said."""
    arguments = ['--%s=%s' % flag for flag in flags.items()]
    status, said = self._programs.run('magenta.' + module, arguments)
    if status != 0:
      raise Failed('`magenta.%s` exits %d: %s' % (' '.join([module] + arguments), status,
                                                  said.strip()[-1500:]))
    return said

  def global_step(self, folder):
    """Of the newest checkpoint of a folder; None without one."""
    newest = tf.train.latest_checkpoint(folder)
    return newest and int(tf.train.load_checkpoint(newest).get_tensor('global_step'))

  def tensors(self, prefix):
    """Name -> array of all tensors of a checkpoint, V1 or V2."""
    reader = tf.train.load_checkpoint(prefix)
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def config_of(name, hparams=''):
  config = copy.deepcopy(families.of(name).configs[name])
  config.hparams.parse(hparams)
  return config


def id_of(name):
  """What a bundle of the config is called, which is another config's name for a compact one."""
  return config_of(name).details.id


def example_of(config, events):
  """(inputs, labels) of the events of a family, squashed as the data set's are."""
  return families.of(config.details.id).example(config, events)


def write_examples(path, examples):
  with tf.python_io.TFRecordWriter(path) as writer:
    for inputs, labels in examples:
      writer.write(pipelines_common.make_sequence_example(inputs, labels).SerializeToString())


@contextlib.contextmanager
def _fixed_batch(examples):
  """Makes the graph read these examples, padded, instead of files."""
  longest = max(len(labels) for _, labels in examples)
  inputs = np.zeros([len(examples), longest, len(examples[0][0][0])], np.float32)
  label_shape = list(np.shape(examples[0][1][0]))
  labels = np.zeros([len(examples), longest] + label_shape, np.int64)
  lengths = np.array([len(row) for _, row in examples], np.int32)
  for i, (x, y) in enumerate(examples):
    inputs[i, :len(x)], labels[i, :len(y)] = x, y
  def batch(*unused_arguments, **unused_named):
    # Of unknown length, as what is read from files.
    return (tf.placeholder_with_default(inputs, [len(inputs), None, inputs.shape[2]]),
            tf.placeholder_with_default(labels, [len(inputs), None] + label_shape),
            tf.placeholder_with_default(lengths, [len(inputs)]))
  original = magenta.common.get_padded_batch
  magenta.common.get_padded_batch = batch
  try:
    yield
  finally:
    magenta.common.get_padded_batch = original


class Training:
  """Magenta's training graph on one batch that is the same at every step."""

  def __init__(self, config, examples, seed=0, options=None):
    config = copy.deepcopy(config)
    config.hparams.batch_size = len(examples)
    self._graph = tf.Graph()
    with self._graph.as_default(), _fixed_batch(examples):
      tf.set_random_seed(seed)
      families.of(config.details.id).build_graph('train', config)()
      self._train_op = tf.get_collection('train_op')[0]
      self._loss = tf.get_collection('loss')[0]
      self._saver = tf.train.Saver()
      self._saver_v1 = tf.train.Saver(write_version=tf.train.SaverDef.V1)
      self._session = tf.Session(config=options)
      self._session.run(tf.global_variables_initializer())
      self.shapes = {v.op.name: v.shape.as_list() for v in tf.global_variables()}

  def close(self):
    self._session.close()

  def restore(self, prefix):
    self._saver.restore(self._session, prefix)

  def run(self, steps):
    """The loss before each of so many updates."""
    return [float(self._session.run([self._loss, self._train_op])[0]) for _ in range(steps)]

  def save(self, folder, v1=False):
    """A checkpoint named by its step, with state file; its prefix."""
    os.makedirs(folder, exist_ok=True)
    with self._graph.as_default():
      step = tf.train.get_global_step()
      saver = self._saver_v1 if v1 else self._saver
      return saver.save(self._session, os.path.join(folder, 'model.ckpt'), global_step=step)


class Draws:
  """Watches numpy's draws of classes.

  `near` gets the numbers of those that fell within TIE of the edge between two classes, where the
  last digits of float32 decide. Draw number `moved` takes the class beyond that edge.
  """

  def __init__(self, moved=None):
    self.near = []
    self._moved = moved
    self._count = 0
    self._choice = np.random.choice

  def __enter__(self):
    np.random.choice = self._watched
    return self

  def __exit__(self, *unused):
    np.random.choice = self._choice

  def _watched(self, classes, p):
    state = np.random.get_state()
    draw = np.random.random_sample()
    np.random.set_state(state)
    chosen = self._choice(classes, p=p)
    cdf = np.cumsum(np.asarray(p, np.float64))
    cdf /= cdf[-1]
    edge = int(np.argmin(np.abs(cdf[:-1] - draw)))
    if abs(cdf[edge] - draw) < TIE:
      self.near.append(self._count)
    if self._count == self._moved:
      chosen = edge + 1 if draw < cdf[edge] else edge
    self._count += 1
    return chosen


class Model:
  """Magenta's generator at batch size 1, so that a seed says what it draws."""

  def __init__(self, name, hparams='', checkpoint=None, bundle=None):
    self.config = config_of(name, ','.join(filter(None, [hparams, 'batch_size=1'])))
    self.family = families.of(name)
    self._model = getattr(self.family.module('model'), self.family.model)(self.config)
    self._generator = self.family.new_generator(self.config, self._model, checkpoint=checkpoint,
                                                bundle=bundle)
    self._generator.initialize()

  def close(self):
    self._generator.close()

  def write_bundle(self, path):
    self._generator.create_bundle_file(path, 'Of %s' % self.config.details.id)

  def generate(self, folder, seed, moved=None, **flags):
    """The MIDI file that the main loop of Magenta's program writes, and which of its draws were
    near an edge; draw number `moved` falls on the other side of it."""
    wanted = dict(output_dir=folder, num_outputs=1, primer_midi='', qpm=None, temperature=1.0,
                  beam_size=1, branch_factor=1, steps_per_iteration=1)
    wanted.update(self.family.own_flags)
    wanted.update(flags)
    before = set(glob.glob(os.path.join(folder, '*.mid')))
    np.random.seed(seed)
    with Draws(moved) as draws:
      families.run(self.family, self._generator, wanted)
    made = set(glob.glob(os.path.join(folder, '*.mid'))) - before
    if len(made) != 1:
      raise Failed('the generator made %d new files in %s' % (len(made), folder))
    with open(made.pop(), 'rb') as f:
      return f.read(), draws.near

  def heard(self, sequence):
    """The events that the generator would go on from."""
    return self.family.heard(self.config, sequence)

  def log_likelihood(self, events):
    return self.family.log_likelihood(self._model, events)

  def label_probabilities(self, events):
    return self.family.label_probabilities(self.config, self._model, events)
