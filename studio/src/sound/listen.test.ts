import { signal } from "@preact/signals";
import { describe, expect, it, vi } from "vitest";

// The audio clock needs a browser.
const played: unknown[] = [];
vi.mock("./transport", () => {
  class Transport {
    position = signal(0);
    private piece: unknown = null;
    setPiece = (piece: unknown) => (this.piece = piece);
    play = () => Promise.resolve(played.push(this.piece));
    pause = () => undefined;
  }
  return { Transport, transport: new Transport() };
});
vi.mock("./synth", () => ({ startSound: () => Promise.resolve(true) }));
const { heard, hush, listenTo } = await import("./listen");

const music = (title: string) => ({ sequenceMetadata: { title } });

describe("listening", () => {
  it("begins when the music has come", async () => {
    await listenTo("a", Promise.resolve(music("a")));
    expect([heard.value, played.splice(0)]).toEqual(["a", [music("a")]]);
  });
  it("does not begin after its part was left, and the last wish counts", async () => {
    hush();
    const left = listenTo("a", Promise.resolve(music("a")));
    hush();
    await left;
    expect([heard.value, played]).toEqual(["", []]);
    await Promise.all([listenTo("a", Promise.resolve(music("a"))), listenTo("b", Promise.resolve(music("b")))]);
    expect(played.splice(0)).toEqual([music("b")]);
  });
});
