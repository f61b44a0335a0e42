// Where the metronome clicks: on the beats of a piece's meters and tempos.
import type { NoteSequence } from "../music/note_sequence";
import type { Voice } from "./channels";

export interface Click {
  /** Seconds of the piece. */
  time: number;
  isBar: boolean;
}

/** The metronome's own voice: the wood blocks of the drum kit. */
export const metronomeVoice: Voice = { name: "metronome", program: 0, isDrum: true };
export const clickPitch = (isBar: boolean) => (isBar ? 76 : 77);

/**
 * The beats (the meter's denominator) in [from, to), seconds. Each time signature begins a bar, as in MIDI files;
 * tempos change beats' length from where they stand.
 */
export function clicksBetween(piece: NoteSequence, from: number, to: number): Click[] {
  const tempos = [...(piece.tempos ?? [])].sort((a, b) => (a.time ?? 0) - (b.time ?? 0));
  const meters = [...(piece.timeSignatures ?? [])].sort((a, b) => (a.time ?? 0) - (b.time ?? 0));
  if (!meters[0] || (meters[0].time ?? 0) > 0) meters.unshift({ time: 0, numerator: 4, denominator: 4 });
  const clicks: Click[] = [];
  meters.forEach((meter, i) => {
    const end = Math.min(to, meters[i + 1]?.time ?? Infinity);
    let time = meter.time ?? 0;
    for (let beat = 0; time < end - 1e-6; ++beat) {
      if (time >= from - 1e-6) clicks.push({ time, isBar: beat % meter.numerator === 0 });
      time = afterQuarters(tempos, time, 4 / meter.denominator);
    }
  });
  return clicks;
}

/** The time `quarters` after `time` under tempos sorted by time. */
function afterQuarters(tempos: { time?: number; qpm: number }[], time: number, quarters: number): number {
  for (;;) {
    const qpm = tempos.findLast((tempo) => (tempo.time ?? 0) <= time + 1e-9)?.qpm ?? 120;
    const next = tempos.find((tempo) => (tempo.time ?? 0) > time + 1e-9)?.time ?? Infinity;
    const until = ((next - time) * qpm) / 60;
    if (quarters <= until) return time + (quarters * 60) / qpm;
    quarters -= until;
    time = next;
  }
}

/** The clicks of `bars` bars of count-in before `at`, at its tempo and meter: seconds before it, first to last. */
export function countIn(piece: NoteSequence, at: number, bars: number): { before: number; isBar: boolean }[] {
  const qpm = piece.tempos?.findLast((tempo) => (tempo.time ?? 0) <= at)?.qpm ?? 120;
  const meter = piece.timeSignatures?.findLast((one) => (one.time ?? 0) <= at) ?? { numerator: 4, denominator: 4 };
  const seconds = ((60 / qpm) * 4) / meter.denominator;
  const beats = bars * meter.numerator;
  return Array.from({ length: beats }, (_, i) => ({ before: (beats - i) * seconds, isBar: i % meter.numerator === 0 }));
}
