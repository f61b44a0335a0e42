// Playing at the same time: the machine plans a bar ahead of what you play, and thinks again at each key and each beat.
//
// A plan counts from the next beat on that it can be there by. What the machine was to play before stays, and is told;
// what is planned from there on takes the place of the last plan. So nothing that has sounded changes, and a beat is
// decided no sooner than it has to be. A plan that comes too late is dropped, and the last one goes on.
import { signal } from "@preact/signals";
import type { ArgValue, GenerateSequenceRequest, GeneratorDetails } from "../api/types";
import { clamp } from "../music/clamp";
import type { NoteSequence } from "../music/note_sequence";
import { lookAhead } from "../sound/look_ahead";
import { barSeconds, beatSeconds, lineBefore, lineFrom, type Grid } from "./grid";
import type { Part } from "./parts";
import type { DuetNote } from "./phrase";
import { planOf, planRequest } from "./plan";

/** What it needs of the session; times are the session's. */
export interface Company {
  grid(): Grid;
  details(): GeneratorDetails | null;
  args(): Record<string, ArgValue>;
  now(): number;
  /** Everything that was played, and what is planned. */
  heard(): readonly DuetNote[];
  /** When the last note that is on its way to the synthesizer begins. */
  lastBegun(): number;
  ask(request: GenerateSequenceRequest, signal: AbortSignal): Promise<NoteSequence>;
  /** From `from` on `notes` are what the machine is going to play. */
  plan(from: number, notes: readonly DuetNote[]): void;
  /** From `at` on the machine is silent. */
  rest(at: number): void;
  failed(error: unknown): void;
}

/** rests: until you play. late: its plans come too late to be heard. */
export type TogetherState = "rests" | "plays" | "late";

/** A note can begin so long after it is known: the synthesizer has to be told in time. */
const safety = 0.03;
const firstLead = 0.1;
const longestLead = 2;
/** So many plans that came too late are no chance. */
const lateInRow = 3;

export class Together {
  readonly state = signal<TogetherState>("rests");
  parts: readonly Part[] = [];
  /** The last plan: what was asked, from when on it counts, seconds that it took, and whether these were too many. */
  last: { request: GenerateSequenceRequest; from: number; took: number; isLate: boolean } | null = null;
  /** Seconds from a question to its plan's beginning, as measured. */
  lead = firstLead;

  private asking: AbortController | null = null;
  private readonly held = new Set<number>();
  /** Where you let go of your last note. */
  private silentFrom = -Infinity;
  /** Whether you struck a key since it thought last, the first time when; and since when you play together. */
  private isNews = false;
  private struckAt = 0;
  private since = 0;
  /** When it thinks again, though you strike nothing. */
  private nextAt = -Infinity;
  private lateOnes = 0;
  private said = "";

  constructor(private readonly company: Company) {}

  /** You struck a key: the machine begins, or thinks again. */
  struck(pitch: number, at: number): void {
    this.held.add(pitch);
    if (!this.isNews) this.struckAt = at;
    this.isNews = true;
  }

  released(pitch: number, at: number): void {
    if (this.held.delete(pitch)) this.silentFrom = Math.max(this.silentFrom, at);
  }

  /** Other parts from now on. */
  choose(parts: readonly Part[]): void {
    if (parts.join() === this.parts.join()) return;
    this.parts = parts;
    this.isNews ||= this.state.peek() !== "rests";
  }

  /** Whatever is on its way is forgotten. */
  stop(): void {
    this.asking?.abort();
    this.asking = null;
    this.held.clear();
    this.silentFrom = -Infinity;
    this.isNews = false;
    this.nextAt = -Infinity;
    this.lateOnes = 0;
    this.said = "";
    this.state.value = "rests";
  }

  /** On the beat that is a bar after your last note. */
  private restFrom(): number {
    const grid = this.company.grid();
    return this.held.size > 0 ? Infinity : lineFrom(this.silentFrom + barSeconds(grid), beatSeconds(grid));
  }

  /** Called before all up to `to` is handed to the synthesizer. */
  pull(to: number): void {
    const isBeginning = this.state.value === "rests";
    if (isBeginning && !this.isNews) return;
    const rest = this.restFrom();
    if (to > rest) {
      this.asking?.abort();
      this.asking = null;
      this.isNews = false;
      this.state.value = "rests";
      this.company.rest(rest);
      return;
    }
    const now = to - lookAhead;
    if (this.asking || (!this.isNews && now < this.nextAt)) return;
    if (isBeginning) {
      this.state.value = "plays";
      this.since = this.struckAt;
    }
    this.isNews = false;
    // In the middle of a beat: what you did on it is known, and the next one can be decided.
    const beat = beatSeconds(this.company.grid());
    this.nextAt = lineFrom(now - beat / 2 + 1e-3, beat) + beat / 2;
    void this.think(now);
  }

  private async think(now: number): Promise<void> {
    const { company, parts } = this;
    const [details, grid] = [company.details(), company.grid()];
    if (!details) return;
    const from = lineFrom(Math.max(now + this.lead, company.lastBegun() + 1e-3), beatSeconds(grid));
    if (parts.length === 0) return company.plan(from, []);
    const sent = planRequest({ notes: company.heard(), parts, since: this.since, now, from }, details, grid, company.args());
    const abort = new AbortController();
    this.asking = abort;
    const begun = company.now();
    try {
      const answer = await company.ask(sent.request, abort.signal);
      if (abort.signal.aborted) return;
      const took = company.now() - begun;
      this.lead = clamp(0.7 * this.lead + 0.3 * (2 * took + safety), 2 * safety, longestLead);
      const isLate = from < company.now() + safety / 3 || from <= company.lastBegun();
      this.last = { request: sent.request, from, took, isLate };
      this.lateOnes = isLate ? this.lateOnes + 1 : 0;
      this.state.value = this.lateOnes >= lateInRow ? "late" : "plays";
      this.said = "";
      if (isLate) this.isNews = true;
      else company.plan(from, this.inBars(planOf(answer, sent)));
    } catch (error) {
      if (abort.signal.aborted) return;
      this.sayOnce(error);
    } finally {
      if (this.asking === abort) this.asking = null;
    }
  }

  /** Its notes end with the bar, where harmony changes, since what sounds can't change its mind; none is after the rest. */
  private inBars(notes: readonly DuetNote[]): DuetNote[] {
    const [rest, bar] = [this.restFrom(), barSeconds(this.company.grid())];
    const endOf = ({ startTime, endTime }: DuetNote) => Math.min(endTime, rest, lineBefore(startTime, bar) + bar);
    return notes.filter(({ startTime }) => startTime < rest).map((note) => ({ ...note, endTime: endOf(note) }));
  }

  /** It asks at each beat: what goes wrong again and again is said once. */
  private sayOnce(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    if (message !== this.said) this.company.failed(error);
    this.said = message;
  }
}
