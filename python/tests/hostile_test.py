"""Whatever bytes and values are given: an exception of ours, or of Python's own for what is no value; never a crash."""
import faulthandler
import inspect
import math
import pathlib
import random
from collections.abc import Callable, Iterator
from typing import Any

from material import folder_of_tunes, melody
import pytest

import magenta_native as mm
from magenta_native import _native

faulthandler.enable()


@pytest.fixture(scope="module")
def lookback() -> mm.Generator:
    return mm.Generator("basic_rnn")


def mutated(whole: bytes, seed: int) -> Iterator[bytes]:
    """Nothing, beginnings, single wrong bytes, and noise."""
    draw = random.Random(seed)
    yield b""
    yield b"\xff" * 64
    yield b"\x00" * 64
    for _ in range(40):
        yield whole[:draw.randrange(len(whole))]
        broken = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            broken[draw.randrange(len(whole))] = draw.randrange(256)
        yield bytes(broken)
        yield draw.randbytes(draw.randrange(200))


def answered(call: Callable[[], Any]) -> None:
    """Runs it: a result, or an error that says something."""
    try:
        result = call()
        if inspect.isgenerator(result) or isinstance(result, Iterator):
            for _, _ in zip(result, range(50)):
                pass
    except mm.MagentaError as error:
        assert str(error) and error.message
    except RecursionError:
        raise


def test_sequences_of_any_bytes(lookback: mm.Generator, capfd: pytest.CaptureFixture[str]) -> None:
    calls: list[Callable[[bytes], Any]] = [
        mm.notes, lambda data: mm.pianoroll(data, 4), lambda data: lookback.generate(data, bars=1),
        lambda data: lookback.stream(data, bars=1), lookback.score, lambda data: mm.pipelines.extract(data),
        lambda data: mm.pipelines.extract(data, "chord_pitches_improv"),
        lambda data: mm.pipelines.extract(data, "drum_kit"), lookback.respond, lookback.stream_of,
        lambda data: mm.plot_sequence(data, False)]
    for i, data in enumerate(mutated(melody(2).SerializeToString(), 1)):
        for call in calls:
            try:
                answered(lambda: call(data))
            except Exception as error:  # of protobuf's own, which parses what we give back
                assert type(error).__name__ == "DecodeError", (i, call, error)
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
            answered(lambda: mm.read_notes(data))
            answered(lambda: mm.read_pianoroll(data, 4))
            for name in ("b.mid", "b.abc", "b.musicxml", "b.mxl", "b.drums", "b.mid.gz"):
                path = tmp_path / name
                path.write_bytes(data)
                report = mm.pipelines.convert_file(path).report
                assert report["reason"] and (report["kept"] or report["detail"])
                answered(lambda: mm.read_notes(path))


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
        answered(lambda: mm.pianoroll(sequence, 4))
        answered(lambda: lookback.generate(sequence, bars=1, seed=1))
        answered(lambda: lookback.score(sequence))
        answered(lambda: mm.pipelines.extract(sequence, min_bars=1))
        answered(lambda: mm.play_sequence(sequence, synth=mm.synthesize, sample_rate=4000))


def test_times_and_meters_of_any_value(lookback: mm.Generator) -> None:
    for qpm in (math.nan, math.inf, -1.0, 0.0, 1e-300, 1e300):
        sequence = melody(1)
        sequence.tempos[0].qpm = qpm
        answered(lambda: lookback.generate(sequence, bars=1))
        answered(lambda: lookback.score(sequence))
    for total in (math.nan, math.inf, -1.0, 1e300):
        sequence = melody(1)
        sequence.total_time = total
        answered(lambda: mm.pianoroll(sequence))
        answered(lambda: lookback.generate(sequence, bars=1))
        answered(lambda: lookback.generate(None, sections=[(total, 2 * total)]))


def test_what_is_no_sequence_is_a_type_error(lookback: mm.Generator) -> None:
    for nothing in (None, 3, "text", [], object()):
        calls: tuple[Any, ...] = (mm.notes, mm.pianoroll, lookback.score, lookback.respond, mm.pipelines.extract)
        for call in calls:
            with pytest.raises((TypeError, AttributeError)):
                call(nothing)


def test_every_function_of_native_code_takes_wrong_arguments() -> None:
    for name in dir(_native):
        made = getattr(_native, name)
        if name.startswith("_") or not callable(made) or name in ("file_descriptors", "draw_seed", "models"):
            continue
        for arguments in ((), (None,), (b"", b"", b"", b""), (object(),) * 3, (-1,) * 12):
            with pytest.raises((TypeError, mm.MagentaError)):
                made(*arguments)
