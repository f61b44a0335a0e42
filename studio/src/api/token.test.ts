import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, getJson } from "./client";
import { onTokenWanted, setToken, token } from "./token";

let kept = new Map<string, string>();
let known = "right";

beforeEach(() => {
  kept = new Map();
  known = "right";
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal("fetch", (path: string, { headers }: { headers: Headers }) => {
    const isKnown = headers.get("authorization") === `Bearer ${known}`;
    return Promise.resolve(new Response(JSON.stringify(isKnown ? path : { error: { message: "a token is wanted" } }), { status: isKnown ? 200 : 401 }));
  });
});
afterEach(() => {
  onTokenWanted(null);
  vi.unstubAllGlobals();
});

/** Who is asked says these, one after the other; what is not said leaves the question. */
function says(...answers: string[]): boolean[] {
  const asked: boolean[] = [];
  onTokenWanted(async (isRefused) => {
    asked.push(isRefused);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const said = answers.shift();
    if (said) setToken(said);
  });
  return asked;
}

describe("a server that wants a token", () => {
  it("is given one by all requests that were refused, and the user is asked once; of a wrong one again", async () => {
    const asked = says("wrong", "wrong", "right");
    expect(await Promise.all(["/a", "/b", "/c"].map((path) => getJson(path)))).toEqual(["/a", "/b", "/c"]);
    expect(asked).toEqual([false, true, true]);
  });
  it("is given what another tab was told", async () => {
    kept.set("magenta-token", "right");
    const asked = says();
    expect([await getJson("/a"), asked]).toEqual(["/a", []]);
  });
  it("has it forgotten when it knows it no more", async () => {
    setToken("right");
    known = "another";
    const asked = says();
    await expect(getJson("/a")).rejects.toEqual(new ApiError("a token is wanted", undefined, 401));
    expect([asked, token(), kept.size]).toEqual([[true], null, 0]);
  });
  it.each(["ключ", "two words", "schlüssel"])("does not lock the page with %s, which no header carries", async (said) => {
    kept.set("magenta-token", said);
    const asked = says(said, "right");
    expect([await getJson("/a"), token(), asked]).toEqual(["/a", "right", [true, true]]);
  });
  it("is given one where the browser keeps nothing", async () => {
    vi.stubGlobal("localStorage", undefined);
    const asked = says("right");
    expect([await getJson("/a"), await getJson("/b"), asked]).toEqual(["/a", "/b", [false]]);
  });
});
