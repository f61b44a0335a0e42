import { describe, expect, it } from "vitest";
import { begin, canRedo, canUndo, commit, endGesture, isSame, redo, undo } from "./history";

describe("History", () => {
  it("goes back and forth without limit", () => {
    let history = begin(0);
    for (let i = 1; i <= 10000; ++i) history = commit(history, i);
    for (let i = 0; i < 10000; ++i) history = undo(history);
    expect([history.present, canUndo(history), canRedo(history)]).toEqual([0, false, true]);
    for (let i = 0; i < 10000; ++i) history = redo(history);
    expect([history.present, canUndo(history), canRedo(history)]).toEqual([10000, true, false]);
    expect(redo(history)).toBe(history);
  });
  it("undoes a gesture as one step", () => {
    let history = begin("a");
    for (const next of ["b", "c", "d"]) history = commit(history, next, "drag 1");
    history = commit(endGesture(history), "e", "drag 1");
    expect(undo(history).present).toBe("d");
    expect(undo(undo(history)).present).toBe("a");
    expect(redo(undo(undo(history))).present).toBe("d");
  });
  it("is the same where no step was taken", () => {
    const history = commit(begin(1), 2, "drag");
    expect(isSame(history, endGesture(history))).toBe(true);
    expect(isSame(history, undo(history))).toBe(false);
    expect(isSame(begin(1), undo(history))).toBe(false);
  });
  it("forgets what was undone when something new is done", () => {
    const history = commit(undo(commit(begin(1), 2)), 3);
    expect([canRedo(history), undo(history).present]).toEqual([false, 1]);
    expect(commit(history, 3)).toBe(history);
  });
});
