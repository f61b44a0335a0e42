// What steps are called for people.
import type { ScoreEvent } from "../api/types";
import { pitchName } from "../music/pitch_names";
import { texts } from "../texts";
import { expectedOf, isHold, isOnset, type Expected } from "./surprise";

const words = texts.look;

export const percent = (probability: number) =>
  probability >= 0.0995 ? `${(probability * 100).toFixed(0)} %` : `${(probability * 100).toPrecision(probability < 0.0095 ? 1 : 2)} %`;

export const nameOfExpected = ({ what }: Pick<Expected, "what">, isDrum: boolean) =>
  typeof what === "number" ? pitchName(what) : isDrum ? words.nothing : words[what];

export function nameOfEvent(event: ScoreEvent, isDrum: boolean): string {
  if (isOnset(event)) return (event.pitches ?? []).map(pitchName).join(" ");
  if (isDrum) return words.nothing;
  return isHold(event) ? words.hold : words.rest;
}

/** "D4 40 %, hold 20 %": the most probable that could have come. */
export function mostExpected(event: ScoreEvent, count: number, isDrum: boolean): string {
  if (!event.distribution) return "";
  return expectedOf(event.distribution, null, count)
    .map((expected) => `${nameOfExpected(expected, isDrum)} ${percent(expected.probability)}`)
    .join(", ");
}

export const whenOf = (event: ScoreEvent) => words.at(event.time.toFixed(2));
