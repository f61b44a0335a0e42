import { describe, expect, it } from "vitest";
import { Channels } from "./channels";

describe("channels", () => {
  it("are a voice's own, and say the program once", () => {
    const channels = new Channels();
    expect(channels.of({ name: "player", program: 0 })).toEqual({ channel: 0, isNew: true });
    expect(channels.of({ name: "machine", program: 0 })).toEqual({ channel: 1, isNew: true });
    expect(channels.of({ name: "player", program: 0 })).toEqual({ channel: 0, isNew: false });
    expect(channels.of({ name: "player", program: 5 })).toEqual({ channel: 2, isNew: true });
  });
  it("of drums are the tenth", () => {
    expect(new Channels().of({ name: "machine", program: 0, isDrum: true }).channel).toBe(9);
  });
  it("never are the tenth for others, and of too many voices those alike share", () => {
    const channels = new Channels();
    const given = Array.from({ length: 15 }, (_, i) => channels.of({ name: `t${i}`, program: i }).channel);
    expect(new Set(given).size).toBe(15);
    expect(given).not.toContain(9);
    expect(channels.of({ name: "more", program: 3 })).toEqual({ channel: given[3], isNew: false });
    expect(channels.of({ name: "more", program: 99 })).toEqual({ channel: given[0], isNew: true });
  });
});
