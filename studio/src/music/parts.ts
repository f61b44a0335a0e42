// The parts of a piece, numbered as the server's `part` counts them (magenta/music/parts.h).
import { withAllNumbers, type NoteSequence } from "./note_sequence";

export interface Part {
  /** From 1, in order of instruments. */
  number: number;
  instrument: number;
  /** "" where nothing names it. */
  name: string;
  isDrum: boolean;
  notes: number;
}

export function partsOf(music: NoteSequence): Part[] {
  const parts = new Map<number, Part>();
  for (const note of withAllNumbers(music).notes) {
    const instrument = note.instrument ?? 0;
    const part = parts.get(instrument) ?? { number: 0, instrument, name: "", isDrum: note.isDrum ?? false, notes: 0 };
    part.notes++;
    parts.set(instrument, part);
  }
  const names = new Map((music.instrumentInfos ?? []).map((info) => [info.instrument ?? 0, info.name]));
  return [...parts.values()]
    .sort((a, b) => a.instrument - b.instrument)
    .map((part, index) => ({ ...part, number: index + 1, name: names.get(part.instrument) ?? "" }));
}
