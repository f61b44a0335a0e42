import { describe, expect, it } from "vitest";
import { applyDelta, deltaBetween, type Delta } from "./delta";

const [a, b, c] = [{ n: 1 }, { n: 2 }, { n: 3 }];
const rows: [what: string, old: unknown, next: unknown, most: number][] = [
  ["a value", 1, "two", 12],
  ["nothing", { a }, { a }, 25],
  ["a field, one more, one less", { name: "x", a, gone: 1 }, { name: "y", a, more: [1] }, 90],
  ["a field that is null", { a }, { a: null }, 50],
  ["an item in the middle", [a, b, c], [a, { n: 5 }, c], 90],
  ["an item that came", [a, b], [a, c, b], 50],
  ["an item that went", [a, b, c], [a, c], 30],
  ["items in another order", [a, b, c], [c, a, b], 30],
  ["what lies deep", { list: [{ deep: [a, b] }, c] }, { list: [{ deep: [a] }, c] }, 140],
];

describe("a delta", () => {
  it.each(rows)("of %s is small, survives JSON and leads there", (_, old, next, most) => {
    const text = JSON.stringify(deltaBetween(old, next));
    expect(applyDelta(old, JSON.parse(text) as Delta)).toEqual(next);
    expect(text.length).toBeLessThanOrEqual(most);
  });
  it("shares what stays", () => {
    const old = { list: [a, b], other: c };
    const next = applyDelta(old, deltaBetween(old, { ...old, list: [b] })) as typeof old;
    expect([next.list[0] === b, next.other === c]).toEqual([true, true]);
  });
});
