// The ruler above the piano roll: which numbers of bars and which marks have room beside each other.
import type { RollScene, RollTransform } from "./roll";

/** A text above the notes, from `x` on. */
export interface RulerText {
  x: number;
  text: string;
  kind: "number" | "markedNumber" | "mark";
}

/** Pixels that a text is wide. */
export type WidthOf = (text: string, kind: RulerText["kind"]) => number;

/** Pixels between two texts of the ruler. */
const textGap = 8;

/** `measure`, which is slow, asked once for each text. */
export function remembered(measure: WidthOf): WidthOf {
  const known = new Map<string, number>();
  return (text, kind) => {
    const key = `${kind} ${text}`;
    let width = known.get(key);
    if (width === undefined) known.set(key, (width = measure(text, kind)));
    return width;
  };
}

/**
 * The numbers of bars and the marks that have room beside each other: marks first, each with the number of its bar.
 * Which marks have room is counted from the beginning of the piece, so that scrolling changes none of them.
 */
export function rulerTexts(
  { bars, marks }: Pick<RollScene, "bars" | "marks">,
  { from, to, perQuarter, xOf }: Pick<RollTransform, "from" | "to" | "perQuarter" | "xOf">,
  widthOf: WidthOf,
): RulerText[] {
  const endOf = ({ x, text, kind }: RulerText) => x + widthOf(text, kind) + textGap;
  const placed: RulerText[] = [];
  /** What marks have taken, from left to right. */
  const taken: { start: number; end: number }[] = [];
  const numbered = new Set<number>();
  for (const { at, text } of marks) {
    if (at > to) break;
    const x = xOf(at) + 5;
    if (x < (taken.at(-1)?.end ?? -Infinity)) continue;
    const bar = bars.at(at);
    let mark: RulerText = { x, text, kind: "mark" };
    if (Math.abs(bar.start - at) <= 1e-6) {
      const number: RulerText = { x, text: String(bar.number), kind: "markedNumber" };
      mark = { ...mark, x: endOf(number) };
      placed.push(number);
      numbered.add(bar.index);
    }
    placed.push(mark);
    taken.push({ start: x, end: endOf(mark) });
  }
  const shown = bars.between(from, to);
  const barWidth = shown.length > 0 ? (shown[0]!.end - shown[0]!.start) * perQuarter : 100;
  let every = 1;
  while (barWidth * every < 34) every *= 2;
  /** The first of `taken` that ends behind the number's beginning. */
  let next = 0;
  let lastEnd = -Infinity;
  for (const { start, index, number: count } of shown) {
    if (index % every !== 0 || numbered.has(index)) continue;
    const number: RulerText = { x: xOf(start) + 5, text: String(count), kind: "number" };
    while (next < taken.length && taken[next]!.end <= number.x) ++next;
    const end = endOf(number);
    if (number.x < lastEnd || (taken[next]?.start ?? Infinity) < end) continue;
    placed.push(number);
    lastEnd = end;
  }
  return placed;
}
