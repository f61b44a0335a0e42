"""Notes and piano rolls as numpy arrays, which are never copied on the way: native code fills them and hands them over."""
from typing import Any

import numpy as np
import numpy.typing as npt

from magenta_native import _native
from magenta_native.arguments import checked, path_bytes, warn
from magenta_native.files import Path
from magenta_native.messages import AnySequence, to_bytes

__all__ = ["NOTE", "notes", "pianoroll", "read_notes", "read_pianoroll"]

#: A note: times in seconds, pitch and velocity as MIDI has them (0 to 127).
NOTE: np.dtype[np.void] = np.dtype(
    [("start_time", "f8"), ("end_time", "f8"), ("pitch", "i4"), ("velocity", "i4"), ("program", "i4"),
     ("instrument", "i4"), ("is_drum", "?")], align=True)


def notes(sequence: AnySequence) -> npt.NDArray[np.void]:
    """The notes of a sequence, in its order, as a structured array of NOTE."""
    return _native.notes(to_bytes(sequence)).view(NOTE)


def _read(made: tuple[npt.NDArray[np.uint8], str]) -> npt.NDArray[np.uint8]:
    """The array of a file, after a warning of what was mended."""
    array, mended = made
    if mended:
        warn(mended)
    return array


@checked
def read_notes(file: Path | bytes, piece: int = 0) -> npt.NDArray[np.void]:
    """The notes of a file of music (MIDI, ABC, MusicXML, drum grid), by its path or as its bytes.

    No message is made on the way, and threads read beside each other: the interpreter is free meanwhile. Where something
    in MIDI is broken the rest is read, and a UserWarning says what and where.

    Args:
      piece: which one of a book of tunes, counted from 0.

    Raises:
      InputError: it is no music, is broken, or there is no such file.
      UsageError: there is no such piece.
    """
    if isinstance(file, bytes):
        return _read(_native.notes_of_bytes(file, piece)).view(NOTE)
    return _read(_native.notes_of_file(path_bytes(file), piece)).view(NOTE)


def _roll_options(frames_per_second: float, min_pitch: int, max_pitch: int, instrument: int | None,
                  drums: bool | None, velocities: bool) -> _native.RollOptions:
    return _native.RollOptions(frames_per_second, min_pitch, max_pitch, instrument, drums, velocities)


def _roll(cells: npt.NDArray[np.uint8], velocities: bool) -> npt.NDArray[Any]:
    return cells if velocities else cells.view(np.bool_)


@checked
def pianoroll(sequence: AnySequence, frames_per_second: float = 100, *, min_pitch: int = 0,
              max_pitch: int = 127, instrument: int | None = None, drums: bool | None = False,
              velocities: bool = True) -> npt.NDArray[Any]:
    """The piano roll of a sequence: what sounds in each frame.

    A note is in every frame that it touches, and in one at least; of two of one pitch the louder one counts. (For
    note_seq's rolls, with onsets, offsets and weights: sequence_to_pianoroll.)

    Args:
      frames_per_second: how fine; the roll lasts to the sequence's total_time, and to the end of each note.
      min_pitch, max_pitch: the MIDI pitches that it shows, both included.
      instrument: the only one that it shows; None: all.
      drums: True: drums alone, False: all but drums, None: both.
      velocities: whether cells hold velocities, or whether there is a note.

    Returns:
      An array [frames, max_pitch - min_pitch + 1] of uint8 (0: nothing sounds), or of bool. In memory each pitch is a row,
      so that what no note touches is never written.

    Raises:
      SequenceError: a note's time is no number, or the roll would be larger than 2 GiB.
    """
    options = _roll_options(frames_per_second, min_pitch, max_pitch, instrument, drums, velocities)
    return _roll(_native.pianoroll(to_bytes(sequence), options), velocities)


@checked
def read_pianoroll(file: Path | bytes, frames_per_second: float = 100, *, piece: int = 0,
                   min_pitch: int = 0, max_pitch: int = 127, instrument: int | None = None,
                   drums: bool | None = False, velocities: bool = True) -> npt.NDArray[Any]:
    """The piano roll of a file of music, as `pianoroll` gives it; files and errors are those of `read_notes`."""
    options = _roll_options(frames_per_second, min_pitch, max_pitch, instrument, drums, velocities)
    if isinstance(file, bytes):
        return _roll(_read(_native.pianoroll_of_bytes(file, piece, options)), velocities)
    return _roll(_read(_native.pianoroll_of_file(path_bytes(file), piece, options)), velocities)
