// The heat map's geometry, without a canvas: where on a roll each probability stands, and how dark it is.
import type { Distribution, ScoreEvent } from "../api/types";

/** One step: what the model held for probable there. */
export interface Column {
  /** Seconds. */
  start: number;
  end: number;
  pitches: [pitch: number, probability: number][];
  hold: number;
  rest: number;
}

const column = (start: number, end: number, from: Pick<Distribution, "pitches" | "hold" | "rest">): Column => ({
  start,
  end,
  pitches: Object.entries(from.pitches).map(([pitch, probability]) => [Number(pitch), probability]),
  hold: from.hold,
  rest: from.rest,
});

export function columnsOfScore(events: ScoreEvent[]): Column[] {
  return events.flatMap((event) => (event.distribution ? [column(event.time, event.endTime, event.distribution)] : []));
}

/** Of a stream's event; `stepSeconds` is how long a step lasts. */
export const columnOfStream = (one: Distribution, stepSeconds: number): Column => column(one.time, one.time + stepSeconds, one);

/** Probabilities under this are left white, and no reason to show a row. */
export const leastShown = 0.005;

/** How opaque a probability is drawn, 0 to 1: a root, so that a hundredth is seen and a half is not all. */
export const opacityOf = (probability: number) => (probability < leastShown ? 0 : Math.sqrt(Math.min(1, probability)));

/** Lowest and highest row: all notes, all that is probable, and at least an octave and a half. */
export function pitchRange(notePitches: number[], columns: Column[]): { low: number; high: number } {
  let low = 127;
  let high = 0;
  const take = (pitch: number) => {
    low = Math.min(low, pitch);
    high = Math.max(high, pitch);
  };
  notePitches.forEach(take);
  for (const { pitches } of columns) {
    for (const [pitch, probability] of pitches) {
      if (probability >= 0.02) take(pitch);
    }
  }
  if (low > high) [low, high] = [60, 72];
  while (high - low < 18) {
    low = Math.max(0, low - 1);
    high = Math.min(127, high + 1);
  }
  return { low, high };
}

/** How seconds and pitches become pixels. */
export interface Frame {
  left: number;
  top: number;
  pixelsPerSecond: number;
  rowHeight: number;
  low: number;
  high: number;
}

export const xOf = (frame: Frame, seconds: number) => frame.left + seconds * frame.pixelsPerSecond;
export const secondsOf = (frame: Frame, x: number) => (x - frame.left) / frame.pixelsPerSecond;
/** The upper edge of the pitch's row. */
export const yOf = (frame: Frame, pitch: number) => frame.top + (frame.high - pitch) * frame.rowHeight;
export const heightOf = (frame: Frame) => (frame.high - frame.low + 1) * frame.rowHeight;

export interface Cell {
  x: number;
  y: number;
  width: number;
  height: number;
  opacity: number;
}

/** The cells of the columns that lie between `from` and `to` seconds; rows outside the frame are left out. */
export function cellsOf(columns: Column[], frame: Frame, from: number, to: number): Cell[] {
  const cells: Cell[] = [];
  for (const { start, end, pitches } of columns) {
    if (end < from || start > to) continue;
    const x = xOf(frame, start);
    const width = xOf(frame, end) - x;
    for (const [pitch, probability] of pitches) {
      const opacity = opacityOf(probability);
      if (opacity === 0 || pitch < frame.low || pitch > frame.high) continue;
      cells.push({ x, y: yOf(frame, pitch), width, height: frame.rowHeight, opacity });
    }
  }
  return cells;
}

/** Two rows below the roll: to go on as it is, and silence. */
export function stripOf(columns: Column[], frame: Frame, top: number, rowHeight: number, from: number, to: number): Cell[] {
  return columns.flatMap(({ start, end, hold, rest }) => {
    if (end < from || start > to) return [];
    const x = xOf(frame, start);
    const width = xOf(frame, end) - x;
    return [hold, rest].map((probability, row) => ({ x, y: top + row * rowHeight, width, height: rowHeight, opacity: opacityOf(probability) }));
  });
}
