// Keys to play with: where those of a piano lie, and which the computer's keyboard plays.
import { isBlackKey } from "../music/pitch_names";

export interface PlacedKey {
  pitch: number;
  isBlack: boolean;
  /** Parts of the piano's width. */
  left: number;
  width: number;
}

/** The keys from `low` to `high` (white ones both); black ones come after the white, to lie above them. */
export function placedKeys(low: number, high: number): PlacedKey[] {
  const pitches = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const white = 1 / pitches.filter((pitch) => !isBlackKey(pitch)).length;
  let whites = 0;
  const keys = pitches.map((pitch): PlacedKey => {
    if (isBlackKey(pitch)) return { pitch, isBlack: true, left: (whites - 0.3) * white, width: 0.6 * white };
    return { pitch, isBlack: false, left: whites++ * white, width: white };
  });
  return [...keys.filter((key) => !key.isBlack), ...keys.filter((key) => key.isBlack)];
}

/** KeyboardEvent.code of both rows, by steps above C: where the keys lie counts, not what is printed on them. */
const lowerRow = ["KeyZ", "KeyS", "KeyX", "KeyD", "KeyC", "KeyV", "KeyG", "KeyB", "KeyH", "KeyN", "KeyJ", "KeyM", "Comma", "KeyL", "Period", "Semicolon", "Slash"];
const upperRow = ["KeyQ", "Digit2", "KeyW", "Digit3", "KeyE", "KeyR", "Digit5", "KeyT", "Digit6", "KeyY", "Digit7", "KeyU", "KeyI", "Digit9", "KeyO", "Digit0", "KeyP"];

/** Which pitch each key of the computer plays: the lower row from `low` (a C) up, the upper an octave higher. */
export function computerKeys(low: number): Map<string, number> {
  const keys = new Map<string, number>();
  lowerRow.forEach((code, i) => keys.set(code, low + i));
  upperRow.forEach((code, i) => keys.set(code, low + 12 + i));
  return keys;
}

/** Which pad each key of the computer strikes. */
export function computerPads(pitches: readonly number[]): Map<string, number> {
  const codes = ["KeyZ", "KeyX", "KeyC", "KeyV", "KeyB", "KeyN", "KeyM", "Comma", "Period"];
  const upper = ["KeyQ", "KeyW", "KeyE", "KeyR", "KeyT", "KeyY", "KeyU", "KeyI", "KeyO"];
  const keys = new Map<string, number>();
  pitches.forEach((pitch, i) => {
    if (codes[i]) keys.set(codes[i], pitch);
    if (upper[i]) keys.set(upper[i], pitch);
  });
  return keys;
}

const signs: Record<string, string> = { Comma: ",", Period: ".", Slash: "/", Semicolon: ";" };

/** What is printed on a key of a US keyboard. */
export function letterOf(code: string): string {
  return signs[code] ?? code.replace(/^(Key|Digit)/, "");
}

/** The letter to show at each pitch; of two keys for one pitch the first. */
export function lettersOf(keys: Map<string, number>): Map<number, string> {
  const letters = new Map<number, string>();
  for (const [code, pitch] of keys) if (!letters.has(pitch)) letters.set(pitch, letterOf(code));
  return letters;
}

/** Whether a key that goes down is meant for what is focused, and not for the piano. */
export function isForField(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("select, textarea")) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "range", "button"].includes(target.type);
}
