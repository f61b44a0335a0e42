// The major key that notes fit best, and how long it is held while music goes on: as magenta/music/key.cc has it.

const scale = new Set([0, 2, 4, 5, 7, 9, 11]);
const majorNames = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
const minorNames = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"];

/** How many notes more, and what part of its own, another key must have. */
const clearlyMore = 2;
const clearPart = 20;

/** "C", "Db", ... of 0 to 11. */
export const majorKeyName = (key: number): string => majorNames[key]!;
/** The minor key of the same notes: "A" of 0. */
export const relativeMinorName = (key: number): string => minorNames[(key + 9) % 12]!;

/**
 * The key, 0 to 11, of music with these MIDI pitches: `held` as long as no other one has clearly more of them. Without
 * `held` the one with the most, the lowest on ties; without notes `held`.
 */
export function settleMajorKey(pitches: readonly number[], held: number | null): number | null {
  if (pitches.length === 0) return held;
  const counts = majorNames.map((_, key) => pitches.filter((pitch) => scale.has((pitch - key + 132) % 12)).length);
  const most = Math.max(...counts);
  const best = counts.indexOf(most);
  if (held === null) return best;
  const more = most - counts[held]!;
  return more > clearlyMore && more * clearPart > counts[held]! ? best : held;
}
