import { describe, expect, it } from "vitest";
import { clicksBetween, countIn } from "./metronome";

const times = (piece: Parameters<typeof clicksBetween>[0], from: number, to: number) =>
  clicksBetween(piece, from, to).map(({ time, isBar }) => `${Number(time.toFixed(4))}${isBar ? "!" : ""}`);

describe("metronome", () => {
  it.each([
    [{}, 0, 2.5, ["0!", "0.5", "1", "1.5", "2!"]],
    [{ tempos: [{ qpm: 60 }], timeSignatures: [{ numerator: 3, denominator: 4 }] }, 1, 4, ["1", "2", "3!"]],
    [{ tempos: [{ qpm: 60 }], timeSignatures: [{ numerator: 6, denominator: 8 }] }, 0, 3.5, ["0!", "0.5", "1", "1.5", "2", "2.5", "3!"]],
    [{ tempos: [{ qpm: 60 }, { time: 1.5, qpm: 120 }] }, 0, 2.5, ["0!", "1", "1.75", "2.25"]],
    [{ timeSignatures: [{ time: 1, numerator: 2, denominator: 4 }] }, 0, 2.5, ["0!", "0.5", "1!", "1.5", "2!"]],
  ])("clicks on the beats of %j", (piece, from, to, expected) => {
    expect(times(piece, from, to)).toEqual(expected);
  });
  it("counts in", () => {
    expect(countIn({ tempos: [{ qpm: 60 }] }, 0, 1).map(({ before }) => before)).toEqual([4, 3, 2, 1]);
  });
});
