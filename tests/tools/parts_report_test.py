#!/usr/bin/env python3
"""tools/parts_report.py counts what it says it does, in four voices made up for it."""
import importlib.util
import pathlib
import types

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "parts_report.py"
spec = importlib.util.spec_from_file_location("parts_report", TOOL)
report = importlib.util.module_from_spec(spec)
spec.loader.exec_module(report)

COMMON_TIME = types.SimpleNamespace(pickup=0, bar=48, beats=4)


def voices(*lines):
    """A pitch a quarter in each voice; None: silence."""
    return [[(12 * i, 12 * i + 12, pitch) for i, pitch in enumerate(line) if pitch is not None] for line in lines]


def figures(*lines):
    found = report.figures(voices(*lines), 0, 12 * len(lines[0]), COMMON_TIME)
    return {name: round(value) for name, value in found.items()}


# A cadence as it is taught: nothing to find fault with.
clean = figures((72, 74, 71, 72), (67, 69, 67, 67), (64, 65, 62, 64), (48, 53, 55, 48))
assert clean == {"range": 0, "notes": 16, "together": 100, "repeats": 11, "parallels": 0, "crossings": 0,
                 "dissonance": 0}, clean

# The bass goes up with the tenor in fifths, and with the soprano in octaves; the alto goes down.
parallel = figures((72, 74), (64, 62), (55, 57), (48, 50))
assert parallel["parallels"] == 200, parallel
# The same intervals repeated, or left by steps against each other, are none.
assert figures((72, 72), (64, 64), (55, 55), (48, 48)).get("parallels") is None
assert figures((72, 74), (64, 64), (60, 60), (48, 38))["parallels"] == 0

# The alto goes above the soprano in one of two moments, and a seventh stands on the first beat.
assert figures((72, 71), (64, 72), (55, 55), (48, 43))["crossings"] == 50
assert figures((70, 72, 72, 72), (64, 64, 64, 64), (55, 55, 55, 55), (48, 48, 48, 48))["dissonance"] == 50
# A tenor's bass notes are outside its range: two of eight.
assert figures((72, 71), (67, 67), (46, 47), (43, 43))["range"] == 25
assert figures((72, 71), (67, None), (55, 55), (48, 48))["together"] == 50

# For four bars of sixteen quarters the alto has two pitches, the tenor one for three of them; the soprano isn't asked.
long = figures((72,) * 16, (64, 65) * 8, (55,) * 12 + (57, 59, 60, 62), (48, 50, 52, 53) * 4)
assert (long["stuck"], long["repeats"]) == (33, 24), long
assert "stuck" not in figures((72,) * 8, (64,) * 8, (55,) * 8, (48,) * 8)

# C major and A minor belong to the key of C, in root position, the third left out or not.
for chord, ends in (((72, 67, 64, 48), True), ((72, 67, 60, 48), True), ((72, 69, 64, 57), True),
                    ((72, 67, 60, 52), False), ((74, 71, 67, 55), False), ((72, 70, 64, 48), False)):
    assert report.ends_on_tonic(voices(*[(pitch,) for pitch in chord]), 12, 0) == ends, chord
