// A small synthesizer of oscillators and noise, for a browser or a server without sampled instruments.
import type { Sink } from "./sink";
import { drumChannel } from "./channels";

interface Sounding {
  gain: GainNode;
  source: AudioScheduledSourceNode;
  channel: number;
  pitch: number;
  start: number;
  isHeld: boolean;
}

const releaseSeconds = 0.12;
const frequencyOf = (pitch: number) => 440 * 2 ** ((pitch - 69) / 12);

export class SimpleSynth implements Sink {
  private sounding: Sounding[] = [];
  private readonly programs = new Map<number, number>();
  private noise: AudioBuffer | null = null;

  constructor(
    private readonly context: BaseAudioContext,
    private readonly output: AudioNode,
  ) {}

  program(channel: number, program: number): void {
    this.programs.set(channel, program);
  }

  noteOn(channel: number, pitch: number, velocity: number, at: number): void {
    const start = Math.max(at, this.context.currentTime);
    if (channel === drumChannel) this.drum(pitch, velocity, start);
    else this.tone(channel, pitch, velocity, start);
  }

  private keep(source: AudioScheduledSourceNode, gain: GainNode, channel: number, pitch: number, start: number, isHeld: boolean) {
    source.connect(gain).connect(this.output);
    source.start(start);
    const one = { gain, source, channel, pitch, start, isHeld };
    this.sounding.push(one);
    source.onended = () => {
      gain.disconnect();
      this.sounding = this.sounding.filter((other) => other !== one);
    };
  }

  private tone(channel: number, pitch: number, velocity: number, start: number): void {
    const gain = this.context.createGain();
    const loud = 0.22 * (velocity / 127) ** 1.5;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(loud, start + 0.004);
    gain.gain.setTargetAtTime(loud * 0.25, start + 0.004, 0.5);
    const oscillator = this.context.createOscillator();
    // Pianos and plucked strings are soft, winds and pads brighter.
    oscillator.type = (this.programs.get(channel) ?? 0) < 40 ? "triangle" : "sawtooth";
    oscillator.frequency.value = frequencyOf(pitch);
    this.keep(oscillator, gain, channel, pitch, start, true);
  }

  private drum(pitch: number, velocity: number, start: number): void {
    const gain = this.context.createGain();
    const loud = 0.5 * (velocity / 127) ** 1.5;
    const isTom = [41, 43, 45, 47, 48, 50].includes(pitch);
    const seconds = pitch === 49 || pitch === 51 || pitch === 46 ? 0.5 : pitch <= 40 || isTom ? 0.18 : 0.06;
    gain.gain.setValueAtTime(loud, start);
    gain.gain.exponentialRampToValueAtTime(0.0005, start + seconds);
    let source: AudioScheduledSourceNode;
    if (pitch <= 36 || isTom || pitch === 76 || pitch === 77) {
      const oscillator = this.context.createOscillator();
      const top = pitch <= 36 ? 130 : pitch >= 76 ? (pitch === 76 ? 1600 : 1100) : 90 + (pitch - 41) * 18;
      oscillator.frequency.setValueAtTime(top, start);
      if (pitch < 76) oscillator.frequency.exponentialRampToValueAtTime(top * 0.4, start + seconds);
      source = oscillator;
    } else {
      const noise = this.context.createBufferSource();
      noise.buffer = this.noise ??= this.makeNoise();
      source = noise;
    }
    this.keep(source, gain, drumChannel, pitch, start, false);
    source.stop(start + seconds);
  }

  private makeNoise(): AudioBuffer {
    const buffer = this.context.createBuffer(1, this.context.sampleRate / 2, this.context.sampleRate);
    const samples = buffer.getChannelData(0);
    for (let i = 0; i < samples.length; ++i) samples[i] = Math.random() * 2 - 1;
    return buffer;
  }

  private release(one: Sounding, at: number): void {
    one.isHeld = false;
    one.gain.gain.cancelScheduledValues(at);
    one.gain.gain.setTargetAtTime(0, at, releaseSeconds / 4);
    one.source.stop(at + releaseSeconds);
  }

  noteOff(channel: number, pitch: number, at: number): void {
    const time = Math.max(at, this.context.currentTime);
    for (const one of this.sounding) {
      if (one.channel === channel && one.pitch === pitch && one.isHeld && one.start <= time) this.release(one, time);
    }
  }

  cut(channel: number): void {
    for (const one of this.sounding) if (one.channel === channel) this.end(one);
  }

  silence(): void {
    for (const one of this.sounding) this.end(one);
  }

  private end(one: Sounding): void {
    const now = this.context.currentTime;
    if (one.start > now) {
      one.gain.disconnect();
      one.source.stop();
    } else {
      this.release(one, now);
    }
  }
}
