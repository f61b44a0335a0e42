"""Magenta itself: its programs as a user runs them, and its models in this process."""

import contextlib
import copy
import glob
import os
import subprocess
import sys

import numpy as np
import tensorflow.compat.v1 as tf
import magenta
from magenta.models.shared import events_rnn_graph
from magenta.pipelines import pipelines_common

from parity import families

tf.disable_v2_behavior()
tf.logging.set_verbosity(tf.logging.ERROR)


class Failed(Exception):
  """One of Magenta's programs ended with another status than 0."""


class Reference:
  """Magenta's programs, and what is asked of a checkpoint."""

  def program(self, module, **flags):
    """Runs a program of the package magenta; raises Failed with the end of what it said."""
    command = [sys.executable, '-m', 'magenta.' + module]
    command += ['--%s=%s' % flag for flag in flags.items()]
    environment = dict(os.environ, CUDA_VISIBLE_DEVICES='-1', TF_CPP_MIN_LOG_LEVEL='2')
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=3600,
                          check=False)
    if done.returncode != 0:
      raise Failed('`%s` exits %d: %s' % (' '.join(command[2:]), done.returncode,
                                          done.stderr.strip()[-1500:]))
    return done.stderr

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
  labels = np.zeros([len(examples), longest], np.int64)
  lengths = np.array([len(row) for _, row in examples], np.int32)
  for i, (x, y) in enumerate(examples):
    inputs[i, :len(x)], labels[i, :len(y)] = x, y
  def batch(*unused_arguments, **unused_named):
    # Of unknown length, as what is read from files.
    return (tf.placeholder_with_default(inputs, [len(inputs), None, inputs.shape[2]]),
            tf.placeholder_with_default(labels, [len(inputs), None]),
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
      events_rnn_graph.get_build_graph_fn('train', config, [])()
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


class Margin:
  """How near the draws came to a boundary of their distribution."""

  def __init__(self):
    self.smallest = 1.0
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
    cdf = np.cumsum(np.asarray(p, np.float64))
    self.smallest = min(self.smallest, float(np.min(np.abs(cdf / cdf[-1] - draw))))
    return self._choice(classes, p=p)


class Model:
  """Magenta's generator at batch size 1, so that a seed says what it draws."""

  def __init__(self, name, hparams='', checkpoint=None, bundle=None):
    self.config = config_of(name, ','.join(filter(None, [hparams, 'batch_size=1'])))
    self.family = families.of(name)
    self._model = getattr(self.family.module('model'), self.family.model)(self.config)
    self._generator = getattr(self.family.module('sequence_generator'), self.family.generator)(
        model=self._model, details=self.config.details,
        steps_per_quarter=self.config.steps_per_quarter, checkpoint=checkpoint, bundle=bundle)
    self._generator.initialize()

  def close(self):
    self._generator.close()

  def generate(self, folder, seed, **flags):
    """The MIDI file that the main loop of Magenta's program writes, and its draws' margin."""
    wanted = dict(output_dir=folder, num_outputs=1, primer_midi='', qpm=None, temperature=1.0,
                  beam_size=1, branch_factor=1, steps_per_iteration=1)
    wanted.update(self.family.own_flags)
    wanted.update(flags)
    before = set(glob.glob(os.path.join(folder, '*.mid')))
    np.random.seed(seed)
    with Margin() as margin:
      families.run(self.family, self._generator, wanted)
    made = set(glob.glob(os.path.join(folder, '*.mid'))) - before
    if len(made) != 1:
      raise Failed('the generator made %d new files in %s' % (len(made), folder))
    with open(made.pop(), 'rb') as f:
      return f.read(), margin.smallest

  def heard(self, sequence):
    """The events that the generator would go on from."""
    return self.family.heard(self.config, sequence)

  def log_likelihood(self, events):
    return self.family.log_likelihood(self._model, events)

  def label_probabilities(self, events):
    """The softmax's value for each label, teacher-forced at temperature 1."""
    inputs, labels = example_of(self.config, events)
    session = self._model._session  # pylint: disable=protected-access
    collection = session.graph.get_collection
    softmax = session.run(collection('softmax')[0], {collection('inputs')[0]: [inputs],
                                                     collection('temperature')[0]: 1.0})[0]
    return softmax[np.arange(len(labels)), labels]
