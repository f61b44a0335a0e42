#!/usr/bin/env python3
"""How long grooves that go on from a bar stay like it.

    groove_report.py [MAGENTA] [--outputs=40] [--seeds=1,2,3]

With each of several flags drum_kit goes on from a rock bar for eight bars. Of each new bar: the share of the strokes of
that bar and of the given one, together, that both have (the same drum on the same sixteenth). Prints a table for
docs/music.md.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

PRIMER = "CH |x-x-x-x-x-x-x-x-|; SD |----x-------x---|; BD |x-----x-x-------|"
ROWS = ([], ["--adapt"], ["--temperature=0.85"], ["--temperature=0.7"], ["--temperature=0.5"])
BARS = 8
STEP = 0.125  # seconds: a sixteenth at 120


def bars_of(magenta: str, path: pathlib.Path) -> list[set]:
    said = subprocess.run([magenta, "inspect", "--json", str(path)], check=True, capture_output=True, text=True).stdout
    bars: list[set] = [set() for _ in range(BARS + 1)]
    for pitch, _, start, *_ in json.loads(said)["files"][0]["notes"]:
        bar, step = divmod(round(start / STEP), 16)
        if bar <= BARS:
            bars[bar].add((step, pitch))
    return bars


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("magenta", nargs="?", default="build/bin/magenta")
    parser.add_argument("--outputs", type=int, default=40)
    parser.add_argument("--seeds", default="1,2,3")
    args = parser.parse_args()
    shown = (1, 2, 4, 8)
    print("| flags | grooves | " + " | ".join(f"bar {bar}" for bar in shown) + " | silent bars |")
    print("| --- " * (len(shown) + 3) + "|")
    for flags in ROWS:
        like = [0.0] * (BARS + 1)
        silent = grooves = 0
        for seed in args.seeds.split(","):
            with tempfile.TemporaryDirectory() as folder:
                subprocess.run([args.magenta, "generate", "--config=drum_kit", f"--output_dir={folder}",
                                f"--bars={BARS}", f"--num_outputs={args.outputs}", f"--seed={seed}",
                                *flags, f"--primer_drums={PRIMER}"],
                               check=True, capture_output=True)
                for path in pathlib.Path(folder).glob("*.mid"):
                    bars = bars_of(args.magenta, path)
                    grooves += 1
                    for bar in range(1, BARS + 1):
                        silent += not bars[bar]
                        like[bar] += len(bars[bar] & bars[0]) / len(bars[bar] | bars[0])
        cells = [f"{like[bar] / grooves:.0%}" for bar in shown]
        row = f"`{flags[0]}`" if flags else "none"
        print(f"| {row} | {grooves} | {' | '.join(cells)} | {silent / grooves / BARS:.1%} |".replace("%", " %"))


main()
