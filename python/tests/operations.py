"""What is done with note-seq (record_note_seq.py) and with magenta_native (note_seq_test.py), the same words for both.

A case is {"operation", "inputs", "arguments"}. An operation takes the library (a namespace of functions and classes),
the inputs and the arguments, and gives what plain() can write as JSON.
"""
import base64
import os
import tempfile
import zlib
from typing import Any, Callable

import numpy as np

OPERATIONS: dict[str, Callable[..., Any]] = {}


def operation(function: Callable[..., Any]) -> Callable[..., Any]:
    OPERATIONS[function.__name__] = function
    return function


def plain(value: Any) -> Any:
    """`value` as JSON holds it; sequences are the base64 of their bytes."""
    if hasattr(value, "SerializeToString"):
        return {"sequence": base64.b64encode(value.SerializeToString(deterministic=True)).decode()}
    if isinstance(value, np.ndarray):
        packed = base64.b64encode(zlib.compress(np.ascontiguousarray(value).tobytes(), 9)).decode()
        return {"array": packed, "dtype": str(value.dtype), "shape": list(value.shape)}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return value.item()
    return value


def run(lib: Any, case: dict[str, Any], inputs: list[Any]) -> Any:
    """What a case gives: plain(), or the name of the exception."""
    try:
        return plain(OPERATIONS[case["operation"]](lib, *inputs, **case["arguments"]))
    except Exception as error:  # pylint: disable=broad-except
        return {"error": type(error).__name__}


def by_name(name: str) -> None:
    """The operation that calls the library's function of that name, with the inputs first."""
    def call(lib: Any, *inputs: Any, **arguments: Any) -> Any:
        return getattr(lib, name)(*inputs, **arguments)
    OPERATIONS[name] = call


for _name in ["quantize_note_sequence", "quantize_note_sequence_absolute", "apply_sustain_control_changes",
              "extract_subsequence", "transpose_note_sequence", "trim_note_sequence", "split_note_sequence",
              "split_note_sequence_on_time_changes", "split_note_sequence_on_silence", "stretch_note_sequence",
              "shift_sequence_times", "remove_redundant_data", "sequence_to_pianoroll", "midi_to_note_sequence",
              "is_quantized_sequence", "steps_per_bar_in_quantized_sequence", "quantize_to_step",
              "steps_per_quarter_to_steps_per_second", "transpose_chord_symbol", "chord_symbol_pitches",
              "chord_symbol_root", "chord_symbol_bass", "chord_symbol_quality"]:
    by_name(_name)


@operation
def concatenate_sequences(lib: Any, *sequences: Any, **arguments: Any) -> Any:
    return lib.concatenate_sequences(list(sequences), **arguments)


@operation
def transpose_in_place(lib: Any, sequence: Any, amount: int) -> Any:
    copy = type(sequence).FromString(sequence.SerializeToString())
    made, deleted = lib.transpose_note_sequence(copy, amount, in_place=True)
    return [made is copy, copy, deleted]


@operation
def stretch_in_place(lib: Any, sequence: Any, factor: float) -> Any:
    copy = type(sequence).FromString(sequence.SerializeToString())
    return [lib.stretch_note_sequence(copy, factor, in_place=True) is copy, copy]


@operation
def infer_chords_for_sequence(lib: Any, sequence: Any, quantize: int = 0, **arguments: Any) -> Any:
    copy = type(sequence).FromString(sequence.SerializeToString())
    if quantize:
        copy = lib.quantize_note_sequence(copy, quantize)
    lib.infer_chords_for_sequence(copy, **arguments)
    return copy


def _with_file(data: bytes | None, use: Callable[[str], Any]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "file")
        if data is not None:
            with open(path, "wb") as file:
                file.write(data)
        return use(path)


@operation
def midi_file_to_note_sequence(lib: Any, data: bytes) -> Any:
    return _with_file(data, lib.midi_file_to_note_sequence)


@operation
def musicxml_file_to_sequence_proto(lib: Any, data: bytes) -> Any:
    """Without the notes' written values, which ours does not tell."""
    sequence = _with_file(data, lib.musicxml_file_to_sequence_proto)
    for note in sequence.notes:
        note.ClearField("numerator")
        note.ClearField("denominator")
    return sequence


@operation
def note_sequence_to_midi_file(lib: Any, sequence: Any, **arguments: Any) -> Any:
    """Without what ours keeps and note-seq loses: the title, chord symbols, and notes that last no time."""
    music = type(sequence).FromString(sequence.SerializeToString())
    music.ClearField("sequence_metadata")
    del music.text_annotations[:]
    notes = [note for note in music.notes if note.end_time != note.start_time]
    del music.notes[:]
    music.notes.extend(notes)

    def write(path: str) -> bytes:
        lib.note_sequence_to_midi_file(music, path, **arguments)
        with open(path, "rb") as file:
            return file.read()
    return _with_file(None, write)


@operation
def parse_abc_tunebook(lib: Any, data: bytes) -> Any:
    tunes, exceptions = lib.parse_abc_tunebook(data.decode())
    return [tunes, len(exceptions)]


@operation
def parse_abc_tunebook_file(lib: Any, data: bytes) -> Any:
    tunes, exceptions = _with_file(data, lib.parse_abc_tunebook_file)
    return [tunes, len(exceptions)]


def _described(events: Any) -> Any:
    return [list(events), events.start_step, events.end_step, events.steps, events.steps_per_bar,
            events.steps_per_quarter]


def _changed(events: Any, changes: list[list[Any]]) -> list[Any]:
    """What each change of `changes`, [method, arguments...], gave and left."""
    left = []
    for name, *arguments in changes:
        if name == "slice":
            events = events[slice(*arguments)]
            given = None
        else:
            given = getattr(events, name)(*arguments)
        left.append([given, _described(events)])
    return left


@operation
def melody(lib: Any, sequence: Any, steps_per_quarter: int = 4, sequence_arguments: Any = None,
           changes: Any = (), **arguments: Any) -> Any:
    made = lib.Melody()
    made.from_quantized_sequence(lib.quantize_note_sequence(sequence, steps_per_quarter), **arguments)
    return [_described(made), made.get_note_histogram(), made.get_major_key_histogram(), made.get_major_key(),
            made.to_sequence(**(sequence_arguments or {})), _changed(made, changes)]


@operation
def melody_of_events(lib: Any, events: Any, changes: Any = (), **arguments: Any) -> Any:
    made = lib.Melody(events, **arguments)
    return [_described(made), made.to_sequence(), _changed(made, changes), made[0], made == lib.Melody(events)]


@operation
def unquantized_melody(lib: Any, sequence: Any) -> Any:
    return lib.Melody().from_quantized_sequence(sequence)


def _as_set(sequence: Any) -> Any:
    """Drums that are struck together in one order: note-seq's is that of CPython's sets."""
    notes = sorted(sequence.notes, key=lambda note: (note.start_time, note.pitch))
    made = type(sequence).FromString(sequence.SerializeToString())
    del made.notes[:]
    made.notes.extend(notes)
    return made


@operation
def drum_track(lib: Any, sequence: Any, steps_per_quarter: int = 4, sequence_arguments: Any = None, changes: Any = (),
               **arguments: Any) -> Any:
    made = lib.DrumTrack()
    made.from_quantized_sequence(lib.quantize_note_sequence(sequence, steps_per_quarter), **arguments)
    return [_described(made), _as_set(made.to_sequence(**(sequence_arguments or {}))), _changed(made, changes)]


@operation
def drum_track_of_events(lib: Any, events: Any, changes: Any = ()) -> Any:
    made = lib.DrumTrack([frozenset(event) for event in events])
    return [_described(made), _as_set(made.to_sequence()), _changed(made, changes)]


@operation
def chord_progression(lib: Any, sequence: Any, start_step: int, end_step: int, steps_per_quarter: int = 4,
                      changes: Any = (), **arguments: Any) -> Any:
    made = lib.ChordProgression()
    made.from_quantized_sequence(lib.quantize_note_sequence(sequence, steps_per_quarter), start_step, end_step)
    return [_described(made), made.to_sequence(**arguments), _changed(made, changes)]


@operation
def lead_sheet(lib: Any, sequence: Any, squash: Any = None, transpose: Any = None, length: int = 0,
               resolution: int = 0, **arguments: Any) -> Any:
    quantized = lib.quantize_note_sequence(sequence, 4)
    tune, chords = lib.Melody(), lib.ChordProgression()
    tune.from_quantized_sequence(quantized, ignore_polyphonic_notes=True)
    chords.from_quantized_sequence(quantized, tune.start_step, tune.end_step)
    made = lib.LeadSheet(tune, chords)
    given = None
    if squash:
        given = made.squash(*squash)
    if transpose:
        made.transpose(*transpose)
    if length:
        made.set_length(length)
    if resolution:
        made.increase_resolution(resolution)
    made.append((60, "C"))
    return [given, _described(made.melody), _described(made.chords), made[3], len(made), made.steps,
            made.to_sequence(**arguments)]


@operation
def lead_sheet_of_one(lib: Any) -> Any:
    return lib.LeadSheet(lib.Melody([60]), None)


@operation
def lead_sheet_mismatch(lib: Any) -> Any:
    return lib.LeadSheet(lib.Melody([60]), lib.ChordProgression(["C", "G"]))
