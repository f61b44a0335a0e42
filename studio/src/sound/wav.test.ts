import { expect, it } from "vitest";
import { gainToPeak, wavOf } from "./wav";

const decibels = (value: number) => 20 * Math.log10(value);

it("the highest peak comes to -3 dBFS, by 24 dB at most; silence stays silence", () => {
  for (const [peak, after] of [[0.07, -3], [1, -3], [2, -3], [0.001, -36], [0, -Infinity]] as const) {
    const channels = [new Float32Array([0, peak / 2]), new Float32Array([-peak, 0])];
    expect(decibels(peak * gainToPeak(channels))).toBeCloseTo(after, 6);
  }
});

it("samples are written times the gain", () => {
  const view = new DataView(wavOf([new Float32Array([0.25, -0.75])], 44100, 2));
  expect([view.getInt16(44, true), view.getInt16(46, true)]).toEqual([16384, -32767]);
});
