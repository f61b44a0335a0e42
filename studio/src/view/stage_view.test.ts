import { describe, expect, it } from "vitest";
import { pitchRange, viewAt } from "./stage_view";

describe("the stage", () => {
  it("shows two octaves at least, and every note", () => {
    expect(pitchRange([])).toEqual({ low: 56, high: 80 });
    expect(pitchRange([30, 100])).toEqual({ low: 28, high: 102 });
    expect(pitchRange([0, 127])).toEqual({ low: 0, high: 127 });
  });
  it("scrolls under a play head that stands", () => {
    expect(viewAt(10, 1000, 10, false)).toEqual({ from: 6, scale: 100 });
  });
  it("turns pages for those who want less motion, the head always on them", () => {
    for (let now = 0; now < 40; now += 0.5) {
      const { from } = viewAt(now, 1000, 10, true);
      expect(now - from).toBeGreaterThanOrEqual(0);
      expect(now - from).toBeLessThan(10);
    }
    expect(viewAt(1, 1000, 10, true).from).toBe(viewAt(7.9, 1000, 10, true).from);
  });
});
