import { describe, expect, it } from "vitest";
import type { GenerateSequenceRequest } from "../api/types";
import type { Note, NoteSequence } from "../music/note_sequence";
import { StandingWorld } from "./standing_world";

/** Its model plays a bass an octave below the last note heard, each beat. Heard is pitch@begin-end, as the synthesizer was told. */
class World extends StandingWorld {
  private on = new Map<string, string>();

  noteOn(voice: { name: string }, pitch: number, _velocity: number, at: number) {
    if (voice.name.startsWith("machine")) this.on.set(`${voice.name}${pitch}`, `${pitch}@${this.at(at)}`);
  }
  noteOff(voice: { name: string }, pitch: number, at: number) {
    const begun = this.on.get(`${voice.name}${pitch}`);
    if (begun) this.heard.push(`${begun}-${this.at(at)}`);
    this.on.delete(`${voice.name}${pitch}`);
  }
  cut() {
    this.heard.push("cut");
  }
  protected answer(request: GenerateSequenceRequest): NoteSequence {
    this.mayFail();
    const { notes: given = [], instrumentInfos = [] } = request.inputSequence!;
    const notes: Note[] = [...given];
    const names = [...instrumentInfos];
    for (const { startTime, endTime, parts = [] } of request.generatorOptions!.generateSections!) {
      const name = parts[0]!;
      if (!names.some((info) => info.name === name)) names.push({ instrument: names.length, name });
      const { instrument } = names.find((info) => info.name === name)!;
      const pitch = given.filter((note) => note.instrument === 0).at(-1)!.pitch - 12;
      for (let time = Math.ceil(startTime / 0.5 - 1e-6) * 0.5; time < endTime; time += 0.5) {
        notes.push({ pitch, velocity: 80, startTime: time, endTime: time + 0.5, instrument: instrument! });
      }
    }
    return { notes, instrumentInfos: names };
  }

  its = () => this.session.notes.value.filter((note) => note.by === "machine");
}

function world(): World {
  const made = new World();
  const args = ["add", "vary", "keep"].map((name) => ({ name, type: "STRING" as const }));
  made.session.details = { id: "score", kind: "score", stepsPerQuarter: 12, arguments: args };
  made.session.setMode("together");
  made.session.together.choose(["Bass"]);
  made.session.start();
  return made;
}
const state = (it: World) => it.session.together.state.value;

describe("playing together", () => {
  it("waits for your first note, plays while you hold it, and rests a bar after the last", async () => {
    const it = world();
    await it.go(0);
    expect([it.asked.length, state(it)]).toEqual([0, "rests"]);
    await it.play(72, 0, 0.7);
    expect(state(it)).toBe("plays");
    await it.go(3.2);
    expect(it.heard).toEqual(["60@0.5-1", "60@1-1.5", "60@1.5-2", "60@2-2.5", "60@2.5-3"]);
    expect([state(it), it.its().length, it.session.turn.value]).toEqual(["rests", 5, "yours"]);
    const count = it.asked.length;
    await it.go(4);
    expect(it.asked.length).toBe(count);
    await it.play(74, 4, 4.5);
    await it.go(5.2);
    expect(it.heard.slice(5)).toEqual(["62@4.5-5"]);
  });
  it("corrects itself as you play, and what has sounded stays", async () => {
    const it = world();
    await it.play(72, 0, 1);
    await it.play(77, 1.02, 2);
    await it.go(3);
    // It was told of F in time for the next beat.
    expect(it.heard.slice(0, 4)).toEqual(["60@0.5-1", "60@1-1.5", "65@1.5-2", "65@2-2.5"]);
    const last = it.asked.at(-1)!.inputSequence!.notes!.filter((note) => note.instrument === 1);
    expect(last.slice(0, 3).map(({ pitch, startTime }) => [pitch, startTime])).toEqual([[60, 0.5], [60, 1], [65, 1.5]]);
  });
  it("has a bar ahead on the roll, of one plan", async () => {
    const it = world();
    await it.play(72, 0, 1.2);
    const ahead = it.its().map(({ startTime }) => Number(startTime.toFixed(3)));
    expect(Math.max(...ahead)).toBeGreaterThanOrEqual(2.5);
    expect(new Set(ahead).size).toBe(ahead.length);
  });
  it("asks at each beat and each key, one question at a time", async () => {
    const it = world();
    it.session.on(72, 90);
    await it.go(0.7);
    expect(it.asked.length).toBe(2);
    await it.go(1.9);
    expect(it.asked.length).toBe(5);
    it.delay = 0.4;
    for (const pitch of [74, 76, 77]) it.session.on(pitch, 90);
    await it.go(2.2);
    expect(it.asked.length).toBe(6);
  });
  it("drops a plan that comes too late, leaves itself more time, and says where there is none", async () => {
    const it = world();
    it.delay = 0.7;
    it.session.on(72, 90);
    await it.go(0.7);
    expect([it.session.together.last!.isLate, it.heard, it.its()]).toEqual([true, [], []]);
    await it.go(4);
    expect([it.session.together.last!.isLate, it.heard.length > 0]).toEqual([false, true]);
    expect(it.session.together.lead).toBeGreaterThan(0.7);
    it.delay = 2.5;
    await it.go(14);
    expect(state(it)).toBe("late");
    it.delay = 0;
    await it.go(18);
    expect(state(it)).toBe("plays");
  });
  it("says once what goes wrong again and again, goes on with its plan, and comes back", async () => {
    const it = world();
    it.session.on(72, 90);
    await it.go(0.9);
    it.fails = true;
    await it.go(3.4);
    expect([it.errors.length, it.heard.at(-1)]).toEqual([1, "60@3-3.5"]);
    it.fails = false;
    await it.go(5);
    expect(it.heard.at(-1)).toBe("60@4.5-5");
  });
  it("ends with the session, with another model and in another mode", async () => {
    for (const end of [
      (it: World) => it.session.stop(),
      (it: World) => it.session.setMode("pause"),
      (it: World) => it.session.setDetails({ id: "other", kind: "melody" }),
    ]) {
      const it = world();
      await it.play(72, 0, 1.2);
      end(it);
      const count = it.asked.length;
      expect([it.heard.at(-1), state(it)]).toEqual(["cut", "rests"]);
      expect(it.its().every(({ endTime }) => endTime <= 1.3)).toBe(true);
      await it.go(it.session.isPlaying.value ? 2.3 : 0);
      expect(it.asked.slice(count).every(({ generatorOptions }) => !generatorOptions!.args!.add)).toBe(true);
    }
  });
  it("plays several parts, others when they are chosen, and none", async () => {
    const it = world();
    it.session.together.choose(["Alto", "Bass"]);
    it.session.on(72, 90);
    await it.go(1);
    expect(it.asked[0]!.generatorOptions!.args!.add).toEqual({ stringValue: "alto,bass" });
    it.session.together.choose([]);
    await it.go(1.7);
    expect(it.its().every(({ startTime }) => startTime < 1.5)).toBe(true);
    expect(it.session.voices().map(({ name }) => name)).toEqual(["player", "machine", "metronome"]);
  });
});
