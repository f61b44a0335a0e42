"""Two places of Magenta without which it generates no piano rolls and no whole notes, mended.

docs/parity.md says what is wrong there. Its graphs, bundles and draws stay what they are.
"""

from magenta.models.pianoroll_rnn_nade import pianoroll_rnn_nade_model
from note_seq import performance_lib


def _roll_step(self, rolls, inputs, initial_state, unused_temperature):
  """PianorollRnnNadeModel._generate_step_for_batch, for a log_prob of one dimension."""
  session = self._session  # pylint: disable=protected-access
  collection = session.graph.get_collection
  sample, log_prob, state = session.run(
      [collection('sample')[0], collection('log_prob')[0], tuple(collection('final_state'))],
      {collection('inputs')[0]: inputs, tuple(collection('initial_state')): initial_state})
  self._config.encoder_decoder.extend_event_sequences(  # pylint: disable=protected-access
      rolls, sample)
  return state, log_prob


_num_steps = performance_lib.NotePerformance.num_steps


def _set_length(self, steps, from_left=False):
  """Drops notes that begin at `steps` or later and cuts others there; what is shorter waits."""
  assert not from_left
  self.wanted_steps, kept, at = steps, [], 0
  for shift, pitch, velocity, duration in self:
    at += shift.event_value
    if at < steps:
      length = min(duration.event_value, steps - at)
      kept.append((shift, pitch, velocity, performance_lib.PerformanceEvent(
          performance_lib.PerformanceEvent.DURATION, length)))
  self._events = kept  # pylint: disable=protected-access


def _steps(self):
  """Up to where the last note begins, of one whose length was set: later ones may follow."""
  wanted = getattr(self, 'wanted_steps', None)
  if wanted is None:
    return _num_steps.fget(self)
  return max([wanted] + [step - self.start_step for step in self.steps[-1:]])


def mend():
  # pylint: disable=protected-access
  pianoroll_rnn_nade_model.PianorollRnnNadeModel._generate_step_for_batch = _roll_step
  performance_lib.NotePerformance.set_length = _set_length
  performance_lib.NotePerformance.num_steps = property(_steps)
