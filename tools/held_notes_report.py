#!/usr/bin/env python3
"""Whether the parts that `score` adds to folk tunes move, beside those that the tunes came with: a table for docs/music.md.

    held_notes_report.py TUNES      a folder of MIDI files: melody first, then chords, as Nottingham's

Every ninth tune by name is harmonised in alto, tenor and bass, by a seed of its own. Of each part: the longest note of
a tune in quarters, the median of tunes and the longest of all; in how many tunes it is over eight quarters; notes a bar
of four quarters; of its notes, of chords the lowest, how many are at the pitch before; in how many tunes four fifths of
them are at one pitch.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shlex
import statistics
import subprocess
import tempfile

LONG = 8  # quarters
DRONE = 0.8  # of the notes
ADDED = ("Alto", "Tenor", "Bass")


def lines(magenta, path):
    """By the name of the part, or its number: (begin, length, pitch) of its notes, in quarters; and how many quarters
    there are."""
    told = subprocess.run([magenta, "inspect", "--json", "--limit=0", path], capture_output=True, text=True, check=True)
    music = json.loads(told.stdout)["files"][0]
    quarters = music["tempos"][0][1] / 60
    names = {part["instrument"]: part["name"] or str(i) for i, part in enumerate(music["instruments"])}
    notes = {}
    for pitch, _, start, end, _, is_drum, instrument in music["notes"]:
        if not is_drum:
            notes.setdefault(names[instrument], []).append((start * quarters, (end - start) * quarters, pitch))
    return notes, music["total_time"] * quarters


def lowest_pitches(notes):
    lowest = {}
    for begin, _, pitch in notes:
        lowest[begin] = min(lowest.get(begin, pitch), pitch)
    return [lowest[begin] for begin in sorted(lowest)]


def harmonised(args, number, tune):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([args.magenta, "generate", *shlex.split(args.model), f"--primer_midi={tune}", "--primer_part=1",
                        "--accompaniment=drop", "--harmonise", "--num_outputs=1", f"--seed={number + 1}", "--quiet",
                        "--format=notesequence", f"--output_dir={folder}", *shlex.split(args.flags)], check=True,
                       capture_output=True)
        return lines(args.magenta, next(pathlib.Path(folder).iterdir()))


def row(name, tunes):
    """A line of the table, of the notes and quarters of each tune."""
    longest = [max(length for _, length, _ in notes) for notes, _ in tunes]
    a_bar = statistics.fmean(len(notes) * 4 / quarters for notes, quarters in tunes)
    lines = [lowest_pitches(notes) for notes, _ in tunes]
    repeats = statistics.fmean(sum(a == b for a, b in zip(line, line[1:])) / max(1, len(line) - 1) for line in lines)
    drones = sum(max(map(line.count, set(line))) >= DRONE * len(line) for line in lines)
    print(f"| {name} | {len(tunes)} | {statistics.median(longest):.1f} | {max(longest):.1f} "
          f"| {sum(length > LONG + 1e-6 for length in longest)} | {a_bar:.1f} | {100 * repeats:.0f} % | {drones} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tunes", type=pathlib.Path)
    parser.add_argument("--magenta", default="build/bin/magenta")
    parser.add_argument("--model", default="--config=score", help="the model flags")
    parser.add_argument("--flags", default="", help="of generate: --temperature=1 --min_p=0")
    args = parser.parse_args()
    tunes = sorted(args.tunes.glob("*.mid"))[::9]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(lambda job: harmonised(args, *job), enumerate(tunes)))
        written = list(pool.map(lambda tune: lines(args.magenta, tune), tunes))
    print("| part | tunes | longest note, median | of all | tunes with one of over 8 quarters | notes a bar "
          "| at the pitch before | tunes on one pitch |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    row("the tunes' own chords", [(lengths["1"], quarters) for lengths, quarters in written if "1" in lengths])
    for name in ADDED:
        row(name.lower() + ", added", [(lengths[name], quarters) for lengths, quarters in made])


if __name__ == "__main__":
    main()
