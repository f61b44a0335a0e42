"""NoteSequences in notebooks: they show themselves as a piano roll with a player, which needs no network.

plot_sequence and play_sequence have note_seq's arguments; look and sound are our own.
"""
import base64
import html
import io
import itertools
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import wave as _wave
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from magenta_native.arguments import checked
from magenta_native.arrays import notes as _notes_of
from magenta_native.errors import MagentaError, UsageError, in_python
from magenta_native.messages import AnySequence, NoteSequence, to_bytes

__all__ = ["Display", "fluidsynth", "play_sequence", "plot_sequence", "synthesize"]

#: Notes that are drawn and played; of a longer piece the first so many.
_MOST_NOTES = 20000
#: Colours of instruments, one after another; they stand out from light and dark pages.
_COLOURS = ("#2f7ed8", "#e2711d", "#2a9d6f", "#b5509c", "#b58900", "#5f6ad4", "#d1495b", "#4d8fac")
_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_HEIGHT = 220
_PLAYER = (pathlib.Path(__file__).parent / "player.js").read_text(encoding="utf-8").rstrip()
_number = itertools.count(1)


class Display:
    """What a notebook shows of a sequence: HTML that needs nothing beside it."""

    def __init__(self, markup: str, text: str) -> None:
        self._markup = markup
        self._text = text

    def _repr_html_(self) -> str:
        return self._markup

    def __repr__(self) -> str:
        return f"<{self._text}>"


def _pitch_name(pitch: int) -> str:
    """"C4" for 60."""
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"


def _playable(sequence: AnySequence) -> npt.NDArray[np.void]:
    """The notes that can be drawn, by their starts."""
    notes = _notes_of(sequence)
    start, end = notes["start_time"], notes["end_time"]
    with np.errstate(invalid="ignore"):
        fine = np.isfinite(start) & np.isfinite(end) & (start >= 0) & (end > start) & (end < 1e6)
    some: npt.NDArray[np.void] = notes[fine & (notes["pitch"] >= 0) & (notes["pitch"] <= 127)]
    return some[np.argsort(some["start_time"], kind="stable")][:_MOST_NOTES]


def _tick(end: float) -> float:
    """Seconds between two lines: 1, 2 or 5 times a power of ten, about ten lines."""
    base = float(10.0 ** math.floor(math.log10(max(end, 1e-3) / 10)))
    return next(base * step for step in (1, 2, 5, 10) if end / (base * step) <= 12)


def _describe(notes: npt.NDArray[np.void], end: float, total: int) -> str:
    if not len(notes):
        return "Piano roll without notes"
    low, high = int(notes["pitch"].min()), int(notes["pitch"].max())
    shown = f"the first {len(notes)} of {total} notes" if len(notes) < total else f"{total} notes"
    return f"Piano roll: {shown}, {_pitch_name(low)} to {_pitch_name(high)}, {end:.1f} s"


def _svg(notes: npt.NDArray[np.void], end: float, label: str, with_head: bool) -> str:
    """The roll: a path for each instrument and loudness, lines at each C and each so many seconds, a play head."""
    low = int(notes["pitch"].min()) - 2 if len(notes) else 58
    high = int(notes["pitch"].max()) + 2 if len(notes) else 74
    row = _HEIGHT / (high - low + 1)
    scale = 1000 / end if end > 0 else 0.0

    def y(pitch: float) -> float:
        return (high - pitch + 0.5) * row

    parts = [f'<svg viewBox="-34 -4 1040 {_HEIGHT + 24}" width="100%" role="img" aria-label="{html.escape(label)}" '
             'style="max-width:1040px;display:block" font-size="11" fill="currentColor" font-family="sans-serif">']
    for pitch in range(low, high + 1):
        if pitch % 12 == 0:
            parts.append(f'<path d="M0 {y(pitch - 0.5):.1f}h1000" stroke="currentColor" stroke-opacity=".25"/>'
                         f'<text x="-4" y="{y(pitch) + 4:.1f}" text-anchor="end">{_pitch_name(pitch)}</text>')
    step = _tick(end) if end > 0 else 1.0
    for i in range(int(end / step + 1e-9) + 1):
        x = i * step * scale
        parts.append(f'<path d="M{x:.1f} 0v{_HEIGHT}" stroke="currentColor" stroke-opacity=".15"/>'
                     f'<text x="{x:.1f}" y="{_HEIGHT + 14}" text-anchor="middle">{i * step:g}'
                     f'{" s" if i == 0 else ""}</text>')
    loudness = np.clip(notes["velocity"] // 32, 0, 3)
    for colour, instrument in enumerate(np.unique(notes["instrument"])):
        for level in range(4):
            some = notes[(notes["instrument"] == instrument) & (loudness == level)]
            if len(some):
                path = "".join(f"M{note['start_time'] * scale:.2f} {y(note['pitch']):.1f}"
                               f"h{max((note['end_time'] - note['start_time']) * scale - 0.6, 0.8):.2f}"
                               for note in some)
                parts.append(f'<path d="{path}" stroke="{_COLOURS[colour % len(_COLOURS)]}" '
                             f'stroke-width="{max(row * 0.85, 1):.2f}" stroke-opacity="{0.55 + 0.15 * level:g}"/>')
    if with_head:
        parts.append(f'<path class="magenta-head" d="M0 0v{_HEIGHT}" stroke="#d1495b" stroke-width="2"/>')
    return "".join(parts) + "</svg>"


def _player(notes: npt.NDArray[np.void], end: float, svg: str) -> str:
    """The roll with a button and a slider; the script is at work on this element alone."""
    name = f"magenta-player-{os.getpid()}-{next(_number)}"
    rows = [[round(float(n["start_time"]), 4), round(float(n["end_time"] - n["start_time"]), 4), int(n["pitch"]),
             max(1, min(int(n["velocity"]) or 1, 127)), -1 if n["is_drum"] else int(n["program"]) // 8 % 16]
            for n in notes]
    return (f'<div id="{name}" class="magenta-player" role="group" aria-label="Player" data-state="stopped" '
            f'data-scheduled="0">{svg}<div style="display:flex;gap:.6em;align-items:center;max-width:1040px">'
            '<button type="button" style="min-width:5em;font:inherit">Play</button>'
            f'<input type="range" min="0" max="{end:.3f}" step="0.01" value="0" aria-label="Position in seconds" '
            'style="flex:1"><output></output></div></div>'
            f'<script>{_PLAYER}(document.getElementById("{name}"), {json.dumps(rows, separators=(",", ":"))}, '
            f'{end:.3f});</script>')


def _display(sequence: AnySequence, with_player: bool) -> Display:
    notes = _playable(sequence)
    total = len(_notes_of(sequence))
    end = float(notes["end_time"].max()) if len(notes) else 0.0
    label = _describe(notes, end, total)
    with_player = with_player and len(notes) > 0
    svg = _svg(notes, end, label, with_player)
    title = getattr(getattr(sequence, "sequence_metadata", None), "title", "")
    head = f"<div><strong>{html.escape(title)}</strong></div>" if title else ""
    more = f"<div>{html.escape(label)}</div>" if len(notes) < total else ""
    body = _player(notes, end, svg) if with_player else f"<div>{svg}</div>"
    return Display(f'<div class="magenta-sequence">{head}{body}{more}</div>', label)


def _repr_html_(self: NoteSequence) -> str:
    return _display(self, True)._repr_html_()


setattr(NoteSequence, "_repr_html_", _repr_html_)


def _shown(display: Display, show: bool) -> Display | None:
    """Shows it in the notebook that runs; gives it back where none does, or `show` is false."""
    ipython = sys.modules.get("IPython")
    if not show or ipython is None or ipython.get_ipython() is None:
        return display
    ipython.display.display(display)
    return None


@checked
def plot_sequence(sequence: AnySequence, show_figure: bool = True) -> Display | None:
    """The piano roll of a sequence, an instrument a colour.

    Returns:
      What a notebook shows where it is a cell's last value. None where a notebook runs and `show_figure` is true: then
      it is shown at once.
    """
    return _shown(_display(sequence, False), show_figure)


def _check_rate(sample_rate: float) -> None:
    if not 0 < sample_rate <= 1_000_000:
        raise UsageError(f"sample_rate is {sample_rate}. Give samples a second, such as 44100",
                         message=f"sample_rate is {sample_rate}", remedy="Give samples a second, such as 44100")


@checked
def synthesize(sequence: AnySequence, sample_rate: int,
               wave: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]] = np.sin) -> npt.NDArray[np.float64]:
    """A sequence as sound: each note `wave` (of a phase in radians) with a decay; drums are noise.

    Returns:
      Samples of one channel, -1 to 1.

    Raises:
      UsageError: a sample_rate that is not above 0, or above a million.
    """
    _check_rate(sample_rate)
    notes = _playable(sequence)
    end = float(notes["end_time"].max()) if len(notes) else 0.0
    samples = np.zeros(math.ceil((end + 0.1) * sample_rate) if len(notes) else 0)
    noise = np.random.default_rng(0)
    for note in notes:
        length = 0.15 if note["is_drum"] else float(note["end_time"] - note["start_time"]) + 0.05
        time = np.arange(math.ceil(length * sample_rate)) / sample_rate
        envelope = np.minimum(time / 0.005, 1) * np.exp(-time * (30 if note["is_drum"] else 1.5))
        envelope *= np.clip((length - time) / 0.05, 0, 1) * float(note["velocity"]) / 127
        frequency = 440 * 2 ** ((float(note["pitch"]) - 69) / 12)
        sound = noise.uniform(-1, 1, len(time)) if note["is_drum"] else wave(2 * np.pi * frequency * time)
        first = round(float(note["start_time"]) * sample_rate)
        part = samples[first:first + len(time)]
        part += (sound * envelope)[:len(part)]
    loudest = np.abs(samples).max(initial=0)
    return samples / loudest if loudest > 1 else samples


@checked
def fluidsynth(sequence: AnySequence, sample_rate: int, sf2_path: str | None = None) -> npt.NDArray[np.float64]:
    """A sequence as sound of a sound font, by the program `magenta-live`, which comes with magenta, not with this package.

    Args:
      sf2_path: an .sf2 or .sf3 file; None: the one that magenta-live finds.

    Returns:
      Samples of one channel, -1 to 1.

    Raises:
      MagentaError: the program is not there, or said why it could not.
      UsageError: a sample_rate that is not above 0, or above a million.
    """
    _check_rate(sample_rate)
    program = shutil.which("magenta-live")
    if program is None:
        raise MagentaError("magenta-live is not on PATH. Install the package magenta, or give synth=synthesize",
                           message="magenta-live is not on PATH",
                           remedy="Install the package magenta, or give synth=synthesize")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "sequence.notesequence")
        path.write_bytes(to_bytes(sequence))
        command = [program, "render", "--quiet", "--format=wav", f"--output_dir={folder}"]
        if sf2_path is not None:
            command.append(f"--soundfont={sf2_path}")
        done = subprocess.run([*command, str(path)], capture_output=True, check=False)
        if done.returncode:
            said = in_python(done.stderr.decode("utf-8", "replace").strip())
            remedy = "Give sf2_path=, the path of a sound font, or synth=synthesize"
            raise MagentaError(f"{said} {remedy}", message=said, remedy=remedy)
        with _wave.open(str(path.with_suffix(".wav"))) as file:
            rate = file.getframerate()
            frames = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())
    mono: npt.NDArray[np.float64] = frames.mean(axis=1) / 32768
    if sample_rate == rate:
        return mono
    times = np.arange(int(len(mono) * sample_rate / rate)) / sample_rate
    return np.interp(times, np.arange(len(mono)) / rate, mono)


def _wav(samples: npt.NDArray[np.float64], sample_rate: int) -> bytes:
    """Of one channel or several ([channels, samples]), 16 bits."""
    samples = np.nan_to_num(np.atleast_2d(np.asarray(samples, np.float64)))
    packed = (np.clip(samples, -1, 1) * 32767).astype("<i2")
    memory = io.BytesIO()
    with _wave.open(memory, "wb") as file:
        file.setnchannels(len(packed))
        file.setsampwidth(2)
        file.setframerate(sample_rate)
        file.writeframes(packed.T.tobytes())
    return memory.getvalue()


@checked
def play_sequence(sequence: AnySequence, synth: Callable[..., npt.NDArray[np.float64]] | None = None,
                  sample_rate: int = 44100, colab_ephemeral: bool = True, **synth_args: Any) -> Display | None:
    """A player of a sequence.

    Args:
      synth: synthesize, fluidsynth, or a function of one's own of a sequence and a sample_rate, that gives samples. None:
        fluidsynth where the program is there; else the notes are played by the browser's own oscillators.
      sample_rate: of those samples, in Hz.
      colab_ephemeral: note_seq's; it changes nothing here.
      **synth_args: for `synth`.

    Returns:
      What a notebook shows where it is a cell's last value; None where a notebook runs: then it is shown at once.
    """
    del colab_ephemeral
    if synth is None and shutil.which("magenta-live") is None:
        return _shown(_display(sequence, True), True)
    samples = (synth or fluidsynth)(sequence, sample_rate=sample_rate, **synth_args)
    data = base64.b64encode(_wav(samples, sample_rate)).decode("ascii")
    return _shown(Display(f'<audio controls aria-label="The sequence as sound" src="data:audio/wav;base64,{data}">'
                          "</audio>", "a sequence as sound"), True)
