// Files of music to NoteSequences and back: POST /v1/convert.
import type { NoteSequence } from "../music/note_sequence";
import { ask, postFile } from "./client";
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
  const path = `/v1/convert?${new URLSearchParams({ name }).toString()}`;
  const response = await postFile(path, file, name, largestFile, signal ? { signal } : {});
  const { pieces, leftOut = [] } = (await response.json()) as Answer;
  const notRead = leftOut.map(({ title, why }) => `${title}: ${why}`);
  return pieces.map((piece, index) => (index === 0 ? { ...piece, remarks: [...piece.remarks, ...notRead] } : piece));
}

/** Forms that the server writes: what it is asked for, and how such a file's name ends. */
const written = {
  midi: { accept: "audio/midi", ending: "mid" },
  musicxml: { accept: "application/vnd.recordare.musicxml+xml", ending: "musicxml" },
  abc: { accept: "text/vnd.abc", ending: "abc" },
};
export type MusicForm = keyof typeof written;
export const isMusicForm = (name: string): name is MusicForm => name in written;

export interface MusicFile {
  file: Blob;
  ending: string;
  /** What the form can't say of the music; "" where all is said. */
  remark: string;
}

/** `music` as a file of that form. */
export async function writeMusic(music: NoteSequence, form: MusicForm): Promise<MusicFile> {
  const { accept, ending } = written[form];
  const headers = { "content-type": "application/json", accept };
  const response = await ask("/v1/convert", { method: "POST", body: JSON.stringify(music), headers });
  return { file: await response.blob(), ending, remark: response.headers.get("magenta-note") ?? "" };
}
