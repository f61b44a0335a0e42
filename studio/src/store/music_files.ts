// Files of music that people choose or drop.
import { ApiError } from "../api/client";
import { readMusic } from "../api/convert";
import type { ConvertedPiece } from "../api/types";
import type { NoteSequence } from "../music/note_sequence";
import { texts } from "../texts";
import { say, sayError } from "../view/toasts";

const words = texts.files;

export const hasNotes = ({ notes = [] }: NoteSequence) => notes.length > 0;
/** A chart of chords alone is music, too, where notes can be added. */
export const hasNotesOrChords = (music: NoteSequence) =>
  hasNotes(music) || (music.textAnnotations ?? []).some(({ annotationType }) => annotationType === "CHORD_SYMBOL");

/** What is wrong with a file, with the name of that file: several may have been opened. */
const aboutFile = ({ message, remedy, status, detail }: ApiError, name: string) => new ApiError(words.notRead(name, message), remedy, status, detail);

/** The pieces of a file that are `wanted`, or none and a message. */
export async function piecesOf(file: File, wanted = hasNotes, signal?: AbortSignal): Promise<ConvertedPiece[]> {
  try {
    const found = await readMusic(file, file.name, signal);
    const pieces = found.filter(({ sequence }) => wanted(sequence));
    if (pieces.length === 0) say(words.noNotes(file.name), found.flatMap(({ remarks }) => remarks).join("; "));
    return pieces;
  } catch (error) {
    sayError(error instanceof ApiError && error.status === 400 ? aboutFile(error, file.name) : error);
    return [];
  }
}
