import { describe, expect, it } from "vitest";
import { parseEvent } from "./client";

describe("events", () => {
  it("have a name and JSON", () => {
    expect(parseEvent('event: piece\ndata: {"a":1}')).toEqual({ name: "piece", data: { a: 1 } });
  });
  it("without data or with broken data are none", () => {
    expect(parseEvent(": alive")).toBeNull();
    expect(parseEvent("event: piece\ndata: {")).toBeNull();
  });
});
