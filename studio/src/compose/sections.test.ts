import { describe, expect, it } from "vitest";
import type { GeneratorDetails } from "../api/types";
import { addNotes } from "../music/edit";
import { barsOf, emptyPiece } from "../music/piece";
import { fitsTrack, madeBy, requestFor, stretchesOf, withMade } from "./sections";

const note = (pitch: number, start: number, end: number) => ({ pitch, velocity: 80, start, end });
const start = emptyPiece("Test", "Flute");
const id = start.tracks[0]!.id;
// Bars of 4 quarters at 120: 2 seconds each. Bar 2 and 4 are empty but for what sounds into bar 2.
const { piece } = addNotes({ ...start, chords: [{ at: 0, text: "C" }] }, id, [note(60, 0, 1), note(62, 3, 5), note(64, 8, 9), note(65, 16, 17)]);
const track = piece.tracks[0]!;
const melody: GeneratorDetails = { id: "m", kind: "melody" };

describe("sections", () => {
  it("of fills are the bars without notes, neighbours together", () => {
    const bars = barsOf(piece);
    expect(stretchesOf("fill", track, bars, { start: 0, end: 20 })).toEqual([{ start: 4, end: 8 }, { start: 12, end: 16 }]);
    expect(stretchesOf("fill", track, bars, { start: 0, end: 4 })).toEqual([]);
    expect(stretchesOf("vary", track, bars, { start: 0, end: 8 })).toEqual([{ start: 0, end: 8 }]);
  });
  it.each([
    ["vary", "60:0-0.5 62:1.5-2 65:8-8.5"],
    ["continue", "60:0-0.5 62:1.5-2"],
  ] as const)("%s gives what is around or before", (way, expected) => {
    const request = requestFor(piece, track, melody, way, [{ start: 4, end: 12 }], { seed: { intValue: 3 } });
    const given = request.inputSequence!.notes!.map(({ pitch, startTime, endTime }) => `${pitch}:${startTime}-${endTime}`).join(" ");
    expect(given).toBe(expected);
    expect(request.generatorOptions).toEqual({ generateSections: [{ startTime: 2, endTime: 6 }], args: { seed: { intValue: 3 } } });
    expect(request.inputSequence!.textAnnotations).toBeUndefined();
  });
  it("gives chords to those that chords condition", () => {
    const request = requestFor(piece, track, { ...melody, control: "chords" }, "vary", [{ start: 4, end: 12 }], {});
    expect(request.inputSequence!.textAnnotations).toHaveLength(1);
  });
  it("take from an answer what is new, and what is held longer", () => {
    const stretches = [{ start: 4, end: 12 }];
    const request = requestFor(piece, track, melody, "vary", stretches, {});
    const answer = {
      notes: [
        { pitch: 60, velocity: 80, startTime: 0, endTime: 0.5 },
        { pitch: 62, velocity: 80, startTime: 1.5, endTime: 2.5 },
        { pitch: 65, velocity: 80, startTime: 8, endTime: 8.5 },
        { pitch: 70, velocity: 100, startTime: 2.5, endTime: 6 },
        { pitch: 48, velocity: 100, startTime: 3, endTime: 3.5, isDrum: true },
      ],
    };
    const made = madeBy(answer, request, piece, false);
    const dump = withMade(piece, id, stretches, made).tracks[0]!.notes.map((one) => `${one.pitch}:${one.start}-${one.end}`).join(" ");
    expect(dump).toBe("60:0-1 62:3-5 70:5-12 65:16-17");
  });
  it("are made by generators of the track's kind", () => {
    expect([melody, { id: "d", kind: "drum track" }, { id: "l", kind: "lead sheet" }].map((one) => fitsTrack(one, track))).toEqual([true, false, true]);
  });
});
