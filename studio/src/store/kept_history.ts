// The steps of a history as they are kept beside its present value: each as what it changes, so that many fit.
import { applyDelta, deltaBetween, type Delta } from "../music/delta";
import type { History, Link } from "../music/history";

/** The nearest step first; each is JSON of its gesture and of the delta from the step before it. */
export interface KeptSteps {
  past: readonly string[];
  future: readonly string[];
}

/** What all steps of a piece may take. */
const mostBytes = 1 << 20;

/** Steps are written once, since those of a history share its links: what a link says from the value beside it. */
const written = new WeakMap<object, { from: unknown; text: string }>();

function textOf<T>(link: Link<T>, from: T): string {
  const known = written.get(link);
  if (known?.from === from) return known.text;
  const text = JSON.stringify([link.gesture, deltaBetween(from, link.value)]);
  written.set(link, { from, text });
  return text;
}

/** Steps of `history`, those of the past that lie longest back left out where all are more than `most` bytes. */
export function keptSteps<T>(history: History<T>, most = mostBytes): KeptSteps {
  let left = most;
  const textsOf = (first: Link<T> | null): string[] => {
    const texts: string[] = [];
    let from = history.present;
    for (let link = first; link; link = link.next) {
      const text = textOf(link, from);
      left -= 2 * text.length; // a character is two bytes at most
      if (left < 0) break;
      texts.push(text);
      from = link.value;
    }
    return texts;
  };
  const future = textsOf(history.future);
  return { future, past: textsOf(history.past) };
}

/** The history whose present and steps were kept; it ends before a step that can't be read. */
export function historyOf<T>(present: T, kept: KeptSteps | undefined): History<T> {
  const linksOf = (texts: readonly string[] = []): Link<T> | null => {
    const steps: { value: T; gesture: string; from: T; text: string }[] = [];
    try {
      for (const text of texts) {
        const [gesture, delta] = JSON.parse(text) as [string, Delta];
        const from = steps.at(-1)?.value ?? present;
        steps.push({ value: applyDelta(from, delta) as T, gesture, from, text });
      }
    } catch {
      // Of another version of the page, then.
    }
    return steps.reduceRight<Link<T> | null>((next, { value, gesture, from, text }) => {
      const link = { value, gesture, next };
      written.set(link, { from, text });
      return link;
    }, null);
  };
  return { past: linksOf(kept?.past), present, future: linksOf(kept?.future), gesture: "" };
}
