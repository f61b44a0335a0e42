// What the model is asked: your phrase, with its bar lines where they were, and the time that it shall fill.
import { stepsPerSecond, wantsChords } from "../api/generators";
import type { ArgValue, GenerateSequenceRequest, GeneratorDetails } from "../api/types";
import type { Note, NoteSequence, TextAnnotation } from "../music/note_sequence";
import { barSeconds, lineBefore, type Grid } from "./grid";
import { parts, programOf, type Part } from "./parts";

/** A note of the session; times are seconds since its first bar line. */
export interface DuetNote extends Note {
  by: "player" | "machine";
  /** Of what the machine plays at the same time as you. */
  role?: Part;
  /** Whether its key is still held; then it sounds on. */
  isHeld?: boolean;
}

/** No more than so many bars before an answer are heard. */
export const heardBars = 8;
const shortest = 0.05;

export interface Question {
  /** The notes that the answer goes on from, times of the session. */
  notes: readonly DuetNote[];
  /** When the answer begins and how long it is, seconds. */
  at: number;
  seconds: number;
}

/** Half a step of the model's grid, seconds: a note so much before a line is meant to be on it. */
export const halfStep = (details: GeneratorDetails, grid: Grid): number => 0.5 / stepsPerSecond(details, grid.qpm);

/** The chord of each bar in [from, to): the chart goes round from the session's first bar on. */
export function chordsBetween(chart: readonly string[], grid: Grid, from: number, to: number): { time: number; text: string }[] {
  if (chart.length === 0) return [];
  const bar = barSeconds(grid);
  const chords = [];
  for (let i = Math.round(lineBefore(from, bar) / bar); i * bar < to - 1e-6; ++i) {
    chords.push({ time: i * bar, text: chart[((i % chart.length) + chart.length) % chart.length]! });
  }
  return chords;
}

/** The request, and the session's time of its time 0, a bar line. */
export function requestFor(
  question: Question,
  details: GeneratorDetails,
  grid: Grid,
  chart: readonly string[],
  args: Record<string, ArgValue>,
): { request: GenerateSequenceRequest; origin: number } {
  const bar = barSeconds(grid);
  const early = halfStep(details, grid);
  const earliest = question.at - heardBars * bar - early;
  const notes = question.notes.filter((note) => note.startTime >= earliest && note.startTime < question.at - early);
  const first = notes.reduce((time, note) => Math.min(time, note.startTime), question.at - early);
  const origin = Math.min(lineBefore(first + early, bar), lineBefore(question.at, bar));
  const sent = notes.map((note): Note => {
    const start = Math.max(0, note.startTime - origin);
    const end = Math.min(note.isHeld ? Infinity : note.endTime, question.at) - origin;
    const { pitch, velocity, isDrum } = note;
    return { pitch, velocity, startTime: start, endTime: Math.max(end, start + shortest), ...(isDrum ? { isDrum } : {}) };
  });
  const sequence: NoteSequence = {
    tempos: [{ qpm: grid.qpm }],
    timeSignatures: [{ numerator: grid.beatsPerBar, denominator: 4 }],
    notes: sent,
    totalTime: sent.reduce((end, note) => Math.max(end, note.endTime), 0),
  };
  if (wantsChords(details)) {
    sequence.textAnnotations = chordsBetween(chart, grid, origin, question.at + question.seconds).map(
      ({ time, text }): TextAnnotation => ({ time: Math.max(0, time - origin), text, annotationType: "CHORD_SYMBOL" }),
    );
  }
  const startTime = question.at - origin;
  const generateSections = [{ startTime, endTime: startTime + question.seconds }];
  return { request: { inputSequence: sequence, generatorOptions: { generateSections, args } }, origin };
}

/** The session as a piece, from the bar of its first note on: you, the machine's answers and each of its parts, in this order. */
export function pieceOf(
  notes: readonly DuetNote[],
  grid: Grid,
  chart: readonly string[],
  programs: { player: number; machine: number },
  title: string,
  names: { player: string; machine: string },
): NoteSequence {
  const bar = barSeconds(grid);
  const first = notes.reduce((time, note) => Math.min(time, note.startTime), Infinity);
  const origin = Number.isFinite(first) ? lineBefore(first + 0.02, bar) : 0;
  const instrumentOf = (note: DuetNote) => (note.by === "player" ? 0 : note.role ? 2 + parts.indexOf(note.role) : 1);
  const programFor = (note: DuetNote) => (note.role ? programOf(note.role, programs.machine) : note.program || programs[note.by]);
  const played = notes.map((note) => {
    const startTime = Math.max(0, note.startTime - origin);
    return {
      pitch: note.pitch,
      velocity: note.velocity,
      startTime,
      endTime: Math.max(note.endTime - origin, startTime + shortest),
      instrument: instrumentOf(note),
      ...(note.isDrum ? { isDrum: true } : { program: programFor(note) }),
    };
  });
  const totalTime = played.reduce((end, note) => Math.max(end, note.endTime), 0);
  const chords = chordsBetween(chart, grid, origin, origin + totalTime);
  return {
    tempos: [{ qpm: grid.qpm }],
    timeSignatures: [{ numerator: grid.beatsPerBar, denominator: 4 }],
    notes: played.sort((a, b) => a.instrument - b.instrument || a.startTime - b.startTime || a.pitch - b.pitch),
    totalTime,
    instrumentInfos: [names.player, names.machine, ...parts]
      .map((name, instrument) => ({ instrument, name }))
      .filter(({ instrument }) => played.some((note) => note.instrument === instrument)),
    sequenceMetadata: { title },
    ...(chords.length > 0
      ? { textAnnotations: chords.map(({ time, text }) => ({ time: time - origin, text, annotationType: "CHORD_SYMBOL" as const })) }
      : {}),
  };
}
