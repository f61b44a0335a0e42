// Files of music that people choose or drop.
import { largestFile, readMusic } from "../api/convert";
import type { ConvertedPiece } from "../api/types";
import { texts } from "../texts";
import { say, sayError } from "../view/toasts";

const words = texts.files;

/** The pieces of a file that have notes, or none and a message. */
export async function piecesOf(file: File, signal?: AbortSignal): Promise<ConvertedPiece[]> {
  if (file.size > largestFile) {
    say(words.tooLarge(file.name, file.size / (1 << 20)), words.tooLargeRemedy(largestFile >> 20));
    return [];
  }
  try {
    const found = await readMusic(file, file.name, signal);
    const withNotes = found.filter(({ sequence }) => (sequence.notes ?? []).length > 0);
    if (withNotes.length === 0) say(words.noNotes(file.name), found.flatMap(({ remarks }) => remarks).join("; "));
    return withNotes;
  } catch (error) {
    sayError(error);
    return [];
  }
}
