// Files of music to NoteSequences and back: POST /v1/convert.
import { ask } from "./client";
import type { ConvertedPiece } from "./types";

/** The pieces of a file of any format that the server reads; more than one where it is a book of tunes. */
export async function readMusic(file: Blob, name: string, signal?: AbortSignal): Promise<ConvertedPiece[]> {
  const response = await ask(`/v1/convert?${new URLSearchParams({ name }).toString()}`, {
    method: "POST",
    body: file,
    headers: { "content-type": "application/octet-stream", accept: "application/json" },
    ...(signal ? { signal } : {}),
  });
  return ((await response.json()) as { pieces: ConvertedPiece[] }).pieces;
}
