// A MIDI file as the synthesizer takes one for rendering: times to a 48,000th of a second, each voice on its channel.
// Files for people come from the server (POST /v1/convert), which knows tempos, meters, keys and names.
import type { NoteSequence } from "../music/note_sequence";
import { withAllNumbers } from "../music/note_sequence";
import { Channels } from "./channels";
import { voiceOf } from "./transport";

const ticksPerQuarter = 24000;
const ticksPerSecond = ticksPerQuarter * 2;

function variableLength(value: number): number[] {
  const bytes = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}

export function midiFileOf(sequence: NoteSequence): ArrayBuffer {
  const channels = new Channels();
  const messages: { tick: number; order: number; bytes: number[] }[] = [];
  const tickOf = (seconds: number) => Math.round(seconds * ticksPerSecond);
  for (const note of [...withAllNumbers(sequence).notes].sort((a, b) => a.startTime - b.startTime)) {
    const voice = voiceOf(note);
    const { channel, isNew } = channels.of(voice);
    const tick = tickOf(note.startTime);
    if (isNew) messages.push({ tick, order: 1, bytes: [0xc0 | channel, voice.program] });
    messages.push({ tick, order: 2, bytes: [0x90 | channel, note.pitch, note.velocity || 80] });
    messages.push({ tick: Math.max(tickOf(note.endTime), tick + 1), order: 0, bytes: [0x80 | channel, note.pitch, 0] });
  }
  messages.sort((a, b) => a.tick - b.tick || a.order - b.order);
  const track: number[] = [];
  let last = 0;
  for (const { tick, bytes } of messages) {
    track.push(...variableLength(tick - last), ...bytes);
    last = tick;
  }
  track.push(0, 0xff, 0x2f, 0);
  const big = (value: number, bytes: number) => Array.from({ length: bytes }, (_, i) => (value >>> (8 * (bytes - 1 - i))) & 0xff);
  const letters = (word: string) => [...word].map((letter) => letter.charCodeAt(0));
  const head = [...letters("MThd"), ...big(6, 4), ...big(0, 2), ...big(1, 2), ...big(ticksPerQuarter, 2)];
  return new Uint8Array([...head, ...letters("MTrk"), ...big(track.length, 4), ...track]).buffer;
}
