"""What several tests need: a melody that every model takes, files of it, broken bytes, the programs of this build."""
import os
import pathlib
import random
import subprocess
from collections.abc import Iterator

import magenta_native as mm

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("MAGENTA_BIN", ROOT / "build" / "bin"))


def melody(bars: int = 8, instrument: int = 0) -> mm.NoteSequence:
    """Quarter notes up and down a scale."""
    made = mm.NoteSequence(ticks_per_quarter=220)
    made.tempos.add(qpm=120)
    scale = (60, 62, 64, 65, 67, 69, 71, 72)
    for i in range(4 * bars):
        made.notes.add(pitch=scale[i % 8 if i // 8 % 2 == 0 else 7 - i % 8], velocity=80, start_time=i / 2,
                       end_time=(i + 1) / 2, instrument=instrument)
    made.total_time = 2 * bars
    return made


def folder_of_tunes(folder: pathlib.Path, count: int = 5) -> pathlib.Path:
    """A folder of MIDI, one book of ABC, and what is no music."""
    music = folder / "music"
    (music / "below").mkdir(parents=True)
    for i in range(count):
        tune = melody(7 + i)
        tune.notes[0].pitch += i
        mm.note_sequence_to_midi_file(tune, music / f"{i}.mid")
    mm.note_sequence_to_midi_file(melody(2), music / "short.mid")
    mm.note_sequence_to_midi_file(melody(12), music / "below" / "deep.mid")
    (music / "book.abc").write_text("X:1\nT:One\nK:G\nGABc|\n\nX:2\nT:Two\nK:D\nd4|\n")
    (music / "broken.mid").write_bytes(b"MThd, and no more")
    (music / "notes.txt").write_text("no music")
    return music


def mutated(whole: bytes, seed: int) -> Iterator[bytes]:
    """Nothing, beginnings, single wrong bytes, and noise."""
    draw = random.Random(seed)
    yield b""
    yield b"\xff" * 64
    yield b"\x00" * 64
    for _ in range(40):
        yield whole[:draw.randrange(len(whole))]
        broken = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            broken[draw.randrange(len(whole))] = draw.randrange(256)
        yield bytes(broken)
        yield draw.randbytes(draw.randrange(200))


def magenta(*arguments: str | os.PathLike[str]) -> str:
    """What the program says."""
    done = subprocess.run([str(BIN / "magenta"), *map(str, arguments)], check=True, capture_output=True, text=True)
    return done.stdout


def records(path: str | os.PathLike[str]) -> bytes:
    return pathlib.Path(path).read_bytes()
