// The parts that the machine can play beside yours.

/** From high to low, as the server names them. */
export const parts = ["Alto", "Tenor", "Bass", "Chords"] as const;
export type Part = (typeof parts)[number];
export const isPart = (value: unknown): value is Part => parts.some((part) => part === value);

const acousticBass = 32;
/** Of General MIDI: bells and music boxes, pipes. */
const highOnes = [[8, 15], [72, 79]] as const;

/** What `part` sounds on where the machine plays `program`: a bass on one of those that have no low notes is a bass. */
export function programOf(part: Part, program: number): number {
  return part === "Bass" && highOnes.some(([first, last]) => first <= program && program <= last) ? acousticBass : program;
}
