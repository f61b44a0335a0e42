// Sampled instruments: spessasynth in its audio worklet, with the server's sound bank.
import { ApiError, ask } from "../api/client";
import { texts } from "../texts";
import { drumChannel } from "./channels";
import type { Sink } from "./sink";
import { WorkletSynth } from "./worklet_synth";

const expression = 11;
const volume = 7;
const allSoundOff = 120;
const allNotesOff = 123;
const drumsInUse = [36, 38, 42, 45, 46, 48, 49, 50, 51, 76, 77];
const keysInUse = [60, 64, 67, 72, 55, 52, 48, 76, 79, 45, 42, 84, 39, 36];
/** The channel that warms instruments up, unheard. */
const warmChannel = 15;

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

export class BankSynth implements Sink {
  private readonly warm = new Set<string>();
  private constructor(private readonly synth: WorkletSynth) {}

  /** A synthesizer that plays `bank` (which goes to it: the buffer is empty then) into `output`. */
  static async make(context: AudioContext, output: AudioNode, bank: ArrayBuffer): Promise<BankSynth> {
    return new BankSynth(await WorkletSynth.make(context, output, bank));
  }

  noteOn(channel: number, pitch: number, velocity: number, at: number): void {
    this.synth.send([0x90 | channel, pitch, velocity], at);
  }
  noteOff(channel: number, pitch: number, at: number): void {
    this.synth.send([0x80 | channel, pitch, 0], at);
  }
  program(channel: number, program: number): void {
    this.synth.send([0xc0 | channel, program]);
  }
  private control(channel: number, controller: number, value: number, at = 0): void {
    this.synth.send([0xb0 | channel, controller, value], at);
  }
  cut(channel: number, until: number): void {
    // What was scheduled can't be taken back: the channel is turned down for as long.
    this.control(channel, expression, 0);
    this.control(channel, allNotesOff, 0);
    this.control(channel, allNotesOff, 0, until);
    this.control(channel, expression, 127, until + 0.05);
  }
  silence(): void {
    this.synth.silence();
  }

  /** Resolves when all that was said before has been done. */
  heard(): Promise<void> {
    return this.synth.heard();
  }

  /** Decodes the samples of a program's keys now, so that its first note need not wait for that. */
  warmUp(program: number, isDrum: boolean): void {
    const key = isDrum ? "drums" : String(program);
    if (this.warm.has(key)) return;
    this.warm.add(key);
    // Drums warm up on their own channel; all are turned down meanwhile. Samples of others span a third or so.
    const channel = isDrum ? drumChannel : warmChannel;
    const pitches = isDrum ? drumsInUse : keysInUse;
    this.control(channel, volume, 0);
    if (!isDrum) this.program(channel, program);
    for (const pitch of pitches) {
      this.noteOn(channel, pitch, 90, 0);
      this.noteOff(channel, pitch, 0);
    }
    this.control(channel, allSoundOff, 0);
    this.control(channel, volume, 100);
  }
}
