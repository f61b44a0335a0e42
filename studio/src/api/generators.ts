import { merged, type NoteSequence } from "../music/note_sequence";
import { texts } from "../texts";
import { remarkInPage } from "./remarks";
import { ApiError, events, getJson, serverError } from "./client";
import type { Distribution, GenerateSequenceRequest, GeneratorDetails } from "./types";

export async function listGenerators(): Promise<GeneratorDetails[]> {
  return (await getJson<{ generators?: GeneratorDetails[] }>("/v1/generators")).generators ?? [];
}

/** Whether it makes drums. */
export const isDrumKind = (details: GeneratorDetails): boolean => (details.kind ?? "").includes("drum");

/** Whether the input's chord symbols condition it. */
export const wantsChords = (details: GeneratorDetails): boolean => details.control === "chords";

/** Whether it hears a piece of several parts, and writes in any of them. */
export const playsParts = (details: GeneratorDetails): boolean =>
  ["add", "vary", "keep"].every((needed) => (details.arguments ?? []).some(({ name }) => name === needed));

/** Whether a request may say the key of the music that it goes on from. */
export const takesPrimerKey = (details: GeneratorDetails): boolean => (details.arguments ?? []).some(({ name }) => name === "primer_key");

/** Steps of `details`' grid in a second at `qpm`. */
export function stepsPerSecond(details: GeneratorDetails, qpm: number): number {
  return details.stepsPerSecond ?? ((details.stepsPerQuarter ?? 4) * qpm) / 60;
}

const pathOf = (id: string, verb: string) => `/v1/generators/${encodeURIComponent(id)}:${verb}`;

export interface StreamEnd {
  seed: number;
  logLikelihood: number;
  notes: string[];
}

/** The answer as it is drawn: `piece` gets all of it so far. */
export async function stream(
  id: string,
  request: GenerateSequenceRequest,
  told: { piece: (sofar: NoteSequence) => void; distribution?: (one: Distribution) => void },
  signal?: AbortSignal,
): Promise<{ music: NoteSequence; end: StreamEnd }> {
  let music: NoteSequence = {};
  const query = told.distribution ? "?distributions=1" : "";
  const init: RequestInit = {
    method: "POST",
    body: JSON.stringify(request),
    headers: { "content-type": "application/json" },
    ...(signal ? { signal } : {}),
  };
  for await (const event of events(pathOf(id, "stream") + query, init)) {
    if (event.name === "piece") {
      music = merged(music, (event.data as { generatedSequence?: NoteSequence }).generatedSequence ?? {});
      told.piece(music);
    } else if (event.name === "distribution") {
      told.distribution?.(event.data as Distribution);
    } else if (event.name === "done") {
      const end = event.data as StreamEnd;
      return { music, end: { ...end, notes: end.notes.map(remarkInPage) } };
    } else if (event.name === "error") {
      throw serverError((event.data as { error: { message: string; remedy?: string } }).error);
    }
  }
  throw new ApiError(texts.errors.endedEarly);
}
