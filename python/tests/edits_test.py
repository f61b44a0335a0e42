"""The functions under note_seq's names, beyond what note-seq gives: any message, any bytes, errors with their parts."""
import math
import pathlib
import pickle
from collections.abc import Callable
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import DecodeError
import numpy as np
import pytest

import magenta_native as mm
from magenta_native import _native
from material import mutated
from note_seq_test import INPUTS
from operations import OPERATIONS

pytestmark = pytest.mark.filterwarnings("ignore:.*byte:UserWarning")  # of what is mended: limits_test.py
CHANGES: mm.NoteSequence = INPUTS["changes"]


def of_another_pool(sequence: mm.NoteSequence) -> Any:
    """The same message, of classes that are not ours: what note_seq's are."""
    pool = descriptor_pool.DescriptorPool()
    for file in _native.file_descriptors():
        pool.AddSerializedFile(file)
    other = message_factory.GetMessageClass(pool.FindMessageTypeByName("magenta.NoteSequence"))
    return other.FromString(sequence.SerializeToString())


def test_any_message_and_bytes_are_taken() -> None:
    other = of_another_pool(CHANGES)
    assert type(other) is not mm.NoteSequence
    for sequence in (CHANGES, other, CHANGES.SerializeToString()):
        parts = mm.split_note_sequence_on_time_changes(sequence)
        assert parts == mm.split_note_sequence_on_time_changes(CHANGES)
        assert all(type(part) is mm.NoteSequence for part in parts)
        assert not mm.is_quantized_sequence(sequence)
    made, deleted = mm.transpose_note_sequence(other, 2, in_place=True)
    assert made is other and deleted == 0 and other.notes[1].pitch == CHANGES.notes[1].pitch + 2
    mm.infer_chords_for_sequence(beats := of_another_pool(INPUTS["beats"]))
    assert any(text.annotation_type == 1 for text in beats.text_annotations)


def test_nothing_given_is_changed() -> None:
    before = CHANGES.SerializeToString(deterministic=True)
    mm.transpose_note_sequence(CHANGES, 3)
    mm.stretch_note_sequence(CHANGES, 2)
    mm.apply_sustain_control_changes(CHANGES)
    mm.concatenate_sequences([CHANGES, CHANGES])
    assert CHANGES.SerializeToString(deterministic=True) == before


def test_midi_keeps_chords_and_title(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.mid"
    mm.note_sequence_to_midi_file(INPUTS["tune44"], path)
    assert b"Am7" in path.read_bytes()


@pytest.mark.parametrize("call, kind, said", [
    (lambda: mm.quantize_note_sequence(CHANGES, 4), mm.MultipleTimeSignatureError, "Split"),
    (lambda: mm.quantize_note_sequence(CHANGES, 0), mm.UsageError, "0 steps"),
    (lambda: mm.shift_sequence_times(CHANGES, -1), ValueError, "-1"),
    (lambda: mm.extract_subsequence(CHANGES, 500, 600), ValueError, "500"),
    (lambda: mm.transpose_note_sequence(INPUTS["bad_chord"], 1), mm.ChordSymbolError, "Hello"),
    (lambda: mm.Melody([60]).transpose(1, 60, 62), mm.UsageError, "octave"),
    (lambda: mm.Melody([60]).to_sequence(qpm=0), mm.UsageError, "0 qpm"),
    (lambda: mm.DrumTrack([{36}]), mm.UsageError, "frozenset"),  # type: ignore[list-item]
    (lambda: mm.parse_abc_tunebook("X:1\nK:C\nC|\n\nX:1\nK:C\nD|\n"), mm.DuplicateReferenceNumberError, "X:1"),
    (lambda: mm.parse_abc_tunebook("no tune"), mm.ABCParseError, "no tune"),
    (lambda: mm.trim_note_sequence(mm.quantize_note_sequence(INPUTS["plain"], 4), 0, 1), mm.QuantizationStatusError,
     "quantize"),
    (lambda: mm.LeadSheet(mm.Melody([60])), mm.MelodyChordsMismatchError, "both"),
    (lambda: mm.sequence_to_pianoroll(CHANGES, 1e9, 0, 127), mm.MagentaError, "frames"),
])
def test_errors_say_what_and_what_to_do(call: Callable[[], Any], kind: type[Exception], said: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    error = caught.value
    assert isinstance(error, mm.MagentaError)
    assert said in str(error) and error.message
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.remedy) == (type(error), str(error), error.remedy)


def test_errors_name_the_file(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.file"
    path.write_bytes(b"MThd")
    for read, kind in [(mm.midi_file_to_note_sequence, mm.MIDIConversionError),
                       (mm.musicxml_file_to_sequence_proto, mm.MusicXMLConversionError),
                       (mm.parse_abc_tunebook_file, mm.ABCParseError)]:
        with pytest.raises(kind, match="a.file") as caught:
            read(path)  # type: ignore[operator]
        assert caught.value.file == str(path)
        with pytest.raises(OSError):
            read(tmp_path / "none")  # type: ignore[operator]


def test_chords_of_finer_steps_are_repeated_or_followed_by_what_is_given() -> None:
    chords = mm.ChordProgression(["C", "G"], start_step=3)
    chords.increase_resolution(2)
    assert list(chords) == ["C", "C", "G", "G"] and (chords.start_step, chords.steps_per_bar) == (6, 32)
    chords.increase_resolution(k=2, fill_event=mm.NO_CHORD)
    assert list(chords) == ["C", "N.C.", "C", "N.C.", "G", "N.C.", "G", "N.C."]


def test_lead_sheets_are_sequences_of_pairs() -> None:
    sheet = mm.LeadSheet()
    sheet.from_quantized_sequence(mm.quantize_note_sequence(INPUTS["tune44"], 4), ignore_polyphonic_notes=True)
    assert list(sheet) == list(zip(sheet.melody, sheet.chords)) and len(sheet) > 16
    assert list(sheet[2:9]) == list(sheet)[2:9] and sheet[2:9].start_step == sheet.start_step + 2
    assert sheet == mm.LeadSheet(sheet.melody, sheet.chords)


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("quantize_note_sequence", {"steps_per_quarter": 4}), ("quantize_note_sequence_absolute", {"steps_per_second": 50}),
    ("apply_sustain_control_changes", {}), ("split_note_sequence_on_time_changes", {}),
    ("split_note_sequence_on_silence", {"gap_seconds": 0.2}), ("split_note_sequence", {"hop_size_seconds": 0.7}),
    ("extract_subsequence", {"start_time": 1, "end_time": 4}), ("trim_note_sequence", {"start_time": 1, "end_time": 4}),
    ("shift_sequence_times", {"shift_seconds": 1}), ("stretch_note_sequence", {"stretch_factor": 2}),
    ("transpose_note_sequence", {"amount": 3}), ("remove_redundant_data", {}),
    ("sequence_to_pianoroll", {"frames_per_second": 5, "min_pitch": 0, "max_pitch": 127})]


def survives(name: str, *inputs: Any, **arguments: Any) -> None:
    """A result, or an error of ours, or protobuf's own of what it parses."""
    try:
        OPERATIONS[name](mm, *inputs, **arguments)
    except (mm.MagentaError, DecodeError) as error:
        assert str(error)


def test_sequences_of_any_bytes(capfd: pytest.CaptureFixture[str]) -> None:
    for data in mutated(CHANGES.SerializeToString(), 1):
        for name, arguments in CALLS:
            survives(name, data, **arguments)
    assert capfd.readouterr().err == "", "nothing is printed"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1.0, 1e300, 5e-324, 2.0**62])
@pytest.mark.parametrize("field", ["notes.start_time", "notes.end_time", "tempos.time", "tempos.qpm",
                                   "time_signatures.time", "control_changes.time", "text_annotations.time",
                                   "total_time"])
def test_times_of_any_value(field: str, value: float) -> None:
    sequence = mm.NoteSequence.FromString(CHANGES.SerializeToString())
    *container, name = field.split(".")
    setattr(getattr(sequence, container[0])[2] if container else sequence, name, value)
    for call, arguments in CALLS:
        survives(call, sequence, **arguments)
    for call in ("melody", "drum_track", "note_sequence_to_midi_file"):
        survives(call, sequence)
    survives("chord_progression", sequence, start_step=0, end_step=100)
    survives("infer_chords_for_sequence", sequence, quantize=4)


@pytest.mark.parametrize("step", [-2**63, -1, 2**24, 2**62, 2**63 - 1])
@pytest.mark.parametrize("field", ["quantized_start_step", "quantized_end_step"])
def test_steps_of_any_value(field: str, step: int) -> None:
    quantized = mm.quantize_note_sequence(INPUTS["tune44"], 4)
    setattr(quantized.notes[3], field, step)
    for events in (mm.Melody(), mm.DrumTrack(), mm.LeadSheet()):
        try:
            events.from_quantized_sequence(quantized)
        except mm.MagentaError as error:
            assert str(error)


@pytest.mark.parametrize("name", ["plain.mid", "changes.mid", "example_is_drum.mid", "tunes.abc", "score.musicxml"])
def test_files_of_any_bytes(name: str) -> None:
    for data in mutated(INPUTS[name], 2):
        for read in (mm.midi_to_note_sequence, mm.parse_abc_tunebook):
            try:
                read(data)
            except mm.MagentaError as error:
                assert str(error)
        survives("musicxml_file_to_sequence_proto", data)


def test_piano_rolls_own_their_memory() -> None:
    roll = mm.sequence_to_pianoroll(CHANGES, 10, 0, 127)
    kept = roll.active
    sums = kept.sum()
    del roll
    assert kept.sum() == sums and kept.dtype == np.float32 and kept.flags.writeable
