"""The pipelines as functions for Apache Spark's partitions: no pandas, no Java of ours.

    paths = context.parallelize(records.find(folder).paths, 64)
    paths.mapPartitions(spark.music(folder))                     # Music: records and report of each file
    notes.mapPartitions(spark.examples("lookback_rnn"))          # Examples of each NoteSequence
    notes.mapPartitionsWithIndex(spark.save(out, "notes", 64))   # writes notes-00000-of-00064.tfrecord, ...

A part is written under its own name, which it gets when it is whole, and its bytes are a function of its input: a task
that Spark runs again, or twice at a time, writes the same file. What can't be read is a report; no task fails of it.
pyspark is not a requirement of this package: `pip install pyspark`, and Java. Workers need this package, too:
PYSPARK_PYTHON names their Python.
"""
import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from magenta_native import records
from magenta_native.files import Path

__all__ = ["Part", "examples", "music", "save"]


class Part(NamedTuple):
    """A file that was written."""
    path: str
    records: int


def music(folder: Path) -> Callable[[Iterable[str]], Iterator[records.Music]]:
    """For mapPartitions over paths, which every worker can open. `folder`: that of `records.of_file`."""
    def of_partition(paths: Iterable[str]) -> Iterator[records.Music]:
        for path in paths:
            yield records.of_file(path, folder)

    return of_partition


def examples(config: str = "lookback_rnn", **options: Any) -> Callable[[Iterable[Any]], Iterator[records.Examples]]:
    """For mapPartitions over NoteSequences, as bytes. Arguments and errors: those of `records.examples`."""
    records.examples(b"", config, **options)  # what can't be meant is told where it was written

    def of_partition(sequences: Iterable[Any]) -> Iterator[records.Examples]:
        for sequence in sequences:
            yield records.examples(sequence, config, **options)

    return of_partition


def save(folder: Path, stem: str, parts: int) -> Callable[[int, Iterable[bytes]], Iterator[Part]]:
    """For mapPartitionsWithIndex over records, into a folder that all workers see.

    Args:
      stem: what the files' names begin with.
      parts: how many there are: getNumPartitions().
    """
    folder = os.fspath(folder)

    def of_partition(part: int, content: Iterable[bytes]) -> Iterator[Part]:
        path = os.path.join(folder, records.part_name(stem, part, parts))
        count = 0
        with records.Writer(path) as writer:
            for record in content:
                writer.write(record)
                count += 1
        yield Part(path, count)

    return of_partition
