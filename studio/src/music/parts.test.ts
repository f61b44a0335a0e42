import { expect, it } from "vitest";
import type { Note } from "./note_sequence";
import { partsOf } from "./parts";

const note = (instrument: number, isDrum = false): Note => ({ pitch: 60, velocity: 80, startTime: 0, endTime: 1, instrument, isDrum });

it("parts are numbered in order of instruments that have notes", () => {
  const first: Note = { pitch: 60, velocity: 80, startTime: 0, endTime: 1 };
  const parts = partsOf({ notes: [note(9, true), note(2), note(2), first], instrumentInfos: [{ instrument: 2, name: "Flute" }, { name: "Bass" }] });
  expect(parts.map(({ number, name, notes, isDrum }) => [number, name, notes, isDrum])).toEqual([
    [1, "Bass", 1, false],
    [2, "Flute", 2, false],
    [3, "", 1, true],
  ]);
});
