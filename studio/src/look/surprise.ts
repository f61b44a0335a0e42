// What a score says of notes: where each begins and ends, its bits, and what was expected instead.
import type { Distribution, Score, ScoreEvent } from "../api/types";
import { clamp } from "../music/clamp";

/** A note of the scored part, on the model's grid. */
export interface ScoredNote {
  /** Of its first event in Score.events. */
  index: number;
  pitches: number[];
  /** Seconds. */
  start: number;
  end: number;
  /** Of the event that begins it; the steps that hold it have bits of their own. */
  bits: number;
}

export const isOnset = (event: ScoreEvent) => (event.pitches ?? []).length > 0;
export const isHold = (event: ScoreEvent) => !isOnset(event) && event.event !== "rest";

/** The notes: each lasts as long as the events after it hold. */
export function notesOf(events: ScoreEvent[], isDrum = false): ScoredNote[] {
  const notes: ScoredNote[] = [];
  let open: ScoredNote | null = null;
  events.forEach((event, index) => {
    if (isOnset(event)) {
      open = { index, pitches: event.pitches ?? [], start: event.time, end: event.endTime, bits: event.bits };
      notes.push(open);
    } else if (open && !isDrum && isHold(event)) {
      open.end = event.endTime;
    } else {
      open = null;
    }
  });
  return notes;
}

/** The bits of what the page shows: of notes, and of the steps between them; they sum to the server's. */
export function sums(events: ScoreEvent[]): { notes: number; others: number; all: number } {
  const of = (some: ScoreEvent[]) => some.reduce((sum, { bits }) => sum + bits, 0);
  const notes = of(events.filter(isOnset));
  const others = of(events.filter((event) => !isOnset(event)));
  return { notes, others, all: notes + others };
}

/** How probable `bits` were: 1 bit is a half. */
export const probabilityOf = (bits: number) => 2 ** -bits;

/** Bits that draw a bar of full height; most of the notes of tunes have fewer. */
export const fullBits = 8;

/** 0 to 1, as the heights of bars show it. */
export const heightOfBits = (bits: number) => clamp(bits / fullBits, 0, 1);

/** Where expected ends and a surprise begins: a chance of 1 in 4, and of 1 in 32. */
export const calmBits = 2;
export const hotBits = 5;

export type Surprise = "calm" | "some" | "hot";
export const surpriseOf = (bits: number): Surprise => (bits <= calmBits ? "calm" : bits <= hotBits ? "some" : "hot");

export interface Expected {
  /** A MIDI pitch, or what is no pitch. */
  what: number | "hold" | "rest";
  probability: number;
  happened: boolean;
}

/** What was expected, most probable first: `count` of them, and what happened where it is none of these. */
export function expectedOf(distribution: Pick<Distribution, "pitches" | "hold" | "rest">, event: ScoreEvent | null, count: number): Expected[] {
  const happened = (what: Expected["what"]) =>
    event !== null &&
    (typeof what === "number" ? (event.pitches ?? []).includes(what) : what === "rest" ? event.event === "rest" : isHold(event));
  const one = (what: Expected["what"], probability: number): Expected => ({ what, probability, happened: happened(what) });
  const all = [
    ...Object.entries(distribution.pitches).map(([pitch, probability]) => one(Number(pitch), probability)),
    one("hold", distribution.hold),
    one("rest", distribution.rest),
  ].filter(({ probability, happened: it }) => probability > 0 || it);
  all.sort((a, b) => b.probability - a.probability);
  return all.filter((expected, index) => index < count || expected.happened);
}

/** The event that lies at `time`, or the nearest; -1 where there are none. */
export function eventAt(score: Score, time: number): number {
  let best = -1;
  score.events.forEach((event, index) => {
    if (best < 0 || event.time <= time) best = index;
  });
  return best;
}

/** The note after (`by` 1) or before (-1) the event at `index`; the same where there is none. */
export function nextNote(events: ScoreEvent[], index: number, by: 1 | -1): number {
  for (let i = index + by; i >= 0 && i < events.length; i += by) {
    if (isOnset(events[i]!)) return i;
  }
  return index;
}
