"""What is larger than a piece may be is refused before it takes memory, and what was mended is warned of."""
import io
import json
import os
import pathlib
import subprocess
import sys
import types
import typing
import warnings
from collections.abc import Callable, Iterator

from material import melody
import pytest

import magenta_native as mm
from magenta_native import _native, records

LIMIT = _native.most_file_bytes

# Every function of a file: with 512 MiB more than the interpreter has, no file of 3 GB and no endless one fits.
READ_ALL = """
import json, resource, sys
import magenta_native as mm
from magenta_native import pipelines, records, spark
pages = int(open("/proc/self/statm").read().split()[0])
most = pages * resource.getpagesize() + (512 << 20)
resource.setrlimit(resource.RLIMIT_AS, (most, most))
readers = {"midi": mm.midi_file_to_note_sequence, "melody": mm.midi_file_to_melody, "drums": mm.midi_file_to_drum_track,
           "musicxml": mm.musicxml_file_to_sequence_proto, "abc": mm.parse_abc_tunebook_file, "notes": mm.read_notes,
           "roll": mm.read_pianoroll}
for path in sys.argv[1:]:
    for name, read in readers.items():
        try:
            read(path)
        except mm.MagentaError as error:
            print(json.dumps([path, name, type(error).__name__, error.file, error.message, error.remedy]))
    if path.endswith(".mid"):
        for report in (pipelines.convert_file(path).report, records.of_file(path).report,
                       *(music.report for music in spark.music("/")([path]))):
            print(json.dumps([path, "report", report["reason"], path, report["detail"], "-"]))
"""


@pytest.fixture(scope="module")
def padded(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """Good MIDI, and zeros behind it; on the disk they take nothing."""
    path = tmp_path_factory.mktemp("limits") / "padded.mid"
    mm.note_sequence_to_midi_file(melody(1), path)
    os.truncate(path, 3 << 30)
    return path


def test_large_and_endless_files_take_no_memory(padded: pathlib.Path) -> None:
    done = subprocess.run([sys.executable, "-c", READ_ALL, str(padded), "/dev/zero"], stdout=subprocess.PIPE, text=True,
                          check=True)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(said) == 7 + 3 + 7
    kinds = {"midi": "MIDIConversionError", "melody": "MIDIConversionError", "drums": "MIDIConversionError",
             "musicxml": "MusicXMLConversionError", "abc": "ABCParseError", "notes": "InputError", "roll": "InputError",
             "report": "over_limit"}
    for path, name, kind, file, message, remedy in said:
        if path == str(padded):
            assert kind == kinds[name] and "3221225472 bytes; the limit for a piece is 134217728" in message
        else:
            assert kind == "FileError" and "more than 134217728 bytes" in message
        assert file == path and remedy


# As on a disk that is full: no file of more than 16 bytes.
WRITE = """
import resource, sys
from material import melody
import magenta_native as mm
resource.setrlimit(resource.RLIMIT_FSIZE, (16, 16))
try:
    mm.note_sequence_to_midi_file(melody(1), sys.argv[1])
except mm.FileError as error:
    print(error)
"""


def test_what_can_not_be_written_whole_leaves_what_was_there(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "tune.mid"
    path.write_bytes(b"kept")
    done = subprocess.run([sys.executable, "-c", WRITE, str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert str(path) in done.stdout
    assert path.read_bytes() == b"kept"
    assert os.listdir(tmp_path) == ["tune.mid"]


def test_bytes_have_the_same_limit(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.mid"
    mm.note_sequence_to_midi_file(melody(1), path)
    large = path.read_bytes().ljust(LIMIT + 1, b"\0")
    with pytest.raises(mm.MIDIConversionError, match="the limit for a piece is 134217728"):
        mm.midi_to_note_sequence(large)
    with pytest.raises(mm.ABCParseError, match="the limit for a piece"):
        mm.parse_abc_tunebook(large)
    with pytest.raises(mm.InputError, match="the limit for a piece"):
        mm.read_notes(large)


def test_files_that_are_not_there(tmp_path: pathlib.Path) -> None:
    readers: tuple[Callable[[pathlib.Path], typing.Any], ...] = (
        mm.midi_file_to_note_sequence, mm.musicxml_file_to_sequence_proto, mm.parse_abc_tunebook_file, mm.read_notes,
        mm.Generator)
    for read in readers:
        with pytest.raises(FileNotFoundError) as caught:
            read(tmp_path / "none.mid")
        assert isinstance(caught.value, mm.MissingFileError) and caught.value.remedy
        assert caught.value.file == f"{tmp_path}/none.mid"
    for read in readers[:-1]:
        with pytest.raises(mm.FileError, match="is a folder"):
            read(tmp_path)


class Endless(io.RawIOBase):
    """What has no end, and counts what was taken of it."""
    taken = 0

    def read(self, size: int = -1, /) -> bytes:
        self.taken += size
        return b"\0" * size


def test_streams_are_read_up_to_the_limit(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.mid"
    mm.note_sequence_to_midi_file(melody(1), path)
    with path.open("rb") as file:
        assert records.of_stream(file, "a.mid", "c") == records.of_bytes(path.read_bytes(), "a.mid", "c")
    endless = Endless()
    found = records.of_stream(endless, "a.mid")
    assert found.records == [] and found.report["reason"] == "over_limit" and str(LIMIT) in found.report["detail"]
    assert found.report.keys() == records.of_bytes(b"", "a.mid").report.keys()
    assert endless.taken <= LIMIT + (1 << 20)


class AsItIs:
    """Of apache_beam what magenta_native.beam needs to be imported."""

    def __init_subclass__(cls) -> None:
        pass


@pytest.fixture
def beam(monkeypatch: pytest.MonkeyPatch) -> Iterator[typing.Any]:
    """magenta_native.beam on a stand-in for Beam, which is no requirement of the tests."""
    names = types.SimpleNamespace
    fake: typing.Any = types.ModuleType("apache_beam")
    fake.DoFn, fake.PTransform, fake.PCollection = AsItIs, AsItIs, object
    fake.metrics = names(Metrics=names(counter=lambda *_: names(inc=lambda: None)))
    fake.pvalue = names(TaggedOutput=lambda tag, value: (tag, value))
    fake.io = names(filesystem=names(BeamIOError=EOFError))
    systems: typing.Any = types.ModuleType("apache_beam.io.filesystems")
    systems.FileSystems = names(open=lambda path, compression_type: Endless() if "endless" in path else open(path, "rb"))
    for name, module in (("apache_beam", fake), ("apache_beam.io", types.ModuleType("apache_beam.io")),
                         ("apache_beam.io.filesystems", systems)):
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, "magenta_native.beam", raising=False)
    import magenta_native.beam as made
    yield made
    sys.modules.pop("magenta_native.beam", None)


def test_beam_reports_what_is_too_large(beam: typing.Any, tmp_path: pathlib.Path) -> None:
    mm.note_sequence_to_midi_file(melody(1), tmp_path / "a.mid")
    reader = beam.MusicOf(str(tmp_path))
    reports = {}
    for name in ("a.mid", "none.mid", "endless.mid"):
        *music, (tag, report) = reader.process(f"{tmp_path}/{name}")
        assert tag == beam.REPORTS and len(music) == (name == "a.mid")
        reports[name] = report["reason"]
    assert reports == {"a.mid": "kept", "none.mid": "unreadable", "endless.mid": "over_limit"}


def test_what_was_mended_is_warned_of(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.mid"
    mm.note_sequence_to_midi_file(melody(2), path)
    path.write_bytes(path.read_bytes()[:-20])
    readers: tuple[Callable[[], typing.Any], ...] = (
        lambda: mm.midi_file_to_note_sequence(path), lambda: mm.midi_file_to_melody(path), lambda: mm.read_notes(path),
        lambda: mm.read_pianoroll(path))
    for read in readers:
        with pytest.warns(UserWarning, match=r"a\.mid: byte \d+, track 1: ") as told:
            read()
        assert len(told) == 1 and told[0].filename == __file__
    with pytest.warns(UserWarning, match=r"^byte \d+, track 1: "):
        mm.midi_to_note_sequence(path.read_bytes())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning):
            mm.midi_file_to_note_sequence(path)
        mm.note_sequence_to_midi_file(melody(2), path)
        mm.midi_file_to_note_sequence(path)
        mm.read_notes(path)
        assert mm.pipelines.convert_file(path).report["reason"] == "kept"
