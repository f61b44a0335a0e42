import { describe, expect, it } from "vitest";
import type { ScoreEvent } from "../api/types";
import { lookedBack, stepsBefore, strongest } from "./attention";

const event = (step: number, attention?: number[]): ScoreEvent => ({
  time: step / 4,
  endTime: (step + 1) / 4,
  step,
  event: "hold",
  bits: 1,
  distribution: { pitches: {}, hold: 1, rest: 0, ...(attention ? { attention } : {}) },
});
const weights = [0.5, 0.25, 0.15, 0.1];
/** The first step, 0, is not listed. */
const tune = [1, 2, 3, 4, 5, 6, 7].map((step) => event(step, weights));
const shares = (index: number, events = tune) => lookedBack(events, index)?.steps.map(({ index, weight }) => [index, weight]);

describe("attention", () => {
  it("weighs the steps before the one just heard, newest first", () => {
    expect(shares(6)).toEqual([
      [4, 0.5],
      [3, 0.25],
      [2, 0.15],
      [1, 0.1],
    ]);
    expect(lookedBack(tune, 6)).toMatchObject({ before: 0, even: 0.25 });
    expect(lookedBack(tune, 6)!.steps[0]).toMatchObject({ start: 5 / 4, end: 6 / 4 });
  });
  it("the first step is a memory though no score lists it; what lies before it is nothing", () => {
    expect(shares(0)).toEqual([]);
    expect(lookedBack(tune, 0)?.before).toBeCloseTo(1, 12);
    expect(shares(1)).toEqual([[-1, 0.5]]);
    expect(lookedBack(tune, 1)!.steps[0]).toMatchObject({ start: 0, end: 1 / 4 });
    expect(lookedBack(tune, 1)?.before).toBeCloseTo(0.5, 12);
    expect(shares(2)).toEqual([
      [0, 0.5],
      [-1, 0.25],
    ]);
  });
  it("a stretch after a change of tempo begins anew", () => {
    const two = [...tune, event(9, weights), event(10, weights), event(11, weights)];
    expect(shares(9, two)).toEqual([
      [7, 0.5],
      [-1, 0.25],
    ]);
    expect(stepsBefore(two, 7, 5)).toEqual([{ index: -1, start: 2, end: 9 / 4 }]);
  });
  it("is nothing where a model has none, or nothing is chosen", () => {
    expect(lookedBack([event(1)], 0)).toBeNull();
    expect(lookedBack(tune, -1)).toBeNull();
    expect(lookedBack([], 0)).toBeNull();
  });
  it("tells the strongest first", () => {
    const risen = [...tune.slice(0, 6), event(7, [0.1, 0.2, 0.6, 0.1])];
    expect(strongest(lookedBack(risen, 6)!, 2).map(({ index, weight }) => [index, weight])).toEqual([
      [2, 0.6],
      [3, 0.2],
    ]);
  });
});
