// The document that one composes: tracks of notes, counted in quarters, with tempos, meters, keys and
// chords. It is never changed in place: every edit is a new Piece that shares what stayed (history.ts).
import { endOf, withAllNumbers, type KeySignature, type Note, type NoteSequence } from "./note_sequence";
import { BarMap, samePlace, TempoMap, type MeterAt, type TempoAt } from "./time";

/** What a Note has beside the fields that the page edits (part, voice, pitchName, ...). */
type OtherOfNote = Omit<Note, "pitch" | "velocity" | "startTime" | "endTime" | "instrument" | "program" | "isDrum">;

export interface PieceNote {
  /** Of this note alone in its piece; stays with it through edits. */
  id: number;
  pitch: number;
  /** 1 to 127. */
  velocity: number;
  /** Quarters. */
  start: number;
  end: number;
  other?: OtherOfNote;
}

export interface Track {
  id: number;
  name: string;
  /** Of NoteSequence; tracks that share one are programs of one channel. */
  instrument: number;
  /** General MIDI, from 0. */
  program: number;
  isDrum: boolean;
  /** Index into the roll's colours. */
  colour: number;
  isMuted: boolean;
  isSolo: boolean;
  /** By start, then pitch. */
  notes: readonly PieceNote[];
}

export interface KeyAt {
  at: number;
  key: string;
  mode: string;
}

export interface ChordAt {
  at: number;
  text: string;
}

/** Lists of a NoteSequence whose entries have a `time`, kept as they came but for that: quarters. */
export type TimedLists = Record<string, readonly { time?: number }[]>;

export interface Piece {
  name: string;
  tracks: readonly Track[];
  tempos: readonly TempoAt[];
  meters: readonly MeterAt[];
  keys: readonly KeyAt[];
  chords: readonly ChordAt[];
  /** Quarters that it lasts at least; what follows the last note is silence. */
  length: number;
  /** The next id of a note or track. */
  nextId: number;
  /** Pedals, bends and what else the page does not show, with times in quarters. */
  timed: TimedLists;
  /** All other fields of the NoteSequence that it came from. */
  other: Readonly<Record<string, unknown>>;
}

const timedNames = ["pitchBends", "controlChanges", "sectionAnnotations"];
const readNames = new Set([
  "notes",
  "tempos",
  "timeSignatures",
  "keySignatures",
  "textAnnotations",
  "totalTime",
  "instrumentInfos",
  ...timedNames,
]);
/** Steps of a quantised sequence count what the notes were, not what they become. */
const lostByEdits = new Set(["quantizationInfo", "totalQuantizedSteps", "subsequenceInfo"]);

export const byPlace = (a: PieceNote, b: PieceNote): number => a.start - b.start || a.pitch - b.pitch || a.id - b.id;

const emptyTrack = (id: number, name: string, instrument = 0): Track => ({
  id,
  name,
  instrument,
  program: 0,
  isDrum: false,
  colour: 0,
  isMuted: false,
  isSolo: false,
  notes: [],
});

export function emptyPiece(name: string, trackName: string): Piece {
  return {
    name,
    tracks: [emptyTrack(1, trackName)],
    tempos: [{ at: 0, qpm: 120 }],
    meters: [{ at: 0, numerator: 4, denominator: 4 }],
    keys: [],
    chords: [],
    length: 0,
    nextId: 2,
    timed: {},
    other: {},
  };
}

/** When the last note ends, or the piece's own length; quarters. */
export function endOfPiece(piece: Piece): number {
  let end = piece.length;
  for (const track of piece.tracks) {
    for (const note of track.notes) end = Math.max(end, note.end);
  }
  return end;
}

export const barsOf = (piece: Piece): BarMap => new BarMap(piece.meters);
export const temposOf = (piece: Piece): TempoMap => new TempoMap(piece.tempos);

/** The tracks that sound: those that are solo if any is, else those that are not muted. */
export function soundingTracks(piece: Piece): readonly Track[] {
  const solo = piece.tracks.filter((track) => track.isSolo);
  return solo.length > 0 ? solo : piece.tracks.filter((track) => !track.isMuted);
}

interface Names {
  /** A track without a name: "Track 2". */
  track: (number: number) => string;
  drums: string;
}

/** The piece of a NoteSequence; toSequence gives it back. */
export function fromSequence(sent: NoteSequence, name: string, names: Names): Piece {
  const sequence = withAllNumbers(sent);
  const tempos = TempoMap.ofSeconds(sequence.tempos ?? []);
  const at = (time: number | undefined) => tempos.toQuarters(time ?? 0);
  const groups = new Map<string, Note[]>();
  for (const note of sequence.notes) {
    const key = `${note.instrument ?? 0}/${note.program ?? 0}/${note.isDrum ? 1 : 0}`;
    const group = groups.get(key);
    if (group) group.push(note);
    else groups.set(key, [note]);
  }
  let nextId = 1;
  const infos = sequence.instrumentInfos ?? [];
  const tracks = [...groups.values()].map((notes, index): Track => {
    const { instrument = 0, program = 0, isDrum = false } = notes[0]!;
    const part = notes[0]!.part ?? 0;
    const known =
      infos.find((info) => (info.instrument ?? 0) === instrument)?.name ?? sequence.partInfos?.find((info) => (info.part ?? 0) === part)?.name;
    return {
      id: nextId++,
      name: known?.trim() || (isDrum ? names.drums : names.track(index + 1)),
      instrument,
      program,
      isDrum,
      colour: index,
      isMuted: false,
      isSolo: false,
      notes: notes
        .map(({ pitch, velocity, startTime, endTime, instrument: _i, program: _p, isDrum: _d, ...other }): PieceNote => {
          const note = { id: nextId++, pitch, velocity, start: at(startTime), end: at(endTime) };
          return Object.keys(other).length > 0 ? { ...note, other } : note;
        })
        .sort(byPlace),
    };
  });
  // Chords alone have a track to write into.
  if (tracks.length === 0) tracks.push(emptyTrack(nextId++, infos[0]?.name?.trim() || names.track(1), infos[0]?.instrument));
  const annotations = sequence.textAnnotations ?? [];
  const timed: Record<string, readonly { time?: number }[]> = {};
  const raw = sent as Record<string, unknown>;
  for (const list of timedNames) {
    const entries = raw[list] as { time?: number }[] | undefined;
    if (entries?.length) timed[list] = entries.map((entry) => ({ ...entry, time: at(entry.time) }));
  }
  const otherTexts = annotations.filter(({ annotationType }) => annotationType !== "CHORD_SYMBOL");
  if (otherTexts.length > 0) timed.textAnnotations = otherTexts.map((entry) => ({ ...entry, time: at(entry.time) }));
  const used = new Set(tracks.map((track) => track.instrument));
  const other: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(raw)) {
    if (!readNames.has(field) && !lostByEdits.has(field)) other[field] = value;
  }
  const silent = infos.filter((info) => !used.has(info.instrument ?? 0));
  if (silent.length > 0) other.instrumentInfos = silent;
  const lasts = at(endOf(sequence));
  const lastNote = Math.max(0, ...tracks.map((track) => track.notes.reduce((end, note) => Math.max(end, note.end), 0)));
  return {
    name,
    tracks,
    tempos: tempos.tempos,
    meters: (sequence.timeSignatures ?? []).map(({ time, numerator, denominator }) => ({
      at: at(time),
      numerator: numerator ?? 4,
      denominator: denominator ?? 4,
    })),
    keys: (sequence.keySignatures ?? []).map(({ time, key, mode }) => ({ at: at(time), key: key ?? "C", mode: mode ?? "MAJOR" })),
    chords: annotations
      .filter(({ annotationType }) => annotationType === "CHORD_SYMBOL")
      .map(({ time, text }) => ({ at: at(time), text })),
    length: lasts > lastNote + samePlace ? lasts : 0,
    nextId,
    timed,
    other,
  };
}

/** The piece as everything else understands it, in seconds. `tracks`: of these alone; all where it is missing. */
export function toSequence(piece: Piece, tracks: readonly Track[] = piece.tracks): NoteSequence {
  const tempos = temposOf(piece);
  const seconds = (quarters: number) => tempos.toSeconds(quarters);
  const notes = tracks.flatMap((track) =>
    track.notes.map(
      ({ pitch, velocity, start, end, other }): Note => ({
        pitch,
        velocity,
        startTime: seconds(start),
        endTime: seconds(end),
        instrument: track.instrument,
        program: track.program,
        isDrum: track.isDrum,
        ...other,
      }),
    ),
  );
  const { instrumentInfos: silent, ...other } = piece.other as { instrumentInfos?: NoteSequence["instrumentInfos"] };
  const named = new Map([...piece.tracks].reverse().map((track) => [track.instrument, track.name] as const));
  const timed = Object.fromEntries(
    Object.entries(piece.timed).map(([list, entries]) => [
      list,
      entries.map((entry) => ({ ...entry, time: seconds(entry.time ?? 0) })),
    ]),
  ) as Pick<NoteSequence, "textAnnotations">;
  const lasting = notes.reduce((end, note) => Math.max(end, note.endTime), seconds(piece.length));
  return {
    ...other,
    ...timed,
    tempos: piece.tempos.map(({ at, qpm }) => ({ time: seconds(at), qpm })),
    timeSignatures: piece.meters.map(({ at, numerator, denominator }) => ({ time: seconds(at), numerator, denominator })),
    keySignatures: piece.keys.map(({ at, key, mode }): KeySignature => ({ time: seconds(at), key, mode })),
    textAnnotations: [
      ...piece.chords.map(({ at, text }) => ({ time: seconds(at), text, annotationType: "CHORD_SYMBOL" as const })),
      ...(timed.textAnnotations ?? []),
    ],
    instrumentInfos: [...[...named].map(([instrument, name]) => ({ instrument, name })), ...(silent ?? [])],
    notes,
    totalTime: lasting,
  };
}

/** An instrument number of a NoteSequence that no track has; 9, where MIDI drums, for drums first and alone. */
export function freeInstrument(piece: Piece, isDrum: boolean): number {
  const used = new Set(piece.tracks.map((track) => track.instrument));
  if (isDrum && !used.has(9)) return 9;
  for (let number = 0; ; ++number) {
    if (number !== 9 && !used.has(number)) return number;
  }
}
