// Seconds, quarter notes and bars. A piece counts in quarters from its beginning; tempos say when those
// sound, meters where bars lie. Short bars, a pickup among them, are written as meters of their own.
import { clamp } from "./clamp";

export interface TempoAt {
  /** Quarters from the beginning; where it begins to count. */
  at: number;
  /** Quarter notes a minute. */
  qpm: number;
}

export interface MeterAt {
  at: number;
  numerator: number;
  denominator: number;
}

/** Places closer than this, in quarters, are one. */
export const samePlace = 1e-6;

const defaultQpm = 120;

/** Entries by place, the last of each place, the first from 0 on; `fallback` where there is none. */
export function inOrder<T extends { at: number }>(entries: readonly T[], fallback: T): T[] {
  const sorted = [...entries].sort((a, b) => a.at - b.at);
  const kept: T[] = [];
  for (const entry of sorted) {
    const last = kept.at(-1);
    if (last && entry.at - last.at < samePlace) kept.pop();
    kept.push(entry);
  }
  const first = kept[0];
  if (!first) return [{ ...fallback, at: 0 }];
  if (first.at > samePlace) kept.unshift({ ...fallback, at: 0 });
  return kept;
}

/** Index of the last entry that begins at or before `value`; 0 where none does. */
function indexAt<T>(entries: readonly T[], value: number, startOf: (entry: T) => number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(entries[middle]!) <= value) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

/** Seconds of quarters, through all changes of tempo. Before the beginning the first tempo counts. */
export class TempoMap {
  private readonly stretches: { at: number; seconds: number; qpm: number }[] = [];

  constructor(tempos: readonly TempoAt[]) {
    const playable = tempos.filter(({ qpm }) => qpm > 0 && Number.isFinite(qpm));
    let seconds = 0;
    let last: TempoAt | null = null;
    for (const tempo of inOrder(playable, { at: 0, qpm: defaultQpm })) {
      if (last) seconds += ((tempo.at - last.at) * 60) / last.qpm;
      this.stretches.push({ at: tempo.at, seconds, qpm: tempo.qpm });
      last = tempo;
    }
  }

  /** Of tempos whose places are seconds, as a NoteSequence has them. */
  static ofSeconds(tempos: readonly { time?: number; qpm: number }[]): TempoMap {
    const sorted = inOrder(
      tempos.filter(({ qpm }) => qpm > 0 && Number.isFinite(qpm)).map(({ time, qpm }) => ({ at: time ?? 0, qpm })),
      { at: 0, qpm: defaultQpm },
    );
    const counted: TempoAt[] = [];
    let at = 0;
    for (const [index, tempo] of sorted.entries()) {
      const before = sorted[index - 1];
      if (before) at += ((tempo.at - before.at) * before.qpm) / 60;
      counted.push({ at, qpm: tempo.qpm });
    }
    const map = new TempoMap(counted);
    // The seconds as they were said, without the rounding of the way there and back.
    for (const [index, tempo] of sorted.entries()) {
      const stretch = map.stretches[index];
      if (stretch) stretch.seconds = tempo.at;
    }
    return map;
  }

  get tempos(): TempoAt[] {
    return this.stretches.map(({ at, qpm }) => ({ at, qpm }));
  }

  toSeconds(quarters: number): number {
    const stretch = this.stretches[indexAt(this.stretches, quarters, ({ at }) => at)]!;
    return stretch.seconds + ((quarters - stretch.at) * 60) / stretch.qpm;
  }

  toQuarters(seconds: number): number {
    const stretch = this.stretches[indexAt(this.stretches, seconds, (one) => one.seconds)]!;
    return stretch.at + ((seconds - stretch.seconds) * stretch.qpm) / 60;
  }

  qpmAt(quarters: number): number {
    return this.stretches[indexAt(this.stretches, quarters, ({ at }) => at)]!.qpm;
  }
}

export interface Bar {
  /** From 0; what people read is `number`. */
  index: number;
  /** As musicians count: from 1, a pickup is 0. */
  number: number;
  /** Quarters. */
  start: number;
  end: number;
  numerator: number;
  denominator: number;
}

/** Quarters in a whole bar of `meter`. */
export const barLength = (meter: { numerator: number; denominator: number }): number =>
  (4 * meter.numerator) / meter.denominator;

/** Bars shorter than this, in quarters, are not counted: of such a meter a piece would have no end of them. */
const shortestBar = 1 / 64;
const isPlayable = (meter: MeterAt): boolean =>
  meter.numerator > 0 && meter.denominator > 0 && barLength(meter) >= shortestBar && Number.isFinite(barLength(meter));

/** Where bars lie. They go on without end in the last meter. */
export class BarMap {
  private readonly stretches: (MeterAt & { firstBar: number; length: number })[] = [];
  /** Whether the first bar is a pickup. */
  readonly hasPickup: boolean;

  constructor(meters: readonly MeterAt[]) {
    const sorted = inOrder(meters.filter(isPlayable), { at: 0, numerator: 4, denominator: 4 });
    let firstBar = 0;
    for (const [index, meter] of sorted.entries()) {
      const before = this.stretches.at(-1);
      if (before && index > 0) firstBar += Math.max(1, Math.ceil((meter.at - before.at) / before.length - samePlace));
      this.stretches.push({ ...meter, firstBar, length: barLength(meter) });
    }
    const [first, second] = this.stretches;
    this.hasPickup =
      first !== undefined && second !== undefined && second.firstBar === 1 && second.at - first.at < second.length - samePlace;
  }

  /** The bar that holds `quarters`; before the beginning the first one. */
  at(quarters: number): Bar {
    const place = Math.max(0, quarters) + samePlace;
    const stretch = this.stretches[indexAt(this.stretches, place, ({ at }) => at)]!;
    return this.bar(stretch.firstBar + Math.floor((place - stretch.at) / stretch.length));
  }

  /** The bar of that index, from 0. */
  bar(index: number): Bar {
    const whole = Math.max(0, Math.floor(index));
    const which = indexAt(this.stretches, whole, ({ firstBar }) => firstBar);
    const stretch = this.stretches[which]!;
    const next = this.stretches[which + 1];
    const start = stretch.at + (whole - stretch.firstBar) * stretch.length;
    const end = next ? Math.min(start + stretch.length, next.at) : start + stretch.length;
    const { numerator, denominator } = stretch;
    return { index: whole, number: whole + (this.hasPickup ? 0 : 1), start, end, numerator, denominator };
  }

  /** The bars that have a part of [start, end). */
  between(start: number, end: number): Bar[] {
    const bars: Bar[] = [];
    for (let bar = this.at(start); bar.start < end - samePlace; bar = this.bar(bar.index + 1)) bars.push(bar);
    return bars;
  }

  /** The first bar line at or after `quarters`. */
  lineFrom(quarters: number): number {
    const bar = this.at(quarters);
    return quarters - bar.start < samePlace ? bar.start : bar.end;
  }

  /** The line of a grid of `step` quarters that is nearest to `quarters`. Grids begin anew with each bar. */
  snap(quarters: number, step: number): number {
    if (step <= 0) return Math.max(0, quarters);
    const bar = this.at(quarters);
    const place = bar.start + Math.round((quarters - bar.start) / step) * step;
    return clamp(place, 0, bar.end);
  }

  /** The line of that grid at or before `quarters`. */
  snapDown(quarters: number, step: number): number {
    if (step <= 0) return Math.max(0, quarters);
    const bar = this.at(quarters);
    return bar.start + Math.floor((quarters - bar.start) / step + samePlace) * step;
  }

  /** The meter that counts at `quarters`. */
  meterAt(quarters: number): MeterAt {
    const { at, numerator, denominator } = this.stretches[indexAt(this.stretches, quarters + samePlace, (one) => one.at)]!;
    return { at, numerator, denominator };
  }
}

/** Grids that notes are drawn and quantised on, in quarters; triplets among them. */
export const grids = {
  "1/4": 1,
  "1/8": 1 / 2,
  "1/8t": 1 / 3,
  "1/16": 1 / 4,
  "1/16t": 1 / 6,
  "1/32": 1 / 8,
  "1/32t": 1 / 12,
} as const;
export type GridName = keyof typeof grids;
export const isGridName = (value: unknown): value is GridName => typeof value === "string" && value in grids;
