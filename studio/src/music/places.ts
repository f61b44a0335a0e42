// Where in a NoteSequence a second lies, as musicians say it: bar and beat.
import type { NoteSequence } from "./note_sequence";
import { BarMap, TempoMap, type Bar } from "./time";

export class Places {
  private readonly tempos: TempoMap;
  private readonly bars: BarMap;

  constructor(music: NoteSequence) {
    this.tempos = TempoMap.ofSeconds(music.tempos ?? []);
    const meters = (music.timeSignatures ?? []).map(({ time, numerator, denominator }) => ({ at: this.tempos.toQuarters(time ?? 0), numerator, denominator }));
    this.bars = new BarMap(meters);
  }

  /** Bar and beat, both from 1; a pickup is bar 0. Beats are those of the meter's denominator: 2.5 is half way to 3. */
  at(seconds: number): { bar: number; beat: number } {
    const quarters = this.tempos.toQuarters(seconds);
    const bar = this.bars.at(quarters);
    const beat = 1 + ((quarters - bar.start) * bar.denominator) / 4;
    return { bar: bar.number, beat: Math.max(1, Math.round(beat * 1000) / 1000) };
  }

  /** Bars that begin before `end` seconds, each with its beginning in seconds. */
  until(end: number): { bar: Bar; seconds: number }[] {
    return this.bars.between(0, this.tempos.toQuarters(end)).map((bar) => ({ bar, seconds: this.tempos.toSeconds(bar.start) }));
  }
}
