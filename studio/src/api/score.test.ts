import { expect, it } from "vitest";
import { fakeServer, json } from "./fake_server";
import { score } from "./score";

it("what JSON can't say is infinite; the part goes along", async () => {
  const asked = fakeServer({
    "POST /v1/generators/a%20b:score": () => json({ model: "a b", logLikelihood: null, bits: null, bitsPerNote: null, notes: [], events: [{ time: 0, endTime: 1, step: 0, event: "C4", bits: null }] }),
  });
  const found = await score("a b", { notes: [] }, "2");
  expect([found.bits, found.events[0]?.bits, found.bitsPerNote]).toEqual([Infinity, Infinity, null]);
  expect(asked[0]?.path).toContain("?distributions=1&part=2");
});
