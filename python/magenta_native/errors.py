"""Exceptions. All are MagentaErrors, and say what file, what is wrong and where, and what to do about it."""

__all__ = ["MagentaError", "UsageError", "InputError", "SequenceError", "MIDIConversionError"]


class MagentaError(Exception):
    """What went wrong.

    Attributes:
      file: the file that the error is about; "" where it is about none.
      message: what is wrong, and the place: byte offset, line, second, note.
      remedy: what can be done; "" where nothing better than the message is known.
    """

    def __init__(self, text: str = "", file: str = "", message: str = "", remedy: str = "") -> None:
        super().__init__(text)
        self.file = file
        self.message = message or text
        self.remedy = remedy


class UsageError(MagentaError, ValueError):
    """An argument, or several together, that can't be meant."""


class InputError(MagentaError, ValueError):
    """Bytes or a file that are corrupt, cut short, or something else."""


class SequenceError(MagentaError, ValueError):
    """A NoteSequence that this function can't take as it is."""


class MIDIConversionError(MagentaError):
    """MIDI that can't be read, or a NoteSequence that MIDI can't hold."""


_OF_CODE = {"INVALID_ARGUMENT": UsageError, "DATA_LOSS": InputError, "NOT_FOUND": InputError,
            "FAILED_PRECONDITION": SequenceError}


def from_status(code: str, kind: str, text: str, file: str, message: str, remedy: str) -> MagentaError:
    """The exception for an error of the native code: `kind` names it, or else its code does."""
    made = globals().get(kind) if kind in __all__ else _OF_CODE.get(code, MagentaError)
    assert made is not None
    error: MagentaError = made(text, file, message, remedy)
    return error
