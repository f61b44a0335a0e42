// What a session needs of the world; tests give their own.
import type { GenerateSequenceRequest } from "../api/types";
import type { NoteSequence } from "../music/note_sequence";
import type { Voice } from "../sound/channels";

export interface Outside {
  /** Seconds of the audio clock. */
  clock(): number;
  noteOn(voice: Voice, pitch: number, velocity: number, at: number): void;
  noteOff(voice: Voice, pitch: number, at: number): void;
  cut(voices: Iterable<Voice>, until: number): void;
  stream(
    id: string,
    request: GenerateSequenceRequest,
    told: { piece: (sofar: NoteSequence) => void },
    signal: AbortSignal,
  ): Promise<{ music: NoteSequence; end: { seed: number } }>;
  /** Told of what went wrong; the session goes on. */
  failed(error: unknown): void;
}
