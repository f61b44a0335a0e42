"""The pipelines as Apache Beam's: files of music to NoteSequences to examples, with what became of each as a collection
and as counters. Elements are bytes, which WriteToTFRecord takes as they are.

    music = files | ReadMusic(folder)                        # a transform of paths, on any of Beam's file systems
    music.records | WriteToTFRecord(...)
    data = music.records | MakeExamples("lookback_rnn")
    data.training | WriteToTFRecord(...); data.held_out | WriteToTFRecord(...)

What can't be read is a report and counts under its reason (Metrics, namespace "magenta_native"); it fails no bundle, so
no runner tries it again. apache-beam is not a requirement of this package: `pip install apache-beam google-crc32c` (the
second one writes TFRecords).
"""
import posixpath
from collections.abc import Iterator
from typing import Any, NamedTuple

try:
    import apache_beam as beam
    from apache_beam.io.filesystems import FileSystems
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] != "apache_beam":
        raise
    raise ImportError("magenta_native.beam needs Apache Beam: pip install apache-beam google-crc32c") from error

from magenta_native import records
from magenta_native.errors import UsageError

__all__ = ["Data", "ExamplesOf", "MakeExamples", "Music", "MusicOf", "ReadMusic"]

#: Of the counters, which are the reasons of reports.
NAMESPACE = "magenta_native"
REPORTS = "reports"
HELD_OUT = "held_out"


class Music(NamedTuple):
    """What ReadMusic gives."""
    #: NoteSequences, as bytes.
    records: beam.PCollection
    #: A dict for each file (docs/formats/report.md).
    reports: beam.PCollection


class Data(NamedTuple):
    """What MakeExamples gives."""
    #: tf.SequenceExamples, as bytes.
    training: beam.PCollection
    #: The same, for evaluation.
    held_out: beam.PCollection
    #: A dict for each sequence.
    reports: beam.PCollection


def _told(report: records.Report) -> Iterator[Any]:
    """The report, counted as the reports of `magenta` count: each track, or the whole where it has none."""
    for reason in [track["reason"] for track in report["tracks"]] or [report["reason"]]:
        beam.metrics.Metrics.counter(NAMESPACE, reason).inc()
    yield beam.pvalue.TaggedOutput(REPORTS, report)


class MusicOf(beam.DoFn):  # type: ignore[misc]
    """A path -> the NoteSequences in it; reports go to the output REPORTS.

    Args:
      folder: what the paths begin with: ids and names count from there, as those of `magenta convert` do.
    """

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder.rstrip("/")

    def process(self, path: str) -> Iterator[Any]:
        if not path.startswith(self._folder + "/"):
            raise UsageError(f"{path} does not lie in {self._folder}")
        filename = path[len(self._folder) + 1:]
        try:
            with FileSystems.open(path, compression_type="uncompressed") as file:
                found = records.of_stream(file, filename, posixpath.basename(self._folder))
        except (OSError, beam.io.filesystem.BeamIOError) as error:
            found = records.discarded(filename, "unreadable", str(error))
        yield from found.records
        yield from _told(found.report)


class ExamplesOf(beam.DoFn):  # type: ignore[misc]
    """A NoteSequence (bytes or message) -> its examples; those held out go to HELD_OUT, reports to REPORTS.

    Args: those of `records.examples`.
    """

    def __init__(self, config: str = "lookback_rnn", **options: Any) -> None:
        super().__init__()
        records.examples(b"", config, **options)  # what can't be meant is told where it was written
        self._config, self._options = config, options

    def process(self, sequence: Any) -> Iterator[Any]:
        found = records.examples(sequence, self._config, **self._options)
        for record in found.records:
            yield beam.pvalue.TaggedOutput(HELD_OUT, record) if found.held_out else record
        yield from _told(found.report)


class ReadMusic(beam.PTransform):  # type: ignore[misc]
    """Paths -> Music."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._read = MusicOf(folder)

    def expand(self, paths: beam.PCollection) -> Music:
        # Each file is read once: what follows takes it from there, and is not one stage with it.
        made = paths | beam.Reshuffle() | beam.ParDo(self._read).with_outputs(REPORTS, main="records")
        return Music(made.records, made[REPORTS])


class MakeExamples(beam.PTransform):  # type: ignore[misc]
    """NoteSequences -> Data. Args: those of `records.examples`."""

    def __init__(self, config: str = "lookback_rnn", **options: Any) -> None:
        super().__init__()
        self._extract = ExamplesOf(config, **options)

    def expand(self, sequences: beam.PCollection) -> Data:
        made = sequences | beam.ParDo(self._extract).with_outputs(HELD_OUT, REPORTS, main="training")
        return Data(made.training, made[HELD_OUT], made[REPORTS])
