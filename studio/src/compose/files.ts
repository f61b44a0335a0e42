// Music from files and into files.
import { ask } from "../api/client";
import { largestFile, readMusic } from "../api/convert";
import { listGenerators, stream } from "../api/generators";
import type { ConvertedPiece } from "../api/types";
import { emptyPiece, fromSequence, soundingTracks, temposOf, toSequence, type Piece } from "../music/piece";
import { renderWav } from "../sound/offline";
import { nameOf } from "../store/generators";
import { texts } from "../texts";
import { download } from "../view/download";
import { paletteOf } from "../view/roll";
import { say, sayError } from "../view/toasts";
import { addMusic, addPiece } from "./document";
import type { LinkedResult } from "./link";
import { pictureOf, pngOf } from "./picture";
import { madeBy, withMade, type Stretch } from "./sections";

const words = texts.compose;

const titleOf = (file: string) => file.replace(/\.[^.]+$/, "");

/** The pieces of a file, or none and a message. */
export async function openFile(file: File): Promise<ConvertedPiece[]> {
  if (file.size > largestFile) {
    say(words.fileTooLarge(file.name, file.size / (1 << 20)), words.fileTooLargeRemedy(largestFile >> 20));
    return [];
  }
  try {
    const found = await readMusic(file, file.name);
    const withNotes = found.filter(({ sequence }) => (sequence.notes ?? []).length > 0);
    if (withNotes.length === 0) say(words.noNotes(file.name), found.flatMap(({ remarks }) => remarks).join("; "));
    return withNotes;
  } catch (error) {
    sayError(error);
    return [];
  }
}

/** Opens a piece that was read; its remarks are told. */
export async function openConverted({ title, sequence, remarks }: ConvertedPiece, file: string): Promise<void> {
  await addMusic(sequence, title || titleOf(file));
  if (remarks.length > 0) say(words.readWithRemarks(file), remarks.join("; "));
}

export type FileKind = "midi" | "musicxml" | "abc" | "wav" | "png" | "svg";
const ofServer: Partial<Record<FileKind, { accept: string; ending: string }>> = {
  midi: { accept: "audio/midi", ending: "mid" },
  musicxml: { accept: "application/vnd.recordare.musicxml+xml", ending: "musicxml" },
  abc: { accept: "text/vnd.abc", ending: "abc" },
};

const fileName = (piece: Piece, ending: string) =>
  `${piece.name.replace(/[^\p{L}\p{N} _-]+/gu, "").trim() || words.untitled}.${ending}`;

/** The piece as a file of that kind. All tracks, muted ones too; WAV is what one hears. */
export async function saveAs(piece: Piece, kind: FileKind): Promise<void> {
  try {
    const form = ofServer[kind];
    if (form) {
      const response = await ask("/v1/convert", {
        method: "POST",
        body: JSON.stringify({ ...toSequence(piece), sequenceMetadata: { ...(piece.other.sequenceMetadata as object), title: piece.name } }),
        headers: { "content-type": "application/json", accept: form.accept },
      });
      const note = response.headers.get("magenta-note");
      if (note) say(words.savedWithRemarks, note);
      return download(await response.blob(), fileName(piece, form.ending));
    }
    if (kind === "wav") {
      say(words.rendering);
      return download(await renderWav(toSequence(piece, soundingTracks(piece))), fileName(piece, "wav"));
    }
    const svg = pictureOf(piece, paletteOf(document.documentElement));
    download(kind === "svg" ? new Blob([svg], { type: "image/svg+xml" }) : await pngOf(svg), fileName(piece, kind));
  } catch (error) {
    sayError(error);
  }
}

/** Asks the server for what a link says, and opens it. Where it can't be had, what was given opens alone. */
export async function openLinked(linked: LinkedResult): Promise<void> {
  const { request, track, name } = linked;
  const names = { track: words.trackNumber, drums: words.drums };
  const given = fromSequence(request.inputSequence ?? {}, name || words.untitled, names);
  const base: Piece = given.tracks.length > 0 ? given : { ...emptyPiece(name, track.name), tempos: given.tempos, meters: given.meters };
  const first = base.tracks[0]!;
  const piece = { ...base, tracks: [{ ...first, name: track.name, program: track.program, isDrum: track.isDrum }] };
  try {
    const known = await listGenerators();
    if (!known.some(({ id }) => id === linked.model)) {
      await addPiece(piece);
      return say(words.linkWithoutModel(linked.model), words.linkWithoutModelRemedy);
    }
    const { music } = await stream(linked.model, request, { piece: () => undefined });
    const tempos = temposOf(piece);
    const stretches = (request.generatorOptions?.generateSections ?? []).map(
      ({ startTime, endTime }): Stretch => ({ start: tempos.toQuarters(startTime), end: tempos.toQuarters(endTime) }),
    );
    await addPiece(withMade(piece, first.id, stretches, madeBy(music, request, piece, track.isDrum)));
    say(words.linkOpened(nameOf(linked.model)));
  } catch (error) {
    await addPiece(piece);
    sayError(error);
  }
}
