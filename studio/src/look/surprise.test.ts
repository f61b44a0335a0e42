import { describe, expect, it } from "vitest";
import type { ScoreEvent } from "../api/types";
import { eventAt, expectedOf, heightOfBits, nextNote, notesOf, probabilityOf, sums, surpriseOf } from "./surprise";

const event = (step: number, what: string, bits: number, pitches: number[] = []): ScoreEvent => ({
  time: step / 8,
  endTime: (step + 1) / 8,
  step,
  event: what,
  pitches,
  bits,
});
const tune = [event(0, "C4", 2, [60]), event(1, "hold", 0.5), event(2, "rest", 3), event(3, "hold", 0.1), event(4, "E4", 1.25, [64])];

describe("surprise", () => {
  it("notes last as long as they are held; what holds silence holds no note", () => {
    expect(notesOf(tune).map(({ start, end, bits, index }) => [start, end, bits, index])).toEqual([
      [0, 0.25, 2, 0],
      [0.5, 0.625, 1.25, 4],
    ]);
  });
  it("what is shown sums to all", () => {
    const { notes, others, all } = sums(tune);
    expect([notes, others]).toEqual([3.25, 3.6]);
    expect(all).toBeCloseTo(6.85, 12);
  });
  it("a bit is a half", () => {
    expect([0, 1, 3].map(probabilityOf)).toEqual([1, 0.5, 0.125]);
    expect([-1, 0, 4, 8, 20].map(heightOfBits)).toEqual([0, 0, 0.5, 1, 1]);
    expect([0, 2, 2.1, 5, 9].map(surpriseOf)).toEqual(["calm", "calm", "some", "some", "hot"]);
  });
  it("expected: the most probable, and what happened however improbable", () => {
    const expected = expectedOf({ pitches: { 60: 0.01, 62: 0.5, 64: 0.2 }, hold: 0.29, rest: 0 }, tune[0]!, 2);
    expect(expected).toEqual([
      { what: 62, probability: 0.5, happened: false },
      { what: "hold", probability: 0.29, happened: false },
      { what: 60, probability: 0.01, happened: true },
    ]);
  });
  it("is found by time and by arrow", () => {
    const score = { model: "m", logLikelihood: 0, bits: 0, bitsPerNote: 0, notes: [], events: tune };
    expect([-1, 0, 0.2, 0.5, 99].map((time) => eventAt(score, time))).toEqual([0, 0, 1, 4, 4]);
    expect(eventAt({ ...score, events: [] }, 1)).toBe(-1);
    expect([nextNote(tune, 0, 1), nextNote(tune, 3, -1), nextNote(tune, 4, 1)]).toEqual([4, 0, 4]);
  });
});
