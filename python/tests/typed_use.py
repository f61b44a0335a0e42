"""Uses the package as a program with types does: `mypy --strict` passes over it (python_types in ctest)."""
import magenta_native as mm


def longest_note(sequence: mm.NoteSequence) -> float:
    return max(note.end_time - note.start_time for note in sequence.notes)


def tune(path: str) -> mm.Melody:
    sequence: mm.NoteSequence = mm.midi_file_to_note_sequence(path)
    quantized = mm.quantize_note_sequence(mm.apply_sustain_control_changes(sequence), steps_per_quarter=4)
    melody = mm.Melody()
    try:
        melody.from_quantized_sequence(quantized, instrument=1)
    except mm.PolyphonicMelodyError as error:
        print(error.file, error.message, error.remedy)
    events: list[int] = list(melody[2:8])
    melody.append(events[0])
    semitones: int = melody.squash(48, 84, transpose_to_key=0)
    print(semitones)
    return melody


def parts(sequence: mm.NoteSequence) -> list[mm.NoteSequence]:
    made, deleted = mm.transpose_note_sequence(sequence, 2, in_place=False)
    count: int = deleted
    made.notes.add(pitch=60 + count, velocity=80, start_time=0.0, end_time=1.0, is_drum=False)
    made.text_annotations.add(time=0.0, text="C", annotation_type=mm.NoteSequence.TextAnnotation.CHORD_SYMBOL)
    made.sequence_metadata.composers.extend(["A"])
    return [*mm.split_note_sequence(made, 2.0), mm.extract_subsequence(made, 0.0, 1.0),
            mm.concatenate_sequences([made, made])]


def drums(sequence: mm.NoteSequence) -> frozenset[int]:
    track = mm.DrumTrack([frozenset({36, 42})], steps_per_bar=16)
    track.from_quantized_sequence(sequence)
    return track[0]


def sheet(sequence: mm.NoteSequence) -> tuple[int, str]:
    made = mm.LeadSheet(mm.Melody([60, -2]), mm.ChordProgression(["C", "C"]))
    made.set_length(8)
    return made[0]


def frames(sequence: mm.NoteSequence) -> float:
    roll = mm.sequence_to_pianoroll(sequence, frames_per_second=31.25, min_pitch=21, max_pitch=108)
    return float(roll.active.mean() + roll.onset_velocities.max())
