import { expect, it } from "vitest";
import { isBlackKey, pitchName } from "./pitch_names";

it("pitches have names, black keys the usual ones", () => {
  expect([60, 61, 63, 68, 21, 108, 0].map(pitchName)).toEqual(["C4", "C♯4", "E♭4", "A♭4", "A0", "C8", "C-1"]);
  expect([60, 61, 64, 70].map(isBlackKey)).toEqual([false, true, false, true]);
});
