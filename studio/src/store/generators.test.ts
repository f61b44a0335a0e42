import { expect, it } from "vitest";
import { labelsOf } from "./generators";

it("models are called by their names; the id stands beside where two have one", () => {
  const models = [
    { id: "lookback_rnn", name: "" },
    { id: "reels", name: "My tunes" },
    { id: "reels_2", name: "My tunes" },
    { id: "jigs", name: "Jigs" },
  ];
  expect(labelsOf(models)).toEqual({ lookback_rnn: "lookback rnn", reels: "My tunes · reels", reels_2: "My tunes · reels_2", jigs: "Jigs" });
});
