import { describe, expect, it } from "vitest";
import * as edit from "./edit";
import { emptyPiece, type Piece } from "./piece";

const start = emptyPiece("Test", "Piano");
const track = start.tracks[0]!.id;
const note = (pitch: number, from: number, to: number) => ({ pitch, velocity: 80, start: from, end: to });
const { piece, ids } = edit.addNotes(start, track, [note(64, 1, 2), note(60, 0, 1), note(67, 2.1, 2.9)]);
const [first, second, third] = [...ids].sort((a, b) => noteOf(a).start - noteOf(b).start) as [number, number, number];
function noteOf(id: number) {
  return edit.notesOf(piece, new Set([id]))[0]!.note;
}
const dump = (of: Piece) => of.tracks.map((one) => one.notes.map(({ pitch, start: from, end }) => `${pitch}:${from}-${end}`).join(" "));

describe("edits", () => {
  const rows: [string, Piece, string][] = [
    ["add, sorted", piece, "60:0-1 64:1-2 67:2.1-2.9"],
    ["move", edit.moveNotes(piece, new Set([second]), 0.5, -2), "60:0-1 62:1.5-2.5 67:2.1-2.9"],
    ["move no further than the beginning", edit.moveNotes(piece, new Set([first, second]), -3, 0), "60:0-1 64:1-2 67:2.1-2.9"],
    ["move no higher than the keyboard", edit.moveNotes(piece, new Set([third]), 0, 100), "60:0-1 64:1-2 127:2.1-2.9"],
    ["stretch", edit.stretchNotes(piece, new Set([first]), 0.25), "60:0-1.25 64:1-2 67:2.1-2.9"],
    ["stretch to nothing", edit.stretchNotes(piece, new Set([first]), -5), `60:0-${edit.shortest} 64:1-2 67:2.1-2.9`],
    ["cut", edit.cutAt(piece, ids, 1.5), "60:0-1 64:1-1.5 64:1.5-2 67:2.1-2.9"],
    ["cut where nothing sounds", edit.cutAt(piece, ids, 5), "60:0-1 64:1-2 67:2.1-2.9"],
    ["delete", edit.deleteNotes(piece, new Set([first, third])), "64:1-2"],
    ["transpose", edit.transpose(piece, ids, 12), "72:0-1 76:1-2 79:2.1-2.9"],
    ["quantise", edit.quantise(piece, ids, 0.5), "60:0-1 64:1-2 67:2-3"],
    ["duplicate", edit.duplicate(piece, new Set([first]), 1).piece, "60:0-1 60:1-2 64:1-2 67:2.1-2.9"],
    ["paste", edit.pasteNotes(piece, track, edit.copyNotes(piece, new Set([second])), 8).piece, "60:0-1 64:1-2 67:2.1-2.9 64:8-9"],
    ["section", edit.replaceSection(piece, track, 0.5, 2.5, [note(50, 1, 2)]), "60:0-0.5 50:1-2"],
  ];
  it.each(rows)("%s", (_, result, expected) => {
    expect(dump(result)).toEqual([expected]);
  });
  it("leave the old piece and other tracks as they were", () => {
    const two = edit.addTrack(piece, "Drums", true).piece;
    const changed = edit.deleteNotes(two, new Set([first]));
    expect(changed.tracks[1]).toBe(two.tracks[1]);
    expect(two.tracks[0]!.notes).toHaveLength(3);
    expect(two.tracks[1]).toMatchObject({ instrument: 9, isDrum: true, colour: 1 });
  });
  it("quantise to triplets", () => {
    const one = edit.addNotes(start, track, [note(60, 0.3, 0.6)]);
    const found = edit.quantise(one.piece, one.ids, 1 / 3).tracks[0]!.notes[0]!;
    expect([found.start, found.end].map((place) => place.toFixed(3))).toEqual(["0.333", "0.667"]);
  });
  it("do not transpose drums", () => {
    const two = edit.addTrack(start, "Drums", true);
    const drums = edit.addNotes(two.piece, two.id, [note(36, 0, 1)]);
    expect(edit.transpose(drums.piece, drums.ids, 5).tracks[1]!.notes[0]!.pitch).toBe(36);
  });
  it("set velocity, tempo, meter and chords", () => {
    expect(edit.setVelocity(piece, ids, 300).tracks[0]!.notes[0]!.velocity).toBe(127);
    const faster = edit.setTempo(edit.setTempo(piece, { at: 4, qpm: 90 }), { at: 4, qpm: 100 });
    expect(faster.tempos).toEqual([{ at: 0, qpm: 120 }, { at: 4, qpm: 100 }]);
    expect(edit.removeTempo(edit.removeTempo(faster, 4), 0).tempos).toEqual([{ at: 0, qpm: 120 }]);
    expect(edit.setMeter(piece, { at: 0, numerator: 3, denominator: 4 }).meters).toHaveLength(1);
    const chords = edit.setChord(edit.setChord(piece, { at: 0, text: "C" }), { at: 4, text: "G7" });
    expect([edit.chordAt(chords, 3), edit.chordAt(chords, 4), edit.chordAt(piece, 4)]).toEqual(["C", "G7", ""]);
    expect(edit.setChord(chords, { at: 4, text: "" }).chords).toHaveLength(1);
  });
});
