// How surprised a model is by music: POST /v1/generators/ID:score.
import type { NoteSequence } from "../music/note_sequence";
import { postJson } from "./client";
import type { Score } from "./types";

/** `part`: its number from 1, or ""; the server then takes the part that is the melody. */
export async function score(id: string, music: NoteSequence, part = "", signal?: AbortSignal): Promise<Score> {
  const query = new URLSearchParams({ distributions: "1", ...(part ? { part } : {}) });
  const path = `/v1/generators/${encodeURIComponent(id)}:score?${query.toString()}`;
  return postJson<Score>(path, { inputSequence: music }, signal ? { signal } : {});
}
