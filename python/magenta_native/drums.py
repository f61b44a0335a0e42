"""Drum tracks: what is struck on each step."""
from magenta_native import _native
from magenta_native.arguments import checked
from magenta_native.constants import MAX_MIDI_PITCH, MIN_MIDI_PITCH
from magenta_native.errors import UsageError
from magenta_native.events import EventSequence
from magenta_native.files import Path, midi_file_to_note_sequence
from magenta_native.messages import AnySequence, NoteSequence, to_bytes
from magenta_native.sequences import quantize_note_sequence

__all__ = ["DrumTrack", "midi_file_to_drum_track"]


class DrumTrack(EventSequence[frozenset[int]]):
    """A drum track: each event is the set of the MIDI pitches that are struck; how long they sound means nothing."""

    _pad_event: frozenset[int] = frozenset()

    def _checked(self, event: frozenset[int]) -> frozenset[int]:
        if not isinstance(event, frozenset) or not all(MIN_MIDI_PITCH <= drum <= MAX_MIDI_PITCH for drum in event):
            raise UsageError(f"{event!r} is no event of a drum track. Give a frozenset of MIDI pitches",
                             remedy="Give a frozenset of MIDI pitches")
        return event

    @checked
    def from_quantized_sequence(self, quantized_sequence: AnySequence, search_start_step: int = 0,
                                gap_bars: float = 1, pad_end: bool = False, ignore_is_drum: bool = False) -> None:
        """Becomes the first drum track of all instruments together; empty where there is none.

        Args:
          quantized_sequence: on steps of quarters.
          search_start_step: the step from which drums are looked for, and bars are counted.
          gap_bars: bars of silence that end the track.
          pad_end: the last bar is filled with silence.
          ignore_is_drum: every note is a drum.

        Raises:
          QuantizationStatusError: the sequence stands on no such steps.
          NonIntegerStepsPerBarError: a bar is no whole number of steps.
        """
        self.__init__()  # type: ignore[misc]
        hits, size, self._start_step, self._steps_per_bar, self._steps_per_quarter = _native.extract_drums(
            to_bytes(quantized_sequence), search_start_step, gap_bars, pad_end, ignore_is_drum)
        struck: dict[int, list[int]] = {}
        for step, pitch in hits:
            struck.setdefault(step, []).append(pitch)
        self._events = [frozenset(struck.get(step, ())) for step in range(size)]

    @checked
    def to_sequence(self, velocity: int = 100, instrument: int = 9, program: int = 0,
                    sequence_start_time: float = 0.0, qpm: float = 120.0) -> NoteSequence:
        """The track as notes of a step at `qpm`; sequence_start_time (seconds) is added to every time."""
        hits = [(step, pitch) for step, event in enumerate(self._events) for pitch in sorted(event)]
        parts = hits, len(self._events), self._start_step, self._steps_per_bar, self._steps_per_quarter
        return NoteSequence.FromString(
            _native.drums_to_sequence(parts, qpm, velocity, instrument, program, sequence_start_time))


@checked
def midi_file_to_drum_track(midi_file: Path, steps_per_quarter: int = 4) -> DrumTrack:
    """The first drum track of a MIDI file."""
    track = DrumTrack()
    track.from_quantized_sequence(quantize_note_sequence(midi_file_to_note_sequence(midi_file), steps_per_quarter))
    return track
