"""Melodies: one voice, an event a step."""
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from magenta_native import _native
from magenta_native.arguments import checked
from magenta_native.constants import (MAX_MELODY_EVENT, MELODY_NO_EVENT, MELODY_NOTE_OFF, MIN_MELODY_EVENT,
                                      MIN_MIDI_PITCH, NOTES_PER_OCTAVE)
from magenta_native.errors import UsageError
from magenta_native.events import EventSequence
from magenta_native.files import Path, midi_file_to_note_sequence
from magenta_native.messages import AnySequence, NoteSequence, to_bytes
from magenta_native.sequences import quantize_note_sequence

__all__ = ["Melody", "midi_file_to_melody"]

_Parts: TypeAlias = tuple[list[int], int, int, int]
_MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)


class Melody(EventSequence[int]):
    """A melody: each event is a MIDI pitch that begins (0 to 127), MELODY_NOTE_OFF or MELODY_NO_EVENT.

    A pitch sounds until the next one, a MELODY_NOTE_OFF, or the end.
    """

    _pad_event = MELODY_NO_EVENT

    def _checked(self, event: int) -> int:
        if not MIN_MELODY_EVENT <= event <= MAX_MELODY_EVENT:
            raise UsageError(f"{event} is no event of a melody. Give -2, -1 or a MIDI pitch",
                             remedy="Give -2, -1 or a MIDI pitch")
        return event

    def _cleaned(self, events: list[int]) -> list[int]:
        """Before the first note nothing ends."""
        first = next((i for i, event in enumerate(events) if event >= MIN_MIDI_PITCH), len(events))
        return [MELODY_NO_EVENT] * first + events[first:]

    def _parts(self) -> _Parts:
        return self._events, self._start_step, self._steps_per_bar, self._steps_per_quarter

    def _take(self, parts: _Parts) -> None:
        self._events, self._start_step, self._steps_per_bar, self._steps_per_quarter = parts

    @checked
    def from_quantized_sequence(self,
                                quantized_sequence: AnySequence,
                                search_start_step: int = 0,
                                instrument: int = 0,
                                gap_bars: float = 1,
                                ignore_polyphonic_notes: bool = False,
                                pad_end: bool = False,
                                filter_drums: bool = True) -> None:
        """Becomes the first melody of an instrument; empty where there is none.

        Args:
          quantized_sequence: on steps of quarters.
          search_start_step: the step from which notes are looked for, and bars are counted.
          instrument: whose notes.
          gap_bars: bars of silence that end the melody.
          ignore_polyphonic_notes: of notes that start together the highest counts.
          pad_end: the last bar is filled with MELODY_NO_EVENT.
          filter_drums: drums are passed over.

        Raises:
          QuantizationStatusError: the sequence stands on no such steps.
          NonIntegerStepsPerBarError: a bar is no whole number of steps.
          PolyphonicMelodyError: notes start together, and ignore_polyphonic_notes is False.
        """
        self._take(([], 0, Melody().steps_per_bar, Melody().steps_per_quarter))
        self._take(_native.extract_melody(to_bytes(quantized_sequence), search_start_step, instrument, gap_bars,
                                          ignore_polyphonic_notes, pad_end, filter_drums))

    @checked
    def to_sequence(self, velocity: int = 100, instrument: int = 0, program: int = 0,
                    sequence_start_time: float = 0.0, qpm: float = 120.0) -> NoteSequence:
        """The melody as notes at `qpm`; sequence_start_time (seconds) is added to every time."""
        return NoteSequence.FromString(
            _native.melody_to_sequence(self._parts(), qpm, velocity, instrument, program, sequence_start_time))

    def get_note_histogram(self) -> npt.NDArray[np.int_]:
        """How many notes begin on each pitch class, 0 (C) to 11 (B)."""
        events = np.array(self._events, dtype=int)
        return np.bincount(events[events >= MIN_MIDI_PITCH] % NOTES_PER_OCTAVE, minlength=NOTES_PER_OCTAVE)

    def get_major_key_histogram(self) -> npt.NDArray[np.float64]:
        """How many notes belong to each major key, 0 (C) to 11 (B)."""
        notes = self.get_note_histogram()
        return np.array([sum(notes[(key + tone) % NOTES_PER_OCTAVE] for tone in _MAJOR_SCALE)
                         for key in range(NOTES_PER_OCTAVE)], dtype=float)

    def get_major_key(self) -> int:
        """The major key to which most notes belong, the lowest of several."""
        return int(self.get_major_key_histogram().argmax())

    @checked
    def transpose(self, transpose_amount: int, min_note: int = 0, max_note: int = 128) -> None:
        """Moves all notes by semitones; pitches that leave [min_note, max_note) are folded back by octaves."""
        self._take(_native.transpose_melody(self._parts(), transpose_amount, min_note, max_note))

    @checked
    def squash(self, min_note: int, max_note: int, transpose_to_key: int | None = None) -> int:
        """Moves the melody into [min_note, max_note), and into a major key (0 to 11) where one is given.

        Returns:
          The semitones that it moved by.
        """
        parts, semitones = _native.squash_melody(self._parts(), min_note, max_note, transpose_to_key)
        self._take(parts)
        return semitones

    @checked
    def set_length(self, steps: int, from_left: bool = False) -> None:
        """Cuts, or fills up with MELODY_NO_EVENT; a last note ends where the filling begins."""
        old = len(self._events)
        super().set_length(steps, from_left)
        if steps > old and not from_left:
            last = next((event for event in reversed(self._events[:old]) if event != MELODY_NO_EVENT), MELODY_NOTE_OFF)
            if last != MELODY_NOTE_OFF:
                self._events[old] = MELODY_NOTE_OFF


@checked
def midi_file_to_melody(midi_file: Path, steps_per_quarter: int = 4, qpm: float | None = None,
                        ignore_polyphonic_notes: bool = True) -> Melody:
    """The first melody of instrument 0 of a MIDI file. `qpm` is unused, as in note_seq."""
    del qpm
    melody = Melody()
    melody.from_quantized_sequence(quantize_note_sequence(midi_file_to_note_sequence(midi_file), steps_per_quarter),
                                   ignore_polyphonic_notes=ignore_polyphonic_notes)
    return melody
