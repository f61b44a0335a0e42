"""Notes and piano rolls as arrays."""
import concurrent.futures
import gc
import math
import pathlib
import time

from material import melody
import numpy as np
import numpy.typing as npt
import pytest

import magenta_native as mm


def pitches_of(roll: npt.NDArray[np.uint8]) -> list[int]:
    return [pitch for pitch in range(roll.shape[1]) if roll[:, pitch].any()]


def test_notes_are_the_messages_fields() -> None:
    sequence = melody(2)
    sequence.notes.add(pitch=36, velocity=127, start_time=1e-3, end_time=9.25, program=5, instrument=9, is_drum=True)
    notes = mm.notes(sequence)
    assert notes.dtype == mm.NOTE and notes.dtype.names is not None and len(notes) == len(sequence.notes)
    for row, note in zip(notes, sequence.notes):
        assert [row[name] for name in notes.dtype.names] == [getattr(note, name) for name in notes.dtype.names]
    assert len(mm.notes(mm.NoteSequence())) == 0


def test_arrays_are_handed_over_and_stay() -> None:
    notes = mm.notes(melody(100))
    assert not notes.flags.owndata and notes.flags.writeable
    wanted = notes.copy()
    gc.collect()
    mm.notes(melody(100))
    assert (notes == wanted).all()
    notes["pitch"] += 1
    assert (notes["pitch"] == wanted["pitch"] + 1).all()


def test_files_become_arrays_without_messages(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.mid"
    mm.note_sequence_to_midi_file(melody(4), path)
    wanted = mm.notes(mm.midi_file_to_note_sequence(path))
    for given in (path, str(path), path.read_bytes()):
        assert (mm.read_notes(given) == wanted).all()
        assert (mm.read_pianoroll(given) == mm.pianoroll(melody(4))).all()
    book = b"X:1\nK:G\nGABc|\n\nX:2\nK:D\nd4|\n"
    assert mm.read_notes(book, piece=1)["pitch"].tolist() == [74]
    assert pitches_of(mm.read_pianoroll(book, 8, piece=1)) == [74]
    with pytest.raises(mm.UsageError, match="no piece 2, it has 2"):
        mm.read_notes(book, piece=2)


def test_names_of_any_bytes(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "m\udcffl.mid"
    path.write_bytes(b"MThd")
    with pytest.raises(mm.InputError) as caught:
        mm.read_notes(path)
    assert caught.value.file.endswith("l.mid")


def test_a_roll_shows_what_sounds() -> None:
    sequence = mm.NoteSequence(total_time=2)
    sequence.notes.add(pitch=60, velocity=90, start_time=0.25, end_time=1)
    sequence.notes.add(pitch=60, velocity=100, start_time=0.5, end_time=0.75, instrument=1)
    sequence.notes.add(pitch=61, velocity=70, start_time=1.01, end_time=1.01)
    sequence.notes.add(pitch=38, velocity=80, start_time=0, end_time=0.1, is_drum=True)
    roll = mm.pianoroll(sequence, 4)
    assert roll.shape == (8, 128) and roll.dtype == np.uint8
    assert roll[:, 60].tolist() == [0, 90, 100, 90, 0, 0, 0, 0]
    assert roll[:, 61].tolist() == [0, 0, 0, 0, 70, 0, 0, 0] and not roll[:, 38].any()
    few = mm.pianoroll(sequence, 4, min_pitch=60, max_pitch=61, instrument=0, velocities=False)
    assert few.dtype == np.bool_ and few[:, 0].tolist() == [False, True, True, True] + [False] * 4
    assert pitches_of(mm.pianoroll(sequence, 4, drums=True)) == [38]
    assert pitches_of(mm.pianoroll(sequence, 4, drums=None)) == [38, 60, 61]
    assert mm.pianoroll(mm.NoteSequence()).shape == (0, 128)


@pytest.mark.parametrize("change, said", [
    (dict(end_time=math.inf), "note 0"), (dict(start_time=math.nan), "note 0"), (dict(end_time=1e12), "frames")])
def test_rolls_that_no_memory_holds(change: dict[str, float], said: str) -> None:
    sequence = melody(1)
    for name, value in change.items():
        setattr(sequence.notes[0], name, value)
    with pytest.raises(mm.SequenceError, match=said):
        mm.pianoroll(sequence)


@pytest.mark.parametrize("options", [dict(frames_per_second=0), dict(frames_per_second=math.nan), dict(min_pitch=-1),
                                     dict(max_pitch=128), dict(min_pitch=60, max_pitch=59)])
def test_options_that_are_none(options: dict[str, float]) -> None:
    with pytest.raises(mm.UsageError):
        mm.pianoroll(melody(1), **options)  # type: ignore[arg-type]


def test_the_interpreter_is_free_while_files_are_read(tmp_path: pathlib.Path) -> None:
    sequence = mm.NoteSequence()
    for i in range(200_000):
        sequence.notes.add(pitch=60 + i % 12, velocity=80, start_time=i / 8, end_time=(i + 1) / 8)
    path = tmp_path / "long.mid"
    mm.note_sequence_to_midi_file(sequence, path)
    most_turns = 0
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        for _ in range(5):  # on a busy machine it may not be our turn
            reading = pool.submit(mm.read_notes, path)
            turns = 0
            while not reading.done():
                turns += 1
                time.sleep(0)
            assert len(reading.result()) == 200_000
            most_turns = max(most_turns, turns)
    assert most_turns > 100
