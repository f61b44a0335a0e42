"""Records one by one, as jobs on many machines make them: the program's, and no error because of what is in them."""
import json
import os
import pathlib
import random
import re
import subprocess
import sys

from material import ROOT, folder_of_tunes, magenta, melody, records as content
import pytest

import magenta_native as mm
from magenta_native import records, spark


def write(path: pathlib.Path, made: list[bytes]) -> pathlib.Path:
    with records.Writer(path) as writer:
        for record in made:
            writer.write(record)
    return path


def paths_in(folder: pathlib.Path) -> list[str]:
    return records.find(folder, recursive=True).paths


def test_files_give_what_convert_writes(tmp_path: pathlib.Path) -> None:
    music = folder_of_tunes(tmp_path)
    magenta("convert", f"--input_dir={music}", f"--output_file={tmp_path}/whole", "--recursive",
            f"--report={tmp_path}/report.json")
    found = [records.of_file(path, music) for path in paths_in(music)]
    assert content(write(tmp_path / "ours", [record for one in found for record in one.records])) == content(
        tmp_path / "whole")
    assert [one.report for one in found] == json.loads((tmp_path / "report.json").read_text())["files"]
    # The same of their bytes.
    for path, one in zip(paths_in(music), found):
        assert records.of_bytes(pathlib.Path(path).read_bytes(), os.path.relpath(path, music), music.name) == one


@pytest.mark.parametrize("config, flags, options", [
    ("lookback_rnn", [], {}),
    ("lookback_rnn", ["--min_bars=3", "--transpose=0,2", "--seed=5"], dict(min_bars=3, transpose=(0, 2), seed=5)),
    ("attention_rnn", ["--format=dense", "--eval_ratio=0.5"], dict(format="dense", eval_ratio=0.5))])
def test_sequences_give_what_dataset_writes(config: str, flags: list[str], options: dict[str, object],
                                            tmp_path: pathlib.Path) -> None:
    music = folder_of_tunes(tmp_path, 12)
    magenta("convert", f"--input_dir={music}", f"--output_file={tmp_path}/notes.tfrecord", "--recursive")
    magenta("dataset", f"--config={config}", f"--input={tmp_path}/notes.tfrecord", f"--output_dir={tmp_path}/a",
            f"--report={tmp_path}/report.json", *flags)
    made = [records.examples(note, config, **options)  # type: ignore[arg-type]
            for path in paths_in(music) for note in records.of_file(path, music).records]
    training, held_out = records.stems(config)
    for stem, wanted in ((training, False), (held_out, True)):
        whole = write(tmp_path / stem, [record for one in made if one.held_out == wanted for record in one.records])
        assert content(whole) == content(tmp_path / "a" / f"{stem}.tfrecord")
    assert any(one.held_out for one in made)
    assert [one.report for one in made] == json.loads((tmp_path / "report.json").read_text())["files"]


def test_what_is_in_them_is_no_error(tmp_path: pathlib.Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert records.of_file(tmp_path / "none.mid").report["reason"] == "unreadable"
    os.mkfifo(tmp_path / "pipe.mid")
    assert records.find(tmp_path).paths == [] and records.find(tmp_path).reports[0]["reason"] == "not_a_file"
    with pytest.raises(mm.InputError, match="no_folder"):
        records.find(tmp_path / "no_folder")
    assert records.of_bytes(b"MThd", "a.mid").report["reason"] == "broken_midi"
    assert records.of_bytes(b"", "a.mid").report["reason"] == "empty_file"
    assert records.of_bytes(b"x", "a.txt").report["reason"] == "unknown_extension"
    broken = records.examples(b"\xff\xff")
    assert broken.records == [] and broken.report["reason"] == "broken_record" and broken.report["detail"]
    tune = melody()
    tune.filename = "a name that should be UTF-8"
    whole, draw = tune.SerializeToString(), random.Random(1)
    for _ in range(1000):
        at = draw.randrange(len(whole))
        made = records.examples(whole[:at] + bytes([draw.randrange(256)]) + whole[at + 1:])
        assert made.report["reason"]
    assert capfd.readouterr().err == "", "nothing is printed"
    assert records.examples(melody(3)).report["flag"] == "--min_bars=3"


@pytest.mark.parametrize("call, said", [
    (lambda: records.examples(b"", "tuba_rnn"), "tuba_rnn"),
    (lambda: records.examples(b"", eval_ratio=2), "eval_ratio is 2"),
    (lambda: records.examples(b"", format="sparse"), "compact and dense"),
    (lambda: records.examples(b"", transpose=[1, 1]), "1 twice"),
    (lambda: records.stems("tuba_rnn"), "tuba_rnn"),
    (lambda: spark.examples(loudness=1), "loudness is no option")])
def test_what_can_not_be_meant(call, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(mm.UsageError, match=said):
        call()


def test_a_file_is_there_when_it_is_whole(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "notes.tfrecord"
    with pytest.raises(RuntimeError), records.Writer(path) as writer:
        writer.write(b"one")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    write(path, [b"one"])
    first = content(path)
    assert content(write(path, [b"one"])) == first  # again, over the first
    with pytest.raises(mm.UsageError):
        writer.write(b"late")
    with pytest.raises(mm.MagentaError, match="notes.tfrecord"):
        records.Writer(path / "below_a_file")


def test_partitions_of_spark(tmp_path: pathlib.Path) -> None:
    music = folder_of_tunes(tmp_path)
    paths = paths_in(music)
    files = [*spark.music(music)(paths[:4]), *spark.music(music)(paths[4:])]
    assert files == [records.of_file(path, music) for path in paths]
    notes = [note for file in files for note in file.records]
    assert list(spark.examples()(notes)) == [records.examples(note) for note in notes]
    [part] = spark.save(tmp_path, "notes", 8)(3, iter(notes))
    assert part == (f"{tmp_path}/notes-00003-of-00008.tfrecord", len(notes))


def test_the_words_of_spark_are_calls(tmp_path: pathlib.Path) -> None:
    found = re.findall(r"spark\.\w+\([^)]*\)", spark.__doc__ or "")
    assert len(found) == 3
    for call in found:
        assert callable(eval(call, {"spark": spark, "folder": tmp_path, "out": tmp_path}))


@pytest.mark.parametrize("beam, said", [
    ("import apache_beam.none", "magenta_native.beam needs Apache Beam: pip install apache-beam google-crc32c"),
    ("import none_of_beams", "No module named 'none_of_beams'"),  # what is missing is told as it is
    ("raise ImportError('broken')", "broken")])
def test_beam_is_asked_for_by_name(beam: str, said: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / "apache_beam.py").write_text(beam)
    done = subprocess.run([sys.executable, "-c", "import magenta_native.beam"], stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])})
    assert done.returncode == 1 and done.stderr.splitlines()[-1].endswith(f"Error: {said}")


@pytest.mark.parametrize("example, module, said", [
    ("beam_dataset.py", "apache_beam", "pip install apache-beam google-crc32c"),
    ("spark_dataset.py", "pyspark", "pip install pyspark, and Java")])
def test_examples_say_what_to_install(example: str, module: str, said: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / f"{module}.py").write_text(f"raise ModuleNotFoundError('No module named {module}')")
    done = subprocess.run([sys.executable, ROOT / "python" / "examples" / example], stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])})
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"{example}: No module named {module}. It needs Apache ") and said in done.stderr
