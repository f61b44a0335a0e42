import { afterEach, describe, expect, it, vi } from "vitest";
import { getJson, onTokenWanted, parseEvent, setToken } from "./client";

describe("events", () => {
  it("have a name and JSON", () => {
    expect(parseEvent('event: piece\ndata: {"a":1}')).toEqual({ name: "piece", data: { a: 1 } });
  });
  it("without data or with broken data are none", () => {
    expect(parseEvent(": alive")).toBeNull();
    expect(parseEvent("event: piece\ndata: {")).toBeNull();
  });
});

describe("a server that wants a token", () => {
  afterEach(() => {
    onTokenWanted(null);
    vi.unstubAllGlobals();
  });
  it("is given one by all requests that were refused, and the user is asked once; of a wrong one again", async () => {
    const kept = new Map<string, string>();
    vi.stubGlobal("sessionStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
    vi.stubGlobal("fetch", (path: string, { headers }: { headers: Headers }) => {
      const isKnown = headers.get("authorization") === "Bearer right";
      return Promise.resolve(new Response(JSON.stringify(isKnown ? path : {}), { status: isKnown ? 200 : 401 }));
    });
    const asked: boolean[] = [];
    onTokenWanted(async (isRefused) => {
      asked.push(isRefused);
      await new Promise((resolve) => setTimeout(resolve, 5));
      setToken(isRefused ? "right" : "wrong");
    });
    expect(await Promise.all(["/a", "/b", "/c"].map((path) => getJson(path)))).toEqual(["/a", "/b", "/c"]);
    expect(asked).toEqual([false, true]);
  });
});
