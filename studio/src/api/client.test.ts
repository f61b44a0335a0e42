import { describe, expect, it } from "vitest";
import { parseEvent, postFile } from "./client";
import { addFile } from "./collections";
import { readMusic } from "./convert";
import { fakeServer, json } from "./fake_server";
import { addModel } from "./models";

describe("events", () => {
  it("have a name and JSON", () => {
    expect(parseEvent('event: piece\ndata: {"a":1}')).toEqual({ name: "piece", data: { a: 1 } });
  });
  it("without data or with broken data are none", () => {
    expect(parseEvent(": alive")).toBeNull();
    expect(parseEvent("event: piece\ndata: {")).toBeNull();
  });
});

describe("a file", () => {
  const ofSize = (size: number) => ({ size }) as Blob;
  it("is sent where the server takes as much", async () => {
    const asked = fakeServer({ "POST /files": () => json({}) });
    await postFile("/files", ofSize(5), "a.mid", 5);
    expect(asked.length).toBe(1);
  });
  it.each([
    ["of music", 16, (file: Blob) => readMusic(file, "big")],
    ["to learn from", 16, (file: Blob) => addFile("c", "big", file)],
    ["of a model", 64, (file: Blob) => addModel(file, "big")],
  ] as const)("%s that is too large is refused before it is sent", async (_, mebibytes, send) => {
    const asked = fakeServer({});
    await expect(send(ofSize((mebibytes << 20) + 1))).rejects.toMatchObject({ message: expect.stringContaining("big has"), remedy: expect.stringContaining(`${mebibytes} MB`) });
    expect(asked).toEqual([]);
  });
});
