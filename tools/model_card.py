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
training = records(pathlib.Path(folder, "training_melodies.tfrecord"))
held_out = records(pathlib.Path(folder, "eval_melodies.tfrecord"))


def figure(name: str) -> str:
    value = metrics.get(name, metrics.get(name.removeprefix("metrics/")))
    return f"{value:.4f}"


print(f"""# {model}

| | |
| --- | --- |
| what it does | continues a melody, sixteenth note by sixteenth note, between MIDI pitches 48 and 83 |
| trained by | this program (`magenta train`), from random weights |
| data | {training} melodies of folk tunes: the Nottingham collection (MIDI) and Ryan's Mammoth Collection, O'Neill's Music of Ireland and Aird's Airs (ABC, from the PyPI package music21), each moved to C major or A minor |
| kept out | {held_out} melodies, one tune in ten, chosen by its name and seed 1 |
| hyper-parameters | `{hparams}` |
| steps | {figures["step"]}, where the loss on the melodies kept out was lowest in the run |
| held-out loss | {figure("loss")} nats a step (perplexity {figure("metrics/perplexity")}) |
| held-out bits a note | {score["bits_per_note"]:.4f}, over {score["notes"]} notes ([what that is](../../docs/music.md#bits-a-note)) |
| held-out accuracy | {figure("metrics/accuracy")}; {figure("metrics/event_accuracy")} where something happens, {figure("metrics/no_event_accuracy")} where nothing does |
| not for | other styles than this; meters other than 4/4 and 2/4 come out by accident only |
| licence | weights: Apache-2.0, as the program. The tunes are traditional; their transcribers are named in the collections' files |
| to rebuild | `make bundles` |

What it writes is described in figures in [docs/music.md](../../docs/music.md).""")
