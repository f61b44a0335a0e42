// The duet: a clock, what you play, whose turn it is, and answers that are asked for in time and begin on the grid.
import { computed, signal } from "@preact/signals";
import { isDrumKind, playsParts, takesPrimerKey, wantsChords } from "../api/generators";
import type { ArgValue, GenerateSequenceRequest, GeneratorDetails } from "../api/types";
import { clamp } from "../music/clamp";
import { majorKeyName, settleMajorKey } from "../music/major_key";
import type { NoteSequence } from "../music/note_sequence";
import { withAllNumbers } from "../music/note_sequence";
import type { Voice } from "../sound/channels";
import { lookAhead } from "../sound/look_ahead";
import { metronomeVoice } from "../sound/metronome";
import { Backing } from "./backing";
import { barSeconds, beatSeconds, lineBefore, lineFrom, type Grid } from "./grid";
import { MachineNotes } from "./machine_notes";
import type { Outside } from "./outside";
import { programOf, type Part } from "./parts";
import { halfStep, requestFor, type DuetNote, type Question } from "./phrase";
import { Together, type Company } from "./together";

/**
 * pause: it answers after a beat of silence. bars: you and it take turns of so many bars. free: when it is asked.
 * together: it plays other parts while you play.
 */
export type Mode = "pause" | "bars" | "free" | "together";

export type Turn = "yours" | "asked" | "machine";

/** An answer, as it was asked for and as it came. */
export interface Answer {
  model: string;
  request: GenerateSequenceRequest;
  /** When it began, seconds of the session; `late` of them later than it was asked for. */
  at: number;
  late: number;
  /** Null while it is on its way. */
  seed: number | null;
  /** The major key that the page held what was played for, 0 to 11; null: it said none. */
  key: number | null;
}

/** Where an answer stands: its time 0 and its beginning in the session, its length, what its seconds are stretched by. */
interface Place {
  origin: number;
  at: number;
  seconds: number;
  scale: number;
  /** Whether it is a tune of the machine's own: turns are counted from its end on. */
  opens: boolean;
}

/** An answer's first note comes at least so long after it is known: the synthesizer has to be told in time. */
const safety = 0.03;
const firstLead = 0.35;
const openingBars = 4;
const longestAnswer = 4;
const openingQpm = 120;
/** The key is that of so many bars before an answer, as `magenta live` hears them. */
const keyBars = 32;

const partVoice = (part: Part, machine: Voice): Voice => ({ ...machine, name: `machine/${part}`, program: programOf(part, machine.program) });

export class Session {
  readonly isPlaying = signal(false);
  readonly turn = signal<Turn>("yours");
  /** Everything that was played and that is going to be; sorted by nothing. */
  readonly notes = signal<readonly DuetNote[]>([]);
  readonly answers = signal<readonly Answer[]>([]);
  /** The major key of the last answer that had one, 0 to 11; null: none had. */
  readonly key = computed(() => this.answers.value.findLast(({ key }) => key !== null)?.key ?? null);
  /** Pitches that sound just now. */
  readonly lit = signal<ReadonlyMap<number, "player" | "machine">>(new Map());

  mode: Mode = "pause";
  /** Of mode "bars". */
  bars = 2;
  grid: Grid = { qpm: 120, beatsPerBar: 4 };
  metronome = true;
  /** The chords, a bar each, and whether they sound. */
  chart: readonly string[] = [];
  chordsSound = true;
  details: GeneratorDetails | null = null;
  args: Record<string, ArgValue> = {};
  /** Whether models that hear all music in one key are told the one that you play in. */
  keepsKey = true;
  programs = { player: 0, machine: 0 };

  private zero = 0;
  private stoppedAt = 0;
  private pulled = 0;
  private held = new Map<number, DuetNote>();
  private phrase: DuetNote[] = [];
  private readonly machine: MachineNotes;
  private readonly backing: Backing;
  /** Of mode "together". */
  readonly together: Together;
  private asking: AbortController | null = null;
  /** The answer that comes or plays: what it goes on from, when it begins and ends; the session's seconds. */
  private question: Question | null = null;
  private answerAt = 0;
  private answerEnd = 0;
  private hasFailed = false;
  private turnsFrom = 0;
  /** Where counting in ends. */
  private countedIn = 0;
  private turnsDone = -1;
  private lead = firstLead;

  constructor(private readonly outside: Outside) {
    this.machine = new MachineNotes(outside, (note) => this.voiceOf(note));
    this.backing = new Backing(outside);
    this.together = new Together(this.company());
  }

  /** Seconds since the first bar line; where it stands still, of when it stopped. */
  now(): number {
    return this.isPlaying.value ? this.outside.clock() - this.zero : this.stoppedAt;
  }

  private voice(by: "player" | "machine", isDrum: boolean): Voice {
    return { name: by, program: isDrum ? 0 : this.programs[by], isDrum };
  }

  /** A model of several parts says the instrument of each note itself; parts that sound together are voices apart. */
  private voiceOf(note: DuetNote): Voice {
    const voice = this.voice("machine", note.isDrum ?? false);
    if (note.role) return partVoice(note.role, voice);
    return note.program && !note.isDrum ? { ...voice, program: note.program } : voice;
  }

  /** The voices that the instruments in use need. */
  voices(): Voice[] {
    const isDrum = this.details ? isDrumKind(this.details) : false;
    const machine = this.voice("machine", isDrum);
    const together = this.details && playsParts(this.details) ? this.together.parts.map((part) => partVoice(part, machine)) : [];
    return [this.voice("player", isDrum), machine, ...together, metronomeVoice];
  }

  private company(): Company {
    return {
      grid: () => this.grid,
      details: () => this.details,
      args: () => this.args,
      now: () => this.now(),
      heard: () => this.notes.value,
      lastBegun: () => this.machine.lastBegun,
      ask: async (request, signal) => (await this.outside.stream(this.details!.id, request, { piece: () => undefined }, signal)).music,
      plan: (from, notes) => {
        const gone = this.machine.takeFrom(from);
        this.machine.add(notes);
        this.notes.value = [...this.notes.value.filter((note) => !gone.has(note)), ...notes];
      },
      rest: (at) => {
        const gone = this.machine.takeFrom(at);
        this.machine.endBy(at);
        this.notes.value = this.notes.value.filter((note) => !gone.has(note));
      },
      failed: (error) => this.outside.failed(error),
    };
  }

  /** Begins, or goes on with the next bar, in `delay` seconds and after `countInBars` bars of clicks. */
  start(countInBars = 0, delay = 0.1): void {
    if (this.isPlaying.value) return;
    const bar = barSeconds(this.grid);
    const from = lineFrom(this.stoppedAt, bar);
    this.zero = this.outside.clock() + delay + countInBars * bar - from;
    this.pulled = from - countInBars * bar;
    this.turnsFrom = from;
    this.countedIn = from;
    this.turnsDone = -1;
    this.phrase = [];
    this.turn.value = "yours";
    this.isPlaying.value = true;
  }

  /** Stands still: what sounds ends, what was to come is forgotten. */
  stop(): void {
    if (!this.isPlaying.value) return;
    const now = this.now();
    for (const pitch of [...this.held.keys()]) this.off(pitch);
    this.interrupt(now);
    this.backing.cutChords();
    this.stoppedAt = Math.max(0, now);
    this.isPlaying.value = false;
    this.lit.value = new Map();
  }

  /** Everything is forgotten; a new session begins at its first bar. */
  clear(): void {
    this.stop();
    this.stoppedAt = 0;
    this.notes.value = [];
    this.answers.value = [];
    this.phrase = [];
  }

  /** What was played on a grid of `qpm` before the page was loaded stands there again; Play goes on after it. */
  restore(notes: readonly DuetNote[], qpm: number): void {
    const stretch = qpm / this.grid.qpm;
    this.notes.value = notes.map(({ isHeld: _, ...note }) => ({
      ...note,
      startTime: note.startTime * stretch,
      endTime: Math.max(note.endTime, note.startTime + 0.03) * stretch,
    }));
    this.stoppedAt = this.notes.value.reduce((end, note) => Math.max(end, note.endTime), 0);
  }

  /** Another model answers from now on. */
  setDetails(details: GeneratorDetails | null): void {
    for (const pitch of [...this.held.keys()]) this.off(pitch);
    if (this.isPlaying.value && (this.turn.value !== "yours" || this.mode === "together")) this.interrupt(this.now());
    this.backing.cutChords();
    this.details = details;
    this.phrase = [];
  }

  /** Another tempo or meter: the beats so far stay as they are counted, and what was to come is forgotten. */
  setGrid(grid: Grid): void {
    const wasPlaying = this.isPlaying.value;
    this.stop();
    const stretch = this.grid.qpm / grid.qpm;
    this.grid = grid;
    this.stoppedAt *= stretch;
    this.notes.value = this.notes.value.map((note) => ({
      ...note,
      startTime: note.startTime * stretch,
      endTime: note.endTime * stretch,
    }));
    if (wasPlaying) this.start();
  }

  /** Turns of "bars" are counted anew from the next bar line on. */
  setMode(mode: Mode, bars = this.bars): void {
    if (this.isPlaying.value && mode !== this.mode && [mode, this.mode].includes("together")) this.interrupt(this.now());
    this.mode = mode;
    this.bars = bars;
    this.turnsFrom = lineFrom(Math.max(this.now(), this.answerEnd), barSeconds(this.grid));
    this.turnsDone = -1;
  }

  /** A key goes down, heard `ago` seconds ago. */
  on(pitch: number, velocity: number, ago = 0): void {
    const isDrum = this.details ? isDrumKind(this.details) : false;
    this.outside.noteOn(this.voice("player", isDrum), pitch, velocity, 0);
    this.setLit(pitch, "player");
    if (!this.isPlaying.value) return;
    this.end(pitch);
    const now = this.now() - ago;
    if (this.mode === "together") this.together.struck(pitch, now);
    const question = this.question;
    const isBefore = this.turn.value === "asked" && now < this.answerAt;
    // What the synthesizer has been told already can't be asked anew in time.
    const isTold = this.mode === "bars" && this.machine.isSounding;
    if (isBefore && question && !isTold) this.takeBack();
    else if (this.mode !== "bars" && this.turn.value !== "yours") this.interrupt(now);
    else if (this.isStale(now)) this.phrase = [];
    const note: DuetNote = { by: "player", pitch, velocity, startTime: now, endTime: now, isHeld: true, ...(isDrum ? { isDrum } : {}) };
    this.held.set(pitch, note);
    if (this.mode !== "together") this.phrase.push(note);
    this.notes.value = [...this.notes.value, note];
    // Where bars are fixed, the answer comes at its time all the same, and has heard this note too.
    if (isBefore && question && this.mode === "bars" && !isTold) this.ask({ ...question, notes: [...question.notes, note] });
  }

  off(pitch: number, ago = 0): void {
    const isDrum = this.details ? isDrumKind(this.details) : false;
    this.outside.noteOff(this.voice("player", isDrum), pitch, 0);
    this.unLight(pitch, "player");
    this.end(pitch, ago);
  }

  private end(pitch: number, ago = 0): void {
    const note = this.held.get(pitch);
    if (!note) return;
    this.held.delete(pitch);
    note.isHeld = false;
    note.endTime = Math.max(note.startTime + 0.03, this.now() - ago);
    this.together.released(pitch, note.endTime);
    this.notes.value = [...this.notes.value];
  }

  /** Whether the phrase so far belongs to a turn long gone: two bars of silence in mode "free". */
  private isStale(now: number): boolean {
    const last = this.phrase.reduce((end, note) => Math.max(end, note.isHeld ? now : note.endTime), 0);
    return this.mode === "free" && now - last > 2 * barSeconds(this.grid);
  }

  /** An answer that has not begun is given up: the phrase goes on. */
  private takeBack(): void {
    this.asking?.abort();
    this.asking = null;
    this.question = null;
    if (this.machine.isSounding) this.machine.cut();
    this.machine.clear();
    this.notes.value = this.notes.value.filter((note) => note.by === "player" || note.startTime < this.answerAt);
    this.answers.value = this.answers.value.slice(0, -1);
    this.turn.value = "yours";
  }

  /** The machine gives way: what it was to play is taken back, what sounds ends. */
  private interrupt(now: number): void {
    this.together.stop();
    this.asking?.abort();
    this.asking = null;
    this.question = null;
    if (!this.machine.isEmpty) this.machine.cut();
    this.machine.clear();
    this.notes.value = this.notes.value
      .filter((note) => note.by === "player" || note.startTime < now)
      .map((note) => (note.by === "machine" && note.endTime > now ? { ...note, endTime: now } : note));
    this.lit.value = new Map([...this.lit.value].filter(([, by]) => by === "player"));
    this.answerEnd = Math.min(this.answerEnd, now);
    this.phrase = [];
    this.turn.value = "yours";
  }

  /** The machine answers now, on the next beat: to what you played, or it goes on, or begins. */
  answerNow(): void {
    if (!this.isPlaying.value || this.turn.value !== "yours" || this.mode === "together") return;
    const now = this.now();
    const at = lineFrom(Math.max(now + this.lead, 0), beatSeconds(this.grid));
    if (this.phrase.length > 0) this.ask({ notes: this.phrase, at, seconds: this.answerSeconds(at) });
    else if (this.notes.value.length > 0) this.goOn(at);
    else this.open();
  }

  /** A short tune of the machine's own. */
  open(): void {
    const details = this.details;
    if (!details) return;
    const at = lineFrom(Math.max(this.now() + 0.05, 0), beatSeconds(this.grid));
    const args: Record<string, ArgValue> = { ...this.args, bars: { intValue: openingBars } };
    if (wantsChords(details) && this.chart.length > 0) args.backing_chords = { stringValue: this.chart.join(" ") };
    // A request without music is at 120 quarters a minute; its beats are those of the session.
    this.question = null;
    this.turn.value = "asked";
    const seconds = openingBars * barSeconds(this.grid);
    const place = { origin: at, at, seconds, scale: openingQpm / this.grid.qpm, opens: true };
    void this.hear(details, { generatorOptions: { args } }, place);
  }

  /** The machine goes on with all that was played so far. */
  private goOn(at: number): void {
    this.ask({ notes: this.notes.value, at, seconds: longestAnswer * barSeconds(this.grid) });
    if (at > this.now() && this.machine.isSounding) this.turn.value = "machine";
  }

  /** As many whole bars as the phrase that ends at `at` has, at most four. */
  private answerSeconds(at: number): number {
    const bar = barSeconds(this.grid);
    const first = this.phrase.reduce((time, note) => Math.min(time, note.startTime), at);
    return clamp(Math.round((at - first) / bar), 1, longestAnswer) * bar;
  }

  private ask(question: Question): void {
    const details = this.details;
    if (!details) return;
    this.question = question;
    this.turn.value = "asked";
    const { at, seconds } = question;
    const key = this.keyAt(at, details);
    const args = key === null ? this.args : { ...this.args, primer_key: { stringValue: majorKeyName(key) } };
    const { request, origin } = requestFor(question, details, this.grid, this.chart, args);
    void this.hear(details, request, { origin, at, seconds, scale: 1, opens: false }, key);
  }

  /** The major key of what you played until `at`; null: `details` has no use for it, or it is said or not to be kept. */
  private keyAt(at: number, details: GeneratorDetails): number | null {
    if (!this.keepsKey || !takesPrimerKey(details) || this.args.primer_key) return null;
    const from = at - keyBars * barSeconds(this.grid);
    const isHeard = (note: DuetNote) => note.by === "player" && !note.isDrum && note.startTime >= from && note.startTime < at;
    return settleMajorKey(this.notes.value.filter(isHeard).map(({ pitch }) => pitch), this.key.value);
  }

  /** Asks, and plays what comes. */
  private async hear(details: GeneratorDetails, request: GenerateSequenceRequest, place: Place, key: number | null = null): Promise<void> {
    const { origin, at, seconds, scale, opens } = place;
    this.asking?.abort();
    const abort = new AbortController();
    this.asking = abort;
    this.hasFailed = false;
    this.answerAt = at;
    this.endAt(at + seconds, opens);
    const answer: Answer = { model: details.id, request, at, late: 0, seed: null, key };
    this.answers.value = [...this.answers.value, answer];
    const begun = performance.now();
    let seen = 0;
    let late = 0;
    const isDrum = isDrumKind(details);
    const piece = (sofar: NoteSequence) => {
      if (abort.signal.aborted) return;
      const { notes } = withAllNumbers(sofar);
      const heard = (performance.now() - begun) / 1000;
      if (seen === 0) this.lead = clamp(0.7 * this.lead + 0.3 * (2 * heard + lookAhead + safety), 0.2, 1);
      const fresh: DuetNote[] = [];
      for (const note of notes.slice(seen)) {
        const start = origin + note.startTime * scale;
        if (start < at - 1e-6) continue;
        // What comes too late waits for a beat, and all that follows with it: it stays on the grid.
        const earliest = this.now() + safety;
        if (start + late < earliest) late += lineFrom(earliest - start - late, beatSeconds(this.grid));
        fresh.push({
          by: "machine",
          pitch: note.pitch,
          velocity: note.velocity || 80,
          startTime: start + late,
          endTime: origin + note.endTime * scale + late,
          ...(isDrum || note.isDrum ? { isDrum: true } : {}),
          ...(note.program ? { program: note.program } : {}),
        });
      }
      seen = notes.length;
      if (fresh.length === 0) return;
      answer.late = late;
      this.endAt(at + seconds + late, opens);
      this.machine.add(fresh);
      this.notes.value = [...this.notes.value, ...fresh];
    };
    try {
      const { end } = await this.outside.stream(details.id, request, { piece }, abort.signal);
      answer.seed = end.seed;
      this.answers.value = [...this.answers.value];
    } catch (error) {
      if (abort.signal.aborted) return;
      this.hasFailed = true;
      this.outside.failed(error);
      // What came is played; without any it is your turn again.
      this.answerEnd = this.machine.endFrom(this.now());
    } finally {
      if (this.asking === abort) this.asking = null;
    }
  }

  private endAt(end: number, opens: boolean): void {
    this.answerEnd = end;
    if (!opens) return;
    this.turnsFrom = lineFrom(end, barSeconds(this.grid));
    this.turnsDone = -1;
  }

  /** What a scheduler calls: hands all before `until` (seconds of the audio clock) to the synthesizer, and takes turns. */
  pull(until: number): void {
    if (!this.isPlaying.value) return;
    const to = until - this.zero;
    this.playBacking(this.pulled, to);
    if (this.mode === "together") this.together.pull(to);
    this.play(to);
    this.pulled = to;
    this.takeTurns(to - lookAhead);
  }

  private playBacking(from: number, to: number): void {
    // A count-in is always heard.
    this.backing.clicks(this.grid, from, this.metronome ? to : Math.min(to, this.countedIn), this.zero);
    if (this.details && wantsChords(this.details)) this.backing.chords(this.chart, this.chordsSound, this.grid, from, to, this.zero);
  }

  private play(to: number): void {
    for (const { time, isOn, note } of this.machine.play(to, this.zero)) {
      const delay = Math.max(0, (time - this.now()) * 1000);
      setTimeout(() => {
        if (!isOn) this.unLight(note.pitch, "machine");
        else if (this.isPlaying.value && (this.turn.value !== "yours" || this.mode === "together")) this.setLit(note.pitch, "machine");
      }, delay);
    }
  }

  private setLit(pitch: number, by: "player" | "machine"): void {
    this.lit.value = new Map(this.lit.value).set(pitch, by);
  }

  private unLight(pitch: number, by: "player" | "machine"): void {
    if (this.lit.value.get(pitch) !== by) return;
    const lit = new Map(this.lit.value);
    lit.delete(pitch);
    this.lit.value = lit;
  }

  private takeTurns(now: number): void {
    if (this.turn.value === "asked" && (now >= this.answerAt || this.hasFailed)) this.turn.value = "machine";
    if (this.turn.value === "machine") {
      const mayGoOn = this.mode === "free" && !this.asking && !this.hasFailed && this.held.size === 0;
      if (mayGoOn && now >= this.answerEnd - this.lead) this.goOn(this.answerEnd);
      else if (now >= this.answerEnd && !this.asking) this.yourTurn();
      return;
    }
    if (this.turn.value !== "yours") return;
    if (this.mode === "pause") this.answerAfterPause(now);
    if (this.mode === "bars") this.answerAfterBars(now);
  }

  private yourTurn(): void {
    this.turn.value = "yours";
    this.question = null;
    if (this.mode !== "bars") this.phrase = [];
  }

  private answerAfterPause(now: number): void {
    if (this.phrase.length === 0 || this.held.size > 0) return;
    const beat = beatSeconds(this.grid);
    const last = this.phrase.reduce((end, note) => Math.max(end, note.endTime), 0);
    const at = lineFrom(last + beat - halfStep(this.details ?? { id: "" }, this.grid), beat);
    if (now < at - this.lead) return;
    const begin = at < now + safety ? lineFrom(now + this.lead, beat) : at;
    this.ask({ notes: this.phrase, at: begin, seconds: this.answerSeconds(begin) });
  }

  private answerAfterBars(now: number): void {
    const length = this.bars * barSeconds(this.grid);
    const round = Math.floor((now - this.turnsFrom) / (2 * length) + 1e-9);
    const begin = this.turnsFrom + round * 2 * length;
    const at = begin + length;
    if (round < 0 || round <= this.turnsDone || now < at - this.lead || now >= at) return;
    this.turnsDone = round;
    const early = halfStep(this.details ?? { id: "" }, this.grid);
    const phrase = this.phrase.filter((note) => note.startTime >= begin - early);
    this.phrase = [];
    if (phrase.length > 0) this.ask({ notes: phrase, at, seconds: length });
  }

  /** Whether the bar at `time` is yours, where bars are fixed; null elsewhere. */
  isYourBar(time: number): boolean | null {
    if (this.mode !== "bars" || time < this.turnsFrom) return null;
    const length = this.bars * barSeconds(this.grid);
    return Math.floor(lineBefore(time - this.turnsFrom, length) / length + 1e-6) % 2 === 0;
  }
}
