import { describe, expect, it } from "vitest";
import { barsOf, fromSequence, temposOf, toSequence } from "../music/piece";
import { givenPiece, linkedTrack, packLink, restOf, unpackLink, wholePiece, type LinkedParts, type LinkedResult } from "./link";
import { requestFor, stretchesOf, withMade, type Way } from "./sections";

const result: LinkedResult = {
  form: 1,
  model: "lookback_rnn",
  name: "Tune – 1",
  track: { name: "Flute", program: 73, isDrum: false },
  request: {
    inputSequence: { notes: Array.from({ length: 300 }, (_, i) => ({ pitch: 60 + (i % 12), velocity: 80, startTime: i / 3, endTime: (i + 1) / 3 })) },
    generatorOptions: { generateSections: [{ startTime: 100, endTime: 104 }], args: { seed: { intValue: 7 }, temperature: { floatValue: 0.1 } } },
  },
};

/** What comes out of a packed link of one track. */
const unpackLine = async (packed: string) => (await unpackLink(packed)) as LinkedResult;

describe("links", () => {
  it("say all of a request, in letters that an address may have", async () => {
    const packed = await packLink(result);
    expect(packed).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(packed.length).toBeLessThan(8000);
    expect(await unpackLink(packed)).toEqual(result);
  });
  it("that are cut, broken or of another form are none", async () => {
    const packed = await packLink(result);
    expect(await unpackLink(packed.slice(0, 100))).toBeNull();
    expect(await unpackLink("%%")).toBeNull();
    expect(await unpackLink("")).toBeNull();
    const input = result.request.inputSequence!;
    for (const wrong of [
      { ...input, notes: [null] },
      { ...input, notes: [{ pitch: null, startTime: 0, endTime: 1 }] },
      { ...input, notes: [{ pitch: 600, startTime: 0, endTime: 1 }] },
      { ...input, notes: [{ pitch: 60, startTime: "0", endTime: 1 }] },
      { ...input, tempos: [null] },
      { ...input, textAnnotations: ["C"] },
      { ...input, textAnnotations: [{ time: 0, text: 5 }] },
      { ...input, instrumentInfos: [{ name: 5 }] },
      { ...input, tempos: 120 },
      { ...input, timeSignatures: [{ numerator: "3", denominator: 4 }] },
      { ...input, notes: [{ pitch: 60, startTime: 1e17, endTime: 1e17 }] },
      { ...input, tempos: [{ time: 0, qpm: 6e7 }], notes: [{ pitch: 60, startTime: 0, endTime: 3600 }] }, // 900 million bars
    ]) {
      const request = { ...result.request, inputSequence: wrong } as LinkedResult["request"];
      expect(await unpackLink(await packLink({ ...result, request }))).toBeNull();
    }
    const many = Array.from({ length: 2000 }, (_, instrument) => ({ pitch: 60, velocity: 80, startTime: 0, endTime: 1, instrument }));
    expect(await unpackLink(await packLink({ ...result, rest: { notes: many.slice(0, 20) } }))).not.toBeNull();
    expect(await unpackLink(await packLink({ ...result, rest: { notes: many } }))).toBeNull();
    const fast = { ...input, tempos: [{ time: 0, qpm: 6e7 }] };
    for (const [inputSequence, generateSections] of [
      [input, [null]],
      [fast, [{ startTime: 0, endTime: 3600 }]],
      [input, Array.from({ length: 2000 }, () => ({ startTime: 0, endTime: 1 }))],
    ] as const) {
      const generatorOptions = { generateSections } as unknown as LinkedResult["request"]["generatorOptions"] & object;
      expect(await unpackLink(await packLink({ ...result, request: { ...result.request, inputSequence, generatorOptions } }))).toBeNull();
    }
    expect(await unpackLink(await packLink({ ...result, form: 3 } as unknown as LinkedResult))).toBeNull();
  });
  it("with a meter of no length open with bars that one can count", async () => {
    for (const meter of [{ numerator: 1, denominator: 1e9 }, { numerator: 1e-9, denominator: 4 }]) {
      const inputSequence = { ...result.request.inputSequence, timeSignatures: [meter] };
      const linked = await unpackLine(await packLink({ ...result, request: { ...result.request, inputSequence } }));
      expect(barsOf(givenPiece(linked).piece).between(0, 8)).toHaveLength(2);
    }
  });
  it("of several parts bring all of them, and what follows", async () => {
    const note = (pitch: number, startTime: number, instrument: number) => ({ pitch, velocity: 80, startTime, endTime: startTime + 1, instrument });
    const linked: LinkedParts = {
      form: 2,
      model: "score",
      name: "Duo",
      rest: { notes: [note(50, 4, 1)] },
      request: {
        inputSequence: { instrumentInfos: [{ instrument: 0, name: "Alto" }, { instrument: 1, name: "Bass" }], notes: [note(60, 0, 0), note(48, 0, 1)] },
        generatorOptions: { args: { vary: { stringValue: "1-1:2" } } },
      },
    };
    const opened = await unpackLink(await packLink(linked));
    expect(opened).toEqual(linked);
    const piece = wholePiece(opened as LinkedParts, linked.request.inputSequence!);
    expect(piece.tracks.map(({ name, notes }) => [name, ...notes.map(({ pitch, start }) => `${pitch}@${start}`)])).toEqual([["Alto", "60@0"], ["Bass", "48@0", "50@8"]]);
    for (const wrong of [{ ...linked, rest: undefined }, { ...linked, rest: { notes: [null] } }, { ...linked, request: {} }]) {
      expect(await unpackLink(await packLink(wrong as unknown as LinkedParts))).toBeNull();
    }
  });
  it("bring the chords that were played to, with notes before and without", () => {
    const textAnnotations = [
      { time: 0, text: "Am", annotationType: "CHORD_SYMBOL" as const },
      { time: 2, text: "F", annotationType: "CHORD_SYMBOL" as const },
    ];
    for (const notes of [[], result.request.inputSequence!.notes!]) {
      const { piece } = givenPiece({ ...result, request: { ...result.request, inputSequence: { textAnnotations, notes } } });
      expect(piece.chords).toEqual([{ at: 0, text: "Am" }, { at: 4, text: "F" }]);
      expect(piece.tracks.map(({ name, notes: of }) => [name, of.length])).toEqual([["Flute", notes.length]]);
      expect(piece.nextId).toBeGreaterThan(Math.max(piece.tracks[0]!.id, ...piece.tracks[0]!.notes.map(({ id }) => id)));
    }
  });
  it("bring the whole piece: chords of a model that hears none, what follows, and the other tracks", async () => {
    const note = (pitch: number, startTime: number, program = 0, instrument = 0) => ({ pitch, velocity: 80, startTime, endTime: startTime + 0.5, program, instrument, isDrum: false });
    const music = {
      tempos: [{ qpm: 120 }],
      notes: [...Array.from({ length: 16 }, (_, i) => note(60 + i, i / 2)), note(40, 0, 32, 1), note(41, 4, 32, 1)],
      textAnnotations: [{ time: 0, text: "Am", annotationType: "CHORD_SYMBOL" as const }, { time: 6, text: "F", annotationType: "CHORD_SYMBOL" as const }],
      instrumentInfos: [{ instrument: 0, name: "Flute" }, { instrument: 1, name: "Bass" }],
    };
    const piece = fromSequence(music, "Tune", { track: String, drums: "" });
    const track = piece.tracks[0]!;
    const heard = (of: typeof piece) =>
      [...toSequence(of).notes!].map(({ pitch, startTime, endTime, program }) => `${pitch} ${startTime} ${endTime} ${program}`).sort();
    for (const way of ["continue", "vary"] as Way[]) {
      const stretches = stretchesOf(way, track, barsOf(piece), { start: 4, end: 8 });
      const request = requestFor(piece, track, { id: "melody" }, way, stretches, {});
      const made = { notes: [{ pitch: 90, velocity: 80, start: 4, end: 5 }], held: [] };
      const linked: LinkedResult = {
        form: 1, model: "melody", name: "Tune", request, rest: restOf(piece, track.id, request),
        track: linkedTrack(piece, track),
      };
      const opened = givenPiece(await unpackLine(await packLink(linked)));
      expect(temposOf(opened.piece).toSeconds(4)).toBe(2);
      expect(heard(withMade(opened.piece, opened.trackId, stretches, made))).toEqual(heard(withMade(piece, track.id, stretches, made)));
      expect(opened.piece.chords).toEqual(piece.chords);
      expect(opened.piece.tracks.map(({ name }) => name)).toEqual(["Flute", "Bass"]);
    }
    // Two programs of one channel, set to the same; the later one is made anew.
    const twins = fromSequence({ notes: [note(40, 0, 0), note(50, 0, 1), note(52, 4, 1), note(45, 4, 0), note(30, 2, 2)] }, "Twins", { track: (number) => `Track ${number}`, drums: "" });
    const same = { ...twins, tracks: twins.tracks.map((one, i) => ({ ...one, program: 0, name: ["Left", "Right", "Low"][i]! })) };
    for (const own of same.tracks) {
      const stretches = stretchesOf("vary", own, barsOf(same), { start: 8, end: 12 });
      const request = requestFor(same, own, { id: "melody" }, "vary", stretches, {});
      const made = { notes: [{ pitch: 90, velocity: 80, start: 8, end: 9 }], held: [] };
      const linked: LinkedResult = { form: 1, model: "melody", name: "Twins", request, rest: restOf(same, own.id, request), track: linkedTrack(same, own) };
      const opened = givenPiece(await unpackLine(await packLink(linked)));
      const dump = (of: typeof piece) => of.tracks.map(({ name, colour, notes }) => [name, colour, ...notes.map(({ pitch, start }) => `${pitch}@${start}`)].join(" "));
      expect(dump(withMade(opened.piece, opened.trackId, stretches, made))).toEqual(dump(withMade(same, own.id, stretches, made)));
    }
    expect(await unpackLink(await packLink({ ...result, rest: { notes: [{ ...note(600, 0) }] } }))).toBeNull();
  });
});
