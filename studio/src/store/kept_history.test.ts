import { describe, expect, it } from "vitest";
import { addNotes, transpose } from "../music/edit";
import { begin, canUndo, commit, redo, undo, type History } from "../music/history";
import { emptyPiece, type Piece } from "../music/piece";
import { historyOf, keptSteps } from "./kept_history";

/** A piece to which `count` notes were added, one by one. */
function written(count: number): History<Piece> {
  let history = begin(emptyPiece("Tune", "Piano"));
  for (let i = 0; i < count; ++i) {
    history = commit(history, addNotes(history.present, 1, [{ pitch: 60 + (i % 12), velocity: 80, start: i, end: i + 1 }]).piece);
  }
  return history;
}

/** All values of a history, the first one first. */
function valuesOf<T>(history: History<T>): T[] {
  let one = history;
  while (canUndo(one)) one = undo(one);
  const values = [one.present];
  for (; one.future; values.push(one.present)) one = redo(one);
  return values;
}

const again = (history: History<Piece>, most?: number) => historyOf(history.present, JSON.parse(JSON.stringify(keptSteps(history, most))) as ReturnType<typeof keptSteps>);

describe("a kept history", () => {
  it("goes back and forth as it did, and on from there", () => {
    const history = undo(undo(written(40)));
    const kept = again(history);
    expect(valuesOf(kept)).toEqual(valuesOf(history));
    expect(kept.present).toBe(history.present);
    const next = again(commit(kept, transpose(kept.present, new Set([2]), 1)));
    expect([next.future, valuesOf(next).length]).toEqual([null, 40]);
  });
  it("is as small as what was done", () => {
    const { past } = keptSteps(written(500));
    expect(past.length).toBe(500);
    expect(Math.max(...past.map((text) => text.length))).toBeLessThan(150);
  });
  it("of more than fits loses the steps that lie longest back", () => {
    const history = undo(written(100));
    const kept = again(history, 2000);
    expect(JSON.stringify(keptSteps(history, 2000)).length).toBeLessThan(2000);
    const values = valuesOf(kept);
    expect(values.length).toBeGreaterThan(3);
    expect(values).toEqual(valuesOf(history).slice(-values.length));
    expect(kept.future).not.toBeNull();
  });
  it("begins anew where none was kept, and ends before a step that can't be read", () => {
    const { present } = written(2);
    expect(historyOf(present, undefined)).toEqual(begin(present));
    expect(valuesOf(historyOf(present, { past: ["[", "[]"], future: [] }))).toEqual([present]);
    expect(valuesOf(historyOf(present, { past: ['["",{"items":[[0,1]]}]'], future: [] }))).toEqual([present]);
  });
});
