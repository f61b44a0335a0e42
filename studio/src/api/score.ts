// How surprised a model is by music: POST /v1/generators/ID:score.
import type { NoteSequence } from "../music/note_sequence";
import { postJson } from "./client";
import { remarkInPage } from "./remarks";
import type { Score, ScoreEvent } from "./types";

/** JSON has no infinity. */
type SentScore = Omit<Score, "bits" | "events"> & { bits: number | null; events: (Omit<ScoreEvent, "bits"> & { bits: number | null })[] };

/** `part`: its number from 1, or ""; the server then takes the part that is the melody. */
export async function score(id: string, music: NoteSequence, part = "", signal?: AbortSignal): Promise<Score> {
  const query = new URLSearchParams({ distributions: "1", ...(part ? { part } : {}) });
  const path = `/v1/generators/${encodeURIComponent(id)}:score?${query.toString()}`;
  const sent = await postJson<SentScore>(path, { inputSequence: music }, signal ? { signal } : {});
  const bitsOf = (bits: number | null) => bits ?? Infinity;
  return { ...sent, notes: sent.notes.map(remarkInPage), bits: bitsOf(sent.bits), events: sent.events.map((event) => ({ ...event, bits: bitsOf(event.bits) })) };
}
