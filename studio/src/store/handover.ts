// Music that one part of the studio hands to Compose: what a duet played, a tune of a checkpoint.
import { signal } from "@preact/signals";
import type { NoteSequence } from "../music/note_sequence";

/** Compose opens it as a piece of its own, named by its sequenceMetadata.title, and sets it back to null. */
export const handover = signal<NoteSequence | null>(null);
