// For tests: answers what the page fetches, without a network.
import { vi } from "vitest";

export interface Asked {
  method: string;
  path: string;
  body: unknown;
}

export type Answers = Record<string, (asked: Asked) => Response | Promise<Response>>;

export const json = (value: unknown, status = 200) => new Response(JSON.stringify(value), { status, headers: { "content-type": "application/json" } });
export const failure = (status: number, message: string, remedy = "") => json({ error: { code: "X", message, remedy } }, status);
export const eventStream = (...events: [name: string, data: unknown][]) =>
  new Response(events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join(""), { headers: { "content-type": "text/event-stream" } });

/** `answers` by "METHOD /path", without the query. What comes back lists all that was asked. */
export function fakeServer(answers: Answers): Asked[] {
  const log: Asked[] = [];
  vi.stubGlobal("fetch", (path: string, init: RequestInit = {}) => {
    const asked = { method: init.method ?? "GET", path, body: typeof init.body === "string" ? (JSON.parse(init.body) as unknown) : init.body };
    log.push(asked);
    const answer = answers[`${asked.method} ${path.split("?")[0]}`];
    return Promise.resolve(answer ? answer(asked) : failure(404, `nothing at ${path}`));
  });
  return log;
}
