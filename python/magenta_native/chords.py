"""Chord symbols, the chords of each step, and chords inferred from notes."""
from collections.abc import Iterable

from magenta_native import _native
from magenta_native.arguments import checked
from magenta_native.constants import NO_CHORD, STANDARD_PPQ
from magenta_native.errors import CoincidentChordsError, NonIntegerStepsPerBarError, UsageError
from magenta_native.events import EventSequence
from magenta_native.messages import AnySequence, NoteSequence, to_bytes, to_sequence
from magenta_native.sequences import put, steps_per_bar_in_quantized_sequence

__all__ = [
    "ChordProgression",
    "chord_symbol_bass",
    "chord_symbol_pitches",
    "chord_symbol_quality",
    "chord_symbol_root",
    "infer_chords_for_sequence",
    "pitches_to_chord_symbol",
    "transpose_chord_symbol",
]

_CHORD_SYMBOL = NoteSequence.TextAnnotation.CHORD_SYMBOL

# As many as a quantized sequence may have.
_MAX_STEPS = 1 << 24


@checked
def transpose_chord_symbol(figure: str, transpose_amount: int) -> str:
    """The symbol of the same chord, semitones higher."""
    return _native.chord_transposed(figure, transpose_amount)


@checked
def chord_symbol_pitches(figure: str) -> list[int]:
    """Its pitch classes, 0 (C) to 11 (B), without the bass."""
    return _native.chord_pitches(figure)


@checked
def chord_symbol_root(figure: str) -> int:
    """The pitch class of its root."""
    return _native.chord_root(figure)


@checked
def chord_symbol_bass(figure: str) -> int:
    """The pitch class of its bass."""
    return _native.chord_bass(figure)


@checked
def chord_symbol_quality(figure: str) -> int:
    """0 major, 1 minor, 2 augmented, 3 diminished, 4 none of these."""
    return _native.chord_quality(figure)


@checked
def pitches_to_chord_symbol(pitches: Iterable[int]) -> str:
    """The symbol of a chord of MIDI pitches, of which the lowest is the bass."""
    return _native.chord_name(list(pitches))


class ChordProgression(EventSequence[str]):
    """Chords: each event is the symbol of the chord of its step, "Am7", or NO_CHORD."""

    _pad_event = NO_CHORD

    @checked
    def from_quantized_sequence(self, quantized_sequence: AnySequence, start_step: int, end_step: int) -> None:
        """Becomes the chords of steps start_step to end_step, of which the last one does not count.

        Raises:
          QuantizationStatusError: the sequence stands on no steps of quarters.
          NonIntegerStepsPerBarError: a bar is no whole number of steps.
          CoincidentChordsError: two chords stand on one step.
          ValueError: there are no steps between, or more than 2^24.
        """
        sequence = to_sequence(quantized_sequence)
        self.__init__()  # type: ignore[misc]
        steps_per_bar = steps_per_bar_in_quantized_sequence(sequence)
        if steps_per_bar != int(steps_per_bar):
            raise NonIntegerStepsPerBarError(f"a bar has {steps_per_bar} steps. Give more steps per quarter",
                                             remedy="Give more steps per quarter")
        if not 0 < end_step - start_step <= _MAX_STEPS:
            raise UsageError(f"no progression goes from step {start_step} to step {end_step}. Give up to {_MAX_STEPS} "
                             "steps", remedy=f"Give up to {_MAX_STEPS} steps")
        self._events = self._between(sequence, start_step, end_step)
        self._start_step = start_step
        self._steps_per_bar = int(steps_per_bar)
        self._steps_per_quarter = sequence.quantization_info.steps_per_quarter

    @staticmethod
    def _between(sequence: NoteSequence, start_step: int, end_step: int) -> list[str]:
        """A symbol a step: the last one at or before it."""
        symbols = sorted((text for text in sequence.text_annotations if text.annotation_type == _CHORD_SYMBOL),
                         key=lambda text: text.quantized_step)
        figures: list[str] = []
        current, current_step = NO_CHORD, -1
        for symbol in symbols:
            step = symbol.quantized_step
            if step >= end_step:
                break
            if step >= start_step and step == current_step and symbol.text != current:
                raise CoincidentChordsError(f"{current} and {symbol.text} both stand on step {step}. Take one out",
                                            remedy="Take one out")
            figures += [current] * (step - start_step - len(figures))
            current, current_step = symbol.text, step
        return figures + [current] * (end_step - start_step - len(figures))

    @checked
    def to_sequence(self, sequence_start_time: float = 0.0, qpm: float = 120.0) -> NoteSequence:
        """The chords as text annotations at `qpm`, one where the chord changes; the first is at sequence_start_time."""
        sequence = NoteSequence(ticks_per_quarter=STANDARD_PPQ)
        sequence.tempos.add(qpm=qpm)
        seconds_per_step = 60.0 / qpm / self.steps_per_quarter
        current = NO_CHORD
        for step, figure in enumerate(self._events):
            if figure != current:
                current = figure
                sequence.text_annotations.add(time=step * seconds_per_step + sequence_start_time, text=figure,
                                              annotation_type=_CHORD_SYMBOL)
        return sequence

    @checked
    def transpose(self, transpose_amount: int) -> None:
        """Moves all chords by semitones.

        Raises:
          ChordSymbolError: a symbol that can't be read. No chord moves.
        """
        moved = {figure: figure if figure == NO_CHORD else transpose_chord_symbol(figure, transpose_amount % 12)
                 for figure in set(self._events)}
        self._events = [moved[figure] for figure in self._events]

    @checked
    def increase_resolution(self, k: int, fill_event: str | None = None) -> None:
        """Makes `k` steps of each: its chord, and then `fill_event`; None: its chord in all of them."""
        self._spread(k, fill_event)


@checked
def infer_chords_for_sequence(sequence: NoteSequence,
                              chords_per_bar: int | None = None,
                              key_change_prob: float = 0.001,
                              chord_change_prob: float = 0.5,
                              chord_pitch_out_of_key_prob: float = 0.01,
                              chord_note_concentration: float = 100.0,
                              add_key_signatures: bool = False) -> None:
    """Adds chord symbols to `sequence` itself, by note_seq's model: so many a bar, or one a beat.

    Args:
      sequence: on steps of quarters; or in seconds, with annotations of type BEAT.
      chords_per_bar: of a sequence on steps; None: 1 in 2/2, 2/4 and 3/4, 2 in 4/4 and 6/8.
      key_change_prob, chord_change_prob: probabilities that the key or the chord changes from one chord to the next.
      chord_pitch_out_of_key_prob: the probability that a tone of a chord lies outside the key.
      chord_note_concentration: how much notes must match the chord.
      add_key_signatures: inferred keys replace those of the sequence.

    Raises:
      SequenceAlreadyHasChordsError: take them out first.
      QuantizationStatusError: neither steps of quarters nor beats; or chords_per_bar without such steps.
      UncommonTimeSignatureError: another meter than those, and no chords_per_bar.
      NonIntegerStepsPerChordError: a chord would last no whole number of steps.
      EmptySequenceError, SequenceTooLongError: no chords, or more than 1000.
    """
    data = _native.infer_chords(to_bytes(sequence), chords_per_bar, key_change_prob, chord_change_prob,
                                chord_pitch_out_of_key_prob, chord_note_concentration, add_key_signatures)
    put(NoteSequence.FromString(data), sequence, True)
