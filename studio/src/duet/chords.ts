// A chart as people type it, and what its chords sound like. Which symbols a model reads is the server's to say.

const letters: Record<string, number> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

/** The symbols of a chart: "C Am | F G" has four, a bar each. */
export function chartOf(text: string): string[] {
  return text.split(/[\s|,]+/).filter((symbol) => symbol !== "");
}

function pitchClass(name: string): number {
  const sharps = [...name.slice(1)].reduce((sum, sign) => sum + (sign === "#" || sign === "♯" ? 1 : -1), 0);
  return (letters[name[0]!]! + sharps + 12) % 12;
}

// The third and fifth that a quality begins with; the first that fits counts.
const triads: [RegExp, number[]][] = [
  [/^(dim|°|o|ø|m7b5|m7\(b5\))/, [3, 6]],
  [/^(aug|\+)/, [4, 8]],
  [/^sus2/, [2, 7]],
  [/sus/, [5, 7]],
  [/^5/, [7]],
  [/^(m(?!aj)|min|-)/, [3, 7]],
  [/^/, [4, 7]],
];

/** Pitches of a chord around middle C, the bass below; none where the symbol is not known here. */
export function pitchesOf(symbol: string): number[] {
  const parts = /^([A-G][#b♯♭]*)([^/]*)(?:\/([A-G][#b♯♭]*))?$/.exec(symbol);
  if (!parts) return [];
  const root = pitchClass(parts[1]!);
  const quality = parts[2]!;
  const above = [0, ...triads.find(([start]) => start.test(quality))![1]];
  if (/maj7|M7|Δ/.test(quality)) above.push(11);
  else if (/^(dim|°|o)7/.test(quality)) above.push(9);
  else if (/7|9|11|13|ø/.test(quality)) above.push(10);
  else if (/6/.test(quality)) above.push(9);
  const bass = parts[3] ? pitchClass(parts[3]) : root;
  const around = above.map((step) => 55 + ((root + step - 55 + 120) % 12));
  return [36 + bass + (bass < 4 ? 12 : 0), ...around.sort((a, b) => a - b)];
}
