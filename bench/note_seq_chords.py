#!/usr/bin/env python3
"""note-seq's own chord inference, measured as chord_report measures ours: note_seq_chords.py FOLDER [EVERY]

Runs where Python has note_seq. Reads each EVERYth MIDI file by name; a few seconds a file.
"""
import bisect
import glob
import sys

from note_seq import chord_inference, chord_symbols_lib, midi_io, sequences_lib


def beat_seconds(sequence):
    meter = sequence.time_signatures[0]
    in_threes = meter.numerator % 3 == 0 and meter.numerator > 3 and meter.denominator >= 8
    return (12.0 if in_threes else 4.0) / meter.denominator * 60 / sequence.tempos[0].qpm


def played_roots(sequence, instrument):
    """(middle of a beat, root) where the instrument sounds a chord that has a name."""
    notes = [note for note in sequence.notes if note.instrument == instrument]
    beat = beat_seconds(sequence)
    middle = beat / 2
    while middle < sequence.total_time + beat / 2:
        pitches = [n.pitch for n in notes if n.start_time <= middle < n.end_time]
        if pitches:
            try:
                symbol = chord_symbols_lib.pitches_to_chord_symbol(pitches)
                yield middle, chord_symbols_lib.chord_symbol_root(symbol)
            except chord_symbols_lib.ChordSymbolError:
                pass
        middle += beat


def score(truth, instruments, accompaniment):
    """(beats, right), with the instruments heard; right is None where inference refuses."""
    heard = sequences_lib.quantize_note_sequence(truth, 4)
    notes = [note for note in heard.notes if note.instrument in instruments]
    del heard.notes[:]
    heard.notes.extend(notes)
    roots = list(played_roots(truth, accompaniment))
    try:
        chord_inference.infer_chords_for_sequence(heard)
    except chord_inference.ChordInferenceError:
        return len(roots), None
    symbols = sorted((text.time, text.text) for text in heard.text_annotations)
    right = 0
    for middle, root in roots:
        at = bisect.bisect_right([time for time, _ in symbols], middle) - 1
        if at >= 0 and symbols[at][1] != "N.C.":
            right += chord_symbols_lib.chord_symbol_root(symbols[at][1]) == root
    return len(roots), right


def main():
    every = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    sums = {"with the accompaniment heard": [0, 0], "from the melody alone": [0, 0]}
    refused = 0
    for path in sorted(glob.glob(sys.argv[1] + "/*.mid"))[::every]:
        truth = midi_io.midi_file_to_note_sequence(path)
        instruments = {note.instrument for note in truth.notes}
        if len(instruments) < 2 or len(truth.time_signatures) != 1 or len(truth.tempos) != 1:
            continue
        last = max(instruments)
        for heard, total in zip((instruments, instruments - {last}), sums.values()):
            beats, right = score(truth, heard, last)
            if right is None:
                refused += beats / 2
                continue
            total[0] += beats
            total[1] += right
    for what, (beats, right) in sums.items():
        print(f"{beats} beats: root right on {100 * right / max(beats, 1):.2f} % {what}")
    print(f"{refused:.0f} beats of files that it refuses")


if __name__ == "__main__":
    main()
