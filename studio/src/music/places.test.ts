import { expect, it } from "vitest";
import { Places } from "./places";

it("bars and beats go through changes of tempo and meter", () => {
  const places = new Places({
    tempos: [{ qpm: 120 }, { time: 2, qpm: 60 }],
    timeSignatures: [{ numerator: 4, denominator: 4 }, { time: 2, numerator: 6, denominator: 8 }],
  });
  expect([0, 0.75, 2, 2.5, 5].map((seconds) => places.at(seconds))).toEqual([
    { bar: 1, beat: 1 },
    { bar: 1, beat: 2.5 },
    { bar: 2, beat: 1 },
    { bar: 2, beat: 2 },
    { bar: 3, beat: 1 },
  ]);
  expect(places.until(5.1).map(({ bar, seconds }) => [bar.number, seconds])).toEqual([[1, 0], [2, 2], [3, 5]]);
});

it("music without tempo and meter is 4/4 at 120", () => {
  expect(new Places({}).at(2.25)).toEqual({ bar: 2, beat: 1.5 });
});
