"""NoteSequences as matrices over time and pitch."""
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from magenta_native import _native
from magenta_native.arguments import checked
from magenta_native.constants import MAX_MIDI_PITCH, MIN_MIDI_PITCH
from magenta_native.messages import AnySequence, to_bytes

__all__ = ["Pianoroll", "sequence_to_pianoroll"]


class Pianoroll(NamedTuple):
    """Matrices of frames x pitches, and of frames x 128 controllers."""

    active: npt.NDArray[np.float32]
    """1 where a note sounds."""
    weights: npt.NDArray[np.float32]
    """What a cell counts in a loss: more at onsets, falling after them."""
    onsets: npt.NDArray[np.float32]
    """1 where a note begins."""
    onset_velocities: npt.NDArray[np.float32]
    """0 to 1, where a note begins."""
    active_velocities: npt.NDArray[np.float32]
    """0 to 1, where a note sounds."""
    offsets: npt.NDArray[np.float32]
    """1 where a note ends."""
    control_changes: npt.NDArray[np.int32]
    """Value + 1 where a controller is set, else 0."""


@checked
def sequence_to_pianoroll(sequence: AnySequence,
                          frames_per_second: float,
                          min_pitch: int,
                          max_pitch: int,
                          min_velocity: int = MIN_MIDI_PITCH,
                          max_velocity: int = MAX_MIDI_PITCH,
                          add_blank_frame_before_onset: bool = False,
                          onset_upweight: float = 5.0,
                          onset_window: int = 1,
                          onset_length_ms: float = 0,
                          offset_length_ms: float = 0,
                          onset_mode: str = "window",
                          onset_delay_ms: float = 0.0,
                          min_frame_occupancy_for_label: float = 0.0,
                          onset_overlap: bool = True) -> Pianoroll:
    """The piano roll of a sequence as if one instrument played it.

    Args:
      frames_per_second: rows a second.
      min_pitch, max_pitch: the first and the last column; notes outside are left out.
      min_velocity: unused, as in note_seq.
      max_velocity: what 1.0 stands for in velocities.
      add_blank_frame_before_onset: the frame before each onset is silent.
      onset_upweight: the weight of onsets.
      onset_window: frames that are onset before and after the first one (onset_mode "window").
      onset_length_ms: milliseconds that are onset (onset_mode "length_ms").
      offset_length_ms: milliseconds that are offset.
      onset_mode: "window" or "length_ms".
      onset_delay_ms: milliseconds that onsets come later, or earlier below 0.
      min_frame_occupancy_for_label: how much of a frame, 0 to 1, a note must fill to have it.
      onset_overlap: whether a note sounds in the frames of its onset.

    Raises:
      ValueError: an unknown onset_mode, a velocity over max_velocity, a controller that MIDI has not.
      MagentaError: more than 2^27 cells.
    """
    del min_velocity
    return Pianoroll(*_native.note_roll(
        to_bytes(sequence), frames_per_second=frames_per_second, min_pitch=min_pitch, max_pitch=max_pitch,
        max_velocity=max_velocity, add_blank_frame_before_onset=add_blank_frame_before_onset,
        onset_upweight=onset_upweight, onset_window=onset_window, onset_length_ms=onset_length_ms,
        offset_length_ms=offset_length_ms, onset_mode=onset_mode, onset_delay_ms=onset_delay_ms,
        min_frame_occupancy_for_label=min_frame_occupancy_for_label, onset_overlap=onset_overlap))
