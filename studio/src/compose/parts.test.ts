import { describe, expect, it } from "vitest";
import { playsParts } from "../api/generators";
import type { GeneratorDetails } from "../api/types";
import { addNotes, addTrack, changeTrack, removeTrack } from "../music/edit";
import type { Note, NoteSequence } from "../music/note_sequence";
import { emptyPiece, type Piece } from "../music/piece";
import { madeParts, partsRequest, partsRest, withMadeParts, type PartsTask } from "./parts";
import { isRefusal, taskFor, type Task, type Wish } from "./tasks";

const note = (pitch: number, start: number, end = start + 2) => ({ pitch, velocity: 80, start, end });

/** Flute, Drums, an empty track, Bass; bars of 4 quarters at 120, 2 seconds each. */
function trio(): Piece {
  let piece = emptyPiece("Trio", "Flute");
  const fill = (id: number, pitches: readonly number[]) => (piece = addNotes(piece, id, pitches.map((pitch, i) => note(pitch, i * 2))).piece);
  fill(piece.tracks[0]!.id, [72, 74, 76, 77, 79, 77]);
  const names: [string, boolean, number[]][] = [["Drums", true, [36, 38]], ["Alto", false, []], ["Bass", false, [48, 50, 52, 53, 55, 53]]];
  for (const [name, isDrum, pitches] of names) {
    const added = addTrack(piece, name, isDrum, isDrum ? 0 : 32);
    piece = added.piece;
    fill(added.id, pitches);
  }
  return piece;
}
const piece = trio();
const [flute, drums, alto, bass] = piece.tracks.map(({ id }) => id) as [number, number, number, number];
const bar2: PartsTask = { way: "fill", trackIds: [bass], stretch: { start: 4, end: 8 }, isWhole: false };
const inWords = (of: Piece) => of.tracks.map(({ name, notes }) => [name, ...notes.map(({ pitch, start }) => `${pitch}@${start}`)].join(" "));

/** The request's music with `change` done to it, as a server gives it back. */
function answer(task: PartsTask, change: (notes: Note[]) => Note[], names: NoteSequence["instrumentInfos"] = []): NoteSequence {
  const { inputSequence } = partsRequest(piece, task, {})!;
  return { ...inputSequence, instrumentInfos: [...(inputSequence!.instrumentInfos ?? []), ...names], notes: change(inputSequence!.notes as Note[]) };
}
const drawn = (pitch: number, quarter: number, instrument: number): Note => ({ pitch, velocity: 60, startTime: quarter / 2, endTime: quarter / 2 + 1, instrument });

describe("requests for several parts", () => {
  it("name the parts by the numbers that the server counts, drums with them and empty tracks without", () => {
    const { inputSequence, generatorOptions } = partsRequest(piece, bar2, { keep: { stringValue: "rhythm" } })!;
    expect(generatorOptions).toEqual({ generateSections: [{ startTime: 2, endTime: 4, parts: ["3"] }], args: { keep: { stringValue: "rhythm" } } });
    expect(inputSequence!.notes).toHaveLength(14);
    expect(inputSequence!.instrumentInfos).toEqual([{ instrument: 0, name: "Flute" }, { instrument: 1, name: "Drums" }, { instrument: 3, name: "Bass" }]);
  });
  it("vary by bars, add without a place or in the selected bars, and go on from what is before", () => {
    expect(partsRequest(piece, { ...bar2, way: "vary", trackIds: [flute, bass] }, {})!.generatorOptions).toEqual({ args: { vary: { stringValue: "2-2:1+3" } } });
    const add = { add: { stringValue: "harmony" } };
    expect(partsRequest(piece, { ...bar2, way: "harmonise" }, { keep: { stringValue: "rhythm" } })!.generatorOptions).toEqual({ generateSections: [{ startTime: 2, endTime: 4 }], args: add });
    expect(partsRequest(piece, { ...bar2, way: "harmonise", isWhole: true }, {})!.generatorOptions).toEqual({ generateSections: [], args: add });
    const on = partsRequest(piece, { ...bar2, way: "continue" }, {})!;
    expect(on.inputSequence!.notes!.filter(({ instrument }) => instrument === 3)).toHaveLength(2);
    expect(on.inputSequence!.notes!.filter(({ instrument }) => instrument === 0)).toHaveLength(6);
    expect(partsRest(piece, { ...bar2, way: "continue" }).notes!.map(({ pitch, instrument }) => [pitch, instrument])).toEqual([[55, 3], [53, 3]]);
    expect(partsRequest(piece, { ...bar2, way: "continue", stretch: { start: 0, end: 4 } }, {})).toBeNull();
  });
  it("keep nothing where there is nothing to keep", () => {
    const after = { ...bar2, stretch: { start: 12, end: 16 } };
    expect(partsRequest(piece, after, { keep: { stringValue: "rhythm" } })!.generatorOptions!.args).toEqual({});
  });
});

describe("answers of several parts", () => {
  const isIn = ({ instrument, startTime }: Note) => instrument === 3 && startTime >= 2 && startTime < 4;
  const parts = madeParts(answer(bar2, (notes) => [...notes.filter((one) => !isIn(one) || one.pitch === 52), drawn(41, 7, 3)]), piece, bar2);

  it("change the chosen parts in the chosen bars; every other note is the same one", () => {
    expect(parts).toHaveLength(1);
    expect(parts[0]!.fresh.map(({ pitch, start }) => [pitch, start])).toEqual([[41, 7]]);
    const next = withMadeParts(piece, piece, bar2.stretch, parts)!;
    expect(inWords(next)).toEqual([...inWords(piece).slice(0, 3), "Bass 48@0 50@2 52@4 41@7 55@8 53@10"]);
    const before = new Set(piece.tracks.flatMap(({ notes }) => notes));
    const fresh = next.tracks.flatMap(({ notes }) => notes).filter((one) => !before.has(one));
    expect(fresh.map(({ pitch, id }) => [pitch, id >= piece.nextId])).toEqual([[41, true]]);
  });
  it("take the place of another candidate that was kept", () => {
    const kept = withMadeParts(piece, piece, bar2.stretch, parts)!;
    const other = madeParts(answer(bar2, (notes) => notes.filter((one) => !isIn(one) || one.pitch === 53)), piece, bar2);
    expect(inWords(withMadeParts(kept, piece, bar2.stretch, other)!)[3]).toBe("Bass 48@0 50@2 53@6 55@8 53@10");
  });
  it("are refused where their track is gone", () => {
    expect(withMadeParts(removeTrack(piece, bass), piece, bar2.stretch, parts)).toBeNull();
    expect(withMadeParts(removeTrack(piece, drums), piece, bar2.stretch, parts)).not.toBeNull();
  });
  it("bring new parts with names and sounds: into empty tracks of their names, and those of another candidate", () => {
    const task: PartsTask = { way: "harmonise", trackIds: [flute, bass], stretch: { start: 0, end: 12 }, isWhole: true };
    const names = [{ instrument: 2, name: "Alto" }, { instrument: 4, name: "Tenor" }];
    const of = (pitch: number) => madeParts(answer(task, (notes) => [...notes, drawn(pitch, 0, 2), { ...drawn(pitch - 9, 4, 4), program: 73 }], names), piece, task);
    const one = withMadeParts(piece, piece, task.stretch, of(64))!;
    expect(inWords(one).slice(2)).toEqual(["Alto 64@0", inWords(piece)[3], "Tenor 55@4"]);
    expect(one.tracks[4]).toMatchObject({ name: "Tenor", program: 73, isDrum: false, isMuted: false });
    const muted = changeTrack(one, one.tracks[4]!.id, (track) => ({ ...track, isMuted: true }));
    const two = withMadeParts(muted, piece, task.stretch, of(65))!;
    expect(inWords(two).slice(2)).toEqual(["Alto 65@0", inWords(piece)[3], "Tenor 56@4"]);
    expect(two.tracks[4]!.isMuted).toBe(true);
    expect(two.tracks.find(({ id }) => id === alto)!.notes).toHaveLength(1);
  });
});

describe("tasks", () => {
  const details: GeneratorDetails = { id: "score", kind: "score", arguments: ["add", "vary", "keep"].map((name) => ({ name, type: "STRING" })) };
  const wish = (change: Partial<Wish>): Wish => ({ details, way: "fill", piece, track: piece.tracks[0]!, partIds: [flute, bass], section: null, args: {}, ...change });
  const taskOf = (change: Partial<Wish>) => taskFor(wish(change)) as Task;

  it("are of several parts where the model's arguments say so", () => {
    expect(playsParts(details)).toBe(true);
    expect(playsParts({ id: "m", arguments: [{ name: "key", type: "STRING" }] })).toBe(false);
  });
  it("need bars to fill and vary, and none to go on or to add", () => {
    expect(isRefusal(taskFor(wish({})))).toBe(true);
    expect(isRefusal(taskFor(wish({ section: { start: 4, end: 8 }, partIds: [] })))).toBe(true);
    expect(isRefusal(taskFor(wish({ way: "vary", section: { start: 12, end: 16 } })))).toBe(true);
    expect(isRefusal(taskFor(wish({ way: "harmonise", section: { start: 12, end: 16 } })))).toBe(true);
    expect(taskOf({ way: "continue" }).stretches).toEqual([{ start: 12, end: 28 }]);
    expect(taskOf({ way: "accompany" }).stretches).toEqual([{ start: 0, end: 12 }]);
    expect(taskOf({ way: "harmonise", section: { start: 8, end: 24 }, partIds: [] }).stretches).toEqual([{ start: 8, end: 12 }]);
    expect(taskOf({ way: "vary", section: { start: 8, end: 24 } }).request.generatorOptions?.args?.vary).toEqual({ stringValue: "3-3:1+3" });
  });
  it("of an empty piece are a piece of its own", () => {
    const empty = emptyPiece("", "Track 1");
    expect(isRefusal(taskFor(wish({ way: "harmonise", piece: empty, track: empty.tracks[0]! })))).toBe(true);
    const { request, read } = taskOf({ way: "continue", piece: empty, track: empty.tracks[0]!, partIds: [] });
    expect(request.generatorOptions?.generateSections).toEqual([{ startTime: 0, endTime: 8 }]);
    const music = { instrumentInfos: [{ instrument: 0, name: "Soprano" }, { instrument: 1, name: "Bass" }], notes: [drawn(70, 0, 0), drawn(40, 0, 1)] };
    expect(inWords(read(music).into(empty)!)).toEqual(["Track 1", "Soprano 70@0", "Bass 40@0"]);
  });
});
