import { describe, expect, it } from "vitest";
import { computerKeys, computerPads, lettersOf, placedKeys } from "./keys";

describe("keys", () => {
  it("lie side by side, black ones over the gaps", () => {
    const keys = placedKeys(60, 71);
    expect(keys.map((key) => key.pitch)).toEqual([60, 62, 64, 65, 67, 69, 71, 61, 63, 66, 68, 70]);
    expect(keys.find((key) => key.pitch === 61)!.left).toBeCloseTo(0.7 / 7);
    expect(keys[6]!.left + keys[6]!.width).toBeCloseTo(1);
  });
  it("of the computer play two octaves and more", () => {
    const keys = computerKeys(60);
    expect(["KeyZ", "KeyM", "KeyQ", "Digit2", "KeyP"].map((code) => keys.get(code))).toEqual([60, 71, 72, 73, 88]);
    expect(lettersOf(keys).get(72)).toBe(",");
    expect(computerPads([36, 38]).get("KeyX")).toBe(38);
  });
});
