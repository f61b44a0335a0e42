import { describe, expect, it } from "vitest";
import type { Curves } from "../api/types";
import { bestOf, pathOf, scaleOf, thinned, ticksOf } from "./curves";

const box = { left: 40, top: 10, width: 200, height: 100 };
const curves: Curves = { training: [[0, 1], [50, 0.5]], heldOut: [[20, 0.8], [40, 0.6], [60, 0.7]], before: 0.9 };

describe("curves", () => {
  it.each([
    [0, 100, 5, [0, 20, 40, 60, 80, 100]],
    [0.45, 1.05, 4, [0.6, 0.8, 1]],
    [0, 7, 5, [0, 2, 4, 6]],
    [3, 3, 5, [3]],
    [0, Infinity, 5, [0]],
  ])("ticks from %d to %d, about %d", (low, high, count, wanted) => expect(ticksOf(low, high, count)).toEqual(wanted));
  it("all that is known lies in the box, the end of the training at its right", () => {
    const scale = scaleOf(curves, 100, box);
    expect([scale.x(0), scale.x(100)]).toEqual([40, 240]);
    for (const loss of [1, 0.5, 0.9]) {
      expect(scale.y(loss)).toBeGreaterThan(10);
      expect(scale.y(loss)).toBeLessThan(110);
    }
    expect(scale.y(1)).toBeLessThan(scale.y(0.5));
  });
  it("nothing known is a chart too", () => {
    const scale = scaleOf({ training: [], heldOut: [], before: null }, 0, box);
    expect(Number.isFinite(scale.y(0.5)) && Number.isFinite(scale.x(0))).toBe(true);
    const flat = scaleOf({ training: [[0, 0.5]], heldOut: [], before: 0.5 }, 0, box);
    expect(Number.isFinite(flat.y(0.5))).toBe(true);
  });
  it("a loss that is no number is a gap", () => {
    const scale = scaleOf(curves, 100, { left: 0, top: 0, width: 100, height: 100 });
    expect(pathOf([[0, 1], [10, NaN], [20, 1]], scale)).toMatch(/^M0\.0 [\d.]+M20\.0 [\d.]+$/);
    expect(pathOf([], scale)).toBe("");
  });
  it("the best is the lowest held-out loss", () => {
    expect(bestOf(curves)).toEqual([40, 0.6]);
    expect(bestOf({ ...curves, heldOut: [] })).toBeNull();
  });
  it("many points are thinned out, the last stays", () => {
    expect(thinned([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([1, 4, 7]);
    expect(thinned([1, 2], 3)).toEqual([1, 2]);
  });
});
