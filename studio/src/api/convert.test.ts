import { expect, it, vi } from "vitest";
import { writeMusic } from "./convert";

it("music is written in a form of the server's, with what that can't say", async () => {
  const asked: unknown[] = [];
  vi.stubGlobal("fetch", (path: string, { body, headers }: { body: string; headers: Headers }) => {
    asked.push([path, JSON.parse(body), headers.get("accept")]);
    return Promise.resolve(new Response("X:1", { headers: { "magenta-note": "no pedals" } }));
  });
  const { file, ending, remark } = await writeMusic({ notes: [] }, "abc");
  expect([await file.text(), ending, remark]).toEqual(["X:1", "abc", "no pedals"]);
  expect(asked).toEqual([["/v1/convert", { notes: [] }, "text/vnd.abc"]]);
});
