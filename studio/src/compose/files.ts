// Music from files and into files.
import { isMusicForm, writeMusic, type MusicForm } from "../api/convert";
import { listGenerators, stream } from "../api/generators";
import type { ConvertedPiece } from "../api/types";
import type { NoteSequence } from "../music/note_sequence";
import { soundingTracks, temposOf, toSequence, type Piece } from "../music/piece";
import { renderWav } from "../sound/offline";
import { nameOf } from "../store/generators";
import { texts } from "../texts";
import { download, fileNameOf } from "../view/download";
import { paletteOf } from "../view/roll_picture";
import { say, sayError, sayWhile } from "../view/toasts";
import { addMusic, addPiece } from "./document";
import { givenPiece, wholePiece, type Linked } from "./link";
import { pictureOf, pngOf } from "./picture";
import { madeBy, withMade, type Stretch } from "./sections";

const words = texts.compose;

const titleOf = (file: string) => file.replace(/\.[^.]+$/, "");

/** Opens a piece that was read; its remarks are told. */
export async function openConverted({ title, sequence, remarks }: ConvertedPiece, file: string): Promise<void> {
  await addMusic(sequence, title || titleOf(file));
  if (remarks.length > 0) say(words.readWithRemarks(file), remarks.join("; "));
}

export type FileKind = MusicForm | "wav" | "png" | "svg";

const fileName = (piece: Piece, ending: string) =>
  `${fileNameOf(piece.name) || words.untitled}.${ending}`;

/** The piece as a file of that kind. All tracks, muted ones too; WAV is what one hears. */
export async function saveAs(piece: Piece, kind: FileKind): Promise<void> {
  try {
    if (isMusicForm(kind)) {
      const music = { ...toSequence(piece), sequenceMetadata: { ...(piece.other.sequenceMetadata as object), title: piece.name } };
      const { file, ending, remark } = await writeMusic(music, kind);
      if (remark) say(words.savedWithRemarks, remark);
      return download(file, fileName(piece, ending));
    }
    if (kind === "wav") {
      return download(await sayWhile(words.rendering, renderWav(toSequence(piece, soundingTracks(piece)))), fileName(piece, "wav"));
    }
    const svg = pictureOf(piece, paletteOf(document.documentElement));
    download(kind === "svg" ? new Blob([svg], { type: "image/svg+xml" }) : await pngOf(svg), fileName(piece, kind));
  } catch (error) {
    sayError(error);
  }
}

/** The piece that a link is about: what was given, and what becomes of it with an answer. */
function linkedPiece(linked: Linked): { given: Piece; withAnswer: (music: NoteSequence) => Piece } {
  const { request } = linked;
  if (linked.form === 2) {
    return { given: wholePiece(linked, request.inputSequence ?? {}), withAnswer: (music) => wholePiece(linked, music) };
  }
  const { piece: given, trackId } = givenPiece(linked);
  const tempos = temposOf(given);
  const stretches = (request.generatorOptions?.generateSections ?? []).map(
    ({ startTime, endTime }): Stretch => ({ start: tempos.toQuarters(startTime), end: tempos.toQuarters(endTime) }),
  );
  return { given, withAnswer: (music) => withMade(given, trackId, stretches, madeBy(music, request, given, linked.track.isDrum)) };
}

/** Asks the server for what a link says, and opens it. Where it can't be had, what was given opens alone. */
export async function openLinked(linked: Linked): Promise<void> {
  const { given, withAnswer } = linkedPiece(linked);
  try {
    const known = await listGenerators();
    if (!known.some(({ id }) => id === linked.model)) {
      await addPiece(given);
      return say(words.linkWithoutModel(linked.model), words.linkWithoutModelRemedy);
    }
    const { music } = await stream(linked.model, linked.request, { piece: () => undefined });
    await addPiece(withAnswer(music));
    say(words.linkOpened(nameOf(linked.model)));
  } catch (error) {
    await addPiece(given);
    sayError(error);
  }
}
