import { describe, expect, it } from "vitest";
import type { DuetNote } from "./phrase";
import { planOf, planRequest, withoutRests } from "./plan";
import { programOf, type Part } from "./parts";

const grid = { qpm: 120, beatsPerBar: 4 };
const quickest = { beam_size: { intValue: 1 } };
const score = { id: "score", kind: "score", stepsPerQuarter: 12 };
const yours = (startTime: number, endTime: number, pitch = 72, more: Partial<DuetNote> = {}): DuetNote => ({
  by: "player", pitch, velocity: 80, startTime, endTime, ...more,
});
const its = (startTime: number, endTime: number, role: Part = "Bass", pitch = 48): DuetNote => ({
  by: "machine", role, pitch, velocity: 80, startTime, endTime,
});
const rounded = (value: number) => Number(value.toFixed(4));

interface Asked {
  notes: DuetNote[];
  parts?: Part[];
  since?: number;
  now: number;
  from: number;
  args?: Parameters<typeof planRequest>[3];
}
/** The request in short: notes as instrument:pitch@start-end, sections as parts@start-end. */
function asked({ notes, parts = ["Bass"], since = notes[0]!.startTime, now, from, args = {} }: Asked) {
  const { request, origin } = planRequest({ notes, parts, since, now, from }, score, grid, args);
  const { generateSections = [], args: said = {} } = request.generatorOptions!;
  return {
    origin,
    notes: request.inputSequence!.notes!.map((note) => `${note.instrument}:${note.pitch}@${rounded(note.startTime)}-${rounded(note.endTime)}`),
    names: request.inputSequence!.instrumentInfos!.map(({ name }) => name),
    sections: generateSections.map((one) => `${one.parts!.join("+")}@${rounded(one.startTime)}-${rounded(one.endTime)}`),
    said,
  };
}

describe("what is asked while you play", () => {
  it("adds a part that has no notes, and leaves open what you will do", () => {
    expect(asked({ notes: [yours(4.02, 4.4)], now: 4.45, from: 4.5 })).toEqual({
      origin: 4,
      notes: ["0:72@0-0.5"],
      names: ["Melody"],
      sections: ["Melody@0.4583-3", "Bass@0-3"],
      said: { ...quickest, add: { stringValue: "bass" } },
    });
  });
  it("gives what the machine has decided to play, and nothing that it may change its mind about", () => {
    const notes = [yours(4, 4.5), its(4.25, 4.75), its(4.75, 5.5), its(5.5, 6), its(4.25, 5, "Alto", 60)];
    const { names, notes: sent, sections, said } = asked({ notes, now: 4.6, from: 5 });
    expect([names, sections, said]).toEqual([["Melody", "Bass"], ["Melody@0.625-3.5", "Bass@1-3.5"], quickest]);
    expect(sent).toEqual(["0:72@0-0.5", "1:48@0.25-0.75", "1:48@0.75-1.5"]);
  });
  it("draws a part from its last note on, or from where you began, as if it had not been silent", () => {
    const notes = [yours(4, 5), yours(5, 5.5), its(4, 4.5)];
    expect(asked({ notes, now: 5.6, from: 6 }).sections).toEqual(["Melody@1.625-4.5", "Bass@0.5-4.5"]);
    expect(asked({ notes, since: 5, now: 5.6, from: 6 }).sections[1]).toBe("Bass@1-4.5");
  });
  it("hears a held key as sounding until the machine's parts are open", () => {
    expect(asked({ notes: [yours(4, 4, 72, { isHeld: true })], now: 4.3, from: 4.5 }).notes).toEqual(["0:72@0-0.5"]);
  });
  it("hears one line: the highest of what is struck together, each note up to the next, on sixteenths or triplets", () => {
    const notes = [yours(4, 4.6, 60), yours(4.01, 4.6, 64), yours(4.17, 4.2, 65), yours(4.33, 4.34, 67), yours(4.47, 4.5, 69)];
    expect(asked({ notes, now: 4.6, from: 4.75 }).notes).toEqual(["0:64@0-0.1667", "0:65@0.1667-0.25", "0:67@0.3333-0.375", "0:69@0.5-0.5417"]);
  });
  it("takes a note a hair before the session's first line for one on it", () => {
    expect(asked({ notes: [yours(-0.03, 0.2)], now: 0.3, from: 0.5 })).toMatchObject({ origin: 0, notes: ["0:72@0-0.25"] });
  });
  it("draws beyond the bar in which the last given note ends, so that no piece ends there", () => {
    const { sections } = asked({ notes: [yours(4, 4.5), its(4.25, 8.5)], now: 4.6, from: 5 });
    expect(sections).toEqual(["Melody@0.625-6.5", "Bass@1-6.5"]);
  });
  it("says what people chose, and no other task", () => {
    const args = { temperature: { floatValue: 0.5 }, beam_size: { intValue: 4 }, vary: { stringValue: "1-2" }, ending: { boolValue: true } };
    expect(asked({ notes: [yours(4, 4.5)], parts: ["Alto", "Chords"], now: 4.6, from: 5, args }).said).toEqual({
      temperature: { floatValue: 0.5 },
      beam_size: { intValue: 4 },
      add: { stringValue: "alto,chords" },
    });
  });
  it("hears the last sixteen bars", () => {
    const notes = Array.from({ length: 100 }, (_, beat) => yours(beat / 2, beat / 2 + 0.4));
    const { origin, notes: sent } = asked({ notes, now: 50, from: 50.25 });
    expect([origin, sent.length]).toEqual([18, 64]);
  });
});

it("a long rest is left out but for a bar and what is less than one", () => {
  const starts = (notes: DuetNote[]) => withoutRests(notes, 2).map(({ startTime }) => startTime);
  expect(starts([yours(0, 1), yours(5, 6)])).toEqual([0, 5]);
  expect(starts([yours(0, 1), yours(12, 13)])).toEqual([8, 12]);
  expect(starts([yours(0, 1), its(0, 9), yours(12, 13)])).toEqual([0, 0, 12]);
  expect(starts([])).toEqual([]);
});

it("a plan is what the machine's parts do from then on", () => {
  const note = (instrument: number, startTime: number) => ({ instrument, pitch: 48, velocity: 70, startTime, endTime: startTime + 0.5 });
  const answer = {
    instrumentInfos: [{ instrument: 0, name: "Melody" }, { instrument: 1, name: "Bass" }, { instrument: 2, name: "Alto" }],
    notes: [note(0, 1), note(1, 0), note(1, 0.25), note(1, 0.75), note(1, 1.25), note(2, 1.5)],
  };
  const open = new Map<Part, number>([["Bass", 4.25], ["Alto", 5]]);
  const plan = planOf(answer, { request: {}, origin: 4, from: 5, open });
  expect(plan.map(({ role, startTime, endTime }) => [role, startTime, endTime])).toEqual([["Bass", 5, 5.25], ["Bass", 5.25, 5.75], ["Alto", 5.5, 6]]);
});

it("a bass where the machine plays bells is a bass", () => {
  expect([programOf("Bass", 11), programOf("Bass", 0), programOf("Bass", 73), programOf("Alto", 11)]).toEqual([32, 0, 32, 11]);
});
