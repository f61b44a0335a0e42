// Sampled instruments: spessasynth in its audio worklet, with the server's sound bank.
import { WorkletSynthesizer } from "spessasynth_lib";
import processorUrl from "spessasynth_lib/dist/spessasynth_processor.min.js?url";
import { ApiError, ask } from "../api/client";
import { texts } from "../texts";
import type { Sink } from "./sink";

const readySeconds = 15;
const expression = 11;
const volume = 7;
/** The channel that warms instruments up, unheard. */
const warmChannel = 15;

/** What is awaited, or an error with `message` after `seconds`. */
async function within<T>(seconds: number, awaited: Promise<T>, message: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ApiError(message, texts.sound.tryAnotherBrowser)), seconds * 1000);
  });
  try {
    return await Promise.race([awaited, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The server's sound bank (SF2, SF3). `progress` hears 0 to 1. */
export async function fetchBank(progress: (part: number) => void = () => undefined): Promise<ArrayBuffer> {
  const response = await ask("/soundfont");
  const size = Number(response.headers.get("content-length") ?? 0);
  if (!response.body || size === 0) return response.arrayBuffer();
  const bytes = new Uint8Array(size);
  const reader = response.body.getReader();
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (at + value.length > size) throw new ApiError(texts.sound.brokenBank);
    bytes.set(value, at);
    at += value.length;
    progress(at / size);
  }
  return bytes.buffer;
}

/** The worklet's code, in `context`. */
export async function addProcessor(context: BaseAudioContext): Promise<void> {
  await within(readySeconds, context.audioWorklet.addModule(processorUrl), texts.sound.noSynthesizer);
}

export class BankSynth implements Sink {
  private readonly warm = new Set<string>();
  private constructor(private readonly synth: WorkletSynthesizer) {}

  /** A synthesizer that plays `bank` (which goes to it: the buffer is empty then) into `output`. */
  static async make(context: AudioContext, output: AudioNode, bank: ArrayBuffer): Promise<BankSynth> {
    await addProcessor(context);
    const synth = new WorkletSynthesizer(context);
    await within(readySeconds, synth.isReady, texts.sound.noSynthesizer);
    const broken = new Promise<never>((_, reject) => {
      synth.eventHandler.addEvent("soundBankError", "studio", () => reject(new ApiError(texts.sound.brokenBank)));
    });
    await within(readySeconds, Promise.race([synth.soundBankManager.addSoundBank(bank, "main"), broken]), texts.sound.brokenBank);
    synth.connect(output);
    return new BankSynth(synth);
  }

  noteOn(channel: number, pitch: number, velocity: number, at: number): void {
    this.synth.noteOn(channel, pitch, velocity, { time: at });
  }
  noteOff(channel: number, pitch: number, at: number): void {
    this.synth.noteOff(channel, pitch, { time: at });
  }
  program(channel: number, program: number): void {
    this.synth.programChange(channel, program);
  }
  cut(channel: number, until: number): void {
    // What was scheduled can't be taken back: the channel is turned down for as long.
    this.synth.controllerChange(channel, expression, 0);
    this.synth.controllerChange(channel, 123, 0);
    this.synth.controllerChange(channel, 123, 0, { time: until });
    this.synth.controllerChange(channel, expression, 127, { time: until + 0.05 });
  }
  silence(): void {
    this.synth.stopAll(true);
  }

  /** Decodes the samples of a program's keys now, so that its first note need not wait for that. */
  warmUp(program: number, isDrum: boolean): void {
    const key = isDrum ? "drums" : String(program);
    if (this.warm.has(key)) return;
    this.warm.add(key);
    // Drums warm up on their own channel, turned down; samples of others span a third or so.
    const channel = isDrum ? 9 : warmChannel;
    const pitches = isDrum ? [36, 38, 42, 45, 46, 48, 49, 50, 51, 76, 77] : [60, 64, 67, 72, 55, 52, 48, 76, 79, 45, 42, 84, 39, 36];
    this.synth.controllerChange(channel, volume, 0);
    if (!isDrum) this.synth.programChange(channel, program);
    for (const pitch of pitches) {
      this.synth.noteOn(channel, pitch, 90);
      this.synth.noteOff(channel, pitch);
    }
    this.synth.controllerChange(channel, 120, 0);
    this.synth.controllerChange(channel, volume, 100);
  }
}
