#!/usr/bin/env python3
"""record_note_seq.py [FOLDER]: records what note-seq gives, into tests/golden/note_seq/goldens.json.xz.

Run by a Python that has note-seq 0.0.3; magenta_native is not needed. FOLDER has MIDI files to be read, too (those of
FILES). The music is made here, the same each time.
"""
import lzma
import json
import pathlib
import random
import sys
import types

import note_seq
from note_seq import (abc_parser, chord_inference, chord_symbols_lib, chords_lib, lead_sheets_lib, melodies_lib,
                      sequences_lib)

import operations

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FILES = ["edge/example_event_order.mid", "edge/example_is_drum.mid", "edge/test-2-tracks-type-1.mid",
         "edge/test-multichannel-chords-1.mid", "edge/test-note-on-velocity.mid", "edge/test-not-a-midi-file.mid",
         "edge/test-corrupt-file-missing-byte.mid", "edge/test-running-status-sysex.mid", "edge/test-vlq-4-byte.mid",
         "edge/test-empty-file.mid"]

NS = note_seq.NoteSequence
CHORD = NS.TextAnnotation.CHORD_SYMBOL
BEAT = NS.TextAnnotation.BEAT


def library():
    """note-seq's functions and classes in one place, as magenta_native has them."""
    lib = types.SimpleNamespace()
    for module in (abc_parser, chord_inference, chord_symbols_lib, chords_lib, lead_sheets_lib, melodies_lib,
                   sequences_lib, note_seq):
        lib.__dict__.update({name: value for name, value in vars(module).items() if not name.startswith("_")})
    return lib


def plain_music(rng):
    """Two instruments near a grid of sixteenths at 120."""
    sequence = NS(id="plain", filename="plain.mid", collection_name="synthetic", ticks_per_quarter=480)
    sequence.tempos.add(qpm=120)
    sequence.time_signatures.add(numerator=4, denominator=4)
    sequence.key_signatures.add(key=9, mode=1)
    sequence.instrument_infos.add(instrument=0, name="Flute")
    sequence.part_infos.add(part=0, name="One")
    sequence.source_info.parser = NS.SourceInfo.PRETTY_MIDI
    for i in range(60):
        start = 0.125 * rng.randrange(128) + rng.uniform(-0.05, 0.05)
        sequence.notes.add(pitch=rng.randrange(36, 96), velocity=rng.randrange(1, 128), start_time=max(0, start),
                           end_time=max(0, start) + rng.choice([0.1, 0.125, 0.5, 1.7]), instrument=i % 2,
                           program=5 * (i % 2), part=i % 3, voice=1, numerator=1, denominator=4, pitch_name=i % 36)
    sequence.notes[7].end_time = sequence.notes[7].start_time
    sequence.total_time = max(note.end_time for note in sequence.notes) + 0.75
    return sequence


def pedals(rng):
    """Pedals of three instruments, repeated pitches, notes that end together with the pedal."""
    sequence = NS(ticks_per_quarter=220)
    for i in range(150):
        start = round(rng.uniform(0, 20), rng.choice([0, 1, 6]))
        sequence.notes.add(pitch=rng.choice([60, 62, 64, 67, 72]), velocity=80, start_time=start,
                           end_time=start + rng.choice([0.1, 0.5, 1, 2.25]), instrument=9 if i % 17 == 0 else i % 3,
                           is_drum=i % 17 == 0)
    for i in range(90):
        sequence.control_changes.add(time=round(rng.uniform(0, 22), rng.choice([0, 1, 6])),
                                     control_number=rng.choice([64, 64, 66, 67, 7, 1]),
                                     control_value=rng.choice([0, 63, 64, 127, 30]), instrument=i % 3)
    for i in range(12):
        sequence.pitch_bends.add(time=rng.uniform(0, 20), bend=rng.randrange(-8192, 8192), instrument=i % 3)
    sequence.total_time = max(note.end_time for note in sequence.notes)
    return sequence


def changes(rng):
    """Meters, tempos, keys, chords and beats that change, some on the same time and some after the end."""
    sequence = pedals(rng)
    for time, numerator, denominator in [(0, 3, 4), (4, 3, 4), (6, 6, 8), (12.5, 4, 4), (12.5, 2, 2), (90, 5, 4)]:
        sequence.time_signatures.add(time=time, numerator=numerator, denominator=denominator)
    for time, qpm in [(0, 120), (3, 90), (6, 90), (9.25, 61.5), (15, 120), (95, 70)]:
        sequence.tempos.add(time=time, qpm=qpm)
    for time, key in [(0, 0), (5, 7), (5, 2), (10, 2)]:
        sequence.key_signatures.add(time=time, key=key, mode=key % 2)
    for time, text in [(0, "C"), (2, "G7/B"), (6, "Am7"), (6.5, "N.C."), (11, "Bbmaj7"), (18, "F#m7b5")]:
        sequence.text_annotations.add(time=time, text=text, annotation_type=CHORD)
    for i in range(22):
        sequence.text_annotations.add(time=i + 0.0, text=str(i % 4 + 1), annotation_type=BEAT)
    sequence.text_annotations.add(time=1, text="words")
    for i in range(4):
        sequence.section_annotations.add(time=5.0 * i, section_id=i)
    sequence.section_groups.add(num_times=2).sections.add(section_id=0)
    sequence.sequence_metadata.title = "Changes"
    sequence.sequence_metadata.composers.extend(["A", "B", "A"])
    sequence.sequence_metadata.genre.extend(["x", "x"])
    sequence.subsequence_info.start_time_offset = 3.5
    sequence.reference_number = 12
    return sequence


def silences(rng):
    sequence = NS()
    time = 1.0
    for i in range(30):
        time += rng.choice([0.25, 0.5, 3.0, 3.5, 8.0])
        sequence.notes.add(pitch=48 + i, velocity=100, start_time=time, end_time=time + rng.choice([0.1, 1, 4]))
    sequence.total_time = max(note.end_time for note in sequence.notes)
    return sequence


def drums(rng):
    sequence = NS()
    sequence.tempos.add(qpm=100)
    for i in range(150):
        step = rng.randrange(0, 256) if i % 5 else rng.randrange(300, 330)
        start = 0.15 * step
        sequence.notes.add(pitch=rng.choice([35, 36, 38, 40, 42, 44, 46, 49, 51, 8, 16, 127]), start_time=start,
                           velocity=rng.choice([0, 60, 90, 120]), end_time=start + 0.1, is_drum=i % 7 != 0,
                           instrument=9)
    sequence.total_time = max(note.end_time for note in sequence.notes)
    return sequence


def melody(rng, numerator, denominator):
    """A tune with rests and chords, some of them on the same step."""
    sequence = NS(ticks_per_quarter=220)
    sequence.tempos.add(qpm=120)
    sequence.time_signatures.add(numerator=numerator, denominator=denominator)
    step = 3
    for _ in range(50):
        length = rng.choice([1, 2, 2, 4, 3])
        sequence.notes.add(pitch=60 + rng.choice([0, 2, 4, 5, 7, 9, 11, 12, -5]), velocity=90,
                           start_time=step * 0.125, end_time=(step + length) * 0.125)
        step += length + rng.choice([0, 0, 0, 1, 6])
    sequence.notes[4].velocity = 0
    for i, text in enumerate(["C", "Am7", "F/A", "G7", "C", "C", "N.C.", "Ebdim", "Bb7(b9)", "Ab+"]):
        sequence.text_annotations.add(time=1.0 + i * 1.5, text=text, annotation_type=CHORD)
    sequence.text_annotations.add(time=4.0, text="F/A", annotation_type=CHORD)
    sequence.total_time = max(note.end_time for note in sequence.notes)
    return sequence


def harmony(rng, bars, numerator, denominator):
    """Broken chords over a bass."""
    sequence = NS()
    sequence.tempos.add(qpm=96)
    sequence.time_signatures.add(numerator=numerator, denominator=denominator)
    bar = 60 / 96 * 4 / denominator * numerator
    triads = [(0, 4, 7), (9, 0, 4), (5, 9, 0), (7, 11, 2, 5), (2, 5, 9, 0), (4, 8, 11), (0, 4, 8), (11, 2, 5, 9)]
    for i in range(bars):
        chord = rng.choice(triads)
        sequence.notes.add(pitch=36 + chord[0], velocity=80, start_time=i * bar, end_time=(i + 1) * bar, instrument=1)
        for j in range(6):
            start = (i + j / 6) * bar
            sequence.notes.add(pitch=60 + rng.choice(chord), velocity=70, start_time=start, end_time=start + bar / 5)
    sequence.notes.add(pitch=61, velocity=70, end_time=bar, program=120, instrument=2)
    sequence.notes.add(pitch=40, velocity=70, end_time=bar, is_drum=True, instrument=3)
    sequence.total_time = bars * bar - 0.01
    return sequence


def small():
    """Sequences that are refused, or nearly nothing."""
    made = {"empty": NS(), "negative": NS(total_time=1), "late_meter": NS(total_time=2), "late_tempo": NS(total_time=2),
            "no_meter": NS(total_time=2), "no_denominator": NS(total_time=2), "late_common": NS(total_time=2),
            "negative_text": NS(total_time=1), "thirds": NS(total_time=2), "bad_chord": NS(total_time=1),
            "zero_times": NS()}
    for sequence in made.values():
        sequence.notes.add(pitch=60, velocity=1, start_time=0.5, end_time=1)
    del made["empty"].notes[:]
    made["negative"].notes[0].start_time = -1
    made["late_meter"].time_signatures.add(time=1, numerator=3, denominator=4)
    made["late_tempo"].tempos.add(time=1, qpm=90)
    made["no_meter"].time_signatures.add(numerator=0, denominator=4)
    made["no_denominator"].time_signatures.add(numerator=3, denominator=6)
    made["late_common"].time_signatures.add(time=1, numerator=4, denominator=4)
    made["late_common"].tempos.add(time=1, qpm=120)
    made["negative_text"].text_annotations.add(time=-1, text="C", annotation_type=CHORD)
    made["thirds"].time_signatures.add(numerator=7, denominator=32)
    made["bad_chord"].text_annotations.add(text="Hello", annotation_type=CHORD)
    return made


ABC = b"""X:1
T:A tune
T:another name
M:3/4
L:1/8
Q:1/4=120
K:G
"G"G2 AB c2|"D7"d4 ^c2|d3/2 e/ f2 g2|"G"g6:|

X:2
T:Second
M:6/8
K:Am
|:A3 Bcd|e2f g/a/b c'|A,6:|
|:E2 A B2 c|"Am"A6:|

X:3
T:Third
M:C|
L:1/4
K:Ddor
D E F G|A2 c2|_B =B ^B2|
"""

MUSICXML = b"""<?xml version="1.0" encoding="UTF-8"?>
<score-partwise version="3.0">
<part-list><score-part id="P1"><part-name>Flute</part-name></score-part></part-list>
<part id="P1">
<measure number="1"><attributes><divisions>2</divisions><key><fifths>-1</fifths><mode>major</mode></key>
<time><beats>3</beats><beat-type>4</beat-type></time></attributes><direction><sound tempo="60"/></direction>
<harmony><root><root-step>F</root-step></root><kind>major</kind></harmony>
<note><pitch><step>F</step><octave>4</octave></pitch><duration>2</duration><voice>1</voice><type>quarter</type></note>
<note><chord/><pitch><step>A</step><octave>4</octave></pitch><duration>2</duration><voice>1</voice>
<type>quarter</type></note>
<note><rest/><duration>2</duration><voice>1</voice><type>quarter</type></note>
<note><pitch><step>B</step><alter>-1</alter><octave>4</octave></pitch><duration>1</duration><voice>1</voice>
<type>eighth</type></note>
<note><pitch><step>C</step><octave>5</octave></pitch><duration>1</duration><voice>1</voice><type>eighth</type></note>
</measure>
<measure number="2"><harmony><root><root-step>C</root-step></root><kind>dominant</kind></harmony>
<note><pitch><step>G</step><octave>4</octave></pitch><duration>6</duration><voice>1</voice><type>half</type><dot/></note>
</measure></part></score-partwise>
"""


def sequences():
    rng = random.Random(7)
    made = {"plain": plain_music(rng), "pedals": pedals(rng), "changes": changes(rng), "silences": silences(rng),
            "drums": drums(rng), "tune44": melody(rng, 4, 4), "tune68": melody(rng, 6, 8),
            "tune34": melody(rng, 3, 4), "harmony44": harmony(rng, 24, 4, 4), "harmony34": harmony(rng, 16, 3, 4),
            "harmony54": harmony(rng, 6, 5, 4), "long": harmony(rng, 600, 4, 4)}
    del made["long"].notes[100:-3]
    made["beats"] = harmony(rng, 12, 4, 4)
    for i in range(30):
        made["beats"].text_annotations.add(time=(i * 7 % 30) * 0.625, annotation_type=BEAT, text="b")
    made["coincident"] = melody(rng, 4, 4)
    made["coincident"].text_annotations.add(time=4.01, text="G7", annotation_type=CHORD)
    made["waltz"] = melody(rng, 3, 4)
    del made["waltz"].text_annotations[:]
    made.update(small())
    return made


def case(operation, *inputs, **arguments):
    return {"operation": operation, "inputs": list(inputs), "arguments": arguments}


def cases(names):
    """Every function, with every argument that matters."""
    yield from (case(f, n, **a) for n in names for f, a in [
        ("quantize_note_sequence", {"steps_per_quarter": 4}), ("quantize_note_sequence_absolute", {"steps_per_second": 100}),
        ("apply_sustain_control_changes", {}), ("split_note_sequence_on_time_changes", {}),
        ("split_note_sequence_on_silence", {}), ("remove_redundant_data", {}), ("is_quantized_sequence", {}),
        ("shift_sequence_times", {"shift_seconds": 1.5}), ("stretch_note_sequence", {"stretch_factor": 1.5}),
        ("transpose_note_sequence", {"amount": 5}), ("trim_note_sequence", {"start_time": 0.3, "end_time": 0.9}),
        ("note_sequence_to_midi_file", {}), ("melody", {"ignore_polyphonic_notes": True}), ("drum_track", {})])
    for name in ("plain", "tune68", "drums"):
        for steps in (1, 3, 4, 12, 24):
            yield case("quantize_note_sequence", name, steps_per_quarter=steps)
        yield case("quantize_note_sequence_absolute", name, steps_per_second=31)
    for number in (66, 67, 7):
        yield case("apply_sustain_control_changes", "pedals", sustain_control_number=number)
    for name in ("plain", "pedals", "changes", "silences"):
        for skip in (False, True):
            yield case("split_note_sequence", name, hop_size_seconds=2.5, skip_splits_inside_notes=skip)
            yield case("split_note_sequence", name, hop_size_seconds=[9.0, 1.0, 6.0, 6.0], skip_splits_inside_notes=skip)
            yield case("split_note_sequence_on_time_changes", name, skip_splits_inside_notes=skip)
        yield case("split_note_sequence", name, hop_size_seconds=0.3)
        yield case("split_note_sequence", name, hop_size_seconds=1000)
        for gap in (0.0, 1.0, 3.0, 5.5):
            yield case("split_note_sequence_on_silence", name, gap_seconds=gap)
        for start, end in [(0.0, 5.0), (2.0, 6.0), (6.0, 6.0), (5.3, 500.0), (0.0, 1e9), (1000.0, 1001.0), (3.0, 2.0)]:
            yield case("extract_subsequence", name, start_time=start, end_time=end)
            yield case("trim_note_sequence", name, start_time=start, end_time=end)
        for numbers in ([], [7], [1, 64]):
            yield case("extract_subsequence", name, start_time=4.0, end_time=12.0, preserve_control_numbers=numbers)
        for amount in (-13, -1, 0, 7, 60):
            yield case("transpose_note_sequence", name, amount=amount)
            yield case("transpose_note_sequence", name, amount=amount, min_allowed_pitch=48, max_allowed_pitch=72,
                       transpose_chords=False)
        yield case("transpose_in_place", name, amount=3)
        yield case("stretch_in_place", name, factor=0.75)
        yield case("stretch_note_sequence", name, stretch_factor=1.0)
        for shift in (0, -1.0, 0.25):
            yield case("shift_sequence_times", name, shift_seconds=shift)
        yield case("note_sequence_to_midi_file", name, drop_events_n_seconds_after_last_note=0.0)
        yield case("note_sequence_to_midi_file", name, drop_events_n_seconds_after_last_note=10)
    yield case("concatenate_sequences", "plain", "changes", "silences")
    yield case("concatenate_sequences", "changes", "changes", "plain", sequence_durations=[30, 40.5, 100])
    yield case("concatenate_sequences", "plain", "changes", sequence_durations=[1.0, 40])
    yield case("concatenate_sequences", "plain", "changes", sequence_durations=[100])
    yield case("concatenate_sequences", "empty", "tune44", "empty", "tune68")
    yield case("concatenate_sequences")
    yield from roll_cases()
    yield from chord_cases()
    yield from event_cases()


def roll_cases():
    for name in ("plain", "pedals", "silences"):
        base = {"frames_per_second": 10, "min_pitch": 48, "max_pitch": 80}
        for more in [{}, {"onset_mode": "length_ms", "onset_length_ms": 120}, {"onset_window": 0},
                     {"add_blank_frame_before_onset": True}, {"onset_upweight": 2.5, "onset_window": 3},
                     {"offset_length_ms": 150}, {"onset_delay_ms": 200.0}, {"min_frame_occupancy_for_label": 0.4},
                     {"onset_overlap": False}, {"max_velocity": 200}, {"max_velocity": 50}, {"onset_mode": "other"},
                     {"frames_per_second": 31.25, "min_pitch": 0, "max_pitch": 127}]:
            yield case("sequence_to_pianoroll", name, **{**base, **more})


def chord_cases():
    infer = "infer_chords_for_sequence"
    for name in ("harmony44", "harmony34", "harmony54", "tune44", "waltz", "empty", "long", "drums"):
        yield case(infer, name, quantize=4)
    for more in [{"chords_per_bar": 1}, {"chords_per_bar": 4}, {"chords_per_bar": 3}, {"add_key_signatures": True},
                 {"key_change_prob": 0.2, "add_key_signatures": True}, {"chord_change_prob": 0.1},
                 {"chord_pitch_out_of_key_prob": 0.2}, {"chord_note_concentration": 5.0}]:
        yield case(infer, "harmony44", quantize=4, **more)
    yield case(infer, "harmony54", quantize=4, chords_per_bar=5)
    yield case(infer, "beats")
    yield case(infer, "beats", add_key_signatures=True)
    yield case(infer, "beats", chords_per_bar=2)
    yield case(infer, "harmony44")
    for figure in ["C", "Am7", "Bbmaj7", "F#m7b5/C", "Eb7(b9)", "Gsus4", "D7#11", "Ab+", "Bdim", "C6/9", "N.C.",
                   "nothing", "A/Db", "E5", "Cm(maj7)"]:
        for amount in (-3, 1, 6, 11, 13):
            yield case("transpose_chord_symbol", figure=figure, transpose_amount=amount)
        for what in ("pitches", "root", "bass", "quality"):
            yield case(f"chord_symbol_{what}", figure=figure)
    for seconds, rate, cutoff in [(1.23, 8, 0.5), (1.24, 8, 0.5), (1.2, 8, 0.75), (0.0, 8, 0.1), (-0.3, 8, 0.5)]:
        yield case("quantize_to_step", unquantized_seconds=seconds, steps_per_second=rate, quantize_cutoff=cutoff)
    yield case("steps_per_quarter_to_steps_per_second", steps_per_quarter=4, qpm=90.0)


def event_cases():
    changes_of_melody = [["transpose", 5], ["transpose", -30, 48, 84], ["squash", 48, 84, 0], ["squash", 60, 72],
                         ["set_length", 40], ["set_length", 64], ["slice", 4, 30], ["set_length", 50, True],
                         ["set_length", 20, True], ["append", 60], ["increase_resolution", 2], ["squash", 48, 84, 7]]
    for name in ("tune44", "tune68", "tune34", "plain"):
        for more in [{}, {"gap_bars": 0.25}, {"gap_bars": 4}, {"search_start_step": 5}, {"pad_end": True},
                     {"instrument": 1}, {"ignore_polyphonic_notes": True}, {"steps_per_quarter": 3},
                     {"steps_per_quarter": 8, "search_start_step": 40},
                     {"sequence_arguments": {"velocity": 33, "instrument": 3, "program": 7,
                                             "sequence_start_time": 2.5, "qpm": 70.0}}]:
            yield case("melody", name, **more)
        yield case("melody", name, ignore_polyphonic_notes=True, changes=changes_of_melody)
    yield case("melody", "drums", filter_drums=False, instrument=9, ignore_polyphonic_notes=True)
    yield case("melody", "drums", instrument=9, ignore_polyphonic_notes=True)
    yield case("unquantized_melody", "tune44")
    for events in ([60, -2, -1, -2, 62], [-1, -1, -2, 60], [-2, -2], [60, 130], [-3]):
        yield case("melody_of_events", events=events, changes=[["set_length", 8], ["set_length", 3]])
    yield case("melody_of_events", events=[60, -2, 64, -1], start_step=32, steps_per_bar=12, steps_per_quarter=3,
               changes=[["append", 128]])
    for more in [{}, {"gap_bars": 0.25}, {"gap_bars": 8}, {"search_start_step": 7}, {"pad_end": True},
                 {"ignore_is_drum": True}, {"steps_per_quarter": 2},
                 {"changes": [["set_length", 300], ["set_length", 9], ["slice", 2, 8], ["increase_resolution", 3],
                              ["set_length", 40, True]]},
                 {"sequence_arguments": {"velocity": 33, "instrument": 3, "program": 7, "sequence_start_time": 2.5,
                                         "qpm": 70.0}}]:
        yield case("drum_track", "drums", **more)
        yield case("drum_track", "plain", **more)
    yield case("drum_track_of_events", events=[[36, 42], [], [38]])
    yield case("drum_track_of_events", events=[[36, 200]])
    for name in ("tune44", "tune68", "coincident", "plain", "thirds"):
        for start, end in [(0, 64), (16, 48), (33, 100), (40, 41), (1000, 1010)]:
            yield case("chord_progression", name, start_step=start, end_step=end)
        yield case("chord_progression", name, start_step=0, end_step=90, sequence_start_time=1.5, qpm=77.0,
                   changes=[["transpose", 1], ["transpose", -14], ["set_length", 95], ["set_length", 20],
                            ["slice", 3, 15], ["increase_resolution", 2]])
    for name in ("tune44", "tune34", "coincident"):
        for more in [{}, {"squash": [48, 84, 0]}, {"transpose": [3]}, {"length": 33}, {"resolution": 2},
                     {"velocity": 20, "instrument": 2, "sequence_start_time": 3.0, "qpm": 50.0}]:
            yield case("lead_sheet", name, **more)
    yield case("lead_sheet_of_one")
    yield case("lead_sheet_mismatch")


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT.parent / "shared/data")
    lib = library()
    music = sequences()
    files = {pathlib.Path(name).name: (folder / name).read_bytes() for name in FILES}
    files.update({"tunes.abc": ABC, "score.musicxml": MUSICXML})
    all_cases = list(cases(list(music)))
    for name in files:
        if name.endswith(".mid"):
            all_cases += [case("midi_to_note_sequence", name), case("midi_file_to_note_sequence", name)]
        elif name.endswith(".abc"):
            all_cases += [case("parse_abc_tunebook", name), case("parse_abc_tunebook_file", name)]
        else:
            all_cases.append(case("musicxml_file_to_sequence_proto", name))
    for name in ("plain", "pedals", "changes", "drums"):
        files[f"{name}.mid"] = operations.note_sequence_to_midi_file(lib, music[name])
        all_cases.append(case("midi_to_note_sequence", f"{name}.mid"))
    inputs = {**music, **files}
    for one in all_cases:
        one["result"] = operations.run(lib, one, [inputs[name] for name in one["inputs"]])
    recorded = {"note_seq": note_seq.__version__,
                "inputs": {name: operations.plain(value) for name, value in inputs.items()}, "cases": all_cases}
    out = ROOT / "tests/golden/note_seq/goldens.json.xz"
    out.parent.mkdir(parents=True, exist_ok=True)
    with lzma.open(out, "wb", preset=9 | lzma.PRESET_EXTREME) as file:
        file.write(json.dumps(recorded, separators=(",", ":"), sort_keys=True).encode())
    errors = sorted({one["result"]["error"] for one in all_cases
                     if isinstance(one["result"], dict) and "error" in one["result"]})
    print(f"{len(all_cases)} cases, {out.stat().st_size} bytes; errors: {', '.join(errors)}")


if __name__ == "__main__":
    main()
