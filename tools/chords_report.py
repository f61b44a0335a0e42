#!/usr/bin/env python3
"""What a model of chords writes, beside chorales that it has not learned: a table for docs/music.md, which says what its
columns count.

    chords_report.py CHORALES HELD_OUT     as those of parts_report.py
    chords_report.py CHORALES HELD_OUT --examples=3    beside it some as MIDI, WAV and PNG

The first four bars of each chorale, all voices as one part, are continued by eight; its own bars 5 to 12 stand beside.
"""
import argparse
import concurrent.futures
import os
import pathlib
import statistics

import parts_report

PRIMER_BARS, NEW_BARS = 4, 8
FIGURES = {
    "notes": "notes a bar",
    "sounding": "notes that sound on a beat",
    "dissonance": "beats with a dissonance, %",
    "silence": "beats on which nothing sounds, %",
    "lowest": "lowest pitch",
    "highest": "highest pitch",
}


def figures(notes, start, end, piece):
    begun = [note for note in notes if start <= note[0] < end]
    if not begun:
        return {}
    beats = [{p for a, b, p in notes if a <= tick < b} for tick in range(start, end, parts_report.TICKS)]
    chords = [chord for chord in beats if len(chord) > 1]
    found = {
        "notes": len(begun) * piece.bar / (end - start),
        "sounding": statistics.fmean(map(len, beats)),
        "silence": 100 * statistics.fmean(not chord for chord in beats),
        "lowest": min(note[2] for note in begun),
        "highest": max(note[2] for note in begun),
    }
    if chords:
        found["dissonance"] = 100 * statistics.fmean(
            any((p - min(chord)) % 12 in parts_report.DISSONANT for p in chord) for chord in chords)
    return found


def write_examples(program, pieces, args):
    """Of the first pieces: gone on from by eight bars, and their sopranos harmonised; and a chord that is gone on from."""
    how = ["--quiet", "--num_outputs=1", "--format=mid,wav,png", *(f"--{k}={v}" for k, v in program.sampling.items())]
    inject = ["--primer_part=1", "--accompaniment=drop", "--nocondition_on_primer", "--inject_primer_during_generation"]
    for number, piece in enumerate(pieces[:args.examples], 1):
        for task, flags in {"chords_continued": [], "chords_over_a_melody": inject}.items():
            program.run("generate", *program.model, *how, f"--seed={number}", f"--primer_midi={piece.path}",
                        f"--output_dir={args.output_dir}/{piece.path.stem}/{task}", *flags, f"--bars={NEW_BARS}")
        program.run("generate", *program.model, *how, f"--seed={number}", "--primer_pitches=[48, 60, 64, 67]",
                    f"--output_dir={args.output_dir}/chords", f"--bars={NEW_BARS}")
    print(f"{args.output_dir}: chords after and over {min(args.examples, len(pieces))} chorales")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chorales", type=pathlib.Path)
    parser.add_argument("held_out", type=pathlib.Path)
    parser.add_argument("--magenta", default="build/bin/magenta")
    parser.add_argument("--model", default="--config=polyphony", help="the model flags")
    parser.add_argument("--sampling", default="", help="temperature=0.8, for instance")
    parser.add_argument("--outputs", type=int, default=100)
    parser.add_argument("--examples", type=int, default=0)
    parser.add_argument("--output_dir", default="build/listening")
    args = parser.parse_args()
    program = parts_report.Program(args)
    pieces = program.pieces(parts_report.held_out_of(args.chorales, args.held_out))
    if args.examples > 0:
        write_examples(program, pieces, args)
    pieces = [piece for piece in pieces if piece.bars >= PRIMER_BARS + NEW_BARS]

    def pair(i):
        piece = pieces[i % len(pieces)]
        start, end = piece.line(PRIMER_BARS + 1), piece.line(PRIMER_BARS + NEW_BARS + 1)
        notes = sorted(note for voice in piece.voices for note in voice)
        primer = [(a, min(b, start), pitch) for a, b, pitch in notes if a < start]
        made = program.answer(piece, [primer], {"seed": {"intValue": i + 1}}, (start, end))[0]
        return figures(notes, start, end, piece), figures(made, start, end, piece)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        pairs = list(pool.map(pair, range(args.outputs)))
    print(f"|  | held out ({min(args.outputs, len(pieces))}) | continued ({args.outputs}) |")
    print("| --- | --- | --- |")
    for name, text in FIGURES.items():
        sides = [parts_report.spread([one[side][name] for one in pairs if name in one[side]]) for side in (0, 1)]
        print(f"| {text} | " + " | ".join(f"{mean:.1f} ± {deviation:.1f}" for mean, deviation in sides) + " |")


if __name__ == "__main__":
    main()
