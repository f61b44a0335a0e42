"""Edits of NoteSequences. Each gives a new one and leaves what it was given as it was, unless it says otherwise.

Times are seconds, pitches MIDI's. A sequence may be ours, note_seq's, or the bytes of one.
"""
from collections.abc import Iterable, Sequence

from magenta_native import _native
from magenta_native.arguments import checked
from magenta_native.constants import MAX_MIDI_PITCH, MIN_MIDI_PITCH
from magenta_native.errors import QuantizationStatusError, UsageError
from magenta_native.messages import AnySequence, NoteSequence, to_bytes, to_sequence

__all__ = [
    "DEFAULT_SUBSEQUENCE_PRESERVE_CONTROL_NUMBERS",
    "apply_sustain_control_changes",
    "assert_is_absolute_quantized_sequence",
    "assert_is_quantized_sequence",
    "assert_is_relative_quantized_sequence",
    "concatenate_sequences",
    "extract_subsequence",
    "is_absolute_quantized_sequence",
    "is_quantized_sequence",
    "is_relative_quantized_sequence",
    "quantize_note_sequence",
    "quantize_note_sequence_absolute",
    "quantize_to_step",
    "remove_redundant_data",
    "shift_sequence_times",
    "split_note_sequence",
    "split_note_sequence_on_silence",
    "split_note_sequence_on_time_changes",
    "steps_per_bar_in_quantized_sequence",
    "steps_per_quarter_to_steps_per_second",
    "stretch_note_sequence",
    "transpose_note_sequence",
    "trim_note_sequence",
]

# Sustain, sostenuto, soft.
DEFAULT_SUBSEQUENCE_PRESERVE_CONTROL_NUMBERS = (64, 66, 67)


def _sequences(parts: list[bytes]) -> list[NoteSequence]:
    return [NoteSequence.FromString(part) for part in parts]


def is_quantized_sequence(note_sequence: AnySequence) -> bool:
    """Whether it stands on steps, of quarters or of seconds."""
    return is_relative_quantized_sequence(note_sequence) or is_absolute_quantized_sequence(note_sequence)


def is_relative_quantized_sequence(note_sequence: AnySequence) -> bool:
    """Whether it stands on steps of quarters."""
    return to_sequence(note_sequence).quantization_info.steps_per_quarter > 0


def is_absolute_quantized_sequence(note_sequence: AnySequence) -> bool:
    """Whether it stands on steps of seconds."""
    return to_sequence(note_sequence).quantization_info.steps_per_second > 0


def _assert(is_so: bool, note_sequence: AnySequence, steps: str) -> None:
    if not is_so:
        name = to_sequence(note_sequence).id
        raise QuantizationStatusError(f"NoteSequence {name} does not stand on steps{steps}. Quantize it first",
                                      remedy="Quantize it first")


def assert_is_quantized_sequence(note_sequence: AnySequence) -> None:
    """Raises QuantizationStatusError unless it stands on steps."""
    _assert(is_quantized_sequence(note_sequence), note_sequence, "")


def assert_is_relative_quantized_sequence(note_sequence: AnySequence) -> None:
    """Raises QuantizationStatusError unless it stands on steps of quarters."""
    _assert(is_relative_quantized_sequence(note_sequence), note_sequence, " of quarters")


def assert_is_absolute_quantized_sequence(note_sequence: AnySequence) -> None:
    """Raises QuantizationStatusError unless it stands on steps of seconds."""
    _assert(is_absolute_quantized_sequence(note_sequence), note_sequence, " of seconds")


@checked
def quantize_to_step(unquantized_seconds: float, steps_per_second: float, quantize_cutoff: float = 0.5) -> int:
    """The step of a time: the nearest one, or as `quantize_cutoff` (0 to 1, a part of a step) moves the border."""
    return int(unquantized_seconds * steps_per_second + (1 - quantize_cutoff))


@checked
def steps_per_quarter_to_steps_per_second(steps_per_quarter: int, qpm: float) -> float:
    """Steps a second at `qpm` quarters a minute."""
    return steps_per_quarter * qpm / 60.0


def steps_per_bar_in_quantized_sequence(note_sequence: AnySequence) -> float:
    """Steps a bar, not always whole, of a sequence on steps of quarters.

    Raises:
      QuantizationStatusError: it stands on none.
    """
    assert_is_relative_quantized_sequence(note_sequence)
    sequence = to_sequence(note_sequence)
    if not sequence.time_signatures or sequence.time_signatures[0].denominator == 0:
        raise QuantizationStatusError("A quantized NoteSequence has a meter. Quantize it", remedy="Quantize it")
    meter = sequence.time_signatures[0]
    return sequence.quantization_info.steps_per_quarter * (4.0 / meter.denominator * meter.numerator)


@checked
def quantize_note_sequence(note_sequence: AnySequence, steps_per_quarter: int) -> NoteSequence:
    """A copy on a grid of `steps_per_quarter`: notes, controllers and texts get the nearest step; no note lasts none.

    Raises:
      MultipleTimeSignatureError, MultipleTempoError: meter or tempo change; split_note_sequence_on_time_changes mends.
      BadTimeSignatureError: the meter is none.
      NegativeTimeError: something happens before 0.
      SequenceError: a tempo of 0, or more than 2^24 steps.
    """
    return NoteSequence.FromString(_native.quantize(to_bytes(note_sequence), steps_per_quarter, False))


@checked
def quantize_note_sequence_absolute(note_sequence: AnySequence, steps_per_second: int) -> NoteSequence:
    """The same on steps of seconds, whatever tempos and meters there are.

    Raises:
      NegativeTimeError: something happens before 0.
      SequenceError: more than 2^24 steps.
    """
    return NoteSequence.FromString(_native.quantize(to_bytes(note_sequence), steps_per_second, True))


@checked
def apply_sustain_control_changes(note_sequence: AnySequence, sustain_control_number: int = 64) -> NoteSequence:
    """A copy whose notes last as long as the pedal holds them: until it goes up, or the same pitch starts again.

    Each instrument has its own pedal, which is down from value 64 on; drums stay as they are.

    Raises:
      QuantizationStatusError: it stands on steps.
    """
    return NoteSequence.FromString(_native.sustain(to_bytes(note_sequence), sustain_control_number))


@checked
def trim_note_sequence(sequence: AnySequence, start_time: float, end_time: float) -> NoteSequence:
    """A copy with the notes that start in [start_time, end_time), which end at end_time at the latest. Nothing moves.

    Raises:
      QuantizationStatusError: it stands on steps.
    """
    return NoteSequence.FromString(_native.trim(to_bytes(sequence), start_time, end_time))


@checked
def extract_subsequence(sequence: AnySequence, start_time: float, end_time: float,
                        preserve_control_numbers: Iterable[int] | None = None) -> NoteSequence:
    """The part from start_time to end_time, moved to 0 seconds.

    Notes that start in it end with it at the latest. Meter, key, tempo, chord and pedals in force at start_time stand at
    0; pitch bends and other controllers are left out. subsequence_info says where it was.

    Args:
      preserve_control_numbers: the controllers that count as pedals; None: 64, 66 and 67.

    Raises:
      QuantizationStatusError: it stands on steps.
      ValueError: start_time is at or past the end, or after end_time.
    """
    pedals = DEFAULT_SUBSEQUENCE_PRESERVE_CONTROL_NUMBERS if preserve_control_numbers is None else preserve_control_numbers
    return _sequences(_native.subsequences(to_bytes(sequence), [start_time, end_time], list(pedals)))[0]


@checked
def split_note_sequence(note_sequence: AnySequence, hop_size_seconds: float | Sequence[float],
                        skip_splits_inside_notes: bool = False) -> list[NoteSequence]:
    """Parts as extract_subsequence gives them, cut every hop_size_seconds, or at the times of a list.

    Args:
      skip_splits_inside_notes: no cut where a note sounds on.

    Raises:
      QuantizationStatusError: it stands on steps.
      ValueError: a hop that is not above 0, times below 0 or past the end.
    """
    data = to_bytes(note_sequence)
    if isinstance(hop_size_seconds, Sequence):
        return _sequences(_native.split_at(data, list(hop_size_seconds), skip_splits_inside_notes))
    return _sequences(_native.split_every(data, hop_size_seconds, skip_splits_inside_notes))


@checked
def split_note_sequence_on_time_changes(note_sequence: AnySequence,
                                        skip_splits_inside_notes: bool = False) -> list[NoteSequence]:
    """The same, cut where meter or tempo change, so that each part can be quantized."""
    return _sequences(_native.split_at_time_changes(to_bytes(note_sequence), skip_splits_inside_notes))


@checked
def split_note_sequence_on_silence(note_sequence: AnySequence, gap_seconds: float = 3.0) -> list[NoteSequence]:
    """The same, cut before each note that follows more than `gap_seconds` of silence."""
    return _sequences(_native.split_on_silence(to_bytes(note_sequence), gap_seconds))


@checked
def concatenate_sequences(sequences: Iterable[AnySequence],
                          sequence_durations: Sequence[float] | None = None) -> NoteSequence:
    """One after another, each as long as its total_time, or as sequence_durations say (seconds, one a sequence).

    What a sequence has once, such as ticks_per_quarter, is the last one's. Meters, keys and tempos that repeat what was
    before are left out.

    Raises:
      QuantizationStatusError: one but the first stands on steps.
      ValueError: another number of durations than of sequences, or a duration below its total_time.
    """
    return NoteSequence.FromString(
        _native.concatenate([to_bytes(sequence) for sequence in sequences], list(sequence_durations or [])))


def remove_redundant_data(sequence: AnySequence) -> NoteSequence:
    """A copy without meters, keys and tempos that repeat what was before, or genres and composers named twice."""
    return NoteSequence.FromString(_native.remove_redundant_data(to_bytes(sequence)))


@checked
def shift_sequence_times(sequence: AnySequence, shift_seconds: float) -> NoteSequence:
    """A copy in which everything comes `shift_seconds` (more than 0) later.

    Raises:
      QuantizationStatusError: it stands on steps.
      ValueError: a shift that is not above 0.
    """
    return NoteSequence.FromString(_native.shift(to_bytes(sequence), shift_seconds))


def put(made: NoteSequence, sequence: AnySequence, in_place: bool) -> NoteSequence:
    """`made`, or `sequence` with what `made` holds."""
    if not in_place:
        return made
    if isinstance(sequence, bytes):
        raise UsageError("bytes can't be edited in place. Give a NoteSequence", remedy="Give a NoteSequence")
    data = made.SerializeToString()
    sequence.Clear()
    sequence.MergeFromString(data)
    return sequence  # type: ignore[return-value]


@checked
def stretch_note_sequence(note_sequence: AnySequence, stretch_factor: float, in_place: bool = False) -> NoteSequence:
    """A copy, or the sequence itself where `in_place`, that lasts stretch_factor times as long; tempos are divided by it.

    Raises:
      QuantizationStatusError: it stands on steps.
      ValueError: a factor that is not above 0.
    """
    made = NoteSequence.FromString(_native.stretch(to_bytes(note_sequence), stretch_factor))
    return put(made, note_sequence, in_place)


@checked
def transpose_note_sequence(ns: AnySequence, amount: int, min_allowed_pitch: int = MIN_MIDI_PITCH,
                            max_allowed_pitch: int = MAX_MIDI_PITCH, transpose_chords: bool = True,
                            in_place: bool = False) -> tuple[NoteSequence, int]:
    """A copy, or the sequence itself where `in_place`, `amount` semitones higher, and how many notes were left out.

    Notes (drums stay) that would leave min_allowed_pitch to max_allowed_pitch are left out. Keys move too.

    Args:
      transpose_chords: chord symbols move; else they are left out.

    Raises:
      ChordSymbolError: a chord symbol that can't be read.
    """
    data, deleted = _native.transpose(to_bytes(ns), amount, min_allowed_pitch, max_allowed_pitch, transpose_chords)
    return put(NoteSequence.FromString(data), ns, in_place), deleted
