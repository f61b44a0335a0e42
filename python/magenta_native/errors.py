"""Exceptions. All are MagentaErrors, and say what file, what is wrong and where, and what to do about it.

Those that note_seq has have its names.
"""
import re

__all__ = [
    "ABCParseError",
    "BadTimeSignatureError",
    "ChordInferenceError",
    "ChordSymbolError",
    "CoincidentChordsError",
    "DuplicateReferenceNumberError",
    "EmptySequenceError",
    "FileError",
    "InputError",
    "MIDIConversionError",
    "MagentaError",
    "MelodyChordsMismatchError",
    "MissingFileError",
    "MultipleTempoError",
    "MultipleTimeSignatureError",
    "MusicXMLConversionError",
    "NegativeTimeError",
    "NonIntegerStepsPerBarError",
    "NonIntegerStepsPerChordError",
    "PolyphonicMelodyError",
    "QuantizationStatusError",
    "SequenceAlreadyHasChordsError",
    "SequenceError",
    "SequenceTooLongError",
    "UncommonTimeSignatureError",
    "UsageError",
]


class MagentaError(Exception):
    """What went wrong.

    Attributes:
      file: the file that the error is about; "" where it is about none.
      message: what is wrong, and the place: byte offset, line, second, note.
      remedy: what can be done; "" where nothing better than the message is known.
    """

    def __init__(self, text: str = "", file: str = "", message: str = "", remedy: str = "") -> None:
        super().__init__(text, file, message, remedy)
        self.file = file
        self.message = message or text
        self.remedy = remedy

    def __str__(self) -> str:
        return str(self.args[0])


class UsageError(MagentaError, ValueError):
    """An argument, or several together, that can't be meant."""


class InputError(MagentaError, ValueError):
    """Bytes or a file that are corrupt, cut short, or something else."""


class FileError(InputError, OSError):
    """A file that can't be opened, read or written."""


class MissingFileError(FileError, FileNotFoundError):
    """A file, folder or model that is not there."""


class SequenceError(MagentaError, ValueError):
    """A NoteSequence that this function can't take as it is."""


class MIDIConversionError(InputError):
    """MIDI that can't be read, or a NoteSequence that MIDI can't hold."""


class MusicXMLConversionError(InputError):
    """A score that can't be read."""


class ABCParseError(InputError):
    """A tune that can't be read."""


class DuplicateReferenceNumberError(ABCParseError):
    """Two tunes of a book have the same number (X:)."""


class QuantizationStatusError(SequenceError):
    """A sequence that stands on steps and must not, or the other way round."""


class MultipleTimeSignatureError(SequenceError):
    """The meter changes, so that there is no one grid."""


class BadTimeSignatureError(SequenceError):
    """A meter that is none."""


class MultipleTempoError(SequenceError):
    """The tempo changes, so that there is no one grid."""


class NegativeTimeError(SequenceError):
    """Something happens before 0 seconds."""


class NonIntegerStepsPerBarError(SequenceError):
    """A bar is no whole number of steps."""


class PolyphonicMelodyError(SequenceError):
    """Notes that start together are no melody."""


class CoincidentChordsError(SequenceError):
    """Two chords stand on one step."""


class MelodyChordsMismatchError(UsageError):
    """A melody and chords of different lengths, or from different places."""


class ChordSymbolError(UsageError):
    """A chord symbol that can't be read."""


class ChordInferenceError(SequenceError):
    """Chords can't be inferred."""


class SequenceAlreadyHasChordsError(ChordInferenceError):
    """There are chords already."""


class UncommonTimeSignatureError(ChordInferenceError):
    """No number of chords a bar is usual in this meter."""


class NonIntegerStepsPerChordError(ChordInferenceError):
    """A chord would last no whole number of steps."""


class EmptySequenceError(ChordInferenceError):
    """There are no notes."""


class SequenceTooLongError(ChordInferenceError):
    """There would be too many chords."""


_OF_CODE: dict[str, type[MagentaError]] = {
    "INVALID_ARGUMENT": UsageError,
    "DATA_LOSS": InputError,
    "NOT_FOUND": MissingFileError,
    "FAILED_PRECONDITION": SequenceError,
}


#: Flags of the command line that have other names as arguments.
_ARGUMENTS = {"input": "source", "report": "report_file", "soundfont": "sf2_path"}
_FLAG = re.compile(r"(?<![\w|-])--([a-z]\w*)")


def in_python(text: str) -> str:
    """What the command line would say, in Python's words: --min_bars=3 is min_bars=3."""
    return _FLAG.sub(lambda flag: _ARGUMENTS.get(flag[1], flag[1]), text)


def from_status(code: str, kind: str, text: str, file: str, message: str, remedy: str) -> MagentaError:
    """The exception for an error of the native code: `kind` names it, or else its code does."""
    made: type[MagentaError] = globals()[kind] if kind in __all__ else _OF_CODE.get(code, MagentaError)
    head = f"{file}: " if file and text.startswith(f"{file}: ") else ""
    return made(head + in_python(text[len(head):]), file, in_python(message), in_python(remedy))
