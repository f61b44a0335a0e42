import { afterEach, describe, expect, it, vi } from "vitest";
import { Autosave } from "./autosave";

afterEach(() => void vi.useRealTimers());

describe("Autosave", () => {
  it("keeps the first change at once and the last in any case", async () => {
    const kept: number[] = [];
    const saver = new Autosave<number>(async (value) => void kept.push(value), () => undefined, 10000);
    for (let i = 1; i <= 5; ++i) saver.changed(i);
    await Promise.resolve();
    expect(kept).toEqual([1]);
    await saver.flush();
    expect(kept).toEqual([1, 5]);
  });
  it("rests after each time, however soon that was done", async () => {
    vi.useFakeTimers();
    const kept: number[] = [];
    const saver = new Autosave<number>(async (value) => void kept.push(value), () => undefined, 1000);
    for (let i = 1; i <= 25; ++i) {
      saver.changed(i);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect([kept, saver.isDone]).toEqual([[1, 10, 20], false]);
    await saver.flush();
    expect([kept.at(-1), saver.isDone]).toEqual([25, true]);
  });
  it("tells what could not be kept and tries again", async () => {
    const said: unknown[] = [];
    let isFull = true;
    const kept: number[] = [];
    const write = async (value: number) => {
      if (isFull) throw new DOMException("full", "QuotaExceededError");
      kept.push(value);
    };
    const saver = new Autosave(write, (error) => said.push(error), 1);
    saver.changed(1);
    await saver.flush();
    isFull = false;
    saver.changed(2);
    await saver.flush();
    expect([said.length, kept]).toEqual([1, [2]]);
  });
});
