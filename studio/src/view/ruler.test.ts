import { describe, expect, it } from "vitest";
import { BarMap } from "../music/time";
import { remembered, rulerTexts } from "./ruler";

describe("the ruler", () => {
  it("writes what has room: marks with the numbers of their bars, then other numbers", () => {
    const bars = new BarMap([{ at: 0, numerator: 6, denominator: 8 }]);
    const shown = (perQuarter: number, marks = [{ at: 0, text: "6/8 ♩=120" }]) =>
      rulerTexts({ bars, marks }, { from: 0, to: 30, perQuarter, xOf: (at) => at * perQuarter }, (text) => text.length * 7).map(({ x, text }) => [Math.round(x), text]);
    // Bars of 36 pixels: the mark goes from 20 to 83, over bars 2 and 3.
    expect(shown(12).slice(0, 4)).toEqual([[5, "1"], [20, "6/8 ♩=120"], [113, "4"], [149, "5"]]);
    expect(shown(100).slice(0, 3)).toEqual([[5, "1"], [20, "6/8 ♩=120"], [305, "2"]]);
    const row = shown(12, [{ at: 0, text: "6/8" }, { at: 3, text: "♩=90" }, { at: 13, text: "♩=80" }]);
    expect(row).toContainEqual([161, "♩=80"]);
    expect(row.map(([, text]) => text)).not.toContain("♩=90"); // would touch the first
  });
  it("of a thousand changes of tempo measures each text once, and no more from frame to frame", () => {
    const marks = Array.from({ length: 1000 }, (_, i) => ({ at: i, text: `♩=${100 + i / 10}` }));
    let measured = 0;
    const widthOf = remembered((text) => (++measured, text.length * 7));
    let places = 0;
    const frame = (from: number) => {
      const xOf = (at: number) => (++places, (at - from) * 40);
      return rulerTexts({ bars: new BarMap([]), marks }, { from, to: from + 25, perQuarter: 40, xOf }, widthOf);
    };
    const first = frame(900);
    expect(first.filter(({ kind }) => kind === "mark").length).toBeGreaterThan(200);
    const once = measured;
    expect(once).toBeLessThan(1000);
    places = 0;
    expect(frame(900)).toEqual(first);
    expect(measured).toBe(once);
    expect(places).toBeLessThan(1000); // one look at each mark
    // Scrolled on, the same marks are there.
    const marksIn = (texts: typeof first) => texts.filter(({ kind }) => kind === "mark").map(({ text }) => text);
    expect(marksIn(frame(905)).slice(0, 230)).toEqual(marksIn(first).slice(0, 230));
  });
});
