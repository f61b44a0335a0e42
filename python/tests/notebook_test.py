"""What notebooks show: pictures, sound, and a player that a browser plays."""
import base64
import html.parser
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree

from material import BIN, ROOT, melody
import numpy as np
import pytest

import magenta_native as mm

NODE_MODULES = ROOT / "studio" / "node_modules"
BROWSER = os.environ.get("MAGENTA_CHROMIUM", "/usr/bin/chromium")
needs_browser = pytest.mark.skipif(
    not (NODE_MODULES / "@playwright").is_dir() or not os.path.exists(BROWSER) or not shutil.which("node"),
    reason="left out: no Playwright (npm ci in studio/) or no Chromium")


def shown(sequence: mm.NoteSequence) -> str:
    made: str = sequence._repr_html_()  # type: ignore[attr-defined]
    return made


def svg_of(markup: str) -> xml.etree.ElementTree.Element:
    found = re.search("<svg.*?</svg>", markup, re.S)
    assert found
    return xml.etree.ElementTree.fromstring(found[0])


def pressed(page: pathlib.Path) -> dict[str, list[dict[str, object]]]:
    """What press_play.mjs says of a page."""
    done = subprocess.run(["node", str(ROOT / "python" / "tests" / "press_play.mjs"), str(NODE_MODULES.parent), str(page)],
                          check=True, stdout=subprocess.PIPE, timeout=120)
    result: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
    return result


def test_a_sequence_shows_itself() -> None:
    sequence = melody(2)
    sequence.notes.add(pitch=36, velocity=120, start_time=0, end_time=0.1, instrument=9, is_drum=True)
    markup = shown(sequence)
    picture = svg_of(markup)
    assert picture.get("role") == "img" and picture.get("aria-label") == "Piano roll: 9 notes, C2 to C5, 4.0 s"
    drawn = "".join(path.get("d", "") for path in picture if path.get("stroke-width") and not path.get("class"))
    assert drawn.count("M") == 9
    assert "http" not in markup and 'aria-label="Position in seconds"' in markup
    assert shown(sequence) != markup, "each player is one of its own"
    assert "data-state" not in mm.plot_sequence(sequence, show_figure=False)._repr_html_()  # type: ignore[union-attr]


def test_texts_stay_texts() -> None:
    sequence = melody(1)
    hostile = "</script><img src=x onerror=alert(1)>\"'"
    sequence.sequence_metadata.title = hostile
    sequence.instrument_infos.add(instrument=0, name=hostile)
    tags: list[str] = []

    class Tags(html.parser.HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            tags.append(tag)

    Tags().feed(shown(sequence))
    assert "img" not in tags and tags.count("script") == 1


@pytest.mark.parametrize("note", [
    dict(start_time=math.nan), dict(end_time=math.inf), dict(start_time=-5), dict(pitch=-1), dict(pitch=1000),
    dict(velocity=-7), dict(program=-3), dict(end_time=-1), dict(end_time=1e300), dict(instrument=-2**31)])
def test_notes_that_are_none_spoil_nothing(note: dict[str, float]) -> None:
    sequence = melody(1)
    added = sequence.notes.add(pitch=60, velocity=80, start_time=0, end_time=1)
    for field, value in note.items():
        setattr(added, field, value)
    svg_of(shown(sequence))
    assert np.isfinite(mm.synthesize(sequence, 8000)).all()
    for empty in (mm.NoteSequence(), b""):
        assert "without notes" in mm.plot_sequence(empty, False)._repr_html_()  # type: ignore[union-attr]


def test_long_pieces_are_cut_and_say_so() -> None:
    sequence = mm.NoteSequence()
    for i in range(20_010):
        sequence.notes.add(pitch=60, velocity=80, start_time=i / 8, end_time=(i + 1) / 8)
    assert "the first 20000 of 20010 notes" in shown(sequence)


def test_sound_of_our_own(tmp_path: pathlib.Path) -> None:
    sequence = melody(1)
    samples = mm.synthesize(sequence, 8000)
    assert len(samples) == 16800 and 0.1 < np.abs(samples).max() <= 1
    spectrum = np.abs(np.fft.rfft(samples[:4000]))
    assert abs(int(spectrum.argmax()) * 2 - 261.6) < 3, "C4"
    player = mm.play_sequence(sequence, synth=mm.synthesize, sample_rate=8000, wave=lambda phase: np.sign(np.sin(phase)))
    assert player is not None
    data = re.search('base64,([^"]*)"', player._repr_html_())
    assert data and base64.b64decode(data[1])[:4] == b"RIFF"


def test_the_programs_sound_where_it_is_there(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    player = mm.play_sequence(melody(1))
    assert player is not None and "data-state" in player._repr_html_(), "else the browser's oscillators"
    with pytest.raises(mm.MagentaError) as caught:
        mm.fluidsynth(melody(1), 44100)
    assert "magenta-live" in caught.value.message and "synthesize" in caught.value.remedy

    live = tmp_path / "magenta-live"
    live.write_text(f"""#!{sys.executable}
import sys, wave
assert sys.argv[1] == "render" and "--format=wav" in sys.argv
with wave.open(sys.argv[-1].removesuffix("notesequence") + "wav", "wb") as file:
    file.setparams((2, 2, 44100, 0, "NONE", "")); file.writeframes(b"\\0@" * 2 * 4410)
""")
    live.chmod(0o755)
    assert mm.fluidsynth(melody(1), 44100).tolist() == [0.5] * 4410
    assert len(mm.fluidsynth(melody(1), 22050)) == 2205
    live.write_text("#!/bin/sh\necho 'no sound font. Give --soundfont=FILE' >&2; exit 3\n")
    with pytest.raises(mm.MagentaError, match="no sound font. Give sf2_path=FILE") as caught:
        mm.play_sequence(melody(1))
    assert "sf2_path" in caught.value.remedy and "--" not in str(caught.value)


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The notebook of python/examples, run, as a page."""
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    folder = tmp_path_factory.mktemp("tour")
    notebook = nbformat.read(ROOT / "python" / "examples" / "tour.ipynb", as_version=4)
    nbformat.validate(notebook)
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    body, _ = pytest.importorskip("nbconvert").HTMLExporter(template_name="basic").from_notebook_node(notebook)
    page = folder / "tour.html"
    page.write_text(f"<!doctype html><html lang=en><title>Tour</title><body>{body}", encoding="utf-8")
    return page


@pytest.mark.skipif(not (BIN / "magenta-live").exists(), reason="left out: this build makes no magenta-live")
def test_sound_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(BIN), prepend=os.pathsep)
    samples = mm.fluidsynth(melody(1), 44100)
    assert len(samples) > 2 * 44100 and 0.05 < np.abs(samples).max() <= 1
    player = mm.play_sequence(melody(1))
    assert player is not None and "<audio controls" in player._repr_html_()
    with pytest.raises(mm.MagentaError, match="no such sound font") as caught:
        mm.fluidsynth(melody(1), 44100, sf2_path="none.sf2")
    assert "sf2_path" in caught.value.remedy and "--" not in str(caught.value)


def test_the_tour_runs(tour: pathlib.Path) -> None:
    body = tour.read_text(encoding="utf-8")
    assert body.count('class="magenta-player"') == 1 and body.count("<audio ") == 1
    assert body.count('aria-label="Piano roll: ') == 2, "the tune, and the drums that plot_sequence drew"


@needs_browser
def test_the_tours_button_plays(tour: pathlib.Path) -> None:
    result = pressed(tour)
    assert result["requests"] == [] and result["errors"] == []
    assert len(result["players"]) == 1 and result["players"][0]["sources"]


@needs_browser
def test_a_browser_plays_it(tmp_path: pathlib.Path) -> None:
    kit = melody(2)
    for note in kit.notes:
        note.is_drum = True
    page = tmp_path / "page.html"
    page.write_text(f"<!doctype html><html lang=en><title>Two</title><body>{shown(melody(2))}{shown(kit)}")
    result = pressed(page)
    assert result["requests"] == [] and result["errors"] == [] and result["faults"] == []
    assert len(result["players"]) == 2
    for player in result["players"]:
        playing = player["playing"]
        assert isinstance(playing, dict) and playing["state"] == "playing" and playing["label"] == "Pause"
        assert int(playing["scheduled"]) >= 1 and player["end"] == 4 and player["again"] < 4  # type: ignore[operator]
    sources = [player["sources"] for player in result["players"]]
    assert 2 <= sources[0] < sources[1], "sound was given to the audio clock"  # type: ignore[operator]
