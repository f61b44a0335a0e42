// The machine's notes on their way to the synthesizer, and those that sound.
import type { Voice } from "../sound/channels";
import { lookAhead } from "../sound/look_ahead";
import type { Outside } from "./outside";
import type { DuetNote } from "./phrase";

/** All times are the session's. */
export class MachineNotes {
  private pending: DuetNote[] = [];
  private sounding: { note: DuetNote; end: number }[] = [];
  private last = -Infinity;

  constructor(
    private readonly outside: Outside,
    private readonly voiceOf: (note: DuetNote) => Voice,
  ) {}

  /** Whether some were handed to the synthesizer and have not ended. */
  get isSounding(): boolean {
    return this.sounding.length > 0;
  }

  get isEmpty(): boolean {
    return this.pending.length === 0 && !this.isSounding;
  }

  /** When the last one that was handed to the synthesizer begins. */
  get lastBegun(): number {
    return this.last;
  }

  /** When the last one ends, `earliest` or later. */
  endFrom(earliest: number): number {
    return [...this.pending, ...this.sounding.map(({ note }) => note)].reduce((end, note) => Math.max(end, note.endTime), earliest);
  }

  add(notes: readonly DuetNote[]): void {
    this.pending.push(...notes);
  }

  /** Takes out what begins at `from` or later and is not yet handed to the synthesizer. */
  takeFrom(from: number): Set<DuetNote> {
    const taken = new Set(this.pending.filter((note) => note.startTime >= from));
    this.pending = this.pending.filter((note) => !taken.has(note));
    return taken;
  }

  /** Nothing sounds longer than to `time`. */
  endBy(time: number): void {
    for (const one of this.sounding) one.end = one.note.endTime = Math.min(one.end, time);
    for (const note of this.pending) note.endTime = Math.min(note.endTime, time);
  }

  /** What sounds ends at once, though the synthesizer was told otherwise. */
  cut(): void {
    const voices = new Map([...this.pending, ...this.sounding.map(({ note }) => note)].map((note) => {
      const voice = this.voiceOf(note);
      return [`${voice.program}/${voice.isDrum}`, voice];
    }));
    this.outside.cut(voices.values(), this.outside.clock() + lookAhead);
  }

  clear(): void {
    this.pending = [];
    this.sounding = [];
    this.last = -Infinity;
  }

  /** Hands what begins or ends before `to` to the synthesizer, whose clock is `zero` at time 0; the same comes back. */
  play(to: number, zero: number): { time: number; isOn: boolean; note: DuetNote }[] {
    const due = this.pending.filter((note) => note.startTime < to);
    if (due.length > 0) this.pending = this.pending.filter((note) => note.startTime >= to);
    this.last = due.reduce((last, note) => Math.max(last, note.startTime), this.last);
    const events = [
      ...this.sounding.filter(({ end }) => end < to).map(({ note, end }) => ({ time: end, isOn: false, note })),
      ...due.map((note) => ({ time: note.startTime, isOn: true, note })),
      ...due.filter((note) => note.endTime < to).map((note) => ({ time: note.endTime, isOn: false, note })),
    ];
    events.sort((a, b) => a.time - b.time || Number(a.isOn) - Number(b.isOn));
    this.sounding = [...this.sounding, ...due.map((note) => ({ note, end: note.endTime }))].filter(({ end }) => end >= to);
    for (const { time, isOn, note } of events) {
      const voice = this.voiceOf(note);
      if (isOn) this.outside.noteOn(voice, note.pitch, note.velocity, zero + time);
      else this.outside.noteOff(voice, note.pitch, zero + time);
    }
    return events;
  }
}
