// A link that rebuilds what a model made: the model, what it was asked with its seed, and how the piece around it
// is, packed into the address's fragment, which never leaves the browser.
import type { GenerateSequenceRequest } from "../api/types";
import type { Note, NoteSequence } from "../music/note_sequence";
import { barsOf, emptyPiece, endOfPiece, freeInstrument, fromSequence, temposOf, toSequence, type Piece, type Track } from "../music/piece";
import { texts } from "../texts";

export interface LinkedResult {
  /** Of this form; others are of another version of the page. */
  form: 1;
  /** The generator's id. */
  model: string;
  name: string;
  /** `place`: how many other tracks with notes stand before it; missing: none. */
  track: { name: string; program: number; isDrum: boolean; instrument?: number; place?: number };
  /** What the piece has beside what the model was given: chords, what follows, other tracks. */
  rest?: NoteSequence;
  /** With its seed. */
  request: GenerateSequenceRequest;
}

/** What a model of several parts made: it hears all of the piece, but for `rest`. */
export interface LinkedParts {
  form: 2;
  model: string;
  name: string;
  /** Notes that stand after what was continued. */
  rest: NoteSequence;
  request: GenerateSequenceRequest;
}
export type Linked = LinkedResult | LinkedParts;

/** A link that is longer is cut by some programs that pass it on. */
export const longestLink = 8000;

/** Most bytes that a link unpacks to: a link is written by anybody. */
const mostBytes = 8 << 20;

/** What comes out of `stream`; rejects where that is too much. */
async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const body = new Blob([bytes as BlobPart]).stream().pipeThrough(stream as ReadableWritablePair<Uint8Array, BufferSource>);
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
    if (size > mostBytes) {
      await reader.cancel();
      throw new RangeError("too long");
    }
  }
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

const toBase64Url = (bytes: Uint8Array): string => {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

const fromBase64Url = (text: string): Uint8Array =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

/** What stands after "#compose?link=". */
export async function packLink(result: Linked): Promise<string> {
  return toBase64Url(await through(new TextEncoder().encode(JSON.stringify(result)), new CompressionStream("deflate-raw")));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const isNumber = (value: unknown, low: number, high: number) => typeof value === "number" && value >= low && value <= high;
/** What JSON leaves out is 0. */
const isSaid = (value: unknown, high: number) => value === undefined || isNumber(value, 0, high);

/** A day, in seconds. */
const longestMusic = 86_400;
const isTime = (value: unknown) => isSaid(value, longestMusic);
const isMidi = (value: unknown) => isSaid(value, 127);
const isCount = (value: unknown) => isSaid(value, 2 ** 31 - 1);
const isText = (value: unknown) => value === undefined || typeof value === "string";
const isSection = (one: unknown) => isObject(one) && isTime(one.startTime) && isNumber(one.endTime, 0, longestMusic);

/** What the page reads of the entries of a NoteSequence's lists. */
const isField: Record<string, (value: unknown) => boolean> = {
  pitch: isMidi, velocity: isMidi, program: isMidi, instrument: isCount, part: isCount,
  startTime: isTime, endTime: isTime, time: isTime,
  // A microsecond a quarter is MIDI's fastest.
  qpm: (value) => isSaid(value, 6e7), numerator: isCount, denominator: isCount,
  name: isText, text: isText, key: isText, mode: isText, annotationType: isText,
};
const isEntry = (value: unknown) => isObject(value) && Object.entries(value).every(([name, field]) => isField[name]?.(field) ?? true);

/** Whether it is music as toSequence writes it: lists of objects, whose fields are what the page takes them for. */
const isMusic = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every((list) => !Array.isArray(list) || list.every(isEntry)) && Array.isArray(value.notes) && isTime(value.totalTime);

const channelOf = ({ instrument, program, isDrum }: Omit<LinkedResult["track"], "name">) => `${instrument ?? 0}/${program}/${isDrum}`;

/** `piece`, with instruments of their own for other tracks that a NoteSequence would not tell from the own one or from each other. */
function toldApart(piece: Piece, trackId: number): Piece {
  const own = piece.tracks.filter(({ id }) => id === trackId);
  const seen = new Set(own.map(channelOf));
  let next = piece;
  for (const track of piece.tracks) {
    if (track.id === trackId) continue;
    const apart = seen.has(channelOf(track)) ? { ...track, instrument: freeInstrument(next, track.isDrum) } : track;
    seen.add(channelOf(apart));
    next = { ...next, tracks: next.tracks.map((one) => (one === track ? apart : one)) };
  }
  return next;
}

/** What a link says of that track of `piece`. */
export function linkedTrack({ tracks }: Piece, { id, name, program, isDrum, instrument }: Track): LinkedResult["track"] {
  const before = tracks.slice(0, tracks.findIndex((one) => one.id === id));
  return { name, program, isDrum, instrument, place: before.filter(({ notes }) => notes.length > 0).length };
}

/** What `piece` has beside what `request` gives of its track and has made anew in it. */
export function restOf(whole: Piece, trackId: number, { inputSequence, generatorOptions }: GenerateSequenceRequest): NoteSequence {
  const piece = toldApart(whole, trackId);
  const keyOf = ({ pitch, startTime }: Note) => `${pitch} ${startTime}`;
  const given = new Set((inputSequence?.notes ?? []).map(keyOf));
  const isMade = (time: number) => (generatorOptions?.generateSections ?? []).some((one) => one.startTime - 1e-6 <= time && time < one.endTime - 1e-6);
  const own = toSequence(piece, piece.tracks.filter(({ id }) => id === trackId)).notes ?? [];
  const { textAnnotations = [], instrumentInfos = [], notes = [] } = toSequence(piece, piece.tracks.filter(({ id }) => id !== trackId));
  return {
    textAnnotations: textAnnotations.filter(({ annotationType }) => annotationType === "CHORD_SYMBOL"),
    instrumentInfos,
    notes: [...own.filter((note) => !given.has(keyOf(note)) && !isMade(note.startTime)), ...notes],
  };
}

const names = { track: texts.compose.trackNumber, drums: texts.compose.drums };

/** `music`, what was given to a model of several parts or came of it, with what it did not hear. */
export function wholePiece({ name, rest }: LinkedParts, music: NoteSequence): Piece {
  return fromSequence({ ...music, notes: [...(music.notes ?? []), ...(rest.notes ?? [])] }, name || texts.compose.untitled, names);
}

/** The piece around what the model made, and the id of the track that it was made for. */
export function givenPiece({ request, track, name, rest }: LinkedResult): { piece: Piece; trackId: number } {
  const called = name || texts.compose.untitled;
  const input = request.inputSequence ?? {};
  const notes = [...(input.notes ?? []), ...(rest?.notes ?? [])];
  const given = fromSequence({ ...input, ...rest, notes }, called, names);
  const isOwn = (one: Track) => channelOf(one) === channelOf(track);
  // Without the rest, or without any note, there is the one track.
  const found = rest && notes.length > 0 ? given.tracks.find(isOwn) : given.tracks[0];
  const own = found ?? { ...emptyPiece(called, track.name).tracks[0]!, id: given.nextId, instrument: track.instrument ?? 0 };
  const others = rest && notes.length > 0 ? given.tracks.filter(({ id }) => id !== own.id) : [];
  const named = { ...own, name: track.name, program: track.program, isDrum: track.isDrum };
  const place = track.place ?? 0;
  const tracks = [...others.slice(0, place), named, ...others.slice(place)].map((one, colour) => ({ ...one, colour }));
  return { piece: { ...given, nextId: given.nextId + 1, tracks }, trackId: own.id };
}

/** No music has more bars; no more tracks, and sections to make. The page would be busy with them without end. */
const mostBars = 100_000;
const mostParts = 1000;

/** Whether the page can show the piece, and what is to be made in it. */
function isOfUsualSize(linked: Linked): boolean {
  const piece = linked.form === 1 ? givenPiece(linked).piece : wholePiece(linked, linked.request.inputSequence ?? {});
  const sections = linked.request.generatorOptions?.generateSections ?? [];
  const madeUntil = temposOf(piece).toQuarters(sections.reduce((end, { endTime }) => Math.max(end, endTime), 0));
  const bars = barsOf(piece).at(Math.max(madeUntil, endOfPiece(piece))).index;
  return bars < mostBars && piece.tracks.length <= mostParts && sections.length <= mostParts;
}

const isWholeTrack = (track: Partial<LinkedResult["track"]> | undefined): boolean =>
  isNumber(track?.program, 0, 127) && isCount(track?.instrument) && isCount(track?.place) && typeof track?.name === "string";

/** null: it is no such link, or was cut. */
export async function unpackLink(packed: string): Promise<Linked | null> {
  try {
    const bytes = await through(fromBase64Url(packed), new DecompressionStream("deflate-raw"));
    const result = JSON.parse(new TextDecoder().decode(bytes)) as Partial<LinkedResult> | Partial<LinkedParts>;
    const sections = result.request?.generatorOptions?.generateSections;
    // A line is made in sections; a model of parts may be told bars instead.
    const isWhole =
      typeof result.model === "string" &&
      typeof result.name === "string" &&
      (result.form === 1 ? isWholeTrack(result.track) && Array.isArray(sections) : result.form === 2 && isMusic(result.rest)) &&
      (sections === undefined || (Array.isArray(sections) && sections.every(isSection))) &&
      isMusic(result.request?.inputSequence) &&
      (result.rest === undefined || isMusic(result.rest));
    return isWhole && isOfUsualSize(result as Linked) ? (result as Linked) : null;
  } catch {
    return null;
  }
}
