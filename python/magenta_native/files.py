"""Files of music to NoteSequences, and back."""
import os

from magenta_native import _native
from magenta_native.messages import NoteSequence, to_bytes

__all__ = ["midi_file_to_note_sequence", "midi_to_note_sequence", "note_sequence_to_midi_file"]


def midi_to_note_sequence(midi_data: bytes) -> NoteSequence:
    """The NoteSequence of a MIDI file's bytes. Times are in seconds.

    Raises:
      MIDIConversionError: where they are no MIDI.
    """
    return NoteSequence.FromString(_native.midi_to_sequence(midi_data, ""))


def midi_file_to_note_sequence(midi_file: str | os.PathLike[str]) -> NoteSequence:
    """The NoteSequence of a MIDI file.

    Raises:
      MIDIConversionError: where it is no MIDI; the message names the file.
      OSError: where it can't be read.
    """
    with open(midi_file, "rb") as file:
        return NoteSequence.FromString(_native.midi_to_sequence(file.read(), os.fspath(midi_file)))


def note_sequence_to_midi_file(sequence: NoteSequence, output_file: str | os.PathLike[str]) -> None:
    """Writes `sequence` as a MIDI file."""
    midi = _native.sequence_to_midi(to_bytes(sequence))
    with open(output_file, "wb") as file:
        file.write(midi)
