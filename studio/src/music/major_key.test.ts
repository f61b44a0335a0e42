import { describe, expect, it } from "vitest";
import { majorKeyName, relativeMinorName, settleMajorKey } from "./major_key";

const [C, G, D] = [0, 7, 2];
/** A scale's common notes, then so many F (in C alone) and F sharp (in G alone). */
const notes = (fs: number, sharps: number) => [60, 62, 64, 67, 69, 71, ...new Array<number>(fs).fill(65), ...new Array<number>(sharps).fill(66)];

describe("the major key", () => {
  // As SettleMajorKey's of magenta/music/key_test.cc.
  it.each([
    [notes(0, 0), null, C],
    [notes(0, 1), null, G],
    [notes(0, 0), G, G],
    [notes(1, 0), G, G],
    [notes(2, 0), G, G],
    [notes(3, 0), G, C],
    [notes(6, 3), G, C],
    [[...new Array<number>(100).fill(67), 65, 65, 65], G, G],
    [[62, 64, 66, 67, 69, 71, 73], null, D],
    [[], null, null],
    [[], G, G],
  ])("of %j, %s held, is %s", (pitches, held, key) => {
    expect(settleMajorKey(pitches, held)).toBe(key);
  });
  it("has a name, and a minor key of the same notes", () => {
    expect([0, 1, 7, 10].map((key) => `${majorKeyName(key)} ${relativeMinorName(key)}`)).toEqual(["C A", "Db Bb", "G E", "Bb G"]);
  });
});
