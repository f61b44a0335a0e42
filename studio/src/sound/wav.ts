import { clamp } from "../music/clamp";

/** Full scale is 1: -3 dBFS, and no more than 24 dB above what was rendered. */
const loudestPeak = 10 ** (-3 / 20);
const mostGain = 10 ** (24 / 20);

/** What brings the highest peak of `channels` to -3 dBFS, at most 24 dB; of silence 1. */
export function gainToPeak(channels: readonly Float32Array[]): number {
  let peak = 0;
  for (const channel of channels) for (const sample of channel) peak = Math.max(peak, Math.abs(sample));
  return peak > 0 ? Math.min(mostGain, loudestPeak / peak) : 1;
}

/** A WAV file of 16-bit samples, channels interleaved; times `gain` they are cut off at -1 and 1. */
export function wavOf(channels: readonly Float32Array[], sampleRate: number, gain = 1): ArrayBuffer {
  const frames = channels[0]?.length ?? 0;
  const bytes = frames * channels.length * 2;
  const view = new DataView(new ArrayBuffer(44 + bytes));
  const text = (at: number, word: string) => [...word].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, 36 + bytes, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels.length, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels.length * 2, true);
  view.setUint16(32, channels.length * 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, bytes, true);
  let at = 44;
  for (let frame = 0; frame < frames; ++frame) {
    for (const channel of channels) {
      view.setInt16(at, Math.round(clamp(channel[frame]! * gain, -1, 1) * 32767), true);
      at += 2;
    }
  }
  return view.buffer;
}
