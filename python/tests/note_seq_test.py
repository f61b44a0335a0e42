"""Every function gives what note-seq 0.0.3 gives, as record_note_seq.py recorded it in tests/golden/note_seq.

Where ours differs it is right and says why: DIFFERENT has those cases.
"""
import base64
import json
import lzma
import pathlib
from typing import Any

import pytest

import magenta_native as mm
import operations

pytestmark = pytest.mark.filterwarnings("ignore:.*byte:UserWarning")  # of what is mended: limits_test.py

GOLDENS = pathlib.Path(__file__).resolve().parent.parent.parent / "tests/golden/note_seq/goldens.json.xz"
RECORDED = json.loads(lzma.decompress(GOLDENS.read_bytes()))

# Where ours is right: by operation and input, what ours gives instead, or part of its exception's name, and why.
DIFFERENT: dict[tuple[str, ...], tuple[str | int, str]] = {
    ("chord_progression", "thirds"): ("NonIntegerStepsPerBarError", "note-seq fails where it would say so"),
    ("note_sequence_to_midi_file", "negative"): ("MIDIConversionError", "MIDI has no time before 0"),
    ("midi_to_note_sequence", "test-corrupt-file-missing-byte.mid"): (8, "what is there is read, as players do"),
    ("midi_to_note_sequence", "test-running-status-sysex.mid"): (8, "players read it"),
}


def decoded(value: Any) -> Any:
    if isinstance(value, dict) and "sequence" in value:
        return mm.NoteSequence.FromString(base64.b64decode(value["sequence"]))
    return base64.b64decode(value["bytes"])


INPUTS = {name: decoded(value) for name, value in RECORDED["inputs"].items()}


def name_of(case: dict[str, Any]) -> str:
    arguments = json.dumps(case["arguments"], separators=(",", ":"))[1:-1].replace('"', "")
    return f"{case['operation']}-{'+'.join(case['inputs'])}-{arguments}"


def key_of(case: dict[str, Any]) -> tuple[str, ...]:
    """What DIFFERENT calls it."""
    return (case["operation"].replace("_file_to", "_to"), *case["inputs"])


def readable(value: Any) -> Any:
    """What a failed comparison shows: text instead of base64."""
    if isinstance(value, dict) and "sequence" in value:
        return str(decoded(value)).splitlines()
    if isinstance(value, dict):
        return {key: readable(item) for key, item in value.items()}
    return [readable(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", RECORDED["cases"], ids=name_of)
def test_gives_what_note_seq_gives(case: dict[str, Any]) -> None:
    given = operations.run(mm, case, [INPUTS[name] for name in case["inputs"]])
    wanted = case["result"]
    different = DIFFERENT.get(key_of(case))
    if different:
        assert given != wanted
        right = given["error"] if "error" in given else len(decoded(given).notes)
        assert right == different[0]
        return
    if isinstance(given, dict) and isinstance(wanted, dict) and "error" in given and "error" in wanted:
        # The same exception, or one of ours that is one of those.
        assert wanted["error"] in [base.__name__ for base in getattr(mm, given["error"]).__mro__]
    elif given != wanted:
        assert readable(given) == readable(wanted)


def test_there_are_cases() -> None:
    assert RECORDED["note_seq"] == "0.0.3" and len(RECORDED["cases"]) > 900
    assert set(DIFFERENT) <= {key_of(case) for case in RECORDED["cases"]}
