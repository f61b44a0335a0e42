// What of a session the duet's stage shows.

/** The play head stands here, a part of the width. */
const headAt = 0.4;

/** The lowest and the highest row that shows all `pitches`, two octaves at least. */
export function pitchRange(pitches: readonly number[]): { low: number; high: number } {
  let low = Math.min(60, ...pitches) - 2;
  let high = Math.max(76, ...pitches) + 2;
  const missing = 24 - (high - low);
  if (missing > 0) {
    low -= Math.ceil(missing / 2);
    high += Math.floor(missing / 2);
  }
  return { low: Math.max(0, low), high: Math.min(127, high) };
}

export interface View {
  /** Seconds at the left edge, and pixels a second. */
  from: number;
  scale: number;
}

/** What the stage shows at `now`: it scrolls, or, for those who want less motion, turns pages. */
export function viewAt(now: number, width: number, seconds: number, turnsPages: boolean): View {
  const scale = width / seconds;
  if (!turnsPages) return { from: now - headAt * seconds, scale };
  const page = seconds * (1 - 0.2);
  return { from: Math.floor(now / page) * page - 0.1 * seconds, scale };
}
