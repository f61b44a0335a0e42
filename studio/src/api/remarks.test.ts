import { expect, it } from "vitest";
import { texts } from "../texts";
import { ApiError } from "./client";
import { errorInPage, remarkInPage } from "./remarks";

it("remarks name no flag of the command line", () => {
  const noChords = 'no chords are given: it plays over none, in no key; backing_chords="C G Am F" would give some';
  expect(remarkInPage(noChords)).toBe(texts.remarks.noChords);
  expect(remarkInPage("too long: leave --steps_per_chord=16, or --bars out")).toBe("too long: leave “steps per chord”, or “bars” out");
  expect(remarkInPage("bar 2 -- all of it -- is empty")).toBe("bar 2 -- all of it -- is empty");
  expect(errorInPage(new ApiError("temperature is 0", "Give --temperature=1", 400))).toEqual(new ApiError("temperature is 0", "Give “temperature”", 400));
});
