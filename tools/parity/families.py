"""The families of models that are compared."""

import types

from parity import beats
from parity import rolls
from parity import seconds

FAMILIES = (beats.Melodies(), beats.Drums(), beats.LeadSheets(), beats.Polyphony(),
            seconds.Performances(), seconds.WholeNotes(), rolls.Rolls())


class Flags(types.SimpleNamespace):
  """Flags of a program, asked for by name too."""

  def __getitem__(self, name):
    return types.SimpleNamespace(value=getattr(self, name))


def of(config):
  """The family that has a model of this name."""
  for family in FAMILIES:
    if config in family.sequences:
      return family
  raise ValueError('no model %s' % config)


def run(family, generator, flags):
  """What the program of `family` that generates does with a generator, once its flags are read."""
  program = family.module('generate')
  program.FLAGS = Flags(**flags)
  program.run_with_flags(generator)
