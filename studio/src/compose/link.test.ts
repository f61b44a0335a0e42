import { describe, expect, it } from "vitest";
import { packLink, unpackLink, type LinkedResult } from "./link";

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
    expect(await unpackLink(await packLink({ ...result, form: 2 } as unknown as LinkedResult))).toBeNull();
  });
});
