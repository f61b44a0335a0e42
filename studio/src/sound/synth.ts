// The page's one synthesizer: what sounds, when, and what is said where nothing can sound.
//
//   await startSound();                                   in a click or a key: browsers want a gesture
//   noteOn({ name: "machine", program: 0 }, 60, 90, clock() + 0.5);
//   noteOff({ name: "machine", program: 0 }, 60, clock() + 1);
import { signal } from "@preact/signals";
import { ApiError } from "../api/client";
import { texts } from "../texts";
import { BankSynth, fetchBank } from "./bank_synth";
import { Channels, type Voice } from "./channels";
import { SimpleSynth } from "./simple_synth";
import type { Sink } from "./sink";

export type { Voice } from "./channels";

export interface SoundState {
  /** off: no gesture yet. loading: on the way. bank: sampled instruments. simple: the built-in ones. none: silent. */
  stage: "off" | "loading" | "bank" | "simple" | "none";
  /** Of the sound bank, 0 to 1. */
  progress: number;
  /** Why it is simple or none; "" otherwise. */
  message: string;
  remedy: string;
}

/** How it stands with the sound. */
export const soundState = signal<SoundState>({ stage: "off", progress: 0, message: "", remedy: "" });

/** How long the first note waits for the sampled instruments before the built-in ones play. */
const patienceSeconds = 4;

let context: AudioContext | null = null;
let analyser: AnalyserNode | null = null;
let sink: Sink | null = null;
let bank: BankSynth | null = null;
let external: Sink | null = null;
let isRunning = false;
let started: Promise<boolean> | null = null;
let bankBytes: Promise<ArrayBuffer> | null = null;
const channels = new Channels();
const known = new Map<string, Voice>();
/** Keys that went down before anything could sound: those still held sound as soon as something can. */
const early = new Map<string, { voice: Voice; pitch: number; velocity: number }>();

/** Seconds: what is so late is no longer sounded. */
const tooLate = 0.3;

/** What the audio clock said when the page's said 0, seconds. */
let offset = 0;

/** Seconds since the page was opened: the audio clock's as soon as there is sound, without a leap. */
export function clock(): number {
  return isRunning && context ? context.currentTime - offset : performance.now() / 1000;
}

/** `at` of `clock()` as a synthesizer of the page counts it; 0 is now. */
const audioTime = (at: number) => (at === 0 ? 0 : at + offset);

/** Fetches the sound bank ahead of the first gesture. Errors are told when sound starts. */
export function fetchSoundAhead(): void {
  bankBytes ??= fetchBank((progress) => (soundState.value = { ...soundState.value, progress }));
  bankBytes.catch(() => undefined);
}

/**
 * Starts the sound; call it from a click or key. True: notes sound now; false: they don't, soundState says why.
 * Never rejects: whatever is wrong, the page goes on.
 */
export function startSound(): Promise<boolean> {
  if (context && context.state !== "running") void context.resume();
  return (started ??= begin());
}

async function begin(): Promise<boolean> {
  soundState.value = { ...soundState.value, stage: "loading" };
  try {
    context = new AudioContext({ latencyHint: "interactive" });
    await resumed(context);
    offset = context.currentTime - performance.now() / 1000;
    isRunning = true;
    document.addEventListener("visibilitychange", comeBack);
  } catch (error) {
    void context?.close().catch(() => undefined);
    context = null;
    started = null;
    fail("none", error);
    return false;
  }
  analyser = context.createAnalyser();
  const master = context.createGain();
  master.gain.value = 0.9;
  master.connect(analyser).connect(context.destination);
  const simple = new SimpleSynth(context, master);
  const loaded = useBank(context, master, simple);
  const late = new Promise<void>((resolve) => setTimeout(resolve, patienceSeconds * 1000));
  await Promise.race([loaded, late]);
  if (!sink) {
    use(simple);
    soundState.value = { ...soundState.value, stage: "simple" };
  }
  return true;
}

/** Sound that the system took while the page was hidden (a call, another tab) goes on when it is seen again. */
function comeBack(): void {
  if (document.visibilityState === "visible" && context && context.state !== "running") void context.resume();
}

/** A context without a sound device may never run: a moment is enough to know. */
async function resumed(audio: AudioContext): Promise<void> {
  if (audio.state === "running") return;
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new ApiError(texts.sound.noDevice, texts.sound.noDeviceRemedy)), 3000);
  });
  await Promise.race([audio.resume(), late]);
}

/** Plays with the sampled instruments as soon as they are there, or with `simple`, and says why. */
async function useBank(audio: AudioContext, output: AudioNode, simple: Sink): Promise<void> {
  try {
    const synth = await loadBank(audio, output);
    bank = synth;
    // What is in use is readied first: its first note need not wait.
    for (const voice of known.values()) synth.warmUp(voice.program, voice.isDrum ?? false);
    await synth.heard();
    use(synth);
    soundState.value = { stage: "bank", progress: 1, message: "", remedy: "" };
  } catch (error) {
    bank = null;
    use(simple);
    fail("simple", error);
  }
}

async function loadBank(audio: AudioContext, output: AudioNode): Promise<BankSynth> {
  // Browsers keep worklets from pages that came over the network without encryption.
  if (!isSecureContext) throw new ApiError(texts.sound.insecure, texts.sound.insecureRemedy);
  fetchSoundAhead();
  try {
    return await BankSynth.make(audio, output, await bankBytes!);
  } finally {
    bankBytes = null;
  }
}

function use(next: Sink): void {
  sink?.silence();
  sink = next;
  channels.clear();
  for (const { voice, pitch, velocity } of early.values()) noteOn(voice, pitch, velocity);
  early.clear();
}

function fail(stage: "simple" | "none", error: unknown): void {
  const { failed, noDevice, noDeviceRemedy } = texts.sound;
  const { message, remedy } =
    error instanceof ApiError
      ? error
      : stage === "none"
        ? { message: noDevice, remedy: noDeviceRemedy }
        : { message: failed, remedy: error instanceof Error ? error.message : "" };
  soundState.value = { stage, progress: 0, message, remedy };
}

/** Notes go to `port` (a MIDI output) instead of the page's own sound; null: back. */
export function playThrough(port: Sink | null): void {
  (external ?? sink)?.silence();
  external = port;
  channels.clear();
}

function channelOf(voice: Voice, target: Sink): number {
  const { channel, isNew } = channels.of(voice);
  if (isNew) target.program(channel, voice.program);
  return channel;
}

/**
 * `pitch` begins at `at` (seconds of `clock()`; 0: now). After a page that stood still (a frozen tab, a sleeping machine)
 * what was missed stays unheard, instead of sounding all at once.
 */
export function noteOn(voice: Voice, pitch: number, velocity: number, at = 0): void {
  if (at !== 0 && at < clock() - tooLate) return;
  const target = external ?? sink;
  if (target) target.noteOn(channelOf(voice, target), pitch, velocity, audioTime(at));
  else if (at === 0) early.set(`${voice.name}/${pitch}`, { voice, pitch, velocity });
}

export function noteOff(voice: Voice, pitch: number, at = 0): void {
  const target = external ?? sink;
  if (target) target.noteOff(channelOf(voice, target), pitch, audioTime(at));
  else early.delete(`${voice.name}/${pitch}`);
}

/** The voices are silent from now to `until`, also what was scheduled for that time. */
export function cut(voices: Iterable<Voice>, until: number): void {
  const target = external ?? sink;
  if (target) for (const voice of voices) target.cut(channelOf(voice, target), audioTime(until));
}

/** Everything is silent at once. */
export function silence(): void {
  (external ?? sink)?.silence();
}

/** Readies instruments before their first note. */
export function warmUp(voices: Iterable<Voice>): void {
  for (const voice of voices) {
    known.set(voice.isDrum ? "drums" : String(voice.program), voice);
    bank?.warmUp(voice.program, voice.isDrum ?? false);
  }
}

/** How loud it is right now: the root of the mean square of the last samples, 0 to 1. */
export function level(): number {
  if (!analyser) return 0;
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

/** Seconds between the clock and what is heard: a key that goes down now was meant for what was heard so long ago. */
export function latency(): number {
  return Math.min(0.25, context?.outputLatency ?? 0);
}

/** performance.now() (milliseconds) when the audio clock says `at`. */
export function pageTimeOf(at: number): number {
  return performance.now() + (at - audioTime(clock())) * 1000;
}
