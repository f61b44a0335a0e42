"""What convert and dataset write, a record at a time: for jobs of many machines (`beam`, `spark`) and loops of one's own.

Nothing here raises because of what is in a file or a record: that is a reason in its report (docs/formats/report.md), so
that no job tries again what can't become better. Records are bytes: NoteSequences, and examples (tf.SequenceExample).
"""
import json
import os
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

from magenta_native import _native
from magenta_native.arguments import checked, path_bytes
from magenta_native.errors import UsageError
from magenta_native.files import Path
from magenta_native.messages import to_bytes

__all__ = ["Examples", "Found", "Music", "Writer", "examples", "find", "of_bytes", "of_file", "of_stream", "part_name",
           "stems"]

Report = dict[str, Any]
#: What is read of a stream at once.
_PART = 1 << 20


class Found(NamedTuple):
    """What is in a folder."""
    paths: list[str]
    #: Of what is no file, and of folders that can't be read.
    reports: list[Report]


class Music(NamedTuple):
    """What a file gave."""
    #: NoteSequences: one, several of a book of tunes, none of what can't be read.
    records: list[bytes]
    report: Report


class Examples(NamedTuple):
    """What a sequence gave."""
    records: list[bytes]
    #: Whether they belong to the data set for evaluation.
    held_out: bool
    report: Report


def walk(folder: Path, recursive: bool = False) -> Iterator[tuple[str, Report | None]]:
    """What `find` finds, one after another: a path, and None or the report of what can't be read."""
    found = _native.Walk.open(path_bytes(folder), recursive)
    while (one := found.next()) is not None:
        name, report = one
        yield os.path.join(folder, os.fsdecode(name)), None if report is None else json.loads(report)


@checked
def find(folder: Path, recursive: bool = False) -> Found:
    """What is in a folder, in the order of `magenta convert`.

    Raises:
      InputError: there is no such folder.
    """
    found = Found([], [])
    for path, report in walk(folder, recursive):
        if report is None:
            found.paths.append(path)
        else:
            found.reports.append(report)
    return found


@checked
def of_file(path: Path, folder: Path | None = None) -> Music:
    """The NoteSequences of one file of music.

    Args:
      folder: the folder that the file is a part of: ids and names count from there, as those of `magenta convert` do.
        None: the file's own.
    """
    folder = os.path.dirname(os.path.abspath(path)) if folder is None else folder
    records, report = _native.convert_file(path_bytes(path), os.fsencode(os.path.relpath(path, folder)),
                                           _native.collection_name(path_bytes(folder)))
    return Music(records, json.loads(report))


@checked
def of_bytes(file: bytes, filename: str, collection: str = "") -> Music:
    """The same of a file's bytes, wherever they lie.

    Args:
      filename: its path below `collection`; its ending says what it is.
      collection: the last part of the folder's path.
    """
    records, report = _native.convert_bytes(file, os.fsencode(filename), collection)
    return Music(records, json.loads(report))


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def of_stream(file: _Stream, filename: str, collection: str = "") -> Music:
    """The same of a file that is open, of which no more is read than a piece may have.

    Raises what `file.read` raises.
    """
    content = bytearray()
    while part := file.read(_PART):
        content += part
        if len(content) > _native.most_file_bytes:
            return discarded(filename, "over_limit",
                             f"has more than {_native.most_file_bytes} bytes, which is the limit for a piece")
    return of_bytes(bytes(content), filename, collection)


def discarded(filename: str, reason: str, detail: str) -> Music:
    """Nothing, and the report that says why."""
    return Music([], {"file": filename, "kept": False, "outputs": 0, "reason": reason, "detail": detail, "flag": "",
                      "tracks": []})


def is_dense(format: str) -> bool:
    """Of a data set; raises UsageError where there is no such format."""
    if format not in ("compact", "dense"):
        raise UsageError(f"format is {format!r}; there are compact and dense")
    return format == "dense"


def checked_options(config: str, options: dict[str, Any]) -> dict[str, float]:
    """`options` as native code takes them."""
    known = {row[0]: row for row in _native.example_options(config)}
    values: dict[str, float] = {}
    for name, value in options.items():
        if name not in known:
            raise UsageError(f"{name} is no option for {config}. It has {', '.join(known) or 'none'}")
        _, kind, _, low, high, _ = known[name]
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = float("nan")
        if not low <= number <= high or (kind != "float" and number != int(number)):
            raise UsageError(f"{name} is {value!r}, and must be {kind} of {low:.10g} to {high:.10g}")
        values[name] = number
    return values


@checked
def examples(sequence: Any, config: str = "lookback_rnn", *, format: str = "compact", eval_ratio: float = 0.1,
             seed: int = 0, transpose: Iterable[int] = (0,), unroll: bool = False, **options: float) -> Examples:
    """What `pipelines.dataset` with the same arguments writes of one sequence (a message, or its bytes).

    Raises:
      UsageError: an unknown option or model, options that contradict.
    """
    dense = is_dense(format)
    records, held_out, report = _native.example_records(to_bytes(sequence), config, list(transpose), unroll,
                                                        checked_options(config, options), dense, eval_ratio, seed)
    return Examples(records, held_out, json.loads(report))


@checked
def stems(config: str = "lookback_rnn") -> tuple[str, str]:
    """What the files of a data set are called: ("training_melodies", "eval_melodies")."""
    files = _native.kind_files(config)
    return f"training_{files}", f"eval_{files}"


def part_name(stem: str, part: int, parts: int) -> str:
    """"notes-00003-of-00008.tfrecord": what `--input=notes-*` finds."""
    return f"{stem}-{part:05}-of-{parts:05}.tfrecord"


class Writer:
    """A TFRecord, which appears under its name when it is whole, at the end of `with`. What is tried again replaces it.

        with Writer("notes.tfrecord") as writer:
            for record in records: writer.write(record)

    Raises:
      MagentaError: the disk says no.
    """

    @checked
    def __init__(self, path: Path) -> None:
        self._file: _native.RecordFile | None = _native.RecordFile.create(path_bytes(path))

    @checked
    def write(self, record: bytes) -> None:
        if self._file is None:
            raise UsageError("the file is closed: write within `with`")
        self._file.write(record)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        file, self._file = self._file, None
        if kind is None and file is not None:
            file.commit()
