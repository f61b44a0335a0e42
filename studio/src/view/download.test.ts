import { expect, it } from "vitest";
import { fileNameOf } from "./download";

it("a title becomes a file's name: what systems do not take is one blank", () => {
  for (const [title, name] of [
    ["Ťuk waltz & co", "Ťuk waltz co"],
    ["AC/DC: live", "AC DC live"],
    ["  a_b-c  1 ", "a_b-c 1"],
    ["../..", ""],
  ] as const) {
    expect(fileNameOf(title)).toBe(name);
  }
});
