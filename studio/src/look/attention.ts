// What a model with attention looked back at when it expected a step: which earlier step each weight belongs to.
import type { ScoreEvent } from "../api/types";

export interface EarlierStep {
  /** In Score.events; -1: the first step of its stretch, which nothing predicts and no score lists. */
  index: number;
  /** Seconds. */
  start: number;
  end: number;
}

export interface LookedBack {
  /** Newest first. */
  steps: (EarlierStep & { weight: number })[];
  /** The weight of what lies before the first step: of nothing. */
  before: number;
  /** The share of each step, were all of them looked at alike. */
  even: number;
}

/** A stretch of one tempo and meter is heard by itself; its first step, unlisted, leaves a gap before the second. */
const beginsStretch = (events: ScoreEvent[], index: number) => index === 0 || Math.abs(events[index]!.time - events[index - 1]!.endTime) > 1e-6;

/** At most `count` steps of the same stretch before the event at `index`, newest first. */
export function stepsBefore(events: ScoreEvent[], index: number, count: number): EarlierStep[] {
  const steps: EarlierStep[] = [];
  for (let at = index; steps.length < count; at--) {
    const { time, endTime } = events[at]!;
    if (beginsStretch(events, at)) {
      steps.push({ index: -1, start: time - (endTime - time), end: time });
      break;
    }
    const before = events[at - 1]!;
    steps.push({ index: at - 1, start: before.time, end: before.endTime });
  }
  return steps;
}

/** Of the event at `index`; null where there is none, or its model has no attention. */
export function lookedBack(events: ScoreEvent[], index: number): LookedBack | null {
  const weights = events[index]?.distribution?.attention;
  if (!weights) return null;
  // The step just before is what the model has read last: it is no memory yet.
  const steps = stepsBefore(events, index, weights.length + 1).slice(1);
  return {
    steps: steps.map((step, i) => ({ ...step, weight: weights[i]! })),
    before: weights.slice(steps.length).reduce((sum, weight) => sum + weight, 0),
    even: 1 / weights.length,
  };
}

/** The `count` steps with the greatest weights, greatest first. */
export const strongest = ({ steps }: Pick<LookedBack, "steps">, count: number) => [...steps].sort((a, b) => b.weight - a.weight).slice(0, count);
