import { expect, it, vi } from "vitest";

// The audio clock needs a browser; sound starts when the test says so.
let soundStarts: () => void = () => undefined;
vi.mock("../sound/synth", () => ({
  clock: () => 0,
  cut: () => undefined,
  latency: () => 0,
  noteOff: () => undefined,
  noteOn: () => undefined,
  warmUp: () => undefined,
  startSound: () => new Promise<void>((resolve) => (soundStarts = resolve)),
}));
vi.mock("../sound/scheduler", () => ({ addSource: () => () => undefined, lookAhead: 0.15 }));
const { play, session, stop } = await import("./store");

it("Play that waited for the sound does not begin after the duet was left", async () => {
  const left = play();
  stop();
  soundStarts();
  await left;
  expect(session.isPlaying.value).toBe(false);
  const asked = play();
  soundStarts();
  await asked;
  expect(session.isPlaying.value).toBe(true);
  stop();
});
