import { describe, expect, it } from "vitest";
import { cellsOf, columnOfStream, columnsOfScore, opacityOf, pitchRange, secondsOf, stripOf, xOf, yOf, type Frame } from "./heat_map";

const frame: Frame = { left: 40, top: 10, pixelsPerSecond: 100, rowHeight: 8, low: 60, high: 72 };
const distribution = { pitches: { 60: 0.25, 72: 0.04, 80: 0.5, 61: 0.001 }, hold: 0.16, rest: 0 };

describe("heat map", () => {
  it("columns are steps of a score or of a stream", () => {
    const scored = columnsOfScore([
      { time: 1, endTime: 1.125, step: 8, event: "C4", bits: 2, distribution },
      { time: 1.125, endTime: 1.25, step: 9, event: "hold", bits: 0 },
    ]);
    expect(scored).toEqual([columnOfStream({ ...distribution, time: 1, step: 8 }, 0.125)]);
  });
  it("cells stand where pitch and time are; rows outside and what is nearly 0 are none", () => {
    const columns = [columnOfStream({ ...distribution, time: 1, step: 8 }, 0.5)];
    expect(cellsOf(columns, frame, 0, 9)).toEqual([
      { x: 140, y: 10 + 12 * 8, width: 50, height: 8, opacity: 0.5 },
      { x: 140, y: 10, width: 50, height: 8, opacity: 0.2 },
    ]);
    expect(cellsOf(columns, frame, 2, 9)).toEqual([]);
    expect(stripOf(columns, frame, 200, 12, 0, 9).map(({ y, opacity }) => [y, opacity])).toEqual([
      [200, 0.4],
      [212, 0],
    ]);
  });
  it("pixels and seconds are each other's inverse", () => {
    expect(secondsOf(frame, xOf(frame, 1.5))).toBe(1.5);
    expect([yOf(frame, 72), yOf(frame, 71)]).toEqual([10, 18]);
  });
  it("more probable is never lighter", () => {
    const shades = [0, 0.001, 0.01, 0.1, 0.5, 1, 1.1].map(opacityOf);
    expect(shades).toEqual([...shades].sort((a, b) => a - b));
    expect([shades[0], shades[5]]).toEqual([0, 1]);
  });
  it("shows all notes and all that is probable, and never too few rows", () => {
    expect(pitchRange([], [])).toEqual({ low: 57, high: 75 });
    expect(pitchRange([40], [columnOfStream({ ...distribution, time: 0, step: 0 }, 1)])).toEqual({ low: 40, high: 80 });
    expect(pitchRange([0], [])).toEqual({ low: 0, high: 18 });
  });
});
