import { describe, expect, it } from "vitest";
import { chartOf, pitchesOf } from "./chords";
import { beatsBetween, lineFrom } from "./grid";
import { chordsBetween, pieceOf, requestFor, type DuetNote } from "./phrase";

const grid = { qpm: 120, beatsPerBar: 4 };
const melody = { id: "m", kind: "melody", stepsPerQuarter: 4 };
const note = (startTime: number, endTime: number, more: Partial<DuetNote> = {}): DuetNote => ({
  by: "player", pitch: 60, velocity: 80, startTime, endTime, ...more,
});

describe("a grid", () => {
  it("counts from the session's first bar line, before it too", () => {
    expect(beatsBetween(grid, -1, 1).map(({ time, isBar }) => `${time}${isBar ? "!" : ""}`)).toEqual(["-1", "-0.5", "0!", "0.5"]);
    expect(lineFrom(1.0000000001, 0.5)).toBe(1);
  });
});

describe("a request", () => {
  it("keeps bar lines, takes a note a hair early for one on the line, cuts held keys", () => {
    const { request, origin } = requestFor({ notes: [note(3.97, 4.4), note(5, 5, { isHeld: true })], at: 6, seconds: 2 }, melody, grid, [], {});
    expect(origin).toBe(4);
    expect(request.inputSequence?.notes?.map(({ startTime, endTime }) => [startTime, Number(endTime.toFixed(2))])).toEqual([[0, 0.4], [1, 2]]);
    expect(request.generatorOptions?.generateSections).toEqual([{ startTime: 2, endTime: 4 }]);
  });
  it("hears the last eight bars", () => {
    const { request } = requestFor({ notes: [note(0, 1), note(20, 21)], at: 22, seconds: 2 }, melody, grid, [], {});
    expect(request.inputSequence?.notes).toHaveLength(1);
  });
});

describe("a piece of the session", () => {
  it("begins with the bar of its first note, and names its parts", () => {
    const piece = pieceOf([note(4.5, 5), note(6, 7, { by: "machine" })], grid, [], { player: 0, machine: 11 }, "Duet", { player: "you", machine: "it" });
    expect(piece.notes?.map(({ startTime, instrument, program }) => [startTime, instrument, program])).toEqual([[0.5, 0, 0], [2, 1, 11]]);
    expect(piece.totalTime).toBe(3);
    const parts = pieceOf([note(0, 1, { by: "machine", program: 33 })], grid, [], { player: 0, machine: 11 }, "", { player: "", machine: "" });
    expect(parts.notes![0]!.program).toBe(33);
  });
  it("has the parts that play beside you from high to low, whichever begins first", () => {
    const notes = [note(0, 1, { by: "machine", role: "Bass" }), note(0.5, 1), note(1, 2, { by: "machine", role: "Alto" })];
    const piece = pieceOf(notes, grid, [], { player: 0, machine: 11 }, "", { player: "you", machine: "it" });
    expect(piece.notes?.map(({ instrument, program }) => [instrument, program])).toEqual([[0, 0], [2, 11], [4, 32]]);
    expect(piece.instrumentInfos).toEqual([{ instrument: 0, name: "you" }, { instrument: 2, name: "Alto" }, { instrument: 4, name: "Bass" }]);
  });
});

describe("a chart", () => {
  it("is typed with blanks or bars", () => {
    expect(chartOf(" C | Am7,F  G ")).toEqual(["C", "Am7", "F", "G"]);
  });
  it("goes round", () => {
    expect(chordsBetween(["C", "G"], grid, 3, 7)).toEqual([{ time: 2, text: "G" }, { time: 4, text: "C" }, { time: 6, text: "G" }]);
  });
  it.each([
    ["C", [0, 4, 7]], ["Am", [9, 0, 4]], ["F#m7b5", [6, 9, 0, 4]], ["Bb7", [10, 2, 5, 8]], ["Gmaj7", [7, 11, 2, 6]],
    ["Dsus4", [2, 7, 9]], ["Bdim7", [11, 2, 5, 8]], ["C/G", [0, 4, 7]], ["Caug", [0, 4, 8]], ["what", []],
  ])("%s sounds as %j", (symbol, classes) => {
    const sounding = pitchesOf(symbol).slice(1).map((pitch) => pitch % 12);
    expect(sounding.sort((a, b) => a - b)).toEqual([...classes].sort((a, b) => a - b));
  });
});
