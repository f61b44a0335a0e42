// What a generator of several parts is asked for a piece, and what its answer means for the piece. Pure: no server here.
import type { ArgValue, GenerateSequenceRequest } from "../api/types";
import { addNotes, addTrack, changeTrack, trackOf, type NewNote } from "../music/edit";
import { withAllNumbers, type Note, type NoteSequence } from "../music/note_sequence";
import { partsOf } from "../music/parts";
import { barsOf, temposOf, toSequence, type Piece, type Track } from "../music/piece";
import { samePlace } from "../music/time";
import type { Args } from "../view/generator_controls";
import type { Stretch, Way } from "./sections";

/** fill: all notes of the bars are written anew. vary: half of them. harmonise, accompany: parts are added. */
export type PartsWay = Way | "harmonise" | "accompany";

const added: Partial<Record<PartsWay, string>> = { harmonise: "harmony", accompany: "chords" };
export const addsParts = (way: PartsWay): boolean => way in added;

/** The tracks that are parts for such a generator. */
export const partTracks = (piece: Piece): readonly Track[] => piece.tracks.filter((track) => !track.isDrum && track.notes.length > 0);

export interface PartsTask {
  way: PartsWay;
  /** Tracks of the piece that are written in; new ones may come beside them. */
  trackIds: readonly number[];
  stretch: Stretch;
  /** Whether the stretch is all of the piece. */
  isWhole: boolean;
}

const beginsIn = ({ start, end }: Stretch, at: number) => start - samePlace <= at && at < end - samePlace;

/** Whether a note of those tracks begins there. */
export const hasNotesIn = (piece: Piece, trackIds: readonly number[], stretch: Stretch): boolean =>
  piece.tracks.some((track) => trackIds.includes(track.id) && track.notes.some(({ start }) => beginsIn(stretch, start)));

/** The tracks as the generator hears them: each a part of its own, `instrument` its place; of what goes on, up to where it does. */
function heard(piece: Piece, { way, trackIds, stretch }: PartsTask): Track[] {
  return piece.tracks.map((track, instrument) => {
    const isCut = way === "continue" && trackIds.includes(track.id);
    return { ...track, instrument, notes: isCut ? track.notes.filter(({ start }) => start < stretch.start - samePlace) : track.notes };
  });
}

function musicOf(piece: Piece, tracks: readonly Track[]): NoteSequence & { notes: Note[] } {
  const { tempos = [], timeSignatures = [], keySignatures = [], textAnnotations = [], notes = [] } = toSequence({ ...piece, tracks, timed: {}, other: {} });
  const sounding = tracks.filter((track) => track.notes.length > 0);
  return {
    tempos,
    timeSignatures,
    keySignatures,
    textAnnotations,
    instrumentInfos: sounding.map(({ instrument, name }) => ({ instrument, name })),
    notes: notes.map(({ pitch, velocity, startTime, endTime, instrument = 0, program = 0, isDrum = false }) => ({
      pitch, velocity, startTime, endTime, instrument, program, isDrum,
    })),
    totalTime: notes.reduce((end, note) => Math.max(end, note.endTime), 0),
  };
}

/** The request for that task; null: of what is to be written in, nothing is left that the server would call a part. */
export function partsRequest(piece: Piece, task: PartsTask, args: Args): GenerateSequenceRequest | null {
  const { way, trackIds, stretch } = task;
  const inputSequence = musicOf(piece, heard(piece, task));
  const meant = partsOf(inputSequence).filter(({ instrument }) => trackIds.includes(piece.tracks[instrument]!.id));
  const parts = meant.map(({ number }) => String(number));
  if (!addsParts(way) && parts.length === 0 && inputSequence.notes.some(({ isDrum }) => !isDrum)) return null;
  const keepsNotes = (way === "fill" || way === "vary") && hasNotesIn(piece, trackIds, stretch);
  const said: Record<string, ArgValue> = Object.fromEntries(Object.entries(args).filter(([name]) => keepsNotes || name !== "keep"));
  if (way === "vary") {
    const bars = barsOf(piece);
    said.vary = { stringValue: `${bars.at(stretch.start).number}-${bars.at(stretch.end - 1e-3).number}:${parts.join("+")}` };
    return { inputSequence, generatorOptions: { args: said } };
  }
  if (addsParts(way)) said.add = { stringValue: added[way]! };
  const tempos = temposOf(piece);
  const section = { startTime: tempos.toSeconds(stretch.start), endTime: tempos.toSeconds(stretch.end) };
  const isNamed = !addsParts(way) && parts.length > 0;
  const generateSections = addsParts(way) && task.isWhole ? [] : [isNamed ? { ...section, parts } : section];
  return { inputSequence, generatorOptions: { generateSections, args: said } };
}

/** What of `piece` a generator asked for `task` does not hear, and its answer lacks: notes after what was continued. */
export function partsRest(piece: Piece, { way, trackIds, stretch }: PartsTask): NoteSequence {
  if (way !== "continue") return { notes: [] };
  const after = piece.tracks.map((track, instrument) => {
    const notes = trackIds.includes(track.id) ? track.notes.filter(({ start }) => start >= stretch.end - samePlace) : [];
    return { ...track, instrument, notes };
  });
  return { notes: musicOf(piece, after).notes };
}

/** What an answer brings to one part. */
export interface MadePart {
  /** null: a new part. */
  trackId: number | null;
  name: string;
  program: number;
  /** All of its notes in the stretch, those that stayed as well. */
  notes: readonly NewNote[];
  /** Those of them that were not there. */
  fresh: readonly NewNote[];
  /** Notes that were there and went. */
  gone: readonly NewNote[];
}

const isSame = (a: NewNote, b: NewNote) => a.pitch === b.pitch && Math.abs(a.start - b.start) < samePlace && Math.abs(a.end - b.end) < samePlace;

/** Takes the note that is as `note` out of `notes`; null: there is none. */
function take<N extends NewNote>(notes: N[], note: NewNote): N | null {
  const at = notes.findIndex((one) => isSame(one, note));
  return at < 0 ? null : notes.splice(at, 1)[0]!;
}

/** What `answer`, to the request for `task` of `piece`, has of the parts that were to be written, and of new ones. */
export function madeParts(answer: NoteSequence, piece: Piece, task: PartsTask): MadePart[] {
  const tempos = temposOf(piece);
  const place = (seconds: number) => Math.round(tempos.toQuarters(seconds) * 1e9) / 1e9;
  const notesOf = new Map<number, { notes: NewNote[]; program: number }>();
  for (const { pitch, velocity, startTime, endTime, instrument = 0, program = 0, isDrum } of withAllNumbers(answer).notes) {
    if (isDrum) continue;
    const part = notesOf.get(instrument) ?? { notes: [], program };
    part.notes.push({ pitch, velocity, start: place(startTime), end: place(endTime) });
    notesOf.set(instrument, part);
  }
  const parts: MadePart[] = [];
  for (const [instrument, track] of heard(piece, task).entries()) {
    if (addsParts(task.way) || !task.trackIds.includes(track.id)) continue;
    const left = [...track.notes];
    const fresh: NewNote[] = [];
    const stayed: NewNote[] = [];
    for (const note of notesOf.get(instrument)?.notes ?? []) {
      const old = take(left, note);
      if (!old) fresh.push(note);
      else if (beginsIn(task.stretch, old.start)) stayed.push(old);
    }
    parts.push({ trackId: track.id, name: track.name, program: track.program, notes: [...stayed, ...fresh], fresh, gone: left });
  }
  const names = new Map((answer.instrumentInfos ?? []).map((info) => [info.instrument ?? 0, info.name]));
  for (const [instrument, { notes, program }] of [...notesOf].sort(([a], [b]) => a - b)) {
    if (instrument < piece.tracks.length && piece.tracks[instrument]!.notes.length > 0) continue;
    parts.push({ trackId: null, name: names.get(instrument) ?? "", program, notes, fresh: notes, gone: [] });
  }
  return parts;
}

/** The track for a new part: one of its name that was empty when it was asked for, or came since (another candidate's). */
function roomFor(piece: Piece, before: Piece, name: string): Track | undefined {
  const isFree = ({ id }: Track) => id >= before.nextId || trackOf(before, id)?.notes.length === 0;
  return piece.tracks.find((track) => !track.isDrum && track.name.toLowerCase() === name.toLowerCase() && isFree(track));
}

/** `piece` with what was made of `before`; notes that stayed are the same ones. null: a track that was written in is gone. */
export function withMadeParts(piece: Piece, before: Piece, stretch: Stretch, parts: readonly MadePart[]): Piece | null {
  let next = piece;
  for (const part of parts) {
    let id = part.trackId ?? roomFor(next, before, part.name)?.id;
    if (id === undefined) {
      const more = addTrack(next, part.name, false, part.program);
      [next, id] = [more.piece, more.id];
    }
    const track = trackOf(next, id);
    if (!track) return null;
    const isOut = (note: NewNote) => beginsIn(stretch, note.start) || part.gone.some((one) => isSame(one, note));
    const there = track.notes.filter(isOut);
    const stay = track.notes.filter((note) => !isOut(note));
    const news: NewNote[] = [];
    for (const note of part.notes) {
      const old = take(there, note);
      if (old) {
        stay.push(old);
      } else {
        const { pitch, velocity, start, end, other } = note;
        news.push({ pitch, velocity, start, end, ...(other ? { other } : {}) });
      }
    }
    next = addNotes(changeTrack(next, id, (one) => ({ ...one, notes: stay })), id, news).piece;
  }
  return next;
}
