"""What a family of Magenta's models has for itself: its music, its programs."""

import importlib

import numpy as np
import tensorflow.compat.v1 as tf
from magenta.models.shared import events_rnn_graph

from parity import exact

# What training says of all models but those of piano rolls: loss_per_step and perplexity_per_step
# are loss and perplexity again where each event is a step.
TAGS = frozenset(['loss', 'metrics/perplexity', 'metrics/accuracy', 'metrics/event_accuracy',
                  'metrics/no_event_accuracy'])


def _imported(name):
  """A module of Magenta's; flags that another of its programs has defined are forgotten before."""
  flags = tf.app.flags.FLAGS
  for module, defined in list(flags.flags_by_module_dict().items()):
    if module.startswith('magenta.'):
      for flag in list(defined):
        if flag.name in flags:
          delattr(flags, flag.name)
  return importlib.import_module('magenta.models.' + name)


class Family:
  """A package of Magenta's, and what its models play.

  A subclass says what its music is: `random` makes it, `example` encodes it, `sequence` turns it
  into a NoteSequence, `heard` is what the generator would go on from.
  """
  package = ''  # under magenta/models
  prefix = ''  # of the modules with the model and its generator; `package` where it is the same
  model = ''  # class names
  generator = ''
  examples = ''  # the file that holds a data set
  sequences = {}  # config -> so many go into a data set
  # Of our programs, where the reference's have no such choice.
  dataset_flags = ()
  generate_flags = ()
  live_flags = ()
  # What the reference raises where its own rounding is in its way.
  refuses = ()
  # Of the reference's program that generates, beside those of all families.
  own_flags = {}
  # Whether that program has --qpm, and the one that makes data sets --config.
  has_qpm = True
  has_dataset_config = True
  # Whether the program that generates draws, with --temperature and --steps_per_iteration.
  draws = True
  # Whether ours searches beams as the reference does.
  has_beams = True
  # Whether the reference generates from its own bundles of them.
  opens_bundles = True
  # What training says of them.
  tags = TAGS

  def __init__(self):
    self._modules = {}

  def module(self, name):
    """A module of the package, model or generate for instance."""
    if name not in self._modules:
      prefix = self.package if name == 'generate' else self.prefix or self.package
      self._modules[name] = _imported('%s.%s_%s' % (self.package, prefix, name))
    return self._modules[name]

  def program(self, name):
    return 'models.%s.%s_%s' % (self.package, self.package, name)

  @property
  def configs(self):
    return self.module('model').default_configs

  def new_generator(self, config, model, **weights):
    """Magenta's generator around its `model`; `weights` is its checkpoint or bundle."""
    made = getattr(self.module('sequence_generator'), self.generator)
    return made(model=model, details=config.details, **self.grid(config), **weights)

  def grid(self, config):
    """What a generator is told of its steps."""
    return {'steps_per_quarter': config.steps_per_quarter}

  def build_graph(self, mode, config):
    """What makes Magenta's graph, for `mode` 'train' say."""
    return events_rnn_graph.get_build_graph_fn(mode, config, [])

  def label_probabilities(self, config, model, events):
    """The probability that Magenta's `model` gives to each event but the first, teacher-forced at
    temperature 1: the softmax's value for the label, of labels of several parts their product."""
    inputs, labels = self.example(config, events)
    session = model._session  # pylint: disable=protected-access
    collection = session.graph.get_collection
    softmax = session.run(collection('softmax')[0], {collection('inputs')[0]: [inputs],
                                                     collection('temperature')[0]: 1.0})
    parts = softmax if isinstance(softmax, list) else [softmax]
    labels = np.reshape(labels, [len(labels), len(parts)])
    return np.prod([part[0][np.arange(len(labels)), labels[:, i]] for i, part in enumerate(parts)],
                   axis=0)

  def exact_probabilities(self, config, checkpoint, events):
    """The same of the network of `checkpoint` in double precision."""
    return exact.Network(checkpoint, config).label_probabilities(*self.example(config, events))

  def random(self, config, rng, steps, low=50, high=74):
    """Music for a model of `config`, of about so many events, as the next methods take it."""
    raise NotImplementedError

  def example(self, config, events):
    """(inputs, labels), changed as the data set's are."""
    raise NotImplementedError

  def sequence(self, config, events, qpm):
    raise NotImplementedError

  def heard(self, config, sequence):
    """The events that the generator would go on from."""
    raise NotImplementedError

  def as_written(self, midi):
    """A MIDI file of ours as the reference would have written its music."""
    return midi

  def length(self, steps):
    """Flags that ask for a file of so many sixteenths, or as many moments."""
    return {'num_steps': steps}

  def short(self):
    """Flags that ask for a file that a model which has learnt next to nothing makes in a moment."""
    return self.length(40)

  def random_primer(self, config, context, i):
    """Flags of a random primer, or none."""
    raise NotImplementedError

  def default_primer(self, unused_config, unused_context):
    """Flags of a short primer that both programs understand alike."""
    return {}
