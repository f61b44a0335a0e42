import { describe, expect, it } from "vitest";
import { midiFileOf } from "./midi_file";
import { wavOf } from "./wav";

describe("a WAV file", () => {
  it("has a head and samples of 16 bits", () => {
    const view = new DataView(wavOf([new Float32Array([0, 1]), new Float32Array([-1, 2])], 44100));
    expect(view.byteLength).toBe(52);
    expect(view.getUint32(24, true)).toBe(44100);
    expect([44, 46, 48, 50].map((at) => view.getInt16(at, true))).toEqual([0, -32767, 32767, 32767]);
  });
});

describe("a MIDI file for rendering", () => {
  it("has a program and the notes, ends before beginnings", () => {
    const bytes = [...new Uint8Array(midiFileOf({ notes: [
      { pitch: 60, velocity: 80, startTime: 0, endTime: 1, program: 5 },
      { pitch: 60, velocity: 90, startTime: 1, endTime: 2, program: 5 },
      { pitch: 36, velocity: 99, startTime: 1, endTime: 1, isDrum: true },
    ] }))];
    const second = [0x82, 0xf7, 0x00];
    expect(bytes.slice(22)).toEqual([
      0, 0xc0, 5, 0, 0x90, 60, 80, ...second, 0x80, 60, 0, 0, 0x90, 60, 90, 0, 0x99, 36, 99, 1, 0x89, 36, 0,
      0x82, 0xf6, 0x7f, 0x80, 60, 0, 0, 0xff, 0x2f, 0,
    ]);
  });
});
