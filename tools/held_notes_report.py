#!/usr/bin/env python3
"""Whether the parts that `score` adds to folk tunes move, beside those that the tunes came with: a table for docs/music.md.

    held_notes_report.py TUNES      a folder of MIDI files: melody first, then chords, as Nottingham's

Every ninth tune by name is harmonised in alto, tenor and bass, by a seed of its own. Of each part: the longest note of
a tune in quarters, the median of tunes and the longest of all; in how many tunes it is over eight quarters; notes a bar
of four quarters.
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
ADDED = ("Alto", "Tenor", "Bass")


def lines(magenta, path):
    """By the name of the part, or its number: lengths of its notes in quarters; and how many quarters there are."""
    told = subprocess.run([magenta, "inspect", "--json", "--limit=0", path], capture_output=True, text=True, check=True)
    music = json.loads(told.stdout)["files"][0]
    quarters = music["tempos"][0][1] / 60
    names = {part["instrument"]: part["name"] or str(i) for i, part in enumerate(music["instruments"])}
    lengths = {}
    for _, _, start, end, _, is_drum, instrument in music["notes"]:
        if not is_drum:
            lengths.setdefault(names[instrument], []).append((end - start) * quarters)
    return lengths, music["total_time"] * quarters


def harmonised(args, number, tune):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([args.magenta, "generate", *shlex.split(args.model), f"--primer_midi={tune}", "--primer_part=1",
                        "--accompaniment=drop", "--harmonise", "--num_outputs=1", f"--seed={number + 1}", "--quiet",
                        "--format=notesequence", f"--output_dir={folder}", *shlex.split(args.flags)], check=True,
                       capture_output=True)
        return lines(args.magenta, next(pathlib.Path(folder).iterdir()))


def row(name, tunes):
    """A line of the table, of the lengths and quarters of each tune."""
    longest = [max(lengths) for lengths, _ in tunes]
    notes = statistics.fmean(len(lengths) * 4 / quarters for lengths, quarters in tunes)
    print(f"| {name} | {len(tunes)} | {statistics.median(longest):.1f} | {max(longest):.1f} "
          f"| {sum(length > LONG + 1e-6 for length in longest)} | {notes:.1f} |")


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
    print("| part | tunes | longest note, median | of all | tunes with one of over 8 quarters | notes a bar |")
    print("| --- | --- | --- | --- | --- | --- |")
    row("the tunes' own chords", [(lengths["1"], quarters) for lengths, quarters in written if "1" in lengths])
    for name in ADDED:
        row(name.lower() + ", added", [(lengths[name], quarters) for lengths, quarters in made])


if __name__ == "__main__":
    main()
