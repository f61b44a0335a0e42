#!/usr/bin/env python3
"""How rendered music sounds, in figures: level, silence and range of every WAV file of a folder.

    listening_report.py FOLDER      beside what is there one example of each bundled model: eight bars, as MIDI and WAV

A row for each folder below it: its files; seconds; root mean square and peak in decibels of full scale; the longest
silence (below -50 dB, but for the end) in seconds; lowest and highest pitch of the MIDI files. Means and extremes of
its files.
"""
import argparse
import array
import json
import math
import os
import pathlib
import statistics
import subprocess
import wave

SILENT_DB = -50
WINDOWS_A_SECOND = 20


def decibels(amplitude):
    return 20 * math.log10(max(amplitude, 1) / 32768)


def sound(path):
    """Seconds, RMS and peak in decibels, and the longest silence in seconds, of 16-bit samples."""
    with wave.open(str(path)) as file:
        rate, channels = file.getframerate(), file.getnchannels()
        samples = array.array("h", file.readframes(file.getnframes()))
    size = rate // WINDOWS_A_SECOND * channels
    levels = [math.sqrt(sum(s * s for s in samples[i:i + size:7]) / len(samples[i:i + size:7]))
              for i in range(0, len(samples), size)]
    loud = [i for i, level in enumerate(levels) if decibels(level) >= SILENT_DB]
    gaps = [b - a - 1 for a, b in zip(loud, loud[1:])]
    return (len(samples) / channels / rate, decibels(math.sqrt(statistics.fmean(level * level for level in levels))),
            decibels(max(map(abs, samples))), max(gaps, default=0) / WINDOWS_A_SECOND if loud else math.inf)


def pitches(magenta, path):
    told = subprocess.run([magenta, "inspect", "--json", path], capture_output=True, text=True, check=True).stdout
    parts = json.loads(told)["files"][0]["instruments"]
    return min(part["lowest"] for part in parts), max(part["highest"] for part in parts)


def write_examples(args):
    listed = subprocess.run([args.magenta, "models", "--json"], capture_output=True, text=True, check=True).stdout
    for model in json.loads(listed)["models"]:
        if not model["bundle_file"]:
            continue
        subprocess.run([args.magenta, "generate", "--config=" + model["id"], "--num_outputs=1", "--seed=5", "--bars=8",
                        "--format=mid,wav", "--quiet", f"--output_dir={args.folder}/models/{model['id']}"], check=True,
                       capture_output=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--magenta", default="build/bin/magenta")
    args = parser.parse_args()
    write_examples(args)
    print("| examples | files | seconds | RMS, dB | peak, dB | longest silence, s | pitches |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    folders = {}
    for path in sorted(args.folder.rglob("*.wav")):
        below = path.parent.relative_to(args.folder)
        # A chorale's folder has one of each task.
        name = str(below) if below.parts[0] == "models" else below.name
        folders.setdefault(name, []).append(path)
    for name, paths in folders.items():
        heard = [sound(path) for path in paths]
        ranges = [pitches(args.magenta, path.with_suffix(".mid")) for path in paths]
        print(f"| {name.replace(os.sep, ': ')} | {len(paths)} | {statistics.fmean(h[0] for h in heard):.0f} "
              f"| {statistics.fmean(h[1] for h in heard):.1f} | {max(h[2] for h in heard):.1f} "
              f"| {max(h[3] for h in heard):.1f} | {min(r[0] for r in ranges)} to {max(r[1] for r in ranges)} |")


if __name__ == "__main__":
    main()
