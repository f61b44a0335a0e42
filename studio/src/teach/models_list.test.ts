import { expect, it } from "vitest";
import { bundleName } from "./models_list";

it.each([
  ["Reels", "Reels.mag"],
  ["a/b: c", "a b c.mag"],
  ["../..", "taught.mag"],
])("%s is saved as %s", (name, file) => {
  expect(bundleName({ id: "taught", name })).toBe(file);
});
