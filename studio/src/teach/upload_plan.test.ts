import { describe, expect, it } from "vitest";
import { isMusic, planOf } from "./upload_plan";

const file = (path: string, size = 10) => ({ path, size });

describe("what is sent", () => {
  it.each([
    ["a.mid", true],
    ["A.MID", true],
    ["songs/b.musicxml", true],
    ["c.abc.gz", true],
    ["d.mid.txt", false],
    ["mid", false],
    ["cover.jpg", false],
  ])("%s: %s", (path, wanted) => expect(isMusic(path)).toBe(wanted));
  it("music in order of paths; the rest by name, hidden files unsaid", () => {
    const plan = planOf([file("b/2.mid"), file("b/.DS_Store"), file("__MACOSX/b/2.mid"), file("b/cover.jpg"), file("a.mid"), file("c.mid", 0)]);
    expect(plan.send.map(({ path }) => path)).toEqual(["a.mid", "b/2.mid"]);
    expect(plan.leftOut).toEqual([
      { path: "b/cover.jpg", why: "noMusic" },
      { path: "c.mid", why: "empty" },
    ]);
    expect(plan.bytes).toBe(20);
  });
  it("no more than the server takes", () => {
    const most = { files: 2, bytesOfFile: 100, bytes: 150 };
    const plan = planOf([file("a.mid", 101), file("b.mid", 100), file("c.mid", 60), file("d.mid", 50), file("e.mid", 1)], most);
    expect(plan.send.map(({ path }) => path)).toEqual(["b.mid", "d.mid"]);
    expect(plan.leftOut.map(({ path, why }) => `${path} ${why}`)).toEqual(["a.mid tooLarge", "c.mid tooMuch", "e.mid tooMany"]);
    expect(planOf([])).toEqual({ send: [], bytes: 0, leftOut: [] });
  });
});
