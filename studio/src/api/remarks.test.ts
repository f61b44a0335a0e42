import { describe, expect, it } from "vitest";
import { texts } from "../texts";
import { inPageWords, remarkInPage } from "./remarks";

const words = texts.remarks;

it("remarks name no flag of the command line", () => {
  const noChords = 'no chords are given: it plays over none, in no key; backing_chords="C G Am F" would give some';
  expect(remarkInPage(noChords)).toBe(words.noChords);
  const noDrums = 'there are no drums: the notes are taken for drums; a file with drums, or primer_drums="CH |x-x-x-x-|; BD |x---x---|", would give some';
  expect(remarkInPage(noDrums)).toBe(words.noDrums);
  expect(remarkInPage("too long: leave --steps_per_chord=16, or --bars out")).toBe("too long: leave “steps per chord”, or “bars” out");
  expect(remarkInPage("drawn: 1 (Flute) in bar 2; Alto, new in bars 1 to 4")).toBe("New: 1 (Flute) in bar 2; Alto in bars 1 to 4");
  expect(remarkInPage("--key says C (--scale too)")).toBe("“key” says C (“scale” too)");
});

it("what only looks like a flag stays", () => {
  for (const text of ["Give --studio_dir", "`magenta bundle --from` makes one", "bar 2 -- all of it -- is empty", 'a grid, "CH |x-x-|; BD |x---x--x|; SD |--x-|"']) expect(remarkInPage(text)).toBe(text);
});

it("what a piece has no room or no notes for is said", () => {
  expect(inPageWords({ message: "the argument keep is of notes that are drawn anew, and there are none", remedy: "Leave it out" }).message).toBe(words.noKept);
  expect(inPageWords({ message: "add=harmony: soprano, alto, tenor and bass are all there", remedy: "Name the parts" }).message).toBe(words.allVoices);
  expect(inPageWords({ message: "add=chords: with them the piece has 9 voices", remedy: "At most 8" }).message).toBe(words.tooManyVoices);
});

describe("errors are told in the page's words, the server's behind them", () => {
  const key = (text: string) => `argument 'key': ${text} is no key`;
  it.each([
    ["there is no generator 'taught-2' here", words.noModel, words.noModelRemedy],
    ["there is no model 'taught-2' here", words.noModel, words.noModelRemedy],
    ["no MIDI header (MThd) at byte 0 or after it", words.noMusic, ""],
    ["the body is empty", words.emptyFile, ""],
    [key("'H'"), "H is no key.", words.noKeyRemedy],
    [key("its text"), "This is no key.", words.noKeyRemedy],
    ["argument 'primer_key': 'H' is no key", "H is no key.", words.noKeyRemedy],
    ["this is no name for a model", words.noName, words.noNameRemedy],
  ])("%s", (message, inPage, remedy) => {
    expect(inPageWords({ message, remedy: "Do this" })).toEqual({ message: inPage, remedy, detail: `${message} / Do this` });
  });
  it("and flags by the names of settings", () => {
    const told = { message: "--bars is too large", remedy: "Leave --steps_per_chord=16 out" };
    expect(inPageWords(told)).toEqual({ message: "“bars” is too large", remedy: "Leave “steps per chord” out", detail: `${told.message} / ${told.remedy}` });
  });
  it("others as they are", () => {
    expect(inPageWords({ message: "the disk is full", remedy: "make room" })).toEqual({ message: "the disk is full", remedy: "make room", detail: "" });
  });
});
