"""NoteSequences as messages: their own pool, pickle, copies."""
import copy
import os
import pathlib
import pickle
import subprocess
import sys

from google.protobuf import descriptor_pool
import pytest

import magenta_native as mm


@pytest.fixture
def sequence() -> mm.NoteSequence:
    made = mm.NoteSequence(id="a", total_time=1.5)
    made.notes.add(pitch=60, velocity=90, end_time=1.5)
    made.section_groups.add(num_times=2).sections.add(section_id=1)
    return made


def test_the_default_pool_stays_free() -> None:
    with pytest.raises(KeyError):
        descriptor_pool.Default().FindMessageTypeByName("magenta.NoteSequence")


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_pickled(sequence: mm.NoteSequence, protocol: int) -> None:
    assert pickle.loads(pickle.dumps(sequence, protocol)) == sequence
    if protocol >= 4:
        assert pickle.loads(pickle.dumps(sequence.notes[0], protocol)) == sequence.notes[0]


def test_copied(sequence: mm.NoteSequence) -> None:
    for made in (copy.copy(sequence), copy.deepcopy(sequence)):
        assert made == sequence
        made.notes[0].pitch = 61
        assert sequence.notes[0].pitch == 60


def test_errors_name_file_and_remedy(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "a.mid"
    path.write_bytes(b"no midi")
    with pytest.raises(mm.MIDIConversionError) as caught:
        mm.midi_file_to_note_sequence(path)
    assert caught.value.file == str(path) and str(path) in str(caught.value)
    assert caught.value.message and isinstance(caught.value, mm.MagentaError)


def test_protobuf_without_native_code_serves_as_well() -> None:
    use = ("import magenta_native as mm; tune = mm.NoteSequence(); tune.notes.add(pitch=60, end_time=1); "
           "assert isinstance(tune.notes[0], mm.NoteSequence.Note); print(len(mm.notes(tune)))")
    done = subprocess.run([sys.executable, "-c", use], stdout=subprocess.PIPE, text=True, check=True,
                          env={**os.environ, "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"})
    assert done.stdout == "1\n"
