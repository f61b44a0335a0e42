// What a generator is asked for a part of a piece, and what its answer means for the piece. Pure: no server here.
import { isDrumKind, wantsChords } from "../api/generators";
import type { GenerateSequenceRequest, GeneratorDetails, Section } from "../api/types";
import { replaceSection, trackOf, withoutSection, type NewNote } from "../music/edit";
import { withAllNumbers, type Note, type NoteSequence } from "../music/note_sequence";
import { temposOf, toSequence, type Piece, type Track } from "../music/piece";
import type { Bar, BarMap } from "../music/time";
import type { Args } from "../view/generator_controls";

/** continue: only what is before is given. fill: bars without notes are filled. vary: bars are made anew. */
export type Way = "continue" | "fill" | "vary";

export interface Stretch {
  /** Quarters. */
  start: number;
  end: number;
}

/** Whether a generator makes music for such tracks. */
export const fitsTrack = (details: GeneratorDetails, track: Track): boolean => isDrumKind(details) === track.isDrum;

/** The bars that a generator is to make, neighbours as one; none: there is nothing to fill. */
export function stretchesOf(way: Way, track: Track, bars: BarMap, section: Stretch): Stretch[] {
  if (way !== "fill") return [section];
  const isEmpty = (bar: Bar) => !track.notes.some((note) => note.start < bar.end - 1e-6 && note.start >= bar.start - 1e-6);
  const stretches: Stretch[] = [];
  for (const bar of bars.between(section.start, section.end)) {
    if (!isEmpty(bar)) continue;
    const last = stretches.at(-1);
    if (last && Math.abs(last.end - bar.start) < 1e-6) last.end = bar.end;
    else stretches.push({ start: bar.start, end: bar.end });
  }
  return stretches;
}

/** The notes that are given: what is around the stretches, or before them alone. */
function given(way: Way, track: Track, stretches: readonly Stretch[]): Track {
  let notes = track.notes;
  for (const { start, end } of stretches) notes = withoutSection(notes, start, way === "continue" ? Infinity : end);
  return { ...track, notes };
}

/** The request for those stretches of a track, with chords where the generator is conditioned by them. */
export function requestFor(
  piece: Piece,
  track: Track,
  details: GeneratorDetails,
  way: Way,
  stretches: readonly Stretch[],
  args: Args,
): GenerateSequenceRequest {
  const tempos = temposOf(piece);
  const seconds = ({ start, end }: Stretch): Section => ({ startTime: tempos.toSeconds(start), endTime: tempos.toSeconds(end) });
  const { notes = [], timeSignatures = [], keySignatures = [], tempos: said = [], textAnnotations = [] } = toSequence(piece, [
    given(way, track, stretches),
  ]);
  const chords = wantsChords(details) ? textAnnotations.filter(({ annotationType }) => annotationType === "CHORD_SYMBOL") : [];
  const inputSequence: NoteSequence = {
    tempos: said,
    timeSignatures,
    keySignatures,
    ...(chords.length > 0 ? { textAnnotations: chords } : {}),
    notes,
    totalTime: notes.reduce((end, note) => Math.max(end, note.endTime), 0),
  };
  return { inputSequence, generatorOptions: { generateSections: stretches.map(seconds), args } };
}

/** What an answer brings. */
export interface Made {
  notes: readonly NewNote[];
  /** Given notes that it holds longer: index among the given ones, and their new end in quarters. */
  held: readonly { start: number; pitch: number; end: number }[];
}

/** What `answer` to `request` has that was not given; quarters of `piece`. */
export function madeBy(answer: NoteSequence, request: GenerateSequenceRequest, piece: Piece, isDrum: boolean): Made {
  const tempos = temposOf(piece);
  const place = (seconds: number) => Math.round(tempos.toQuarters(seconds) * 1e9) / 1e9;
  const sections = request.generatorOptions?.generateSections ?? [];
  const isNew = ({ startTime }: Note) => sections.some((one) => one.startTime - 1e-6 <= startTime && startTime < one.endTime - 1e-6);
  const before = request.inputSequence?.notes ?? [];
  const notes: NewNote[] = [];
  const held: { start: number; pitch: number; end: number }[] = [];
  for (const note of withAllNumbers(answer).notes) {
    if ((note.isDrum ?? false) !== isDrum) continue;
    if (isNew(note)) {
      notes.push({ pitch: note.pitch, velocity: note.velocity, start: place(note.startTime), end: place(note.endTime) });
      continue;
    }
    const old = before.find(({ pitch, startTime }) => pitch === note.pitch && Math.abs(startTime - note.startTime) < 1e-6);
    if (old && note.endTime > old.endTime + 1e-6) held.push({ start: place(note.startTime), pitch: note.pitch, end: place(note.endTime) });
  }
  return { notes, held };
}

/** `piece` with what was made in those stretches of the track, instead of what was there. */
export function withMade(piece: Piece, trackId: number, stretches: readonly Stretch[], made: Made): Piece {
  let next = piece;
  for (const { start, end } of stretches) {
    const inside = made.notes.filter((note) => start - 1e-6 <= note.start && note.start < end - 1e-6);
    next = replaceSection(next, trackId, start, end, inside);
  }
  const track = trackOf(next, trackId);
  if (!track || made.held.length === 0) return next;
  const notes = track.notes.map((note) => {
    const longer = made.held.find(({ start, pitch }) => pitch === note.pitch && Math.abs(start - note.start) < 1e-6);
    return longer ? { ...note, end: longer.end } : note;
  });
  return { ...next, tracks: next.tracks.map((one) => (one === track ? { ...track, notes } : one)) };
}
