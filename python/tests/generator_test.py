"""Models: the same music as the program makes, and the same scores."""
import concurrent.futures
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time
import typing
import warnings

from material import BIN, ROOT, folder_of_tunes, magenta, melody
import pytest

import magenta_native as mm
from magenta_native import _native

BUNDLED = ("basic_rnn", "lookback_rnn", "attention_rnn", "chord_pitches_improv", "drum_kit", "score", "polyphony")


@pytest.fixture(scope="module")
def lookback() -> mm.Generator:
    return mm.Generator("lookback_rnn")


def generated(folder: pathlib.Path, *flags: str) -> list[mm.NoteSequence]:
    """What `magenta generate` makes."""
    magenta("generate", f"--output_dir={folder}", "--format=notesequence", *flags)
    return [mm.NoteSequence.FromString(path.read_bytes()) for path in sorted(folder.glob("*.notesequence"))]


@pytest.mark.parametrize("config", BUNDLED)
def test_the_same_as_the_program_without_a_primer(config: str, tmp_path: pathlib.Path) -> None:
    wanted = generated(tmp_path, f"--config={config}", "--seed=7", "--num_outputs=2")
    made = mm.Generator(config).generate_many(2, seed=7)
    assert [output.sequence for output in made] == wanted
    assert [output.seed for output in made] == [7, 8]


def test_the_same_as_the_program_after_a_file(lookback: mm.Generator, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "primer.mid"
    mm.note_sequence_to_midi_file(melody(2), path)
    primer = mm.midi_file_to_note_sequence(path)
    for flags, arguments in (([], {}), (["--bars=3", "--temperature=1.25", "--key=D", "--scale=dorian"],
                                        dict(bars=3, temperature=1.25, key="D", scale="dorian")),
                             (["--num_steps=80", "--max_pitch=70", "--beam_size=2"],
                              dict(num_steps=80, max_pitch=70, beam_size=2))):
        wanted = generated(tmp_path / f"of{len(arguments)}", f"--primer_midi={path}", "--seed=11", "--num_outputs=1", *flags)
        assert [lookback.generate(primer, seed=11, **arguments)] == wanted


def test_chords_to_play_over(tmp_path: pathlib.Path) -> None:
    wanted = generated(tmp_path, "--config=chord_pitches_improv", "--seed=3", "--num_outputs=1", "--bars=2",
                       "--backing_chords=Dm G", "--render_chords")
    made = mm.Generator("chord_pitches_improv").generate(seed=3, bars=2, backing_chords="Dm G", render_chords=True)
    assert [made] == wanted


def test_details_say_what_generate_takes(lookback: mm.Generator) -> None:
    assert lookback.details.id == "lookback_rnn" and lookback.details.steps_per_quarter == 4
    assert lookback.about["makes"] == "melodies" and lookback.about["card"]
    named = {argument.name for config in BUNDLED for argument in mm.Generator(config).details.arguments}
    of_performances = {"notes_per_second", "pitch_class_histogram", "disable_conditioning"}
    assert named | of_performances == set(typing.get_type_hints(mm.GenerateArguments))
    assert {name for name, has_weights in mm.models().items() if has_weights} == set(BUNDLED)
    assert {"mono_rnn", "one_drum"} < set(mm.models())


def test_what_performances_are_told(tmp_path: pathlib.Path) -> None:
    name = "optional_multiconditioned_performance_with_dynamics"
    bundle = pathlib.Path(os.environ.get("MAGENTA_SHARED", "../shared"), "goldens/zoo/models", name, name + ".mag")
    if not bundle.is_file():
        pytest.skip("no recorded models: $MAGENTA_SHARED holds none")
    told = mm.Generator(bundle)
    classes = [1, 0, 0.5, 0, 1, 0, 0, 1, 0, 0, 0, 0]
    for number, (flags, arguments) in enumerate(((["--notes_per_second=8"], dict(notes_per_second=8)),
                                                 (["--notes_per_second=[4,16.5]", f"--pitch_class_histogram={classes}"],
                                                  dict(notes_per_second=[4, 16.5], pitch_class_histogram=classes)),
                                                 (["--disable_conditioning=True"], dict(disable_conditioning=True)))):
        wanted = generated(tmp_path / str(number), f"--bundle_file={bundle}", "--num_steps=200", "--num_outputs=1",
                           "--seed=5", *flags)
        assert [told.generate(num_steps=200, seed=5, **arguments)] == wanted
    with pytest.raises(mm.UsageError, match="12"):
        told.generate(num_steps=200, pitch_class_histogram=[1, 2])


def test_many_are_those_of_the_seeds_after(lookback: mm.Generator) -> None:
    many = lookback.generate_many(40, seed=2**32 - 3, num_steps=32)
    assert [output.seed for output in many[:5]] == [2**32 - 3, 2**32 - 2, 2**32 - 1, 0, 1]
    assert many[4].sequence == lookback.generate(seed=1, num_steps=32)
    assert many[39].sequence == lookback.generate(seed=36, num_steps=32) and many[39].log_likelihood < 0
    wide = lookback.generate_many(2, seed=5, num_steps=16, beam_size=1024, branch_factor=4)
    assert wide[1].sequence == lookback.generate(seed=6, num_steps=16, beam_size=1024, branch_factor=4), "one at a time"
    assert lookback.generate(num_steps=64) != lookback.generate(num_steps=64), "each draws a seed"


def test_a_request_is_answered_as_a_server_does(lookback: mm.Generator) -> None:
    request = lookback.request(melody(1), [(2, 4)], seed=5)
    assert lookback.respond(request).generated_sequence == lookback.generate(melody(1), [(2, 4)], seed=5)
    assert lookback.respond(request.SerializeToString()) == lookback.respond(request)
    for empty in (mm.GenerateSequenceRequest(), b"", mm.GenerateSequenceRequest(generator_id="x")):
        with pytest.raises(mm.MagentaError, match="is empty|no section to generate"):
            lookback.respond(empty)


def test_a_fill_keeps_what_is_around_it(lookback: mm.Generator) -> None:
    piece = melody(4)
    gap = [note for note in piece.notes if not 2 <= note.start_time < 4]
    del piece.notes[:]
    piece.notes.extend(gap)
    filled = lookback.generate(piece, sections=[(2, 4)], seed=1, beam_size=2)
    assert [note for note in filled.notes if note.start_time >= 4] == [n for n in gap if n.start_time >= 4]
    assert any(2 <= note.start_time < 4 for note in filled.notes)


def test_a_stream_gives_the_same_notes_as_they_end(lookback: mm.Generator) -> None:
    primer = melody(1)
    stream = lookback.stream(primer, seed=4, num_steps=2048)
    begun = time.monotonic()
    first = [next(stream) for _ in range(8)]
    to_first = time.monotonic() - begun
    rest = list(stream)
    assert first + rest == list(lookback.generate(primer, seed=4, num_steps=2048).notes)
    assert to_first < (time.monotonic() - begun) / 2, "they come before all is made"
    assert next(stream, None) is None
    with pytest.raises(mm.UsageError, match="temprature"):
        lookback.stream(temprature=1)  # type: ignore[call-arg]


def test_threads_share_a_model_and_a_stream(lookback: mm.Generator) -> None:
    wanted = lookback.generate(seed=9)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: lookback.generate(seed=9), range(4))) == [wanted] * 4
    stream = _native.Stream(lookback._native, lookback.request(seed=9).SerializeToString())
    pieces: list[bytes] = []

    def take() -> None:
        while (piece := stream.next()) is not None:
            pieces.append(piece)

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(mm.NoteSequence.FromString(piece).notes) for piece in pieces) == len(wanted.notes)


def test_ctrl_c_ends_it(lookback: mm.Generator) -> None:
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        lookback.generate(seed=1, num_steps=1_000_000)
    timer.join()
    assert time.monotonic() - begun < 10


def test_scores_are_the_programs(lookback: mm.Generator, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "tune.mid"
    mm.note_sequence_to_midi_file(melody(4), path)
    wanted = json.loads(magenta("score", "--json", path))["files"][0]
    score = lookback.score(mm.midi_file_to_note_sequence(path))
    assert score.log_likelihood == pytest.approx(wanted["log_likelihood"], abs=1e-9)
    assert score.bits == pytest.approx(wanted["bits"]) and score.notes == wanted["notes"]
    assert score.bits_per_note == pytest.approx(wanted["bits_per_note"])
    assert score.per_event.tolist() == pytest.approx(wanted["per_event"])
    assert len(score.events) == len(score.per_event) and sum(e.bits for e in score.events) == pytest.approx(score.bits)
    assert score.events[3].name == "D4" and score.events[3].time == 0.5 and score.events[3].pitches == [62]
    adapted = json.loads(magenta("score", "--json", "--adapt", path))["files"][0]
    assert lookback.score(melody(4), adapt=True).bits == pytest.approx(adapted["bits"])
    with pytest.raises(mm.UsageError, match="part"):
        lookback.score(melody(4), part="oboe")
    with pytest.raises(mm.MagentaError):
        lookback.score(mm.NoteSequence())


def test_each_of_several_is_what_its_seed_gives() -> None:
    score = mm.Generator("score")
    music = mm.NoteSequence()
    for i, pitch in enumerate([72, 74, 76, 77, 79, 77, 76, 74] * 2):
        music.notes.add(pitch=pitch, velocity=80, start_time=i / 2, end_time=(i + 1) / 2)
    music.total_time = 8
    outputs = score.generate_many(4, music, seed=3, vary="2-3")
    for output in outputs:
        [alone] = score.generate_many(1, music, seed=output.seed, vary="2-3")
        assert alone.sequence == output.sequence
        assert any("drawn: " in remark for remark in output.remarks)
    assert len({output.sequence.SerializeToString() for output in outputs}) > 1


def test_notes_are_scored_given_all_the_rest(tmp_path: pathlib.Path) -> None:
    music = mm.NoteSequence()
    for instrument, pitches in enumerate(([72, 74, 76, 77, 79, 77, 76, 74, 72, 72, 72, 72], [48, 53, 55, 55, 48, 48])):
        length = 6 / len(pitches)
        for i, pitch in enumerate(pitches):
            music.notes.add(pitch=pitch, velocity=80, instrument=instrument, start_time=i * length,
                            end_time=(i + 1) * length)
    music.total_time = 6
    path = tmp_path / "two.mid"
    mm.note_sequence_to_midi_file(music, path)
    score = mm.Generator("score")
    for arguments, flags in (({"fill": "2"}, ["--fill=2"]), ({"given": 1}, ["--given=1"]),
                             ({"fill": "2:1", "hide_after": True}, ["--fill=2:1", "--hide_after"])):
        wanted = json.loads(magenta("score", "--config=score", "--json", *flags, path))["files"][0]
        found = score.score(music, **arguments)
        assert found.bits == pytest.approx(wanted["bits"]) and found.notes == wanted["notes"]
        assert [event.name for event in found.events] == wanted["events"]
    with pytest.raises(mm.UsageError, match="bars 1 to 3"):
        score.score(music, fill="9")
    for arguments in ({"part": 1, "fill": "2"}, {"hide_after": True}):
        with pytest.raises(ValueError):
            score.score(music, **arguments)


def test_a_bundle_is_a_path_or_bytes(lookback: mm.Generator) -> None:
    path = ROOT / "data" / "bundles" / "lookback_rnn.mag"
    wanted = lookback.generate(seed=1)
    bundle = mm.GeneratorBundle.FromString(path.read_bytes())
    for given in (path, str(path), path.read_bytes(), bundle):
        assert mm.Generator(given).generate(seed=1) == wanted
    assert "lookback_rnn" in repr(lookback)


@pytest.mark.parametrize("arguments, said", [
    (dict(tempo=3), "takes no argument tempo. It takes temperature"),
    (dict(temperature="warm"), "temperature is 'warm', and must be temperature .float, 0 to 1000000"),
    (dict(temperature=-1), "takes a float_value of 0 to 1000000"),
    (dict(temperature=10**400), "temperature is 10+[.]{3}, and must be"),
    (dict(temperature=10**5000), "temperature is a number of thousands of digits, and must be"),
    (dict(seed=2**32), "32 bits"), (dict(seed=10**5000), "32 bits"), (dict(top_k=1.5), "must be top_k .int"),
    (dict(key="H"), "'H' is no key"), (dict(backing_chords="C"), "takes no argument backing_chords"),
    (dict(bars=0), "1 to 65536"), (dict(bars=2, num_steps=3), "bars")])
def test_wrong_arguments_are_told(lookback: mm.Generator, arguments: dict[str, typing.Any], said: str) -> None:
    with pytest.raises(mm.UsageError, match=said):
        lookback.generate(**arguments)


def test_bundles_travel_in_the_package(tmp_path: pathlib.Path) -> None:
    package = tmp_path / "magenta_native"
    shutil.copytree(pathlib.Path(mm.__file__).parent, package, ignore=shutil.ignore_patterns("bundles", "__pycache__"))
    (package / "bundles").mkdir()
    shutil.copy(ROOT / "data" / "bundles" / "lookback_rnn.mag", package / "bundles")
    said = subprocess.run([sys.executable, "-c", "import magenta_native as mm; print(mm.Generator().about['file'])"],
                          env={**os.environ, "PYTHONPATH": str(tmp_path)}, stdout=subprocess.PIPE, text=True, check=True)
    assert said.stdout == f"{package}/bundles/lookback_rnn.mag\n"


@pytest.mark.parametrize("name", [name for name, has_weights in mm.models().items() if not has_weights])
def test_models_without_weights_say_how_one_gets_some(name: str) -> None:
    with pytest.raises(mm.InputError) as caught:
        mm.Generator(name)
    for words in (f"no pre-trained weights of {name}", "Take one that has weights: basic_rnn, lookback_rnn",
                  f"a folder with {name}.mag", "train it: magenta_native.pipelines.dataset"):
        assert words in str(caught.value)
    assert "--" not in str(caught.value) and "anew" not in str(caught.value)


def test_what_is_no_model_is_told_without_flags(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a.mag").write_bytes(b"no bundle")
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "model.ckpt-1"')
    (tmp_path / "data").mkdir()
    mm.pipelines.dataset(folder_of_tunes(tmp_path), tmp_path / "data", eval_ratio=0)
    for name in (".", "a.mag", "data", "data/training_melodies.tfrecord", "checkpoint", "none", "music/book.abc", ""):
        with pytest.raises(mm.InputError) as caught:
            mm.Generator(tmp_path / name if name else "")
        assert caught.value.remedy and "--" not in str(caught.value), caught.value


def test_chords_that_can_not_be_read_are_warned_of() -> None:
    """As on the command line: no chord is heard there, and the music is the same."""
    model = mm.Generator("chord_pitches_improv")
    with pytest.warns(UserWarning, match='backing_chords, chord 2: "Zz" is no chord symbol.*: no chord is heard there') as told:
        made = model.generate(backing_chords="C Zz", seed=1, num_steps=32)
    assert len(told) == 1 and told[0].filename == __file__, "where it was called"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert made == model.generate(backing_chords="C N.C.", seed=1, num_steps=32) or made.notes
        model.generate_many(2, backing_chords="C | G7, N.C.", num_steps=32)


def test_missing_models_name_the_remedy(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(mm.InputError, match="or one of basic_rnn, lookback_rnn"):
        mm.Generator("tuba_rnn")
    monkeypatch.setenv("MAGENTA_BUNDLES", str(tmp_path))
    with pytest.raises(mm.InputError) as caught:
        mm.Generator("lookback_rnn")
    assert str(tmp_path) in caught.value.message and "MAGENTA_BUNDLES" in caught.value.remedy
    assert BIN.is_dir()
