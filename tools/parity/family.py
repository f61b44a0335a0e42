"""What a family of Magenta's models has for itself: its music, its programs."""

import importlib

import tensorflow.compat.v1 as tf


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
  # What the reference raises where its own rounding is in its way.
  refuses = ()
  # Of the reference's program that generates, beside those of all families.
  own_flags = {}
  # Whether that program has --qpm, and the one that makes data sets --config.
  has_qpm = True
  has_dataset_config = True
  # What training says of them beside what it says of all.
  own_tags = frozenset()

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
