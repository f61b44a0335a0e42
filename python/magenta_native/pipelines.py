"""Folders of music to NoteSequences, examples and data sets, with what became of each file.

A report is a dict, as docs/formats/report.md has it: "file", "kept", "outputs", "reason" (one word), "detail" (a
sentence), "flag" (of `magenta`, that would have kept it; the option of the same name here), "tracks", "warnings".
"""
import collections
import concurrent.futures
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from magenta_native import _native, records
from magenta_native.arguments import checked, path_bytes
from magenta_native.errors import MissingFileError
from magenta_native.files import Path
from magenta_native.messages import AnySequence, NoteSequence, to_bytes
from magenta_native.records import Report

__all__ = ["Converted", "Example", "Extraction", "convert", "convert_file", "convert_folder", "dataset",
           "example_options", "extract"]


class Converted(NamedTuple):
    """What a file gave."""
    #: One, several of a book of tunes, none of a file that can't be read.
    sequences: list[NoteSequence]
    report: Report


class Example(NamedTuple):
    """What a model learns from."""
    #: One a step, ready for the model: of melodies -2 no event, -1 note off, 0..127 a pitch.
    events: npt.NDArray[np.int32]
    #: What conditions each step (chords); empty where nothing does.
    control: npt.NDArray[np.int32]
    #: Semitones by which the music was moved.
    transpose: int
    #: The tensorflow.SequenceExample that a data set holds, as bytes.
    record: bytes


class Extraction(NamedTuple):
    """The examples in a sequence, and what became of the rest of it."""
    examples: list[Example]
    report: Report


@checked
def convert_file(path: Path, folder: Path | None = None) -> Converted:
    """The NoteSequences of one file of music, and its line of a report. What can't be read is a reason, no error.

    Args:
      folder: the folder that the file is a part of: ids and names count from there, as those of `magenta convert` do.
        None: the file's own.
    """
    music = records.of_file(path, folder)
    return Converted([NoteSequence.FromString(record) for record in music.records], music.report)


def _files(source: Path, recursive: bool) -> Iterator[tuple[str, str, Report | None]]:
    """(path, folder, None or the report of what is no readable file)."""
    source = os.fspath(source)
    if not os.path.isdir(source):
        yield source, os.path.dirname(os.path.abspath(source)), None
        return
    for path, report in records.walk(source, recursive):
        yield path, source, report


def convert(source: Path | Iterable[Path], recursive: bool = False, num_threads: int = 0) -> Iterator[Converted]:
    """File after file of a folder, or of several paths: its NoteSequences and its report.

    The order is that of the names' bytes, and the sequences are those that `magenta convert` writes, whatever the
    number of threads; only as many files as threads are held.

    Args:
      recursive: into subfolders, too.
      num_threads: 0: as many as the machine has.

    Raises:
      InputError: there is no such folder.
    """
    if isinstance(source, (str, os.PathLike)):
        if not os.path.lexists(source):
            raise MissingFileError(f"{os.fspath(source)}: there is no such file or folder. Name a folder of "
                                   "music, or a file", os.fspath(source), "there is no such file or folder",
                                   "Name a folder of music, or a file")
        source = [source]
    threads = num_threads if num_threads > 0 else os.cpu_count() or 1

    def work(path: str, folder: str, known: Report | None) -> Converted:
        return Converted([], known) if known is not None else convert_file(path, folder)

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        waiting: collections.deque[concurrent.futures.Future[Converted]] = collections.deque()
        for one in source:
            for found in _files(one, recursive):
                waiting.append(pool.submit(work, *found))
                if len(waiting) > 2 * threads:
                    yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@checked
def convert_folder(input_dir: Path, output_file: Path, recursive: bool = False, report_file: Path = "",
                   shard: str = "", num_threads: int = 0) -> dict[str, Any]:
    """A folder to a TFRecord of NoteSequences: the same bytes as `magenta convert`.

    Args:
      report_file: where the report of every file goes, as JSON.
      shard: "i/n": part i (from 0) of n.

    Returns:
      "files", "kept", "sequences", "warnings", and "reasons": for each how often it is one, with the first file, the
      detail there, and the flag that would keep it.

    Raises:
      MagentaError: nothing could be converted; the table of reasons is in the message.
    """
    return _native.convert(path_bytes(input_dir), path_bytes(output_file), recursive, path_bytes(report_file), shard,
                           num_threads)


@checked
def example_options(config: str = "lookback_rnn") -> dict[str, str]:
    """What decides which examples there are for a model, by name: what it does, its range and default."""
    return {name: f"{text} ({kind}, {low:.10g} to {high:.10g}, default {otherwise:.10g})"
            for name, kind, otherwise, low, high, text in _native.example_options(config)}


@checked
def extract(sequence: AnySequence, config: str = "lookback_rnn", transpose: Iterable[int] = (0,),
            unroll: bool = False, **options: float) -> Extraction:
    """The melodies, drums or lead sheets in a sequence that a model would learn from, and why the rest is none.

    Args:
      config: the model: lookback_rnn (melodies), drum_kit (drums), chord_pitches_improv (lead sheets), ...
      transpose: semitones; a copy of each example for each.
      unroll: play out the repeats of scores.
      **options: those of `example_options(config)`: min_bars=3, ...

    Raises:
      UsageError: an unknown option or model; what there is is listed.
    """
    found, outcome = _native.extract(to_bytes(sequence), config, list(transpose), unroll, records.checked_options(config, options))
    return Extraction([Example(*example) for example in found], json.loads(outcome))


@checked
def dataset(source: Path, output_dir: Path, config: str = "lookback_rnn", *, format: str = "compact",
            eval_ratio: float = 0.1, seed: int = 0, transpose: Iterable[int] = (0,), unroll: bool = False,
            report: bool = False, report_file: Path = "", shard: str = "", num_threads: int = 0,
            **options: float) -> dict[str, Any]:
    """Writes a data set to learn from: the same bytes as `magenta dataset`.

    Args:
      source: a folder or file of music, or TFRecords of NoteSequences (a pattern, several by commas).
      format: "compact": events; "dense": what the network sees, as Magenta's trainer reads it.
      eval_ratio: share of the sequences that is held out, by `seed` and file name.
      report: whether the result has the "files", too.
      report_file: where the report goes as JSON.
      transpose, unroll, **options: as for `extract`.

    Returns:
      "sequences", "training_examples", "eval_examples", "training_file", "eval_file", "counters" (Magenta's), "reasons"
      (as of convert_folder), "notes" (what you should know), and with `report` "files": the report of each.

    Raises:
      MagentaError: no example at all; the table of reasons is in the message.
      UsageError: an unknown option, options that contradict.
      InputError: the source is missing, cut short, or no music.
    """
    dense = records.is_dense(format)
    with tempfile.TemporaryDirectory() as folder:
        own = report and not report_file
        path = os.path.join(folder, "report.json") if own else report_file
        done = _native.dataset(path_bytes(source), path_bytes(output_dir), config, list(transpose), unroll,
                               records.checked_options(config, options), dense, eval_ratio, seed, path_bytes(path), shard,
                               num_threads)
        if report:
            with open(path, encoding="utf-8") as file:
                done["files"] = json.load(file)["files"]
        return done
