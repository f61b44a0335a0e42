// Music that one part of the page hands to the others: what is open in Compose, what the duet played last.
import { signal } from "@preact/signals";
import type { NoteSequence } from "../music/note_sequence";

export interface NamedMusic {
  name: string;
  music: NoteSequence;
}

/** The piece that is open; null: none. */
export const composed = signal<NamedMusic | null>(null);

/** What person and machine played in the duet; null: nothing yet. */
export const played = signal<NamedMusic | null>(null);
