// What a model of several parts is asked while you play, and what its answer plans for the bar ahead. Pure: no clock here.
import { stepsPerSecond } from "../api/generators";
import type { ArgValue, GenerateSequenceRequest, GeneratorDetails } from "../api/types";
import { withAllNumbers, type Note, type NoteSequence } from "../music/note_sequence";
import { barSeconds, beatSeconds, lineBefore, lineFrom, type Grid } from "./grid";
import { isPart, parts, type Part } from "./parts";
import type { DuetNote } from "./phrase";

/** What you play, as the server reads its name: the melody. */
const yours = "Melody";
/** No more than so many bars are heard; the server steps through them at each question. */
const heardBars = 16;
/** Of a long session so many notes are looked at. */
const mostNotes = 1000;
/** Where in a beat your notes are heard: on sixteenths or triplets, whichever is nearer. */
const places = [0, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 3 / 4, 1];
const hair = 1e-6;

/** Arguments that ask for something else, or that the page says itself. */
const ofOtherTasks = ["add", "fill", "vary", "keep", "ending", "bars", "new_steps", "num_steps", "primer_part", "accompaniment", "program"];

/** No search for likelier notes, unless it is chosen: it takes ten times as long, and the machine would follow you later. */
const quickest: Record<string, ArgValue> = { beam_size: { intValue: 1 } };

export interface PlanQuestion {
  /** All notes of the session. */
  notes: readonly DuetNote[];
  /** The machine's. */
  parts: readonly Part[];
  /** Seconds of the session: since when you play, ... */
  since: number;
  /** ... up to when it is known what you do, ... */
  now: number;
  /** ... and from when on the machine may change its mind. */
  from: number;
}

/** A question as it is sent. */
export interface SentPlan {
  request: GenerateSequenceRequest;
  /** The session's time of its time 0, a bar line. */
  origin: number;
  from: number;
  /** From where on each part is drawn. */
  open: ReadonlyMap<Part, number>;
}

function placeOf(time: number, beat: number): number {
  const line = lineBefore(time, beat);
  const within = (time - line) / beat;
  return line + beat * places.reduce((best, place) => (Math.abs(place - within) < Math.abs(best - within) ? place : best), 0);
}

/** What you played, as one line: of notes struck together the highest, each up to the next one; held keys up to `from`. */
function melodyOf(notes: readonly DuetNote[], beat: number, from: number): DuetNote[] {
  const placed = notes
    .map((note) => ({ ...note, startTime: placeOf(note.startTime, beat) }))
    .sort((a, b) => a.startTime - b.startTime || b.pitch - a.pitch)
    .filter((note, i, all) => i === 0 || note.startTime > all[i - 1]!.startTime + hair);
  return placed.map((note, i) => {
    const end = Math.max(note.isHeld ? from : lineFrom(note.endTime, beat / 4), note.startTime + beat / 12);
    return { ...note, endTime: Math.min(end, placed[i + 1]?.startTime ?? end) };
  });
}

/** `notes` without long rests, in whole bars: those before a rest of over two come so much later that one is left. */
export function withoutRests(notes: readonly DuetNote[], bar: number): DuetNote[] {
  const inOrder = [...notes].sort((a, b) => a.startTime - b.startTime);
  let [end, left] = [inOrder[0]?.startTime ?? 0, 0];
  const leftBefore = inOrder.map((note) => {
    const rest = Math.floor((note.startTime - end) / bar + hair);
    if (rest > 2) left += rest - 1;
    end = Math.max(end, note.isHeld ? Infinity : note.endTime);
    return left;
  });
  return inOrder.map((note, i) => {
    const later = (left - leftBefore[i]!) * bar;
    return later === 0 ? note : { ...note, startTime: note.startTime + later, endTime: note.endTime + later };
  });
}

/**
 * The request. All that the machine has decided to play before `from` is given, and each of its parts is open from the end
 * of that on: where it was silent while you played, it may be drawn as if it had not been, since a part that is told to
 * have been silent stays so. Yours is open from `now` on, for the same reason. What is drawn goes beyond the last bar that
 * has given notes: so it is no end of a piece.
 */
export function planRequest(question: PlanQuestion, details: GeneratorDetails, grid: Grid, args: Record<string, ArgValue>): SentPlan {
  const { now, from, since } = question;
  const [beat, bar] = [beatSeconds(grid), barSeconds(grid)];
  const isHeard = (note: DuetNote) =>
    note.by === "player" ? !note.isDrum : question.parts.some((part) => part === note.role) && note.startTime < from - hair;
  const near = withoutRests(question.notes.slice(-mostNotes).filter(isHeard), bar);
  const earliest = lineBefore(from - heardBars * bar, bar);
  const heard = near.filter((note) => note.startTime >= earliest - beat / 8);
  const melody = melodyOf(heard.filter(({ by }) => by === "player"), beat, from);
  const given = heard.filter(({ by }) => by === "machine");
  const first = [...melody, ...given].reduce((time, note) => Math.min(time, note.startTime), now);
  const origin = lineBefore(first, bar);
  const there = parts.filter((part) => given.some((note) => note.role === part));
  const missing = question.parts.filter((part) => !there.includes(part));
  const instrumentOf = (note: DuetNote) => (note.by === "player" ? 0 : there.findIndex((part) => part === note.role) + 1);
  const notes = [...melody, ...given].map((note): Note => ({
    pitch: note.pitch,
    velocity: note.velocity,
    startTime: note.startTime - origin,
    endTime: note.endTime - origin,
    instrument: instrumentOf(note),
  }));
  const totalTime = notes.reduce((end, note) => Math.max(end, note.endTime), 0);
  const step = 1 / stepsPerSecond(details, grid.qpm);
  const yoursOpen = lineFrom(Math.max(now, (melody.at(-1)?.startTime ?? now) + step) - origin, step);
  const phrase = melody.find(({ startTime }) => startTime >= since - beat / 8)?.startTime ?? from;
  const openOf = (part: Part) => given.filter((note) => note.role === part).reduce((open, { endTime }) => Math.max(open, endTime), phrase);
  const open = new Map(question.parts.map((part) => [part, Math.min(openOf(part), from)]));
  const endTime = Math.max(from - origin + bar, lineFrom(totalTime, bar)) + beat;
  const chosen = Object.fromEntries(Object.entries(args).filter(([name]) => !ofOtherTasks.includes(name)));
  const said = { ...quickest, ...chosen };
  if (missing.length > 0) said.add = { stringValue: missing.join(",").toLowerCase() };
  const generateSections = [
    ...(melody.length > 0 ? [{ startTime: yoursOpen, endTime, parts: [yours] }] : []),
    ...[...open].map(([part, time]) => ({ startTime: time - origin, endTime, parts: [part] })),
  ];
  const inputSequence: NoteSequence = {
    tempos: [{ qpm: grid.qpm }],
    timeSignatures: [{ numerator: grid.beatsPerBar, denominator: 4 }],
    instrumentInfos: [yours, ...there].map((name, instrument) => ({ instrument, name })),
    notes,
    totalTime,
  };
  return { request: { inputSequence, generatorOptions: { generateSections, args: said } }, origin, from, open };
}

/** What the machine plays from `from` on, as `answer` has it; a note that would have begun before comes in there. */
export function planOf(answer: NoteSequence, { origin, from, open }: SentPlan): DuetNote[] {
  const names = new Map((answer.instrumentInfos ?? []).map(({ instrument = 0, name }) => [instrument, name]));
  return withAllNumbers(answer).notes.flatMap(({ pitch, velocity, startTime, endTime, instrument = 0 }): DuetNote[] => {
    const part = names.get(instrument);
    const [start, end] = [origin + startTime, origin + endTime];
    if (!isPart(part) || start < (open.get(part) ?? Infinity) - hair || end < from + hair) return [];
    return [{ by: "machine", role: part, pitch, velocity, startTime: Math.max(start, from), endTime: end }];
  });
}
