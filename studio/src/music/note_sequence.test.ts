import { describe, expect, it } from "vitest";
import { endOf, firstQpm, merged, withAllNumbers, type NoteSequence } from "./note_sequence";

describe("NoteSequence", () => {
  it("has numbers where JSON leaves zeros out", () => {
    const sent = JSON.parse('{"notes":[{"pitch":60,"velocity":80,"endTime":0.5}]}') as NoteSequence;
    expect(withAllNumbers(sent).notes).toEqual([{ pitch: 60, velocity: 80, startTime: 0, endTime: 0.5 }]);
  });
  it("merges pieces of a stream into the whole", () => {
    const a: NoteSequence = { tempos: [{ qpm: 90 }], notes: [{ pitch: 60, velocity: 1, startTime: 0, endTime: 1 }] };
    const b: NoteSequence = { totalTime: 3, notes: [{ pitch: 62, velocity: 1, startTime: 1, endTime: 2 }] };
    const whole = merged(a, b);
    expect(whole.notes?.map((note) => note.pitch)).toEqual([60, 62]);
    expect(firstQpm(whole)).toBe(90);
    expect(endOf(whole)).toBe(3);
  });
});
