import { describe, expect, it } from "vitest";
import type { Note } from "../music/note_sequence";
import { Playback } from "./playback";

const note = (pitch: number, startTime: number, endTime: number): Note => ({ pitch, velocity: 80, startTime, endTime });
const told = (playback: Playback, until: number) =>
  playback.pull(until).events.map(({ at, isOn, note: { pitch } }) => `${isOn ? "+" : "-"}${pitch}@${Number(at.toFixed(4))}`);

describe("playback", () => {
  it("tells each beginning and end once, however it is asked", () => {
    const playback = new Playback([note(62, 1, 2), note(60, 0, 1)], 2);
    playback.start(0, 10);
    const all: string[] = [];
    for (let until = 10; until < 13; until += 0.07) all.push(...told(playback, until));
    expect(all).toEqual(["+60@10", "-60@11", "+62@11", "-62@12"]);
    expect(playback.isOver(12)).toBe(true);
  });
  it("ends a pitch before it begins anew", () => {
    const playback = new Playback([note(60, 0, 1), note(60, 1, 2)], 2);
    playback.start(0, 0);
    expect(told(playback, 5)).toEqual(["+60@0", "-60@1", "+60@1", "-60@2"]);
  });
  it("loops without a gap, and cuts what would sound on", () => {
    const playback = new Playback([note(60, 0, 1), note(62, 1, 4)], 4);
    playback.setLoop({ start: 0, end: 2 });
    playback.start(0, 0);
    expect(told(playback, 4)).toEqual(["+60@0", "-60@1", "+62@1", "-62@2", "+60@2", "-60@3", "+62@3", "-62@4"]);
    expect(playback.positionAt(3)).toBe(1);
    expect(playback.isOver(4)).toBe(false);
  });
  it("starts anywhere, at any rate", () => {
    const playback = new Playback([note(60, 0, 1), note(62, 1, 2)], 2, 2);
    playback.start(1, 5);
    expect(told(playback, 9)).toEqual(["+62@5", "-62@5.5"]);
    expect(playback.positionAt(5.25)).toBe(1.5);
    expect(playback.positionAt(4)).toBe(1);
  });
  it("takes other notes in the middle", () => {
    const playback = new Playback([note(60, 0, 4)], 4);
    playback.start(0, 0);
    expect(told(playback, 1)).toEqual(["+60@0"]);
    playback.setNotes([note(70, 0.5, 1), note(71, 1.5, 2)], 3);
    expect(told(playback, 6)).toEqual(["+71@1.5", "-71@2", "-60@4"]);
  });
  it("gives even a note without length a moment", () => {
    const playback = new Playback([note(60, 1, 1)], 2);
    playback.start(0, 0);
    expect(told(playback, 3)).toEqual(["+60@1", "-60@1.02"]);
  });
});
