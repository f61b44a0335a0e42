import { describe, expect, it } from "vitest";
import type { NoteSequence } from "./note_sequence";
import { endOfPiece, fromSequence, soundingTracks, toSequence } from "./piece";

const names = { track: (number: number) => `Track ${number}`, drums: "Drums" };

/** Tracks, drums, chords, changes of tempo and meter, a pedal, and fields that the page does not know. */
const rich: NoteSequence = {
  filename: "rich.mid",
  ticksPerQuarter: 480,
  tempos: [{ time: 0, qpm: 90 }, { time: 2, qpm: 133.3 }],
  timeSignatures: [{ time: 0, numerator: 1, denominator: 4 }, { time: 2 / 3, numerator: 3, denominator: 4 }],
  keySignatures: [{ time: 0, key: "B_FLAT", mode: "MINOR" }],
  textAnnotations: [
    { time: 0, text: "Bbm", annotationType: "CHORD_SYMBOL" },
    { time: 2.5, text: "F7", annotationType: "CHORD_SYMBOL" },
    { time: 1, text: "12", annotationType: "BEAT" },
  ],
  instrumentInfos: [{ instrument: 0, name: "Flute" }, { instrument: 5, name: "silent" }],
  notes: [
    { pitch: 60, velocity: 80, startTime: 0, endTime: 0.3, instrument: 0, program: 73, isDrum: false, voice: 2 },
    { pitch: 64, velocity: 33, startTime: 1.9, endTime: 2.7, instrument: 0, program: 73, isDrum: false },
    { pitch: 40, velocity: 100, startTime: 3, endTime: 4, instrument: 0, program: 40, isDrum: false },
    { pitch: 36, velocity: 127, startTime: 0.1, endTime: 0.2, instrument: 9, program: 0, isDrum: true },
  ],
  totalTime: 6,
  ...{ controlChanges: [{ time: 2.2, controlNumber: 64, controlValue: 127 }], sequenceMetadata: { title: "Rich" } },
};

const rounded = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, one: unknown) => (typeof one === "number" ? Math.round(one * 1e9) / 1e9 : one)));

describe("Piece", () => {
  const piece = fromSequence(rich, "Rich", names);
  it("has a track for each sound", () => {
    expect(piece.tracks.map(({ name, program, isDrum, notes }) => [name, program, isDrum, notes.length])).toEqual([
      ["Flute", 73, false, 2],
      ["Flute", 40, false, 1],
      ["Drums", 0, true, 1],
    ]);
    expect(endOfPiece(piece)).toBeGreaterThan(10);
  });
  it("goes back to its NoteSequence without losing anything", () => {
    const back = toSequence(piece);
    const infos = [...rich.instrumentInfos!, { instrument: 9, name: "Drums" }];
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
    expect(rounded({ ...back, instrumentInfos: back.instrumentInfos?.sort(byName) })).toEqual(
      rounded({ ...rich, instrumentInfos: infos.sort(byName) }),
    );
  });
  it("is the same after the way there and back", () => {
    expect(rounded(fromSequence(toSequence(piece), "Rich", names))).toEqual(rounded(piece));
  });
  it("reads what JSON leaves out", () => {
    const sent = JSON.parse('{"notes":[{"pitch":60,"velocity":80,"endTime":1}]}') as NoteSequence;
    const read = fromSequence(sent, "", names);
    expect(read.tracks[0]).toMatchObject({ name: "Track 1", program: 0, notes: [{ start: 0, end: 2 }] });
    expect(read.length).toBe(0);
  });
  it("sounds its solo tracks, else those that are not muted", () => {
    const [first, second, third] = piece.tracks;
    expect(soundingTracks({ ...piece, tracks: [{ ...first!, isMuted: true }, second!] })).toEqual([second]);
    expect(soundingTracks({ ...piece, tracks: [first!, { ...second!, isSolo: true }, third!] })).toHaveLength(1);
  });
  it("of chords alone has a track to write into, and lasts as long as they do", () => {
    const chart = { textAnnotations: [{ time: 0, text: "C", annotationType: "CHORD_SYMBOL" as const }, { time: 2, text: "F", annotationType: "CHORD_SYMBOL" as const }], totalTime: 4 };
    const piece = fromSequence(chart, "Chart", names);
    expect(piece.tracks.map(({ name, notes }) => [name, notes.length])).toEqual([["Track 1", 0]]);
    expect([endOfPiece(piece), piece.chords]).toEqual([8, [{ at: 0, text: "C" }, { at: 4, text: "F" }]]);
    expect(toSequence(piece)).toMatchObject({ ...chart, notes: [] });
  });
});
