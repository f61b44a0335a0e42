"""Whatever bytes and values are given: an exception of ours, or of Python's own for what is no value; never a crash."""
import faulthandler
import inspect
import math
import pathlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from material import folder_of_tunes, melody, mutated
import google.protobuf.message
import numpy as np
import pytest

import magenta_native as mm
from magenta_native import _native
import magenta_native.records

faulthandler.enable()
pytestmark = pytest.mark.filterwarnings("ignore:.*byte:UserWarning")  # of what is mended: limits_test.py


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
        assert "--" not in re.sub("-{3,}", "", str(error)), "there are no flags in Python"  # strokes of drums aside


Call = Callable[[bytes], Any]


def quantized(use: Callable[[mm.NoteSequence], Any]) -> Call:
    return lambda data: use(mm.quantize_note_sequence(data, 4))


def in_place(data: bytes) -> mm.NoteSequence:
    sequence = mm.NoteSequence()
    try:
        sequence.ParseFromString(data)
    except google.protobuf.message.DecodeError:
        return sequence  # of protobuf's own parser
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


def calls_of(model: mm.Generator) -> list[Call]:
    return [*OF_SEQUENCES.values(), lambda data: model.generate(data, bars=1), lambda data: model.stream(data, bars=1),
            model.score, model.respond, model.stream_of, mm.Generator, mm.pipelines.extract, mm.records.examples]


def test_sequences_of_any_bytes(lookback: mm.Generator, capfd: pytest.CaptureFixture[str]) -> None:
    for data in mutated(melody(2).SerializeToString(), 1):
        for call in calls_of(lookback):
            answered(lambda: call(data))
    assert capfd.readouterr().err == "", "nothing is printed"


def test_bytes_of_other_messages(lookback: mm.Generator, tmp_path: pathlib.Path,
                                 capfd: pytest.CaptureFixture[str]) -> None:
    named = melody(1)
    named.id = "a name"
    no_utf8 = named.SerializeToString().replace(b"a name", b"\xff\xfe\xff\xfe\xff\xfe")
    path = tmp_path / "a.mid"
    for data in (no_utf8, lookback.request(melody(1), bars=1).SerializeToString(), lookback.details.SerializeToString(),
                 np.random.default_rng(1).bytes(1000), b"\xff\xff", b"\x0a\x03\xff\xff\xff"):
        for call in calls_of(lookback):
            answered(lambda: call(data))
        path.write_bytes(data)
        for of_file in (*OF_FILES.values(), mm.Generator, lambda path: mm.data.EventDataset(path)[0],
                        lambda path: mm.pipelines.dataset(path, tmp_path / "out")):
            answered(lambda: of_file(path))
    with pytest.raises(mm.InputError, match="no NoteSequence"):
        lookback.generate(b"\xff\xff", bars=1)
    with pytest.raises(mm.InputError) as caught:
        lookback.respond(b"\xff")
    assert caught.value.message == "the bytes are no GenerateSequenceRequest" and caught.value.remedy
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


def test_what_is_no_message_is_a_type_error(lookback: mm.Generator) -> None:
    calls: tuple[tuple[Any, str], ...] = (
        (mm.notes, "is no NoteSequence. Give a message"), (mm.pianoroll, "is no NoteSequence. Give a message"),
        (lookback.score, "is no NoteSequence. Give a message"), (mm.pipelines.extract, "is no NoteSequence"),
        (mm.is_quantized_sequence, "is no NoteSequence. Give a message"),
        (lookback.respond, "is no GenerateSequenceRequest. Give a message"),
        (lookback.stream_of, "is no GenerateSequenceRequest. Give a message"))
    for nothing in (None, 3, "text", [], object(), mm.GeneratorDetails()):
        for call, said in calls:
            with pytest.raises(TypeError, match=said):
                call(nothing)
    for nothing in (None, 3, [], object()):
        with pytest.raises(TypeError, match="is no model. Give a name, a path, a GeneratorBundle"):
            mm.Generator(nothing)
    with pytest.raises(TypeError, match="a NoteSequence is no GeneratorBundle"):
        mm.Generator(melody(1))


@pytest.mark.parametrize("call, kind, said", [
    (lambda: mm.quantize_note_sequence(melody(1), 4.5), TypeError,
     "quantize_note_sequence: steps_per_quarter is 4.5, and must be a whole number"),
    (lambda: mm.midi_to_note_sequence("x"), TypeError, "midi_to_note_sequence: midi_data is 'x', and must be bytes"),
    (lambda: mm.transpose_note_sequence(melody(1), 10**12), mm.UsageError,
     "transpose_note_sequence: amount is 1000000000000, and must be a whole number that 32 bits can hold"),
    (lambda: mm.chord_symbol_pitches(None), TypeError, "chord_symbol_pitches: figure is None, and must be a str"),
    (lambda: mm.chord_symbol_root("\udcff"), mm.UsageError, "chord_symbol_root: figure is .*UTF-8 can hold"),
    (lambda: mm.pitches_to_chord_symbol([60, "E"]), TypeError, "pitches_to_chord_symbol: pitches is .*number 1 is a whole"),
    (lambda: mm.pitches_to_chord_symbol(7), TypeError, "pitches_to_chord_symbol: pitches is 7, and must be several"),
    (lambda: mm.trim_note_sequence(melody(1), "0", 1), TypeError, "trim_note_sequence: start_time is '0'.*a number"),
    (lambda: mm.trim_note_sequence(melody(1), 0, 10**400), mm.UsageError, "trim_note_sequence: end_time is 10+"),
    (lambda: mm.split_note_sequence(melody(1), None), TypeError, "split_note_sequence: hop_size_seconds is None"),
    (lambda: mm.infer_chords_for_sequence(melody(1), chords_per_bar="2"), TypeError,
     "infer_chords_for_sequence: chords_per_bar is '2', and must be a whole number or None"),
    (lambda: mm.Melody([60]).transpose("up"), TypeError, "Melody.transpose: transpose_amount is 'up'"),
    (lambda: mm.Melody([60]).to_sequence(velocity=None), TypeError, "Melody.to_sequence: velocity is None"),
    (lambda: mm.read_notes("a.mid", piece="first"), TypeError, "read_notes: piece is 'first', and must be a whole"),
    (lambda: mm.pianoroll(melody(1), velocities=1), TypeError, "pianoroll: velocities is 1, and must be True or False"),
    (lambda: mm.midi_file_to_note_sequence(b"a.mid"), TypeError, "midi_file_to_note_sequence: midi_file is b'a.mid'"),
    (lambda: mm.midi_file_to_note_sequence("a\0b"), mm.UsageError, "holds a zero byte, which no path does"),
    (lambda: mm.Generator("a\0b"), mm.UsageError, "holds a zero byte, which no path does"),
    (lambda: mm.midi_file_to_melody(None), TypeError, "midi_file_to_melody: midi_file is None, and must be a str or a path"),
    (lambda: mm.musicxml_file_to_sequence_proto(7), TypeError, "musicxml_file_to_sequence_proto: musicxml_file is 7"),
    (lambda: mm.parse_abc_tunebook_file(b"a"), TypeError, "parse_abc_tunebook_file: filename is b'a'"),
    (lambda: mm.note_sequence_to_midi_file(melody(1), 3), TypeError, "note_sequence_to_midi_file: output_file is 3"),
    (lambda: mm.pipelines.dataset("a", "b", num_threads="x"), TypeError, "dataset: num_threads is 'x'"),
    (lambda: mm.pipelines.extract(melody(1), transpose=["x"]), TypeError, "extract: transpose is .*number 0 is a whole"),
    (lambda: mm.records.of_bytes("text", "a.mid"), TypeError, "of_bytes: file is 'text', and must be bytes"),
    (lambda: mm.data.EventDataset(None), TypeError, "EventDataset: file is None, and must be a str or a path or several"),
    (lambda: mm.Generator("basic_rnn").generate(sections=[(1,)]), TypeError, "Generator.generate: sections is .*2 values"),
    (lambda: mm.Generator("basic_rnn").generate_many("x"), TypeError, "Generator.generate_many: count is 'x'"),
])
def test_errors_about_types_name_the_function_and_the_argument(call: Callable[[], Any], kind: type[Exception],
                                                               said: str) -> None:
    with pytest.raises(kind, match=said) as caught:
        call()
    assert "incompatible function" not in str(caught.value)


def public_calls(model: mm.Generator) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every function, and every method of what has some, by its name."""
    melody_of = mm.Melody([60, -2])
    made = {"Melody": melody_of, "DrumTrack": mm.DrumTrack([frozenset({36})]), "ChordProgression": mm.ChordProgression(["C"]),
            "LeadSheet": mm.LeadSheet(mm.Melody([60]), mm.ChordProgression(["C"])), "Generator": model}
    for module in (mm, mm.pipelines, mm.records, mm.data):
        for name in getattr(module, "__all__", dir(module)):
            if inspect.isfunction(getattr(module, name)):
                yield name, getattr(module, name)
    for kind, one in made.items():
        for name, method in inspect.getmembers(one, inspect.ismethod):
            if name[0] != "_":
                yield f"{kind}.{name}", method


def test_no_error_is_native_codes_own(lookback: mm.Generator, tmp_path: pathlib.Path,
                                      monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stands for each argument, in turn, and whatever for all."""
    monkeypatch.chdir(tmp_path)
    quantized_tune, count = mm.quantize_note_sequence(melody(1), 4), 0
    for name, call in public_calls(lookback):
        parameters = [parameter for parameter in inspect.signature(call).parameters.values()
                      if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)]
        for wrong in (None, object(), "\udcff", b"x", 1.5, -1, 2**80, [object()], "a\0b"):
            for tune in (melody(1), quantized_tune):
                for at in range(len(parameters)):
                    if parameters[at].name == "count" and wrong == 2**80:
                        continue  # as many pieces of music are asked for
                    given = {parameter.name: tune if i == 0 else 1 for i, parameter in enumerate(parameters[:at + 1])}
                    try:
                        call(**{**given, parameters[at].name: wrong})
                    except Exception as error:
                        count += 1
                        assert "incompatible function" not in str(error) and "_native" not in str(error), name
    assert count > 1000


def test_what_numpy_has_is_as_good() -> None:
    wanted = mm.quantize_note_sequence(melody(1), 4)
    assert mm.quantize_note_sequence(melody(1), np.int64(4)) == wanted  # type: ignore[arg-type]
    assert mm.trim_note_sequence(melody(1), np.float32(0), np.int32(1)) == mm.trim_note_sequence(  # type: ignore[arg-type]
        melody(1), 0, 1)


@pytest.mark.parametrize("call, said", [
    (lambda: mm.synthesize(melody(1), 0), "sample_rate is 0"), (lambda: mm.synthesize(melody(1), -8000), "sample_rate"),
    (lambda: mm.synthesize(melody(1), math.nan), "sample_rate"),  # type: ignore[arg-type]
    (lambda: mm.synthesize(melody(1), 10**12), "sample_rate"), (lambda: mm.fluidsynth(melody(1), 0), "sample_rate is 0"),
    (lambda: mm.play_sequence(melody(1), mm.synthesize, 0), "sample_rate is 0"),
    *((lambda made=made: made.set_length(-1), "steps is -1")
      for made in (mm.Melody([60]), mm.DrumTrack(), mm.ChordProgression(["C"]), mm.LeadSheet())),
    *((lambda made=made, k=k: made.increase_resolution(k), f"k is {k}") for k in (0, -3)
      for made in (mm.Melody([60]), mm.DrumTrack(), mm.ChordProgression(["C"]), mm.LeadSheet()))])
def test_numbers_that_mean_nothing(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(mm.UsageError, match=said) as caught:
        call()
    assert caught.value.remedy


def test_every_function_of_native_code_takes_wrong_arguments() -> None:
    for name in dir(_native):
        made = getattr(_native, name)
        if name.startswith("_") or not callable(made) or name in ("file_descriptors", "draw_seed", "models"):
            continue
        for arguments in ((), (None,), (b"", b"", b"", b""), (object(),) * 3, (-1,) * 12):
            with pytest.raises((TypeError, mm.MagentaError)):
                made(*arguments)
