import { describe, expect, it } from "vitest";
import type { ScoreEvent } from "../api/types";
import { Places } from "../music/places";
import { mostLookedBack, nameOfStep } from "./names";
import { notesOf } from "./surprise";

/** Sixteenths at 120 quarters a minute. */
const event = (step: number, what: string, pitches: number[] = [], attention?: number[]): ScoreEvent => ({
  time: step / 8,
  endTime: (step + 1) / 8,
  step,
  event: what,
  pitches,
  bits: 1,
  ...(attention ? { distribution: { pitches: {}, hold: 1, rest: 0, attention } } : {}),
});
const weights = [0.5, 0.3, 0.15, 0.05];
/** The first step, 0, is not listed. */
const events = [event(1, "C4", [60]), event(2, "hold"), event(3, "rest"), event(4, "hold"), event(5, "E4", [64, 67], weights), event(6, "hold", [], weights)];
const scored = { events, notes: notesOf(events) };

describe("names of steps", () => {
  it("say what sounds, and what is held", () => {
    expect([-1, 0, 1, 2, 3, 4, 5].map((index) => nameOfStep(scored, index, false))).toEqual([
      "first step", "C4", "C4 held", "rest", "hold", "E4 G4", "E4 G4 held",
    ]);
  });
  it("of drums say what is struck; nothing is held", () => {
    const events = [event(0, "36", [36, 42]), event(1, "hold")];
    expect([0, 1].map((index) => nameOfStep({ events, notes: notesOf(events, true) }, index, true))).toEqual(["Bass Drum, Closed Hi-hat", "no drum"]);
  });
  it("tell where a model looked back most, and what lies before the music", () => {
    const places = new Places({});
    expect(mostLookedBack(scored, 5, 2, false, places)).toBe("Bar 1, beat 2 (hold) 50 %, Bar 1, beat 1.75 (rest) 30 %");
    expect(mostLookedBack(scored, 4, 1, false, places)).toBe("Bar 1, beat 1.75 (rest) 50 %");
    const early = [event(1, "C4", [60]), event(2, "hold", [], weights)];
    expect(mostLookedBack({ events: early, notes: notesOf(early) }, 1, 3, false, places)).toBe("Bar 1, beat 1 (first step) 50 %, before the tune 50 %");
    expect(mostLookedBack(scored, 0, 3, false, places)).toBe("");
  });
});
