"""Folders to NoteSequences and data sets: the bytes of the program, and its reports."""
import json
import pathlib

from material import folder_of_tunes, magenta, melody, records
import pytest

import magenta_native as mm
from magenta_native import pipelines


def framed(sequences: list[mm.NoteSequence]) -> bytes:
    return b"".join(sequence.SerializeToString(deterministic=True) for sequence in sequences)


def test_convert_gives_what_the_program_writes(tmp_path: pathlib.Path) -> None:
    music = folder_of_tunes(tmp_path)
    magenta("convert", f"--input_dir={music}", f"--output_file={tmp_path}/of_program.tfrecord", "--recursive",
            f"--report={tmp_path}/report.json")
    done = pipelines.convert_folder(music, tmp_path / "ours.tfrecord", recursive=True)
    assert records(tmp_path / "ours.tfrecord") == records(tmp_path / "of_program.tfrecord")
    report = json.loads((tmp_path / "report.json").read_text())
    assert {reason: row["count"] for reason, row in done["reasons"].items()} == report["counts"]
    assert done["files"] == 10 and done["kept"] == 8 and done["sequences"] == 9

    for threads in (1, 3):
        converted = list(pipelines.convert(music, recursive=True, num_threads=threads))
        assert [one.report for one in converted] == report["files"]
        made = [sequence for one in converted for sequence in one.sequences]
        written = records(tmp_path / "ours.tfrecord")
        for sequence in made:
            assert sequence.SerializeToString() in written
        assert len(made) == 9


def test_a_folder_that_is_not_there_is_said(tmp_path: pathlib.Path) -> None:
    with pytest.raises(mm.InputError, match="no such file or folder") as raised:
        list(pipelines.convert(tmp_path / "none"))
    assert raised.value.file == str(tmp_path / "none") and raised.value.remedy


def test_the_version_is_the_programs() -> None:
    assert f"magenta {mm.__version__}" in magenta("--version")


def test_paths_one_by_one(tmp_path: pathlib.Path) -> None:
    music = folder_of_tunes(tmp_path, 1)
    book, broken, missing = pipelines.convert([music / "book.abc", music / "broken.mid", tmp_path / "none.mid"])
    assert [sequence.reference_number for sequence in book.sequences] == [1, 2] and book.report["kept"]
    assert broken.sequences == [] and broken.report["reason"] == "broken_midi" and broken.report["detail"]
    assert missing.report["reason"] == "unreadable" and "none.mid" in missing.report["file"]
    with pytest.raises(mm.InputError, match="no_folder"):
        pipelines.convert_folder(tmp_path / "no_folder", tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(mm.MagentaError, match="no file"):
        pipelines.convert_folder(tmp_path / "empty", tmp_path / "out")


@pytest.mark.parametrize("config, flags, options", [
    ("lookback_rnn", ["--min_bars=3", "--transpose=0,2", "--seed=5"], dict(min_bars=3, transpose=(0, 2), seed=5)),
    ("attention_rnn", ["--format=dense", "--eval_ratio=0.5"], dict(format="dense", eval_ratio=0.5))])
def test_dataset_writes_what_the_program_writes(config: str, flags: list[str], options: dict[str, object],
                                                tmp_path: pathlib.Path) -> None:
    music = folder_of_tunes(tmp_path)
    magenta("dataset", f"--config={config}", f"--input={music}", f"--output_dir={tmp_path}/a",
            f"--report={tmp_path}/report.json", *flags)
    done = pipelines.dataset(music, tmp_path / "b", config, report=True, **options)  # type: ignore[arg-type]
    for name in ("training_melodies.tfrecord", "eval_melodies.tfrecord"):
        assert records(tmp_path / "a" / name) == records(tmp_path / "b" / name)
    report = json.loads((tmp_path / "report.json").read_text())
    assert done["files"] == report["files"]
    assert {reason: row["count"] for reason, row in done["reasons"].items()} == report["counts"]
    assert done["training_file"] == f"{tmp_path}/b/training_melodies.tfrecord"
    assert done["training_examples"] + done["eval_examples"] > 5


def test_extract_says_why_not() -> None:
    found = pipelines.extract(melody(8))
    assert len(found.examples) == 1 and found.examples[0].events[:3].tolist() == [60, -2, -2]
    assert found.report["reason"] == "kept" and len(found.examples[0].control) == 0
    short = pipelines.extract(melody(3))
    assert short.examples == [] and short.report["reason"] == "too_short" and short.report["flag"] == "--min_bars=3"
    assert len(pipelines.extract(melody(3), min_bars=3).examples) == 1
    assert len(pipelines.extract(melody(8), transpose=[0, 1]).examples) == 2


def test_extract_drums_and_lead_sheets() -> None:
    kit = mm.NoteSequence()
    kit.tempos.add(qpm=120)
    for i in range(64):
        kit.notes.add(pitch=(36, 42, 38, 42)[i % 4], velocity=90, start_time=i / 4, end_time=i / 4 + 0.1, is_drum=True,
                      instrument=9)
    kit.total_time = 16
    assert len(pipelines.extract(kit, "drum_kit", min_bars=4).examples) == 1
    sheet = melody(8)
    for bar in range(8):
        sheet.text_annotations.add(time=2 * bar, text="CFGC"[bar % 4], annotation_type=1)
    found = pipelines.extract(sheet, "chord_pitches_improv")
    assert found.examples and len(found.examples[0].control) == len(found.examples[0].events)
    assert len(set(found.examples[0].control.tolist())) == 3


@pytest.mark.parametrize("call, said", [
    (lambda: pipelines.extract(melody(), loudness=3), "loudness is no option for lookback_rnn. It has min_bars"),
    (lambda: pipelines.extract(melody(), min_bars=-1), "int of 0 to 10000"),
    (lambda: pipelines.extract(melody(), min_bars=1.5), "min_bars is 1.5"),
    (lambda: pipelines.extract(melody(), "tuba_rnn"), "tuba_rnn"),
    (lambda: pipelines.extract(melody(), transpose=[]), "no transposition"),
    (lambda: pipelines.extract(melody(), transpose=[1, 1]), "1 twice"),
    (lambda: pipelines.extract(melody(), "drum_kit", transpose=[1]), "drums have none"),
    (lambda: pipelines.dataset("x", "y", format="sparse"), "compact and dense"),
    (lambda: pipelines.dataset("x", "y", shard="3/2"), "no shard")])
def test_what_can_not_be_meant(call, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(mm.UsageError, match=said):
        call()
