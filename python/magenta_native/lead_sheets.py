"""Lead sheets: a melody with its chords."""
from collections.abc import Iterator
from typing import overload

from magenta_native.arguments import checked
from magenta_native.chords import ChordProgression
from magenta_native.errors import MelodyChordsMismatchError
from magenta_native.melodies import Melody
from magenta_native.messages import AnySequence, NoteSequence

__all__ = ["LeadSheet"]


class LeadSheet:
    """A melody and the chord of each of its steps: events are pairs of both.

    Attributes:
      melody, chords: both parts, of the same length and place.
    """

    def __init__(self, melody: Melody | None = None, chords: ChordProgression | None = None) -> None:
        """Raises MelodyChordsMismatchError where one is missing, or they do not lie on each other."""
        if (melody is None) != (chords is None):
            raise MelodyChordsMismatchError("a lead sheet has a melody and chords. Give both, or none",
                                            remedy="Give both, or none")
        self._melody = Melody() if melody is None else melody
        self._chords = ChordProgression() if chords is None else chords
        places = [(len(part), part.start_step, part.steps_per_bar, part.steps_per_quarter)
                  for part in (self._melody, self._chords)]
        if places[0] != places[1]:
            raise MelodyChordsMismatchError("the melody and the chords are not of the same steps. Take the chords of "
                                            "the melody's steps", remedy="Take the chords of the melody's steps")

    @checked
    def from_quantized_sequence(self, quantized_sequence: AnySequence, search_start_step: int = 0,
                                instrument: int = 0, gap_bars: float = 1, ignore_polyphonic_notes: bool = False,
                                pad_end: bool = False, filter_drums: bool = True) -> None:
        """Becomes the first melody of an instrument, as Melody takes it, with the chords over it.

        Raises:
          What Melody.from_quantized_sequence and ChordProgression.from_quantized_sequence raise.
        """
        melody, chords = Melody(), ChordProgression()
        melody.from_quantized_sequence(quantized_sequence, search_start_step, instrument, gap_bars,
                                       ignore_polyphonic_notes, pad_end, filter_drums)
        if len(melody):
            chords.from_quantized_sequence(quantized_sequence, melody.start_step, melody.end_step)
        else:
            chords = ChordProgression([], melody.start_step, melody.steps_per_bar, melody.steps_per_quarter)
        self.__init__(melody, chords)  # type: ignore[misc]

    def __len__(self) -> int:
        return len(self._melody)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return zip(self._melody, self._chords)

    @overload
    def __getitem__(self, key: int) -> tuple[int, str]: ...

    @overload
    def __getitem__(self, key: slice) -> "LeadSheet": ...

    def __getitem__(self, key: int | slice) -> "tuple[int, str] | LeadSheet":
        if isinstance(key, slice):
            return LeadSheet(self._melody[key], self._chords[key])
        return self._melody[key], self._chords[key]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LeadSheet) and self._melody == other._melody and self._chords == other._chords

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"LeadSheet({self._melody!r}, {self._chords!r})"

    @property
    def melody(self) -> Melody:
        return self._melody

    @property
    def chords(self) -> ChordProgression:
        return self._chords

    @property
    def start_step(self) -> int:
        return self._melody.start_step

    @property
    def end_step(self) -> int:
        return self._melody.end_step

    @property
    def steps(self) -> list[int]:
        """The step of each event."""
        return self._melody.steps

    @property
    def steps_per_bar(self) -> int:
        return self._melody.steps_per_bar

    @property
    def steps_per_quarter(self) -> int:
        return self._melody.steps_per_quarter

    def append(self, event: tuple[int, str]) -> None:
        """Adds a pair of an event of a melody and a chord at the end."""
        melody_event, chord = event
        self._melody.append(melody_event)
        self._chords.append(chord)

    @checked
    def to_sequence(self, velocity: int = 100, instrument: int = 0, sequence_start_time: float = 0.0,
                    qpm: float = 120.0) -> NoteSequence:
        """Notes and chord symbols at `qpm`; sequence_start_time (seconds) is added to every time."""
        sequence = self._melody.to_sequence(velocity=velocity, instrument=instrument,
                                            sequence_start_time=sequence_start_time, qpm=qpm)
        chords = self._chords.to_sequence(sequence_start_time=sequence_start_time, qpm=qpm)
        sequence.text_annotations.extend(chords.text_annotations)
        return sequence

    @checked
    def transpose(self, transpose_amount: int, min_note: int = 0, max_note: int = 128) -> None:
        """Moves both by semitones; pitches that leave [min_note, max_note) are folded back by octaves."""
        self._chords.transpose(transpose_amount)
        self._melody.transpose(transpose_amount, min_note, max_note)

    @checked
    def squash(self, min_note: int, max_note: int, transpose_to_key: int | None = None) -> int:
        """Moves both as Melody.squash moves the melody. Returns the semitones."""
        semitones = self._melody.squash(min_note, max_note, transpose_to_key)
        self._chords.transpose(semitones)
        return semitones

    @checked
    def set_length(self, steps: int) -> None:
        """Cuts both, or fills them up."""
        self._melody.set_length(steps)
        self._chords.set_length(steps)

    @checked
    def increase_resolution(self, k: int) -> None:
        """Makes `k` steps of each."""
        self._melody.increase_resolution(k)
        self._chords.increase_resolution(k)
