#!/usr/bin/env python3
"""model_card.py MODEL EVAL_JSON SCORE_JSON HPARAMS DATA_FOLDER: prints the model card of a bundled model.

EVAL_JSON and SCORE_JSON are what `magenta eval --json` and `magenta score --json` say of the examples kept out."""
import json
import pathlib
import struct
import sys


def records(path: pathlib.Path) -> int:
    """The number of records in a TFRecord."""
    data = path.read_bytes()
    at = count = 0
    while at < len(data):
        at += 16 + struct.unpack_from("<Q", data, at)[0]
        count += 1
    return count


model, eval_json, score_json, hparams, folder = sys.argv[1:]
figures = json.loads(pathlib.Path(eval_json).read_text())
metrics = figures.get("metrics", figures)
score = json.loads(pathlib.Path(score_json).read_text())["files"][0]
training = sum(map(records, pathlib.Path(folder).glob("training_*.tfrecord")))
held_out = sum(map(records, pathlib.Path(folder).glob("eval_*.tfrecord")))
# What a loss is of, where not of a step of the grid.
UNITS = {"polyphony": "an event", "score": "a decision"}
TUNES = "weights: Apache-2.0, as the program. The tunes are traditional; their transcribers are named in the " \
        "collections' files"
# What a kind of music says of itself: what the model does, its data, what was kept out, what it is not for, licence.
KINDS = {
    "melody": (
        "continues a melody, sixteenth note by sixteenth note, between MIDI pitches 48 and 83",
        f"{training} melodies of folk tunes: the Nottingham collection (MIDI) and Ryan's Mammoth Collection, O'Neill's "
        "Music of Ireland and Aird's Airs (ABC, from the PyPI package music21), each moved to C major or A minor",
        f"{held_out} melodies, one tune in ten, chosen by its name and seed 1",
        "other styles than this; meters other than 4/4 and 2/4 come out by accident only", TUNES),
    "improv": (
        "continues a melody over chords that are given, sixteenth note by sixteenth note, between MIDI pitches 48 and 83",
        f"{training} lead sheets, folk tunes of the Nottingham collection (MIDI) in twelve keys each; the chords are named "
        "from its accompaniment and melody (`dataset --infer_chords`); the other tunes of the melody models "
        "[have none](../../docs/music.md#melodies-over-chords)",
        f"{held_out} lead sheets, all keys of one tune in ten, chosen by its name",
        "other styles and richer harmony than folk tunes have: triads and sevenths are what it has heard", TUNES),
    "drums": (
        "plays and varies grooves of nine drums in sixteenth notes, and goes on from one",
        f"{training} tracks: patterns of [data/drums](../drums), each strung with its variations and fills to eight bars or "
        "more; triplet feels stand in 12/8",
        f"{held_out} tracks, one pattern in ten with all its variations, chosen by its name",
        "drummers' dynamics and timing: every stroke is as loud as the next, on the grid",
        "weights: Apache-2.0, as the program. The patterns are in the public domain (CC0)"),
    "chords": (
        "continues chorales, and harmonises a melody that is injected, any notes at a time, sixteenth note by sixteenth "
        "note",
        f"{training} stretches of Bach's chorales (from the PyPI package music21), each in twelve keys",
        f"{held_out} stretches, all keys of one chorale in ten, chosen by its name and seed 1",
        "other styles than this; voices: it knows no parts, and what it adds is one more note of a chord ([score]"
        "(score.md) knows them)",
        "weights: Apache-2.0, as the program. The music is in the public domain; the encodings are "
        "[\"used by permission\"](../../docs/music.md#what-there-is-to-learn-from)"),
    "parts": (
        "writes music of one to eight parts, on sixteenths and triplets of eighths and sixteenths, between MIDI pitches 24 "
        "and 107: goes on from a piece, fills bars of any of its parts given what is before, after and beside, adds parts "
        "to a melody",
        f"{training} stretches of at most 32 bars: Bach's chorales (each four times), Monteverdi's madrigals (twice), string "
        "quartets of Haydn, Mozart, Beethoven and Schumann and Ryan's Mammoth Collection (from the PyPI package music21), "
        "and the Nottingham collection (MIDI, melodies with chords); training hears them in all keys, each time with "
        "other voices and bars given",
        f"{held_out} stretches, one piece in ten, chosen by its name and seed 1; all of them drawn, nothing given",
        "drums; styles other than these; 32nds and quintuplets, which lie between its ticks",
        "weights: Apache-2.0, as the program. The music is in the public domain; its encoders are named in the "
        "collections' files, and what their licences forbid [is left out](../../docs/music.md#what-there-is-to-learn-from)"),
}
NAMED = {"score": "parts", "polyphony": "chords"}
kind = NAMED.get(model) or ("improv" if "improv" in model else "drums" if "drum" in model else "melody")
does, data, kept_out, not_for, licence = KINDS[kind]
hint = "| how to ask it | `--temperature=0.7` keeps near a groove; at 1, the default, it wanders after two or three bars |\n" \
    if kind == "drums" else ""


def figure(name: str) -> str:
    value = metrics.get(name, metrics.get(name.removeprefix("metrics/")))
    return f"{value:.4f}"


print(f"""# {model}

| | |
| --- | --- |
| what it does | {does} |
| trained by | this program (`magenta train`), from random weights |
| data | {data} |
| kept out | {kept_out} |
| hyper-parameters | `{hparams}` |
| steps | {figures["step"]}{" of the second run" if ", then " in hparams else ""}, where the loss on what was kept out was lowest in the run |
| held-out loss | {figure("loss")} nats {UNITS.get(model, "a step")} (perplexity {figure("metrics/perplexity")}) |
| held-out bits a note | {score["bits_per_note"]:.4f}, over {score["notes"]} notes ([what that is](../../docs/music.md#bits-a-note)) |
| held-out accuracy | {figure("metrics/accuracy")}; {figure("metrics/event_accuracy")} where something happens, {figure("metrics/no_event_accuracy")} where nothing does |
| not for | {not_for} |
| licence | {licence} |
{hint}| to rebuild | `make bundles` |""")
if kind == "melody":
    print("\nWhat it writes is described in figures in [docs/music.md](../../docs/music.md).")
