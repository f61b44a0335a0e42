import { describe, expect, it } from "vitest";
import { BarMap, TempoMap } from "./time";

describe("TempoMap", () => {
  const map = new TempoMap([
    { at: 0, qpm: 120 },
    { at: 4, qpm: 60 },
    { at: 6, qpm: 240 },
  ]);
  it.each([
    [0, 0],
    [2, 1],
    [4, 2],
    [5, 3],
    [6, 4],
    [10, 5],
    [-2, -1],
  ])("%f quarters are %f seconds", (quarters, seconds) => {
    expect(map.toSeconds(quarters)).toBeCloseTo(seconds, 12);
    expect(map.toQuarters(seconds)).toBeCloseTo(quarters, 12);
  });
  it("reads tempos at seconds, and says 120 where there is none", () => {
    expect(TempoMap.ofSeconds([{ qpm: 120 }, { time: 2, qpm: 60 }]).toSeconds(5)).toBeCloseTo(3, 12);
    expect(TempoMap.ofSeconds([{ time: 2, qpm: 60 }]).toQuarters(3)).toBeCloseTo(5, 12);
    expect(new TempoMap([{ at: 0, qpm: 0 }]).qpmAt(3)).toBe(120);
  });
});

describe("BarMap", () => {
  const waltz = new BarMap([
    { at: 0, numerator: 1, denominator: 4 },
    { at: 1, numerator: 3, denominator: 4 },
    { at: 7, numerator: 6, denominator: 8 },
  ]);
  it("counts a pickup as bar 0, and goes on through meters", () => {
    expect(waltz.between(0, 13).map(({ number, start, end }) => [number, start, end])).toEqual([
      [0, 0, 1],
      [1, 1, 4],
      [2, 4, 7],
      [3, 7, 10],
      [4, 10, 13],
    ]);
  });
  it("cuts a bar where the next meter begins", () => {
    const cut = new BarMap([
      { at: 0, numerator: 4, denominator: 4 },
      { at: 6, numerator: 4, denominator: 4 },
    ]);
    expect(cut.between(0, 10).map(({ number, start, end }) => [number, start, end])).toEqual([
      [1, 0, 4],
      [2, 4, 6],
      [3, 6, 10],
    ]);
  });
  it("counts no bars of meters that have no length, or too little", () => {
    for (const [numerator, denominator] of [[1, 1e9], [0, 4], [4, 0], [4, -4], [1e308, 1]] as const) {
      expect(new BarMap([{ at: 0, numerator, denominator }]).between(0, 8)).toHaveLength(2);
    }
    expect(new BarMap([{ at: 0, numerator: 1, denominator: 256 }]).between(0, 1)).toHaveLength(64);
  });
  it("snaps within bars, to triplets too", () => {
    expect(waltz.snap(1.3, 1 / 4)).toBe(1.25);
    expect(waltz.snap(1.3, 1 / 3)).toBeCloseTo(4 / 3, 12);
    expect(waltz.snapDown(1.99, 1 / 2)).toBe(1.5);
    expect(waltz.snap(-1, 1 / 2)).toBe(0);
    expect(waltz.lineFrom(1.5)).toBe(4);
    expect(waltz.lineFrom(4)).toBe(4);
  });
});
