// The duet's one session, and what people chose for it.
import { batch, computed, effect } from "@preact/signals";
import { ApiError } from "../api/client";
import { playsParts, stream, wantsChords } from "../api/generators";
import { addSource } from "../sound/scheduler";
import { clock, cut, latency, noteOff, noteOn, startSound, warmUp } from "../sound/synth";
import { transport } from "../sound/transport";
import { played } from "../store/at_hand";
import { Autosave } from "../store/autosave";
import { DuetKeeper } from "../store/duet_record";
import { chosenOf, duetModel, generators, loadGenerators, nameOf } from "../store/generators";
import { isBoolean, isNumber, isText, setting } from "../store/settings";
import { texts } from "../texts";
import { argsFor, type Args } from "../view/generator_controls";
import { say, sayError } from "../view/toasts";
import { chartOf } from "./chords";
import { isPart, type Part } from "./parts";
import { pieceOf } from "./phrase";
import { Session, type Mode } from "./session";

/** In the order in which they are offered. */
export const modes = ["pause", "bars", "free", "together"] as const satisfies readonly Mode[];
const isMode = (value: unknown): value is Mode => modes.some((one) => one === value);
const isWithin =
  (low: number, high: number) =>
  (value: unknown): value is number =>
    isNumber(value) && value >= low && value <= high;
const isProgram = isWithin(0, 127);
const isParts = (value: unknown): value is readonly Part[] => Array.isArray(value) && value.every(isPart);
const isObject = (value: unknown): value is Args => typeof value === "object" && value !== null && !Array.isArray(value);

/** What was chosen; the model may not know it. */
export const chosenMode = setting<Mode>("duet-mode", "pause", isMode);
/** What the machine plays in mode "together". */
export const chosenParts = setting<readonly Part[]>("duet-parts", ["Bass"], isParts);
export const bars = setting("duet-bars", 2, isWithin(1, 8));
export const qpm = setting("duet-qpm", 120, isWithin(30, 300));
export const beatsPerBar = setting("duet-beats", 4, isWithin(2, 7));
export const metronomeOn = setting("duet-metronome", true, isBoolean);
export const countIn = setting("duet-count-in", false, isBoolean);
export const chartText = setting("duet-chart", "C Am F G", isText);
export const chordsSound = setting("duet-chords-sound", true, isBoolean);
export const playerProgram = setting("duet-player-program", 0, isProgram);
export const machineProgram = setting("duet-machine-program", 11, isProgram);
/** Whether answers stay in the key that one plays in. */
export const keepsKey = setting("duet-keeps-key", true, isBoolean);
export const args = setting<Args>("duet-args", {}, isObject);

/** The model that answers; the first where the chosen one is gone; null: none is known. */
export const details = computed(() => chosenOf(generators.value, duetModel.value));

/** Whether the model can play at the same time as you. */
export const canPlayTogether = computed(() => details.value !== null && playsParts(details.value));
export const mode = computed<Mode>(() => (chosenMode.value === "together" && !canPlayTogether.value ? "pause" : chosenMode.value));

export const session = new Session({
  clock,
  noteOn,
  noteOff,
  cut,
  stream,
  failed(error) {
    sayError(error);
    // A model that was removed while it played: another goes on.
    if (error instanceof ApiError && error.status === 404) void modelIsGone();
  },
});

async function modelIsGone(): Promise<void> {
  const gone = details.value?.id;
  await loadGenerators();
  if (details.value && details.value.id !== gone) say(texts.duet.goesOnWith(nameOf(details.value.id)));
}

effect(() => {
  if (mode.value !== session.mode || bars.value !== session.bars) session.setMode(mode.value, bars.value);
});
effect(() => {
  const one = details.value;
  if (one !== session.details) session.setDetails(one);
  session.args = argsFor(args.value, one?.arguments ?? []);
  session.keepsKey = keepsKey.value;
  session.chart = one && wantsChords(one) ? chartOf(chartText.value) : [];
  session.chordsSound = chordsSound.value;
  session.metronome = metronomeOn.value;
  session.programs = { player: playerProgram.value, machine: machineProgram.value };
  session.together.choose(chosenParts.value);
  warmUp(session.voices());
});

// Another tempo or meter is another grid: what was played keeps its beats.
effect(() => {
  const grid = { qpm: qpm.value, beatsPerBar: beatsPerBar.value };
  if (grid.qpm !== session.grid.qpm || grid.beatsPerBar !== session.grid.beatsPerBar) session.setGrid(grid);
});

/** What was played so far, as a piece. */
export function sessionPiece() {
  const programs = { player: playerProgram.value, machine: machineProgram.value };
  const names = { player: texts.duet.you, machine: texts.duet.machine };
  return pieceOf(session.notes.value, session.grid, session.chart, programs, texts.duet.title, names);
}

effect(() => {
  const some = session.notes.value.length > 0 && !session.isPlaying.value;
  if (some) played.value = { name: texts.duet.title, music: sessionPiece() };
});

/** Null: a browser that keeps nothing. */
const opened: Promise<DuetKeeper | null> = (async () => DuetKeeper.open())().catch(() => null);
/** As it began, or was found kept: there is nothing in it to keep. */
let found = session.notes.value;

// Seldom, since a long session takes time to copy, which this thread also needs to play.
const saver = new Autosave<"keep" | "forget">(
  async (what) => {
    const keeper = await opened;
    await (what === "keep" ? keeper?.save({ form: 1, qpm: session.grid.qpm, notes: session.notes.value }) : keeper?.forget());
  },
  () => undefined, // As long as the tab, then.
  3000,
);

/** Whether what is seen is kept. */
export const keeping = () => (saver.isDone ? "kept" : "keeping");

/** Shows what was played before this page was loaded, or in another tab, unless something was played in this one. */
export async function loadKept(): Promise<void> {
  const kept = await (await opened)?.load().catch(() => null);
  if (!kept || session.isPlaying.value || !(isFresh.value || session.notes.value === found)) return;
  batch(() => {
    session.restore(kept.notes, kept.qpm);
    found = session.notes.value;
  });
}

async function keepPlayed(): Promise<void> {
  await loadKept();
  if (!(await opened)) return;
  effect(() => {
    if (session.notes.value !== found) saver.changed("keep");
  });
  addEventListener("pagehide", () => void saver.flush());
}

let removeSource: (() => void) | null = null;
/** Counts what was wished for: a Play that waits for the sound is over when something else was. */
let wishes = 0;

/** Whether the machine begins, with a short tune: where both play at once it waits for you. */
const mayOpen = computed(() => mode.value !== "together");

/** Plays, or goes on: the clock runs from the next bar line. `begins`: the machine begins, where it may. */
export async function play(begins = false): Promise<void> {
  const opens = begins && mayOpen.value;
  const wish = ++wishes;
  transport.pause();
  await startSound();
  if (wish !== wishes || session.isPlaying.value) return;
  batch(() => {
    // The tune needs a moment to come; then it begins on the first beat.
    session.start(!opens && countIn.value ? 1 : 0, opens ? 0.3 : 0.1);
    if (opens) session.open();
  });
  removeSource ??= addSource(session);
}

/** Whether nothing was played yet. */
export const isFresh = computed(() => !session.isPlaying.value && session.notes.value.length === 0);

/** A key goes down. The first one starts the duet, or goes on with it: it is on the first beat, heard or not yet. */
export function keyDown(pitch: number, velocity: number): void {
  void startSound();
  if (!session.isPlaying.value) {
    transport.pause();
    session.start(0, 0);
    removeSource ??= addSource(session);
  }
  session.on(pitch, velocity, latency());
}

export function keyUp(pitch: number): void {
  session.off(pitch, latency());
}

export function stop(): void {
  ++wishes;
  session.stop();
  removeSource?.();
  removeSource = null;
  void saver.flush();
}

/** Everything that was played is forgotten, in the browser too. */
export async function startAnew(): Promise<void> {
  stop();
  session.clear();
  saver.changed("forget");
  await saver.flush();
}

void keepPlayed();
