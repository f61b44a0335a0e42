import { describe, expect, it } from "vitest";
import { addNotes } from "../music/edit";
import { emptyPiece } from "../music/piece";
import { pictureOf, tinyNotes } from "./picture";

const colours = { sheet: "#fff", ink: "#000", line: "#ccc", blackKey: "#eee", tracks: ["#00f", "#f00"] };

describe("pictures", () => {
  it("have a bar of each note, bar numbers and chords; names can't break them", () => {
    const empty = { ...emptyPiece('A <b> & "c"', "Piano"), chords: [{ at: 0, text: "A<7" }] };
    const { piece } = addNotes(empty, 1, [
      { pitch: 60, velocity: 127, start: 0, end: 1 },
      { pitch: 64, velocity: 0, start: 4, end: 6 },
    ]);
    const svg = pictureOf(piece, colours);
    expect(svg.match(/fill="#00f"/g)).toHaveLength(2);
    expect(svg).toContain("<title>A &lt;b&gt; &amp; &quot;c&quot;</title>");
    expect(svg).toContain(">A&lt;7</text>");
    expect(svg.match(/opacity="0.6">/g)).toHaveLength(2);
  });
  it("of a candidate fit into their box", () => {
    expect(tinyNotes([{ pitch: 60, velocity: 1, start: 4, end: 6 }, { pitch: 84, velocity: 1, start: 6, end: 8 }], 4, 8)).toEqual([
      { x: 0, y: 1, width: 0.5 },
      { x: 0.5, y: 0, width: 0.5 },
    ]);
    expect(tinyNotes([], 0, 4)).toEqual([]);
  });
});
