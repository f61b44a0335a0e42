// The beats and bars of a session: one tempo, one meter, from its first bar line on.

export interface Grid {
  /** Quarter notes a minute. */
  qpm: number;
  /** Quarter notes in a bar. */
  beatsPerBar: number;
}

// Times that are a hair before a line count as on it: sums of seconds are not exact.
const hair = 1e-6;

export const beatSeconds = (grid: Grid) => 60 / grid.qpm;
export const barSeconds = (grid: Grid) => (60 / grid.qpm) * grid.beatsPerBar;
/** The first line of a grid of `unit` seconds at `time` or after it. */
export const lineFrom = (time: number, unit: number) => Math.ceil(time / unit - hair) * unit;
/** The last line at `time` or before it. */
export const lineBefore = (time: number, unit: number) => Math.floor(time / unit + hair) * unit;

/** Beats in [from, to), with whether each begins a bar. */
export function beatsBetween(grid: Grid, from: number, to: number): { time: number; isBar: boolean }[] {
  const beats = [];
  const beat = beatSeconds(grid);
  for (let i = Math.ceil(from / beat - hair); i * beat < to - hair; ++i) {
    beats.push({ time: i * beat, isBar: ((i % grid.beatsPerBar) + grid.beatsPerBar) % grid.beatsPerBar === 0 });
  }
  return beats;
}
