#!/usr/bin/env python3
"""What a model of several parts writes, beside chorales that it has not learned.

    parts_report.py figures CHORALES HELD_OUT     a table: harmonised, filled, continued (--tasks: others)
    parts_report.py densities CHORALES HELD_OUT   notes a bar at each density that may be asked for
    parts_report.py sides CHORALES HELD_OUT       what the bars after a gap are worth
    parts_report.py examples CHORALES HELD_OUT    some of each task as MIDI, WAV and PNG
    parts_report.py names CHORALES HELD_OUT       those that are taken, but for what stands there under two names

CHORALES is a folder of scores (`make corpus`: corpus/bach); HELD_OUT a data set of `magenta dataset` that was kept out
of training (`make bundles`: build/bundles/data/score/eval_scores.tfrecord), or a file with a name a line: the scores
of that folder that it names and that have four parts are taken. Prints tables for docs/music.md, which defines the
columns.
"""
import argparse
import collections
import concurrent.futures
import json
import math
import os
import pathlib
import random
import shlex
import statistics
import subprocess
import sys

TICKS = 12  # a quarter
PARTS = 4
GAP_BARS = 2
PRIMER_BARS = NEW_BARS = 8
STUCK_BARS = 4
# Lowest and highest MIDI pitch of soprano, alto, tenor and bass.
RANGES = ((60, 81), (53, 74), (48, 69), (40, 62))
REALS = ("temperature", "pitch_temperature", "top_p", "min_p")  # arguments that are no whole numbers
DENSITIES = ("sparse", "light", "medium", "busy", "dense")
DISSONANT = {1, 2, 6, 10, 11}  # semitones above the bass, octaves aside
FIGURES = {
    "parallels": "parallel fifths and octaves in 100 changes of chord",
    "crossings": "moments with a crossing, %",
    "range": "notes outside the voice's range, %",
    "dissonance": "strong beats with a dissonance, %",
    "notes": "notes a bar",
    "together": "moments at which all voices begin a note, %",
    "repeats": "notes of the lower voices on the pitch before, %",
    "stuck": "lower voices on two pitches or one for 4 bars, %",
    "tonic": "last chord is the tonic triad, %",
}


class Piece:
    """A chorale: notes of each voice as (start, end, pitch) in ticks, from high to low."""

    def __init__(self, path, heard):
        self.path = path
        self.qpm = heard["tempos"][0][1] if heard["tempos"] else 120
        self.voices = voices_of(
            [(note[6], self.tick(note[2]), self.tick(note[3]), note[0]) for note in heard["notes"] if not note[5]])
        self.meters = heard["time_signatures"]
        signatures = [(self.tick(time), 4 * TICKS * num // den, num) for time, num, den in self.meters]
        signatures = signatures or [(0, 4 * TICKS, 4)]
        self.end = max((note[1] for voice in self.voices for note in voice), default=0)
        lasts = collections.Counter()
        for (start, bar, num), (after, *_) in zip(signatures, signatures[1:] + [(self.end, 0, 0)]):
            lasts[bar, num] += after - start
        (self.bar, self.beats), _ = lasts.most_common(1)[0]
        first = signatures[0]
        self.pickup = signatures[1][0] if first[1] < self.bar and len(signatures) > 1 else 0
        self.bars = max(0, (self.end - self.pickup) // self.bar)  # whole ones, without the pickup
        keys = heard["key_signatures"]  # time, tonic, mode (1: minor)
        self.key = (keys[0][1] + (3 if keys[0][2] == 1 else 0)) % 12 if keys else None
        self.changes_tempo = len({tempo for _, tempo in heard["tempos"]}) > 1

    def tick(self, seconds):
        return round(seconds * self.qpm / 60 * TICKS)

    def seconds(self, tick):
        return tick * 60 / self.qpm / TICKS

    def line(self, bar):
        """The tick on which `bar`, from 1, begins."""
        return self.pickup + (bar - 1) * self.bar

    def beginning(self):
        """How the bass begins, in whatever key: the same music has the same."""
        bass = self.voices[-1][:12]
        return tuple(b[2] - a[2] for a, b in zip(bass, bass[1:]))

    def is_usable(self):
        return len(self.voices) == PARTS and self.key is not None and not self.changes_tempo and self.bars > GAP_BARS


def voices_of(notes):
    """(instrument, start, end, pitch) -> the notes of each instrument, the highest first."""
    lines = collections.defaultdict(list)
    for instrument, start, end, pitch in notes:
        lines[instrument].append((start, end, pitch))
    lines = [sorted(line) for line in lines.values()]
    return sorted(lines, key=lambda line: -statistics.fmean(pitch for _, _, pitch in line))


def sounding(voice, tick):
    for start, end, pitch in voice:
        if start <= tick < end:
            return pitch
    return None


def is_parallel(before, after):
    """Whether two voices, (upper, lower) pitches each, go on in fifths or octaves."""
    up, low = after[0] - before[0], after[1] - before[1]
    interval = (after[0] - after[1]) % 12
    return up * low > 0 and interval in (0, 7) and (before[0] - before[1]) % 12 == interval


def is_stuck(line, bar):
    """Whether, for STUCK_BARS, its notes have two pitches at most."""
    first = 0
    for last in range(len(line)):
        while len({pitch for _, _, pitch in line[first:last + 1]}) > 2:
            first += 1
        if line[last][1] - line[first][0] >= STUCK_BARS * bar:
            return True
    return False


def figures(voices, start, end, piece):
    """What FIGURES count of four `voices` from tick `start` to before `end`."""
    begun = [[note for note in voice if start <= note[0] < end] for voice in voices]
    notes = sum(map(len, begun))
    moments = sorted({note[0] for voice in begun for note in voice})
    if not moments:
        return {}
    chords = [tuple(sounding(voice, tick) for voice in voices) for tick in moments]
    changes = parallels = 0
    for before, after in zip(chords, chords[1:]):
        if before == after or None in before or None in after:
            continue
        changes += 1
        parallels += sum(is_parallel((before[i], before[j]), (after[i], after[j]))
                         for i in range(PARTS) for j in range(i + 1, PARTS))
    full = [chord for chord in chords if None not in chord]
    strong = [tick for tick in range(start, end)
              if (tick - piece.pickup) % piece.bar in ({0, piece.bar // 2} if piece.beats % 2 == 0 else {0})]
    beats = [[p for p in (sounding(voice, tick) for voice in voices) if p is not None] for tick in strong]
    beats = [chord for chord in beats if len(chord) > 1]
    starts = [{note[0] for note in voice} for voice in begun]
    found = {
        "range": 100 * sum(not RANGES[v][0] <= note[2] <= RANGES[v][1] for v in range(PARTS) for note in begun[v]) / notes,
        "notes": notes * piece.bar / (end - start),
        "together": 100 * sum(all(tick in voice for voice in starts) for tick in moments) / len(moments),
    }
    lower = [voice for voice in begun[1:] if len(voice) > 1]
    if lower:
        pairs = [a[2] == b[2] for voice in lower for a, b in zip(voice, voice[1:])]
        found["repeats"] = 100 * statistics.fmean(pairs)
        if end - start >= STUCK_BARS * piece.bar:
            found["stuck"] = 100 * statistics.fmean(is_stuck(voice, piece.bar) for voice in lower)
    if changes:
        found["parallels"] = 100 * parallels / changes
    if full:
        found["crossings"] = 100 * sum(any(a < b for a, b in zip(chord, chord[1:])) for chord in full) / len(full)
    if beats:
        found["dissonance"] = 100 * sum(any((p - min(chord)) % 12 in DISSONANT for p in chord)
                                        for chord in beats) / len(beats)
    return found


def ends_on_tonic(voices, end, key):
    """Whether what sounds where a note begins last before `end` is a triad on the tonic, major or minor, of the key."""
    last = max((note[0] for voice in voices for note in voice if note[0] < end), default=0)
    chord = [p for p in (sounding(voice, last) for voice in voices) if p is not None]
    if not chord:
        return False
    root = min(chord) % 12
    classes = {(pitch - root) % 12 for pitch in chord}
    return root in (key, (key - 3) % 12) and (classes <= {0, 3, 7} or classes <= {0, 4, 7})


class Program:
    def __init__(self, args):
        self.magenta = args.magenta
        self.model = shlex.split(args.model)
        self.sampling = dict(word.split("=") for word in args.sampling.split(",") if word)

    def run(self, *words, stdin=None):
        done = subprocess.run([self.magenta, *map(str, words)], input=stdin, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, words))}: {done.stderr.strip()}")
        return done.stdout

    def pieces(self, paths):
        heard = json.loads(self.run("inspect", "--json", "--limit=0", *paths))["files"]
        pieces = [Piece(path, one) for path, one in zip(paths, heard)]
        return [piece for piece in pieces if piece.is_usable()]

    def answer(self, piece, lines, arguments, section=None):
        """The voices of the piece of `lines` that is drawn as `arguments` say."""
        end = max(note[1] for line in lines for note in line)
        sequence = {
            "tempos": [{"qpm": piece.qpm}],
            "timeSignatures": [{"time": time, "numerator": numerator, "denominator": denominator}
                               for time, numerator, denominator in piece.meters if piece.tick(time) < end],
            "keySignatures": [{"key": piece.key}],
            "notes": [{"pitch": pitch, "velocity": 80, "startTime": piece.seconds(start), "endTime": piece.seconds(end),
                       "instrument": v} for v, line in enumerate(lines) for start, end, pitch in line],
        }
        sequence["totalTime"] = max(note["endTime"] for note in sequence["notes"])
        sampling = {name: {"floatValue": float(value)} if name in REALS else
                    {"intValue": int(value)} if value.isdigit() else {"stringValue": value}
                    for name, value in self.sampling.items()}
        options = {"args": {**arguments, **sampling}}
        if section:
            options["generateSections"] = [{"startTime": piece.seconds(section[0]), "endTime": piece.seconds(section[1])}]
        said = self.run("request", *self.model, "--format=json", "--quiet", "-",
                        stdin=json.dumps({"inputSequence": sequence, "generatorOptions": options}))
        made = json.loads(said)["generatedSequence"]
        return voices_by_instrument(
            [(note.get("instrument", 0), piece.tick(note.get("startTime", 0)), piece.tick(note["endTime"]), note["pitch"])
             for note in made["notes"]])


def held_out_of(folder, list_or_data_set):
    names = list_or_data_set.read_bytes()
    lines = set(names.splitlines())
    paths = [p for p in sorted(folder.iterdir())
             if p.name.encode() in lines or bytes([len(p.name)]) + p.name.encode() in names]
    return paths or sys.exit(f"{list_or_data_set} names no file of {folder}")


def print_names(program, folder, pieces):
    all_there = program.pieces(sorted(path for path in folder.iterdir() if path.suffix == ".mxl"))
    times = collections.Counter(piece.beginning() for piece in all_there)
    print("\n".join(piece.path.name for piece in pieces if times[piece.beginning()] == 1))


def voices_by_instrument(notes):
    lines = [[] for _ in range(PARTS)]
    for instrument, start, end, pitch in notes:
        lines[instrument].append((start, end, pitch))
    return [sorted(line) for line in lines]


def harmonise(program, piece, seed):
    voices = program.answer(piece, piece.voices[:1], {"add": {"stringValue": "harmony"}, "seed": {"intValue": seed}})
    return voices, 0, piece.end, True


def fill(program, piece, seed):
    first = random.Random(f"{piece.path.name} {seed}").randint(1, piece.bars - GAP_BARS + 1)
    start, end = piece.line(first), piece.line(first + GAP_BARS)
    return program.answer(piece, piece.voices, {"seed": {"intValue": seed}}, (start, end)), start, end, False


def go_on(program, piece, seed):
    start, end = piece.line(PRIMER_BARS + 1), piece.line(PRIMER_BARS + NEW_BARS + 1)
    lines = [[(a, min(b, start), pitch) for a, b, pitch in voice if a < start] for voice in piece.voices]
    arguments = {"seed": {"intValue": seed}}
    if program.ending:
        arguments["ending"] = {"intValue": 1}
    return program.answer(piece, lines, arguments, (start, end)), start, end, True


def vary(program, piece, seed):
    first = random.Random(f"{piece.path.name} {seed}").randint(1, piece.bars - GAP_BARS + 1)
    bars = f"{first}-{first + GAP_BARS - 1}"
    voices = program.answer(piece, piece.voices, {"vary": {"stringValue": bars}, "seed": {"intValue": seed}})
    return voices, piece.line(first), piece.line(first + GAP_BARS), False


def add_bass(program, piece, seed):
    voices = program.answer(piece, piece.voices[:-1], {"add": {"stringValue": "bass"}, "seed": {"intValue": seed}})
    return voices, 0, piece.end, True


def keep_rhythm(program, piece, seed):
    arguments = {"fill": {"stringValue": f"1-{piece.bars - 1}:2+3"}, "keep": {"stringValue": "rhythm"},
                 "seed": {"intValue": seed}}
    return program.answer(piece, piece.voices, arguments), 0, piece.end, True


TASKS = {"harmonised": harmonise, "2 bars filled": fill, "8 bars continued": go_on}
MORE_TASKS = {"2 bars varied": vary, "bass added": add_bass, "inner pitches anew": keep_rhythm}


def is_for(task, piece):
    return task != "8 bars continued" or piece.bars >= PRIMER_BARS + NEW_BARS // 2


def spread(values):
    if not values:
        return math.nan, math.nan
    return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else 0.0


def report_figures(program, pieces, args):
    columns = []
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for task in args.tasks.split(","):
            make = {**TASKS, **MORE_TASKS}[task]
            fit = [piece for piece in pieces if is_for(task, piece)]
            # Another seed each: the same draws would begin all pieces alike.
            asked = [(fit[i % len(fit)], args.seed + i) for i in range(args.outputs)]
            made = list(pool.map(lambda one: make(program, *one), asked))
            theirs, ours = collections.defaultdict(list), collections.defaultdict(list)
            for (piece, _), (voices, start, end, ends) in zip(asked, made):
                end_there = min(end, piece.end)
                for to, lines, stop in ((theirs, piece.voices, end_there), (ours, voices, end)):
                    for name, value in figures(lines, start, stop, piece).items():
                        to[name].append(value)
                    if ends:
                        to["tonic"].append(100.0 * ends_on_tonic(lines, piece.end if to is theirs else end, piece.key))
            columns.append((task, len({piece.path for piece, _ in asked}), theirs, ours))
    print("| " + " | ".join([""] + [f"held out ({count}) | {task} ({args.outputs})" for task, count, *_ in columns]) + " |")
    print("| --- " * (2 * len(columns) + 1) + "|")
    off = []
    for name, text in FIGURES.items():
        cells = []
        for task, _, theirs, ours in columns:
            (mean, deviation), (our_mean, our_deviation) = spread(theirs[name]), spread(ours[name])
            cells += ["" if math.isnan(mean) else f"{mean:.1f} ± {deviation:.1f}",
                      "" if math.isnan(our_mean) else f"{our_mean:.1f} ± {our_deviation:.1f}"]
            if abs(our_mean - mean) > deviation / 2:
                by = f"{abs(our_mean - mean) / deviation:.1f} standard deviations" if deviation > 0 else "more than nothing"
                off.append(f"- {task}: {text}: {our_mean:.1f}, off by {by} from {mean:.1f}")
        print(f"| {text} | " + " | ".join(cells) + " |")
    print()
    print("\n".join(off) if off else "No figure is off by over half a standard deviation.")


def report_densities(program, pieces, args):
    tasks = args.tasks.split(",")
    print("| " + " | ".join(["density", *tasks]) + " |")
    print("| --- " * (1 + len(tasks)) + "|")
    for density in ["", *DENSITIES]:
        if density:
            program.sampling["density"] = density
        cells = []
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            for task in tasks:
                fit = [piece for piece in pieces if is_for(task, piece)]
                asked = [(fit[i % len(fit)], args.seed + i) for i in range(args.outputs)]
                made = pool.map(lambda one: TASKS[task](program, *one), asked)
                notes = [figures(voices, start, end, piece)["notes"]
                         for (piece, _), (voices, start, end, _) in zip(asked, made)]
                cells.append("{:.1f} ± {:.1f}".format(*spread(notes)))
        print("| " + " | ".join([density or "nobody says", *cells]) + " |")


def report_sides(program, pieces, args):
    """Nats a note of bars of all voices and of one, with and without what comes after."""
    asked = []
    for piece in pieces:
        for window in range(args.windows):
            dice = random.Random(f"{piece.path.name} {args.seed} {window}")
            # Something comes after it.
            if piece.bars < GAP_BARS + 1:
                continue
            first = dice.randint(1, piece.bars - GAP_BARS)
            bars = f"{first}-{first + GAP_BARS - 1}"
            asked += [(piece, "all voices", bars), (piece, "one voice", f"{bars}:{1 + dice.randrange(PARTS)}")]

    def score(one):
        piece, _, gap = one
        return [json.loads(program.run("score", *program.model, "--json", "--quiet", f"--fill={gap}", *hidden,
                                       piece.path))["files"][0] for hidden in ([], ["--hide_after"])]

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        scored = list(pool.map(score, asked))
    print("| 2 bars of | gaps | notes | nats a note, all given | what comes after hidden | the difference in the mean of gaps "
          "| gaps that it makes likelier |")
    print("| --- " * 7 + "|")
    for what in ("all voices", "one voice"):
        pairs = [pair for one, pair in zip(asked, scored) if one[1] == what and pair[0]["notes"] > 0]
        notes = sum(heard["notes"] for heard, _ in pairs)
        heard, hidden = (-sum(pair[i]["log_likelihood"] for pair in pairs) / notes for i in (0, 1))
        gains = [(known["log_likelihood"] - unknown["log_likelihood"]) / known["notes"] for known, unknown in pairs]
        mean, deviation = spread(gains)
        print(f"| {what} | {len(pairs)} | {notes} | {heard:.3f} | {hidden:.3f} | "
              f"{mean:.3f} ± {deviation / math.sqrt(len(gains)):.3f} | "
              f"{100 * sum(gain > 0 for gain in gains) / len(gains):.0f} % |")


def write_examples(program, pieces, args):
    """Of the first pieces: harmonised, filled, gone on from, and without any a piece of its own."""
    how = ["--quiet", "--num_outputs=1", "--format=mid,wav,png", *(f"--{k}={v}" for k, v in program.sampling.items())]
    ending = ["--ending"] if program.ending else []
    for number, piece in enumerate(pieces[:args.examples]):
        first = random.Random(piece.path.name).randint(1, piece.bars - GAP_BARS + 1)
        tasks = {"harmonised": ["--primer_part=1", "--accompaniment=drop", "--harmonise"],
                 "filled": [f"--fill={first}-{first + GAP_BARS - 1}"],
                 "continued": [f"--bars={NEW_BARS}", *ending]}
        for task, flags in tasks.items():
            program.run("generate", *program.model, *how, f"--output_dir={args.output_dir}/{piece.path.stem}/{task}",
                        f"--seed={args.seed + number}", f"--primer_midi={piece.path}", *flags)
        program.run("generate", *program.model, *how, f"--output_dir={args.output_dir}/free",
                    f"--seed={args.seed + number}", f"--bars={2 * NEW_BARS}", *ending)
    print(f"{args.output_dir}: examples of {min(args.examples, len(pieces))} chorales")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("figures", "densities", "sides", "examples", "names"))
    parser.add_argument("chorales", type=pathlib.Path)
    parser.add_argument("held_out", type=pathlib.Path)
    parser.add_argument("--magenta", default="build/bin/magenta")
    parser.add_argument("--model", default="--config=score", help="the model flags")
    parser.add_argument("--sampling", default="", help="temperature=1,beam_size=1,parallels=allow; default: as the model does by itself")
    parser.add_argument("--tasks", default=",".join(TASKS), help="of the figures")
    parser.add_argument("--outputs", type=int, default=100, help="of each task")
    parser.add_argument("--windows", type=int, default=3, help="gaps a chorale")
    parser.add_argument("--examples", type=int, default=3)
    parser.add_argument("--output_dir", default="build/listening")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args = parser.parse_args()
    program = Program(args)
    program.ending = "--ending" in program.run("generate", "--help")
    pieces = program.pieces(held_out_of(args.chorales, args.held_out))
    if args.command == "names":
        print_names(program, args.chorales, pieces)
    else:
        report = {"figures": report_figures, "densities": report_densities, "sides": report_sides,
                  "examples": write_examples}[args.command]
        report(program, pieces, args)


if __name__ == "__main__":
    main()
