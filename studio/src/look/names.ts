// What steps are called for people.
import type { ScoreEvent } from "../api/types";
import type { Places } from "../music/places";
import { texts } from "../texts";
import { pitchName } from "../music/pitch_names";
import { lookedBack, strongest } from "./attention";
import { expectedOf, isHold, isOnset, type Expected, type ScoredNote } from "./surprise";

const words = texts.look;

export const bitsText = (bits: number) => (Number.isFinite(bits) ? bits.toFixed(2) : "∞");

export const percent = (probability: number) =>
  probability >= 0.0995 ? `${(probability * 100).toFixed(0)} %` : `${(probability * 100).toPrecision(probability < 0.0095 ? 1 : 2)} %`;

export const nameOfPitch = (pitch: number, isDrum: boolean) => (isDrum ? (texts.midi.drums[pitch] ?? String(pitch)) : pitchName(pitch));

export const nameOfExpected = ({ what }: Pick<Expected, "what">, isDrum: boolean) =>
  typeof what === "number" ? nameOfPitch(what, isDrum) : isDrum ? words.nothing : words[what];

export function nameOfEvent(event: ScoreEvent, isDrum: boolean): string {
  if (isOnset(event)) return (event.pitches ?? []).map((pitch) => nameOfPitch(pitch, isDrum)).join(isDrum ? ", " : " ");
  if (isDrum) return words.nothing;
  return isHold(event) ? words.hold : words.rest;
}

/** The events of a score, and the notes that they are (notesOf). */
export interface Scored {
  events: ScoreEvent[];
  notes: readonly ScoredNote[];
}

/** What sounds in the step at `index`, -1 is the first one: "C4", and "C4 held" where it goes on. */
export function nameOfStep({ events, notes }: Scored, index: number, isDrum: boolean): string {
  const event = events[index];
  if (!event) return words.firstStep;
  if (isDrum || !isHold(event)) return nameOfEvent(event, isDrum);
  const held = notes.find(({ start, end }) => start <= event.time && event.time < end);
  return held ? words.held(held.pitches.map((pitch) => nameOfPitch(pitch, isDrum)).join(" ")) : words.hold;
}

/** "Bar 1, beat 2 (C4) 31 %, before the tune 5 %"; "" of models without attention. */
export function mostLookedBack(scored: Scored, index: number, count: number, isDrum: boolean, places: Places): string {
  const looked = lookedBack(scored.events, index);
  if (!looked) return "";
  const steps = strongest(looked, count).map((step) =>
    words.backAt(whenOf({ time: step.start }, places), nameOfStep(scored, step.index, isDrum), percent(step.weight)),
  );
  return [...steps, ...(looked.before > 0 ? [`${words.backBefore} ${percent(looked.before)}`] : [])].join(", ");
}

/** "D4 40 %, hold 20 %": the most probable that could have come. */
export function mostExpected(event: ScoreEvent, count: number, isDrum: boolean): string {
  if (!event.distribution) return "";
  return expectedOf(event.distribution, null, count)
    .map((expected) => `${nameOfExpected(expected, isDrum)} ${percent(expected.probability)}`)
    .join(", ");
}

export function whenOf(event: Pick<ScoreEvent, "time">, places: Places): string {
  const { bar, beat } = places.at(event.time);
  return words.bar(bar, String(Math.round(beat * 100) / 100));
}
