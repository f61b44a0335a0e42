import { describe, expect, it, vi } from "vitest";
import type { PieceNote } from "../music/piece";
import { BarMap } from "../music/time";
import { Roll, notesWithin, rowsOf, rulerTexts, type RollScene, type RollTrack } from "./roll";

const note = (id: number, pitch: number, start: number, end: number): PieceNote => ({ id, pitch, velocity: 80, start, end });
const track = (notes: PieceNote[], isDrum = false): RollTrack => ({ id: 1, colour: 0, isDrum, notes });
const sceneOf = (tracks: RollTrack[], isDrum = false): RollScene => ({
  subject: "",
  bars: new BarMap([]),
  length: 64,
  isDrum,
  tracks,
  chords: [],
  marks: [],
  grid: 0.25,
  selected: new Set(),
  section: null,
  frame: null,
  cursor: null,
});

/** A roll of 1000 by 600 pixels, without a screen. */
function rollOf(scene: RollScene): Roll {
  vi.stubGlobal("window", { devicePixelRatio: 2 });
  const roll = new Roll({ style: {} } as HTMLCanvasElement, scene);
  roll.resize(1000, 600);
  return roll;
}

describe("Roll", () => {
  it("shows all: the times of a piece and its pitches, as far as rows may shrink", () => {
    const roll = rollOf(sceneOf([]));
    roll.resize(1000, 450);
    for (const [low, high] of [[38, 81], [60, 64], [0, 20]] as const) {
      const fit = roll.fitTo([note(1, high, 0, 1), note(2, low, 90, 100)]);
      Object.assign(roll, fit);
      const t = roll.transform();
      expect(t.yOf(high)).toBeGreaterThanOrEqual(t.top);
      expect(t.yOf(low) + t.rowHeight).toBeLessThanOrEqual(t.height);
      expect(t.xOf(100)).toBeLessThanOrEqual(t.width);
      expect(fit.rowHeight).toBeLessThanOrEqual(14);
    }
  });
  it("writes on the ruler what has room: marks with the numbers of their bars, then other numbers", () => {
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
  it("finds the notes that are visible, long ones that began before too", () => {
    const notes = [note(1, 60, 0, 20), note(2, 60, 1, 2), note(3, 60, 9, 11), note(4, 60, 12, 13), note(5, 60, 30, 31)];
    expect(notesWithin(notes, 10, 20).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(notesWithin([...notes].slice(3), 14, 20)).toEqual([]);
    expect(notesWithin([], 0, 1)).toEqual([]);
  });
  it("has a row for each pitch; for drums those of the map and what else is struck", () => {
    expect(rowsOf(sceneOf([]))).toHaveLength(128);
    expect(rowsOf(sceneOf([track([note(1, 22, 0, 1)], true)], true)).slice(-2)).toEqual([35, 22]);
  });
  it("places and pixels go both ways, scrolled and zoomed", () => {
    const roll = rollOf(sceneOf([]));
    roll.scrollX = 300;
    roll.scrollY = 700;
    roll.perQuarter = 100;
    const t = roll.transform();
    expect(t.quartersAt(t.xOf(7.25))).toBeCloseTo(7.25, 9);
    expect([127, 60, 0].map((pitch) => t.pitchAt(t.yOf(pitch) + 1))).toEqual([127, 60, 0]);
    expect([t.from, t.to]).toEqual([3, 3 + (1000 - t.left) / 100]);
  });
  it("meets notes, their ends, and what is around", () => {
    const roll = rollOf(sceneOf([track([note(1, 127, 1, 2), note(2, 127, 1.5, 2)]), { ...track([note(3, 120, 1, 2)]), isBehind: true }]));
    roll.perQuarter = 100;
    const t = roll.transform();
    const at = (quarters: number, pitch: number) => {
      const hit = roll.hit(t.xOf(quarters), t.yOf(pitch) + 2);
      return hit.area === "notes" ? [hit.note?.id ?? 0, hit.isEnd] : hit.area;
    };
    expect(at(1.1, 127)).toEqual([1, false]);
    expect(at(1.6, 127)).toEqual([2, false]);
    expect(at(1.98, 127)).toEqual([2, true]);
    expect(at(1.5, 126)).toEqual([0, false]);
    expect(at(1.5, 120)).toEqual([0, false]);
    expect([roll.hit(500, 5).area, roll.hit(500, 40).area, roll.hit(5, 300).area]).toEqual(["bars", "chords", "keys"]);
  });
});
