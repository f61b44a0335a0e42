import { describe, expect, it } from "vitest";
import type { GenerateSequenceRequest } from "../api/types";
import type { NoteSequence } from "../music/note_sequence";
import { StandingWorld } from "./standing_world";

/** Its model answers each question with a C every beat. */
class World extends StandingWorld {
  /** The instrument that the model says its notes have, and those that sounded. */
  program = 0;
  programs = new Set<number>();
  clicks: string[] = [];

  noteOn(voice: { name: string; program: number }, pitch: number, _velocity: number, at: number) {
    if (voice.name === "machine") this.programs.add(voice.program);
    if (voice.name === "metronome") this.clicks.push(`${pitch === 76 ? "!" : ""}${this.at(at)}`);
    if (voice.name === "machine") this.heard.push(`${pitch}@${this.at(at)}`);
  }
  noteOff() {
    return undefined;
  }
  cut() {
    const now = this.session.now();
    this.heard = [...this.heard.filter((note) => Number(note.split("@")[1]) <= now), "cut"];
  }
  protected answer(request: GenerateSequenceRequest, told: { piece: (sofar: NoteSequence) => void }): NoteSequence {
    const section = request.generatorOptions?.generateSections?.[0] ?? { startTime: 0, endTime: 8 };
    const notes = [...(request.inputSequence?.notes ?? [])];
    for (let time = section.startTime; time < section.endTime - 0.01; time += 0.5) {
      notes.push({ pitch: 72, velocity: 80, startTime: time, endTime: time + 0.4, program: this.program });
      told.piece({ notes: [...notes] });
      this.mayFail();
    }
    return { notes };
  }
}

function world(): World {
  const made = new World();
  made.session.details = { id: "melody", kind: "melody", stepsPerQuarter: 4 };
  made.session.start();
  return made;
}

describe("a duet", () => {
  it("answers a beat after you pause, on the beat, as many bars as you played", async () => {
    const it = world();
    await it.play(60, 0.5, 0.9);
    await it.play(62, 1, 1.4);
    expect(it.session.turn.value).toBe("yours");
    await it.go(1.95);
    await it.go(5);
    expect(it.asked).toHaveLength(1);
    expect(it.asked[0]!.generatorOptions?.generateSections).toEqual([{ startTime: 2, endTime: 4 }]);
    expect(it.asked[0]!.inputSequence?.notes?.map((note) => note.pitch)).toEqual([60, 62]);
    expect(it.heard).toEqual(["72@2", "72@2.5", "72@3", "72@3.5"]);
    expect(it.session.turn.value).toBe("yours");
    expect(it.session.answers.value[0]).toMatchObject({ at: 2, late: 0, seed: 7 });
  });
  it("takes an answer back when you go on before it", async () => {
    const it = world();
    await it.play(60, 0.5, 0.9);
    await it.go(1.4);
    expect(it.asked).toHaveLength(1);
    await it.play(62, 1.42, 1.9);
    expect(it.session.notes.value.map((note) => note.pitch)).toEqual([60, 62]);
    await it.go(2.6);
    expect(it.asked[1]!.inputSequence?.notes?.map((note) => note.pitch)).toEqual([60, 62]);
    expect(it.heard).toEqual(["cut", "72@2.5"]);
  });
  it("gives way when you play into its answer", async () => {
    const it = world();
    await it.play(60, 0, 0.9);
    await it.go(2.7);
    await it.play(65, 2.72, 2.8);
    expect(it.heard.at(-1)).toBe("cut");
    expect(it.session.turn.value).toBe("yours");
    const machine = it.session.notes.value.filter((note) => note.by === "machine");
    expect(machine.every((note) => note.endTime <= 2.75)).toBe(true);
    await it.go(3.45);
    expect(it.asked.at(-1)!.inputSequence?.notes?.map((note) => note.pitch)).toEqual([65]);
  });
  it("waits for a beat where an answer comes late, and stays on the grid", async () => {
    const it = world();
    it.delay = 0.7;
    await it.play(60, 0, 0.9);
    await it.go(5);
    expect(it.heard).toEqual(["72@2", "72@2.5", "72@3", "72@3.5"]);
    expect(it.session.answers.value[0]!.late).toBeCloseTo(0.5);
  });
  it("takes turns of fixed bars, and hears what is played just before its turn", async () => {
    const it = world();
    it.session.setMode("bars", 1);
    await it.play(60, 0, 0.5);
    await it.play(62, 1.75, 1.9);
    await it.go(6.1);
    expect(it.heard).toEqual(["72@2", "72@2.5", "72@3", "72@3.5"]);
    expect(it.asked.at(-1)!.inputSequence?.notes?.map((note) => note.pitch)).toEqual([60, 62]);
    expect([1, 3, 5].map((time) => it.session.isYourBar(time))).toEqual([true, false, true]);
  });
  it("in free mode answers when asked, and goes on until you play", async () => {
    const it = world();
    it.session.setMode("free");
    await it.play(60, 0, 0.5);
    await it.go(3);
    expect(it.asked).toHaveLength(0);
    it.session.answerNow();
    await it.go(9);
    expect(it.asked.length).toBeGreaterThanOrEqual(2);
    expect(it.session.turn.value).toBe("machine");
    await it.play(60, 9.02, 9.1);
    expect(it.session.turn.value).toBe("yours");
  });
  it("plays a tune of its own at another tempo, beat for beat", async () => {
    const it = world();
    it.session.stop();
    it.session.clear();
    it.session.grid = { qpm: 60, beatsPerBar: 4 };
    it.session.start();
    it.session.open();
    await it.go(3.5);
    expect(it.heard).toEqual(["72@0", "72@1", "72@2", "72@3"]);
  });
  it("counts turns of bars from the end of its own tune on", async () => {
    const it = world();
    it.session.setMode("bars", 4);
    it.session.open();
    await it.go(8.5);
    expect(it.session.turn.value).toBe("yours");
    expect([7, 9, 17].map((time) => it.session.isYourBar(time))).toEqual([null, true, false]);
  });
  it("counts in, also where the metronome is silent, and goes on with the next bar", async () => {
    const it = world();
    it.session.stop();
    it.session.metronome = false;
    it.session.start(1);
    await it.go(0.5);
    expect(it.clicks.slice(-4)).toEqual(["!-2", "-1.5", "-1", "-0.5"]);
    it.session.stop();
    it.session.metronome = true;
    it.clicks = [];
    it.session.start();
    await it.go(2.3);
    expect(it.clicks[0]).toBe("!2");
    expect(it.session.now()).toBeGreaterThanOrEqual(2);
  });
  it("keeps beats when the tempo changes", async () => {
    const it = world();
    await it.play(60, 0.5, 1);
    it.session.setGrid({ qpm: 60, beatsPerBar: 4 });
    expect(it.session.notes.value[0]!.startTime).toBeCloseTo(1, 1);
    expect(it.session.isPlaying.value).toBe(true);
  });
  it("says when an answer breaks off, plays what came, and goes on", async () => {
    const it = world();
    it.fails = true;
    await it.play(60, 0, 0.9);
    await it.go(3);
    expect(it.errors).toHaveLength(1);
    expect(it.heard).toEqual(["72@1.5"]);
    expect(it.session.turn.value).toBe("yours");
    it.fails = false;
    await it.play(60, 3.1, 3.4);
    await it.go(7);
    expect(it.heard).toHaveLength(5);
  });
  it("sounds with the instrument that is chosen, or that the model says", async () => {
    const it = world();
    it.session.programs = { player: 0, machine: 11 };
    await it.play(60, 0, 0.9);
    await it.go(4.1);
    it.program = 33;
    await it.play(60, 4.2, 4.4);
    await it.go(7);
    expect([...it.programs]).toEqual([11, 33]);
  });
  it("keeps the key that you play in, and says it to a model that hears all music in one", async () => {
    const it = world();
    it.session.details = { id: "lookback", kind: "melody", stepsPerQuarter: 4, arguments: [{ name: "primer_key", type: "STRING" }] };
    const phrase = async (at: number, pitches: number[]) => {
      for (const [i, pitch] of pitches.entries()) await it.play(pitch, at + i / 4, at + i / 4 + 0.2);
      await it.go(at + 8);
      return it.asked.at(-1)!.generatorOptions?.args?.primer_key?.stringValue;
    };
    expect(await phrase(0, [67, 72, 71, 66])).toBe("G"); // C and F sharp: no other has both
    expect(it.session.key.value).toBe(7);
    expect(await phrase(8, [67, 72, 65, 67])).toBe("G"); // one F alone would be C
    expect(await phrase(16, [65, 65, 65, 67])).toBe("C"); // clearly more
    it.session.keepsKey = false;
    expect(await phrase(24, [66, 66, 66, 66])).toBeUndefined();
    it.session.keepsKey = true;
    it.session.args = { primer_key: { stringValue: "Eb" } };
    expect(await phrase(32, [66, 66, 66, 66])).toBe("Eb");
    it.session.details = { id: "other", kind: "melody", stepsPerQuarter: 4 };
    it.session.args = {};
    expect(await phrase(40, [66, 66, 66, 66])).toBeUndefined();
    it.session.clear();
    expect(it.session.key.value).toBeNull();
  });
  it("takes the key of an answer back with it", async () => {
    const it = world();
    it.session.details = { id: "lookback", kind: "melody", stepsPerQuarter: 4, arguments: [{ name: "primer_key", type: "STRING" }] };
    await it.play(66, 0.5, 0.9);
    await it.go(1.4);
    expect([it.session.turn.value, it.session.key.value]).toEqual(["asked", 1]);
    await it.play(67, 1.42, 1.9);
    expect(it.session.key.value).toBeNull();
    await it.go(2.6);
    expect(it.session.key.value).toBe(2);
  });
  it("gives a model of lead sheets the chart, bar by bar", async () => {
    const it = world();
    it.session.details = { id: "improv", kind: "lead sheet", control: "chords", stepsPerQuarter: 4 };
    it.session.chart = ["C", "Am"];
    await it.play(60, 2, 2.9);
    await it.go(4);
    expect(it.asked[0]!.inputSequence?.textAnnotations).toEqual([
      { time: 0, text: "Am", annotationType: "CHORD_SYMBOL" },
      { time: 2, text: "C", annotationType: "CHORD_SYMBOL" },
    ]);
  });
  it("shows what was kept, stretched to its own tempo, and goes on at the next bar line", () => {
    const it = new World();
    it.session.setGrid({ qpm: 60, beatsPerBar: 4 });
    const note = { pitch: 60, velocity: 80 };
    it.session.restore(
      [
        { ...note, by: "player", startTime: 1, endTime: 1.5 },
        { ...note, by: "machine", startTime: 2, endTime: 3 },
        { ...note, by: "player", startTime: 2.5, endTime: 2.5, isHeld: true }, // held as the page went
      ],
      120,
    );
    const seconds = it.session.notes.value.map(({ startTime, endTime, isHeld }) => [startTime, Number(endTime.toFixed(6)), isHeld]);
    expect(seconds).toEqual([[2, 3, undefined], [4, 6, undefined], [5, 5.06, undefined]]);
    expect(it.session.now()).toBe(6);
    it.session.start();
    expect(it.session.now()).toBeCloseTo(8 - 0.1, 6);
  });
});
