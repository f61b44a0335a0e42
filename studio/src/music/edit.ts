// What one does to notes. Each function gives a new Piece; what it leaves alone is shared with the old one.
import { clamp } from "./clamp";
import { byPlace, freeInstrument, type ChordAt, type Piece, type PieceNote, type Track } from "./piece";
import { barsOf } from "./piece";
import { inOrder, samePlace, type MeterAt, type TempoAt } from "./time";

export type Ids = ReadonlySet<number>;

/** No note is shorter, in quarters. */
export const shortest = 1 / 64;

const clampPitch = (pitch: number) => clamp(Math.round(pitch), 0, 127);
const clampVelocity = (velocity: number) => clamp(Math.round(velocity), 1, 127);

export const trackOf = (piece: Piece, id: number): Track | undefined => piece.tracks.find((track) => track.id === id);

/** `piece` with `change` done to the track of that id. */
export function changeTrack(piece: Piece, id: number, change: (track: Track) => Track): Piece {
  let isChanged = false;
  const tracks = piece.tracks.map((track) => {
    if (track.id !== id) return track;
    const next = change(track);
    isChanged ||= next !== track;
    return next;
  });
  return isChanged ? { ...piece, tracks } : piece;
}

/** `piece` with `change` done to each note of `ids`; null takes the note out. */
function changeNotes(piece: Piece, ids: Ids, change: (note: PieceNote, track: Track) => PieceNote | null): Piece {
  if (ids.size === 0) return piece;
  let isChanged = false;
  const tracks = piece.tracks.map((track) => {
    if (!track.notes.some((note) => ids.has(note.id))) return track;
    isChanged = true;
    const notes: PieceNote[] = [];
    for (const note of track.notes) {
      const next = ids.has(note.id) ? change(note, track) : note;
      if (next) notes.push(next);
    }
    return { ...track, notes: notes.sort(byPlace) };
  });
  return isChanged ? { ...piece, tracks } : piece;
}

/** The notes of `ids`, of all tracks. */
export function notesOf(piece: Piece, ids: Ids): { note: PieceNote; track: Track }[] {
  if (ids.size === 0) return [];
  return piece.tracks.flatMap((track) => track.notes.filter((note) => ids.has(note.id)).map((note) => ({ note, track })));
}

export type NewNote = Omit<PieceNote, "id">;

/** `piece` with `notes` in the track of that id, and their new ids. */
export function addNotes(piece: Piece, trackId: number, notes: readonly NewNote[]): { piece: Piece; ids: Set<number> } {
  let id = piece.nextId;
  const added = notes.map((note): PieceNote => ({ ...note, id: id++ }));
  const changed = changeTrack(piece, trackId, (track) => ({ ...track, notes: [...track.notes, ...added].sort(byPlace) }));
  return { piece: { ...changed, nextId: id }, ids: new Set(added.map((note) => note.id)) };
}

/** Moves notes by quarters and semitones, together: none goes before the beginning or off the keyboard. */
export function moveNotes(piece: Piece, ids: Ids, quarters: number, semitones: number): Piece {
  const moved = notesOf(piece, ids).map(({ note }) => note);
  if (moved.length === 0 || (quarters === 0 && semitones === 0)) return piece;
  const by = Math.max(quarters, -Math.min(...moved.map((note) => note.start)));
  const up = Math.max(
    -Math.min(...moved.map((note) => note.pitch)),
    Math.min(semitones, 127 - Math.max(...moved.map((note) => note.pitch))),
  );
  return changeNotes(piece, ids, (note) => ({ ...note, start: note.start + by, end: note.end + by, pitch: note.pitch + up }));
}

/** Moves ends by quarters. */
export function stretchNotes(piece: Piece, ids: Ids, quarters: number): Piece {
  if (quarters === 0) return piece;
  return changeNotes(piece, ids, (note) => ({ ...note, end: Math.max(note.start + shortest, note.end + quarters) }));
}

export function deleteNotes(piece: Piece, ids: Ids): Piece {
  return changeNotes(piece, ids, () => null);
}

/** Cuts the notes that sound at `place` in two there. */
export function cutAt(piece: Piece, ids: Ids, place: number): Piece {
  const cut = notesOf(piece, ids).filter(({ note }) => note.start < place - samePlace && place + samePlace < note.end);
  if (cut.length === 0) return piece;
  let result = changeNotes(piece, new Set(cut.map(({ note }) => note.id)), (note) => ({ ...note, end: place }));
  for (const { note, track } of cut) {
    const { id: _, ...rest } = note;
    result = addNotes(result, track.id, [{ ...rest, start: place }]).piece;
  }
  return result;
}

/** By semitones; drums stay, their pitches are instruments. */
export function transpose(piece: Piece, ids: Ids, semitones: number): Piece {
  return changeNotes(piece, ids, (note, track) =>
    track.isDrum ? note : { ...note, pitch: clampPitch(note.pitch + semitones) },
  );
}

/** Starts, and lengths where `lengths` says so, onto a grid of `step` quarters. */
export function quantise(piece: Piece, ids: Ids, step: number, lengths = true): Piece {
  const bars = barsOf(piece);
  return changeNotes(piece, ids, (note) => {
    const start = bars.snap(note.start, step);
    const length = note.end - note.start;
    const whole = lengths ? Math.max(step, Math.round(length / step) * step) : length;
    return { ...note, start, end: start + whole };
  });
}

export function setVelocity(piece: Piece, ids: Ids, velocity: number): Piece {
  return changeNotes(piece, ids, (note) => ({ ...note, velocity: clampVelocity(velocity) }));
}

/** Notes as they are carried away, counted from the first of them. */
export interface Clipping {
  notes: readonly (NewNote & { isDrum: boolean })[];
  /** Quarters from the first start to the last end. */
  length: number;
}

export function copyNotes(piece: Piece, ids: Ids): Clipping {
  const found = notesOf(piece, ids);
  const first = Math.min(...found.map(({ note }) => note.start));
  const last = Math.max(...found.map(({ note }) => note.end));
  return {
    length: found.length > 0 ? last - first : 0,
    notes: found.map(({ note: { id: _, ...note }, track }) => ({
      ...note,
      start: note.start - first,
      end: note.end - first,
      isDrum: track.isDrum,
    })),
  };
}

/** Into the track of that id, from `place` on. */
export function pasteNotes(piece: Piece, trackId: number, clipping: Clipping, place: number): { piece: Piece; ids: Set<number> } {
  const notes = clipping.notes.map(({ isDrum: _, ...note }) => ({ ...note, start: note.start + place, end: note.end + place }));
  return addNotes(piece, trackId, notes);
}

/** Each in its own track, right after the last of them, on the next line of `step`. */
export function duplicate(piece: Piece, ids: Ids, step: number): { piece: Piece; ids: Set<number> } {
  const found = notesOf(piece, ids);
  if (found.length === 0) return { piece, ids: new Set() };
  const first = Math.min(...found.map(({ note }) => note.start));
  const last = Math.max(...found.map(({ note }) => note.end));
  const by = Math.max(step, Math.ceil((last - first) / step - samePlace) * step);
  let result = piece;
  const added = new Set<number>();
  for (const track of piece.tracks) {
    const notes = track.notes
      .filter((note) => ids.has(note.id))
      .map(({ id: _, ...note }) => ({ ...note, start: note.start + by, end: note.end + by }));
    if (notes.length === 0) continue;
    const one = addNotes(result, track.id, notes);
    result = one.piece;
    for (const id of one.ids) added.add(id);
  }
  return { piece: result, ids: added };
}

/** The notes of the track of that id that begin in [start, end). */
export function idsBetween(piece: Piece, trackId: number, start: number, end: number): Set<number> {
  const notes = trackOf(piece, trackId)?.notes ?? [];
  return new Set(notes.filter((note) => start - samePlace <= note.start && note.start < end - samePlace).map((note) => note.id));
}

/** `notes` instead of what begins in [start, end) of that track; what sounds into it ends there. */
export function replaceSection(piece: Piece, trackId: number, start: number, end: number, notes: readonly NewNote[]): Piece {
  const cleared = changeTrack(piece, trackId, (track) => ({ ...track, notes: withoutSection(track.notes, start, end) }));
  return addNotes(cleared, trackId, notes).piece;
}

/** What stays around [start, end): its notes taken out, those that sound into it cut at its start. */
export function withoutSection(notes: readonly PieceNote[], start: number, end: number): PieceNote[] {
  return notes
    .filter((note) => note.start < start - samePlace || note.start >= end - samePlace)
    .map((note) => (note.start < start && note.end > start + samePlace ? { ...note, end: start } : note));
}

export function addTrack(piece: Piece, name: string, isDrum: boolean, program = 0): { piece: Piece; id: number } {
  const id = piece.nextId;
  const track: Track = {
    id,
    name,
    instrument: freeInstrument(piece, isDrum),
    program: isDrum ? 0 : program,
    isDrum,
    colour: piece.tracks.reduce((most, one) => Math.max(most, one.colour), -1) + 1,
    isMuted: false,
    isSolo: false,
    notes: [],
  };
  return { piece: { ...piece, tracks: [...piece.tracks, track], nextId: id + 1 }, id };
}

export function removeTrack(piece: Piece, id: number): Piece {
  return { ...piece, tracks: piece.tracks.filter((track) => track.id !== id) };
}

/** `entries` with `entry` instead of what stood at its place. */
function withEntry<T extends { at: number }>(entries: readonly T[], entry: T): T[] {
  const others = entries.filter((one) => Math.abs(one.at - entry.at) >= samePlace);
  return [...others, entry].sort((a, b) => a.at - b.at);
}

/** A tempo from `at` on. Notes keep their places in the music and sound sooner or later. */
export const setTempo = (piece: Piece, tempo: TempoAt): Piece => ({ ...piece, tempos: withEntry(piece.tempos, tempo) });
export const setMeter = (piece: Piece, meter: MeterAt): Piece => ({ ...piece, meters: withEntry(piece.meters, meter) });

/** Takes the tempo change at `at` away; the first tempo stays. */
export const removeTempo = (piece: Piece, at: number): Piece => ({
  ...piece,
  tempos: piece.tempos.filter((tempo) => tempo.at < samePlace || Math.abs(tempo.at - at) >= samePlace),
});
export const removeMeter = (piece: Piece, at: number): Piece => ({
  ...piece,
  meters: piece.meters.filter((meter) => meter.at < samePlace || Math.abs(meter.at - at) >= samePlace),
});

/** A chord from `at` on; "" takes it away. */
export function setChord(piece: Piece, chord: ChordAt): Piece {
  if (chord.text === "") return { ...piece, chords: piece.chords.filter((one) => Math.abs(one.at - chord.at) >= samePlace) };
  return { ...piece, chords: withEntry(piece.chords, chord) };
}

/** The chord that counts at `at`; "" where none does. */
export function chordAt(piece: Piece, at: number): string {
  let text = "";
  for (const chord of inOrder(piece.chords, { at: 0, text: "" })) {
    if (chord.at <= at + samePlace) text = chord.text;
  }
  return text;
}
