// The part of the transport that needs no sound: which notes begin and end while a play head moves, also in a loop.
import { clamp } from "../music/clamp";
import type { Note } from "../music/note_sequence";

export interface PlayEvent {
  /** Seconds of the audio clock. */
  at: number;
  isOn: boolean;
  note: Note;
}

/** A run of the play head: from `start` (seconds of the piece) at `at` (of the clock) to `end`. */
interface Run {
  at: number;
  start: number;
  end: number;
}

const shortest = 0.02;

export class Playback {
  private runs: Run[] = [];
  private notes: Note[] = [];
  private sounding: { note: Note; offAt: number }[] = [];
  private pulled = 0;
  loop: { start: number; end: number } | null = null;

  /** `rate`: 2 is twice as fast. `end`: where the piece ends, seconds. */
  constructor(
    notes: readonly Note[],
    private end: number,
    private readonly rate = 1,
  ) {
    this.setNotes(notes, end);
  }

  /** Other notes from the play head on; what sounds ends as it would have. */
  setNotes(notes: readonly Note[], end: number): void {
    this.notes = [...notes].sort((a, b) => a.startTime - b.startTime || a.pitch - b.pitch);
    this.end = end;
    const last = this.runs.at(-1);
    if (last) last.end = this.endOfRun(last.start);
  }

  private endOfRun(start: number): number {
    return this.loop && start < this.loop.end ? this.loop.end : Math.max(this.end, start);
  }

  setLoop(loop: { start: number; end: number } | null): void {
    this.loop = loop && loop.end - loop.start > 0.05 ? loop : null;
    const last = this.runs.at(-1);
    if (last) last.end = Math.max(this.endOfRun(last.start), this.pieceTime(last, this.pulled));
  }

  /** The play head is at `position` of the piece when the clock says `at`. */
  start(position: number, at: number): void {
    this.runs = [{ at, start: position, end: this.endOfRun(position) }];
    this.pulled = at;
    this.sounding = [];
  }

  private pieceTime(run: Run, at: number): number {
    return run.start + (at - run.at) * this.rate;
  }

  private endAt(run: Run): number {
    return run.at + (run.end - run.start) / this.rate;
  }

  /** Where the play head is at `at`, seconds of the piece; before the start it waits there. */
  positionAt(at: number): number {
    const run = this.runs.findLast((one) => one.at <= at) ?? this.runs[0];
    return run ? clamp(this.pieceTime(run, at), run.start, run.end) : 0;
  }

  /** Whether all is over at `at`. */
  isOver(at: number): boolean {
    const last = this.runs.at(-1);
    return !this.loop && (!last || at >= this.endAt(last)) && this.sounding.length === 0;
  }

  /** What happens before `until` and was not told yet, in order, ends before beginnings; and the stretches played. */
  pull(until: number): { events: PlayEvent[]; stretches: { from: number; to: number; at: number }[] } {
    const events: PlayEvent[] = [];
    const stretches: { from: number; to: number; at: number }[] = [];
    while (this.pulled < until) {
      const run = this.runs.at(-1);
      if (!run) break;
      const endAt = this.endAt(run);
      const to = Math.min(until, endAt);
      if (to > this.pulled) {
        const [first, last] = [this.pieceTime(run, this.pulled), this.pieceTime(run, to)];
        stretches.push({ from: first, to: last, at: this.pulled });
        for (const note of this.beginning(first, last)) {
          const at = run.at + (note.startTime - run.start) / this.rate;
          events.push({ at, isOn: true, note });
          const ends = Math.max(note.endTime, note.startTime + shortest);
          this.sounding.push({ note, offAt: Math.min(run.at + (ends - run.start) / this.rate, this.loop ? endAt : Infinity) });
        }
        this.pulled = to;
      }
      if (to < endAt) break;
      if (!this.loop) {
        this.pulled = until;
        break;
      }
      this.runs.push({ at: endAt, start: this.loop.start, end: this.loop.end });
      if (this.runs.length > 4) this.runs.shift();
    }
    for (const { note, offAt } of this.sounding) if (offAt <= until) events.push({ at: offAt, isOn: false, note });
    this.sounding = this.sounding.filter(({ offAt }) => offAt > until);
    events.sort((a, b) => a.at - b.at || Number(a.isOn) - Number(b.isOn));
    return { events, stretches };
  }

  /** Notes that begin in [from, to). */
  private beginning(from: number, to: number): Note[] {
    let low = 0;
    let high = this.notes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.notes[middle]!.startTime < from - 1e-9) low = middle + 1;
      else high = middle;
    }
    const found: Note[] = [];
    for (let i = low; i < this.notes.length && this.notes[i]!.startTime < to - 1e-9; ++i) found.push(this.notes[i]!);
    return found;
  }
}
