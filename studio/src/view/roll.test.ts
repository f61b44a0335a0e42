import { describe, expect, it } from "vitest";
import type { PieceNote } from "../music/piece";
import { BarMap } from "../music/time";
import { Roll, notesWithin, rowsOf, type RollScene, type RollTrack } from "./roll";

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

/** A roll of 1000 by 600 pixels. */
function rollOf(scene: RollScene): Roll {
  const roll = new Roll(scene);
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
