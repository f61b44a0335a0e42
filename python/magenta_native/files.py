"""Files of music to NoteSequences, and back."""
import os
from typing import TypeAlias

from magenta_native import _native
from magenta_native.arguments import checked, path_bytes, warn
from magenta_native.errors import ABCParseError, DuplicateReferenceNumberError, MagentaError
from magenta_native.messages import AnySequence, NoteSequence, to_bytes

__all__ = [
    "midi_file_to_note_sequence",
    "midi_file_to_sequence_proto",
    "midi_to_note_sequence",
    "midi_to_sequence_proto",
    "musicxml_file_to_sequence_proto",
    "note_sequence_to_midi_file",
    "parse_abc_tunebook",
    "parse_abc_tunebook_file",
    "sequence_proto_to_midi_file",
]

Path: TypeAlias = str | os.PathLike[str]


def _of_midi(made: tuple[bytes, str]) -> NoteSequence:
    data, mended = made
    if mended:
        warn(mended)
    return NoteSequence.FromString(data)


@checked
def midi_to_note_sequence(midi_data: bytes) -> NoteSequence:
    """The NoteSequence of a MIDI file's bytes: seconds, and an instrument for each track and program.

    Where something in it is broken the rest is read, and a UserWarning says what and where.

    Raises:
      MIDIConversionError: they are no MIDI, or more than a piece may be.
    """
    return _of_midi(_native.midi_to_sequence(midi_data))


@checked
def midi_file_to_note_sequence(midi_file: Path) -> NoteSequence:
    """The NoteSequence of a MIDI file.

    Where something in it is broken the rest is read, and a UserWarning says what and where.

    Raises:
      MIDIConversionError: it is no MIDI, or more than a piece may be; the message names the file.
      FileError: it can't be read.
    """
    return _of_midi(_native.midi_file_to_sequence(path_bytes(midi_file)))


@checked
def note_sequence_to_midi_file(sequence: AnySequence, output_file: Path,
                               drop_events_n_seconds_after_last_note: float | None = None) -> None:
    """Writes `sequence` as a MIDI file of format 1, at its ticks_per_quarter (220 where it has none). The file appears
    when it is whole; what stood there before stays until then.

    Args:
      drop_events_n_seconds_after_last_note: meters, keys, tempos, pitch bends and controllers that come more than this
        many seconds after the last note ends are left out; None keeps all.

    Raises:
      MIDIConversionError: a pitch, velocity, program, controller or time that MIDI can't hold. No file is written.
      FileError: the file can't be written.
    """
    midi = _native.sequence_to_midi(to_bytes(sequence), drop_events_n_seconds_after_last_note)
    _native.write_file(path_bytes(output_file), midi)


@checked
def musicxml_file_to_sequence_proto(musicxml_file: Path) -> NoteSequence:
    """The NoteSequence of a MusicXML score, plain (.xml, .musicxml) or zipped (.mxl); an instrument a part.

    Raises:
      MusicXMLConversionError: it is no such score, or more than a piece may be; the message names the file and the
        place.
      FileError: it can't be read.
    """
    return NoteSequence.FromString(_native.musicxml_file_to_sequence(path_bytes(musicxml_file)))


def _tunes(made: list[tuple[bytes, MagentaError | None]],
           name: str) -> tuple[dict[int, NoteSequence], list[ABCParseError]]:
    tunes: dict[int, NoteSequence] = {}
    exceptions = []
    for data, error in made:
        sequence = NoteSequence.FromString(data)
        number = sequence.reference_number
        if isinstance(error, ABCParseError):
            exceptions.append(error)
        elif number in tunes:
            raise DuplicateReferenceNumberError(f"two tunes have the number X:{number}", name,
                                                f"two tunes have the number X:{number}", "Give each its own")
        else:
            tunes[number] = sequence
    return tunes, exceptions


@checked
def parse_abc_tunebook(tunebook: str | bytes) -> tuple[dict[int, NoteSequence], list[ABCParseError]]:
    """The tunes of an ABC book, by their numbers (X:), and why others could not be read.

    Raises:
      ABCParseError: there is no tune at all, or more than a piece may be.
      DuplicateReferenceNumberError: two tunes have the same number.
    """
    book = tunebook.encode("utf-8", "surrogatepass") if isinstance(tunebook, str) else tunebook
    return _tunes(_native.abc_to_sequence(book), "")


@checked
def parse_abc_tunebook_file(filename: Path) -> tuple[dict[int, NoteSequence], list[ABCParseError]]:
    """The same of a file, in UTF-8, UTF-16 or Latin-1.

    Raises:
      FileError: it can't be read.
    """
    return _tunes(_native.abc_file_to_sequence(path_bytes(filename)), os.fspath(filename))


# What note_seq called them before.
midi_to_sequence_proto = midi_to_note_sequence
midi_file_to_sequence_proto = midi_file_to_note_sequence
sequence_proto_to_midi_file = note_sequence_to_midi_file
