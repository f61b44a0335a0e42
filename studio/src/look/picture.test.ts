import { expect, it } from "vitest";
import { frameOf, namedRows } from "./picture";

it("names of drums stand where drums are struck, and do not touch", () => {
  const frame = frameOf({ low: 35, high: 81 }, 10, true);
  const used = new Set([36, 38, 42, 78, 79, 81]);
  expect(frame.rowHeight).toBe(7);
  expect(namedRows({ isDrum: true, used }, frame)).toEqual([36, 38, 42, 78, 81]);
  expect(namedRows({ isDrum: true, used }, frameOf({ low: 66, high: 81 }, 10, true))).toEqual([78, 79, 81]);
  expect(namedRows({ isDrum: false, used }, frameOf({ low: 58, high: 81 }, 10, false))).toEqual([60, 72]);
});
