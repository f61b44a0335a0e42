import { signal } from "@preact/signals";
import { beforeEach, expect, it, vi } from "vitest";
import { emptyPiece } from "../music/piece";

// The audio clock needs a browser; sound starts when the test says so.
let soundStarts: (() => void)[] = [];
const sounded: number[] = [];
vi.mock("../sound/synth", () => ({
  clock: () => 0,
  noteOn: (_voice: unknown, pitch: number) => sounded.push(pitch),
  noteOff: () => undefined,
  startSound: () => new Promise<void>((resolve) => soundStarts.push(resolve)),
}));
vi.mock("../sound/transport", () => ({ transport: { isPlaying: signal(false), position: signal(0) }, voiceOf: () => ({ name: "piece", program: 0 }) }));
vi.mock("./document", () => ({ piece: signal(emptyPiece("", "Track 1")), openId: signal(""), edit: () => undefined }));
const { hear, hearNothing } = await import("./editor");

async function start(): Promise<void> {
  soundStarts.forEach((resolve) => resolve());
  await Promise.resolve();
}

beforeEach(() => {
  soundStarts = [];
  sounded.length = 0;
});

it("of the pitches that wait for the sound the last is heard", async () => {
  hear(60);
  hear(62);
  await start();
  expect(sounded).toEqual([62]);
});

it("nothing is heard after Compose was left", async () => {
  hear(60);
  hearNothing();
  await start();
  expect(sounded).toEqual([]);
});
