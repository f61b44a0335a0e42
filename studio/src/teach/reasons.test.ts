import { expect, it } from "vitest";
import { reasonsOf } from "./reasons";

it("reasons that read alike are summed", () => {
  const remedy = { text: "Keep short ones", option: "min_bars", value: 3 };
  const damaged = "They are damaged.";
  expect(
    reasonsOf([
      { reason: "short", count: 30, text: "They are short.", remedy },
      { reason: "unreadable", count: 20, text: damaged, remedy: null },
      { reason: "truncated", count: 15, text: damaged, remedy: null },
    ]),
  ).toEqual([
    { reason: "unreadable", count: 35, text: damaged, remedy: null },
    { reason: "short", count: 30, text: "They are short.", remedy },
  ]);
});
