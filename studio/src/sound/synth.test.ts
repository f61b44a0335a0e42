import { expect, it } from "vitest";
import type { Sink } from "./sink";
import { clock, noteOff, noteOn, playThrough } from "./synth";

it("what was missed while the page stood still stays unheard; what ends, ends", () => {
  const heard: string[] = [];
  const sink: Sink = {
    noteOn: (_, pitch) => heard.push(`on ${pitch}`),
    noteOff: (_, pitch) => heard.push(`off ${pitch}`),
    program: () => undefined,
    cut: () => undefined,
    silence: () => undefined,
  };
  playThrough(sink);
  const voice = { name: "machine", program: 0 };
  const at = (seconds: number) => clock() + seconds;
  noteOn(voice, 60, 90, at(-5));
  noteOff(voice, 60, at(-4));
  noteOn(voice, 61, 90, at(-0.1));
  noteOn(voice, 62, 90, at(0.1));
  noteOn(voice, 63, 90);
  playThrough(null);
  expect(heard).toEqual(["off 60", "on 61", "on 62", "on 63"]);
});
