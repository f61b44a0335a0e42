// Files of music to NoteSequences and back: POST /v1/convert.
import { ask } from "./client";
import type { ConvertedPiece } from "./types";

/** Endings of music that the server reads; also with .gz after them. */
export const musicEndings = [".mid", ".midi", ".kar", ".rmi", ".xml", ".musicxml", ".mxl", ".abc", ".drums"];

/** What a chooser of music files offers. */
export const musicFiles = [...musicEndings, ".gz"].join(",");

/** Bytes; the server reads no larger file. */
export const largestFile = 16 << 20;

interface Answer {
  pieces: ConvertedPiece[];
  leftOut?: { title: string; why: string }[];
}

/** The pieces of a file of any format that the server reads; more than one where it is a book of tunes. The first one's
 * remarks tell of tunes that can't be read, too. */
export async function readMusic(file: Blob, name: string, signal?: AbortSignal): Promise<ConvertedPiece[]> {
  const response = await ask(`/v1/convert?${new URLSearchParams({ name }).toString()}`, {
    method: "POST",
    body: file,
    headers: { "content-type": "application/octet-stream", accept: "application/json" },
    ...(signal ? { signal } : {}),
  });
  const { pieces, leftOut = [] } = (await response.json()) as Answer;
  const notRead = leftOut.map(({ title, why }) => `${title}: ${why}`);
  return pieces.map((piece, index) => (index === 0 ? { ...piece, remarks: [...piece.remarks, ...notRead] } : piece));
}
