import { describe, expect, it } from "vitest";
import { givenPiece, packLink, unpackLink, type LinkedResult } from "./link";

const result: LinkedResult = {
  form: 1,
  model: "lookback_rnn",
  name: "Tune – 1",
  track: { name: "Flute", program: 73, isDrum: false },
  request: {
    inputSequence: { notes: Array.from({ length: 300 }, (_, i) => ({ pitch: 60 + (i % 12), velocity: 80, startTime: i / 3, endTime: (i + 1) / 3 })) },
    generatorOptions: { generateSections: [{ startTime: 100, endTime: 104 }], args: { seed: { intValue: 7 }, temperature: { floatValue: 0.1 } } },
  },
};

describe("links", () => {
  it("say all of a request, in letters that an address may have", async () => {
    const packed = await packLink(result);
    expect(packed).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(packed.length).toBeLessThan(8000);
    expect(await unpackLink(packed)).toEqual(result);
  });
  it("that are cut, broken or of another form are none", async () => {
    const packed = await packLink(result);
    expect(await unpackLink(packed.slice(0, 100))).toBeNull();
    expect(await unpackLink("%%")).toBeNull();
    expect(await unpackLink("")).toBeNull();
    const input = result.request.inputSequence!;
    for (const wrong of [
      { ...input, notes: [null] },
      { ...input, notes: [{ pitch: null, startTime: 0, endTime: 1 }] },
      { ...input, notes: [{ pitch: 600, startTime: 0, endTime: 1 }] },
      { ...input, notes: [{ pitch: 60, startTime: "0", endTime: 1 }] },
      { ...input, tempos: [null] },
      { ...input, textAnnotations: ["C"] },
    ]) {
      const request = { ...result.request, inputSequence: wrong } as LinkedResult["request"];
      expect(await unpackLink(await packLink({ ...result, request }))).toBeNull();
    }
    const generatorOptions = { generateSections: [null] } as unknown as LinkedResult["request"]["generatorOptions"] & object;
    expect(await unpackLink(await packLink({ ...result, request: { ...result.request, generatorOptions } }))).toBeNull();
    expect(await unpackLink(await packLink({ ...result, form: 2 } as unknown as LinkedResult))).toBeNull();
  });
  it("bring the chords that were played to, with notes before and without", () => {
    const textAnnotations = [
      { time: 0, text: "Am", annotationType: "CHORD_SYMBOL" as const },
      { time: 2, text: "F", annotationType: "CHORD_SYMBOL" as const },
    ];
    for (const notes of [[], result.request.inputSequence!.notes!]) {
      const piece = givenPiece({ ...result, request: { ...result.request, inputSequence: { textAnnotations, notes } } });
      expect(piece.chords).toEqual([{ at: 0, text: "Am" }, { at: 4, text: "F" }]);
      expect(piece.tracks.map(({ name, notes: of }) => [name, of.length])).toEqual([["Flute", notes.length]]);
      expect(piece.nextId).toBeGreaterThan(Math.max(piece.tracks[0]!.id, ...piece.tracks[0]!.notes.map(({ id }) => id)));
    }
  });
});
