"""Whatever bytes and values are given: an exception of ours, or of Python's own for what is no value; never a crash."""
import faulthandler
import inspect
import math
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

from material import folder_of_tunes, melody, mutated
import google.protobuf.message
import pytest

import magenta_native as mm
from magenta_native import _native

faulthandler.enable()


@pytest.fixture(scope="module")
def lookback() -> mm.Generator:
    return mm.Generator("basic_rnn")


def answered(call: Callable[[], Any]) -> None:
    """Runs it: a result, or an error that says something."""
    try:
        result = call()
        if inspect.isgenerator(result) or isinstance(result, Iterator):
            for _, _ in zip(result, range(50)):
                pass
    except mm.MagentaError as error:
        assert str(error) and error.message
    except google.protobuf.message.DecodeError:
        pass  # protobuf's own parser had the bytes first


Call = Callable[[bytes], Any]


def quantized(use: Callable[[mm.NoteSequence], Any]) -> Call:
    return lambda data: use(mm.quantize_note_sequence(data, 4))


def in_place(data: bytes) -> mm.NoteSequence:
    sequence = mm.NoteSequence.FromString(data)
    mm.infer_chords_for_sequence(sequence)
    return sequence


# Every function of a sequence, by its name.
OF_SEQUENCES: dict[str, Call] = {
    "apply_sustain_control_changes": mm.apply_sustain_control_changes,
    "concatenate_sequences": lambda data: mm.concatenate_sequences([data, data]),
    "extract_subsequence": lambda data: mm.extract_subsequence(data, 0.1, 1.9),
    "infer_chords_for_sequence": in_place,
    "notes": mm.notes,
    "pianoroll": lambda data: mm.pianoroll(data, 4),
    "play_sequence": lambda data: mm.play_sequence(data, synth=mm.synthesize, sample_rate=2000),
    "plot_sequence": lambda data: mm.plot_sequence(data, False),
    "quantize_note_sequence": lambda data: mm.quantize_note_sequence(data, 4),
    "quantize_note_sequence_absolute": lambda data: mm.quantize_note_sequence_absolute(data, 100),
    "remove_redundant_data": mm.remove_redundant_data,
    "sequence_to_pianoroll": lambda data: mm.sequence_to_pianoroll(data, 8, 21, 108),
    "shift_sequence_times": lambda data: mm.shift_sequence_times(data, 0.5),
    "split_note_sequence": lambda data: mm.split_note_sequence(data, 0.7),
    "split_note_sequence_on_silence": mm.split_note_sequence_on_silence,
    "split_note_sequence_on_time_changes": mm.split_note_sequence_on_time_changes,
    "steps_per_bar_in_quantized_sequence": quantized(mm.steps_per_bar_in_quantized_sequence),
    "stretch_note_sequence": lambda data: mm.stretch_note_sequence(data, 1.5),
    "synthesize": lambda data: mm.synthesize(data, 2000),
    "transpose_note_sequence": lambda data: mm.transpose_note_sequence(data, 3),
    "trim_note_sequence": lambda data: mm.trim_note_sequence(data, 0.1, 1.9),
    "is_quantized_sequence": mm.is_quantized_sequence,
    "is_absolute_quantized_sequence": mm.is_absolute_quantized_sequence,
    "is_relative_quantized_sequence": mm.is_relative_quantized_sequence,
    "assert_is_quantized_sequence": mm.assert_is_quantized_sequence,
    "assert_is_absolute_quantized_sequence": mm.assert_is_absolute_quantized_sequence,
    "assert_is_relative_quantized_sequence": mm.assert_is_relative_quantized_sequence,
    "Melody": quantized(lambda sequence: mm.Melody().from_quantized_sequence(sequence)),
    "DrumTrack": quantized(lambda sequence: mm.DrumTrack().from_quantized_sequence(sequence)),
    "ChordProgression": quantized(lambda sequence: mm.ChordProgression().from_quantized_sequence(sequence, 0, 16)),
    "extract": mm.pipelines.extract,
    "extract lead sheets": lambda data: mm.pipelines.extract(data, "chord_pitches_improv"),
    "extract drums": lambda data: mm.pipelines.extract(data, "drum_kit"),
}

# Every function of a file, by its path.
OF_FILES: dict[str, Callable[[pathlib.Path], Any]] = {
    "convert_file": mm.pipelines.convert_file,
    "midi_file_to_drum_track": mm.midi_file_to_drum_track,
    "midi_file_to_melody": mm.midi_file_to_melody,
    "midi_file_to_note_sequence": mm.midi_file_to_note_sequence,
    "midi_to_note_sequence": lambda path: mm.midi_to_note_sequence(path.read_bytes()),
    "musicxml_file_to_sequence_proto": mm.musicxml_file_to_sequence_proto,
    "parse_abc_tunebook": lambda path: mm.parse_abc_tunebook(path.read_bytes()),
    "parse_abc_tunebook_file": mm.parse_abc_tunebook_file,
    "read_notes": mm.read_notes,
    "read_notes of bytes": lambda path: mm.read_notes(path.read_bytes()),
    "read_pianoroll": lambda path: mm.read_pianoroll(path, 4),
    "read_pianoroll of bytes": lambda path: mm.read_pianoroll(path.read_bytes(), 4),
}

# What takes neither, or is tested by another name.
OTHERS = {"chord_symbol_bass", "chord_symbol_pitches", "chord_symbol_quality", "chord_symbol_root", "fluidsynth",
          "midi_file_to_sequence_proto", "midi_to_sequence_proto", "models", "note_sequence_to_midi_file",
          "pitches_to_chord_symbol", "quantize_to_step", "sequence_proto_to_midi_file",
          "steps_per_quarter_to_steps_per_second", "transpose_chord_symbol"}


def test_no_function_is_forgotten() -> None:
    functions = {name for name, made in vars(mm).items() if inspect.isfunction(made) and name[0] != "_"}
    assert functions <= {*OF_SEQUENCES, *OF_FILES, *OTHERS}


def test_sequences_of_any_bytes(lookback: mm.Generator, capfd: pytest.CaptureFixture[str]) -> None:
    calls: list[Call] = [
        *OF_SEQUENCES.values(), lambda data: lookback.generate(data, bars=1), lambda data: lookback.stream(data, bars=1),
        lookback.score, lookback.respond, lookback.stream_of]
    for data in mutated(melody(2).SerializeToString(), 1):
        for call in calls:
            answered(lambda: call(data))
    assert capfd.readouterr().err == "", "nothing is printed"


def test_requests_of_any_bytes(lookback: mm.Generator) -> None:
    for data in mutated(lookback.request(melody(1), seed=3, bars=1).SerializeToString(), 2):
        answered(lambda: lookback.respond(data))
        answered(lambda: lookback.stream_of(data))


def test_files_of_any_bytes(tmp_path: pathlib.Path) -> None:
    midi = tmp_path / "a.mid"
    mm.note_sequence_to_midi_file(melody(2), midi)
    book = b"X:1\nT:One\nM:4/4\nK:G\nGABc|d4||\n"
    for whole in (midi.read_bytes(), book):
        for data in mutated(whole, 3):
            for name in ("b.mid", "b.abc", "b.musicxml", "b.mxl", "b.drums", "b.mid.gz"):
                path = tmp_path / name
                path.write_bytes(data)
                report = mm.pipelines.convert_file(path).report
                assert report["reason"] and (report["kept"] or report["detail"])
                for call in OF_FILES.values():
                    answered(lambda: call(path))


def test_models_and_data_sets_of_any_bytes(tmp_path: pathlib.Path) -> None:
    source = mm.pipelines.dataset(folder_of_tunes(tmp_path), tmp_path / "data", eval_ratio=0)["training_file"]
    whole = pathlib.Path(source).read_bytes()
    bad = tmp_path / "bad"
    for data in mutated(whole, 4):
        bad.write_bytes(data)
        answered(lambda: mm.data.EventDataset(bad)[0])
        answered(lambda: mm.pipelines.dataset(bad, tmp_path / "out"))
        answered(lambda: mm.Generator(bad))
        answered(lambda: mm.Generator(data))


@pytest.mark.parametrize("field, values", [
    ("pitch", (-2**31, -1, 128, 2**31 - 1)), ("velocity", (-1, 0, 2**31 - 1)), ("program", (-1, 2**31 - 1)),
    ("instrument", (-2**31, 2**31 - 1)), ("start_time", (math.nan, math.inf, -math.inf, -1.0, 1e300)),
    ("end_time", (math.nan, math.inf, -math.inf, -1.0, 1e300, 5e-324))])
def test_notes_of_any_value(field: str, values: tuple[float, ...], lookback: mm.Generator) -> None:
    for value in values:
        sequence = melody(2)
        setattr(sequence.notes[3], field, value)
        assert len(mm.notes(sequence)) == 8
        for call in OF_SEQUENCES.values():
            answered(lambda: call(sequence.SerializeToString()))
        answered(lambda: lookback.generate(sequence, bars=1, seed=1))
        answered(lambda: lookback.score(sequence))


def test_times_and_meters_of_any_value(lookback: mm.Generator) -> None:
    for qpm in (math.nan, math.inf, -1.0, 0.0, 1e-300, 1e300):
        sequence = melody(1)
        sequence.tempos[0].qpm = qpm
        for call in OF_SEQUENCES.values():
            answered(lambda: call(sequence.SerializeToString()))
        answered(lambda: lookback.generate(sequence, bars=1))
        answered(lambda: lookback.score(sequence))
    for total in (math.nan, math.inf, -1.0, 1e300):
        sequence = melody(1)
        sequence.total_time = total
        for call in OF_SEQUENCES.values():
            answered(lambda: call(sequence.SerializeToString()))
        answered(lambda: lookback.generate(sequence, bars=1))
        answered(lambda: lookback.generate(None, sections=[(total, 2 * total)]))


def test_what_is_no_sequence_is_a_type_error(lookback: mm.Generator) -> None:
    for nothing in (None, 3, "text", [], object()):
        calls: tuple[Any, ...] = (mm.notes, mm.pianoroll, lookback.score, lookback.respond, mm.pipelines.extract)
        for call in calls:
            with pytest.raises(TypeError, match="is no NoteSequence. Give a message"):
                call(nothing)


def test_every_function_of_native_code_takes_wrong_arguments() -> None:
    for name in dir(_native):
        made = getattr(_native, name)
        if name.startswith("_") or not callable(made) or name in ("file_descriptors", "draw_seed", "models"):
            continue
        for arguments in ((), (None,), (b"", b"", b"", b""), (object(),) * 3, (-1,) * 12):
            with pytest.raises((TypeError, mm.MagentaError)):
                made(*arguments)
