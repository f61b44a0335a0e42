// The ruler above the piano roll: which numbers of bars and which marks have room beside each other.
import type { RollScene, RollTransform } from "./roll";

/** A text above the notes, from `x` on. */
export interface RulerText {
  x: number;
  text: string;
  kind: "number" | "markedNumber" | "mark";
}

/** Pixels between two texts of the ruler. */
const textGap = 8;

/** The numbers of bars and the marks that have room beside each other: marks first, each with the number of its bar. */
export function rulerTexts(
  { bars, marks }: Pick<RollScene, "bars" | "marks">,
  { from, to, perQuarter, xOf }: Pick<RollTransform, "from" | "to" | "perQuarter" | "xOf">,
  widthOf: (text: string, kind: RulerText["kind"]) => number,
): RulerText[] {
  const placed: RulerText[] = [];
  const taken: [number, number][] = [];
  const place = (...row: RulerText[]) => {
    const start = row[0]!.x;
    const last = row.at(-1)!;
    const end = last.x + widthOf(last.text, last.kind) + textGap;
    if (taken.some(([left, right]) => start < right && left < end)) return;
    taken.push([start, end]);
    placed.push(...row);
  };
  const numbered = new Set<number>();
  for (const { at, text } of marks) {
    if (at > to) break;
    const bar = bars.at(at);
    const x = xOf(at) + 5;
    if (Math.abs(bar.start - at) > 1e-6) {
      place({ x, text, kind: "mark" });
      continue;
    }
    const number: RulerText = { x, text: String(bar.number), kind: "markedNumber" };
    place(number, { x: x + widthOf(number.text, number.kind) + textGap, text, kind: "mark" });
    numbered.add(bar.index);
  }
  const shown = bars.between(from, to);
  const barWidth = shown.length > 0 ? (shown[0]!.end - shown[0]!.start) * perQuarter : 100;
  let every = 1;
  while (barWidth * every < 34) every *= 2;
  for (const { start, index, number } of shown) {
    if (index % every === 0 && !numbered.has(index)) place({ x: xOf(start) + 5, text: String(number), kind: "number" });
  }
  return placed;
}
