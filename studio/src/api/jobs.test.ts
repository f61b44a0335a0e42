import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { ApiError, type ServerEvent } from "./client";
import { pauseAfter, wait, watchJob, type WatchSource } from "./jobs";
import type { Job } from "./types";

const job = (step: number): Job => ({
  id: "j1",
  kind: "train",
  name: "My tunes",
  model: "lookback_rnn",
  state: "running",
  progress: step / 10,
  etaSeconds: null,
  createdAt: "2026-01-01T00:00:00Z",
  error: null,
  report: null,
  curves: null,
  step,
  steps: 10,
  checkpoints: [],
  result: null,
  collection: null,
  options: {},
  dataset: "d1",
});

/** One row a connection: events that come, then what ends it (null: the stream just ends). */
function server(connections: { events: ServerEvent[]; end: unknown }[]): { source: WatchSource; pauses: number[] } {
  const pauses: number[] = [];
  let at = 0;
  return {
    pauses,
    source: {
      async *events() {
        const connection = connections[at++]!;
        yield* connection.events;
        if (connection.end) throw connection.end;
      },
      wait: (milliseconds) => {
        pauses.push(milliseconds);
        return Promise.resolve();
      },
    },
  };
}

const told = (step: number): ServerEvent => ({ name: "job", data: job(step) });
const end: ServerEvent = { name: "end", data: {} };
const away = new ApiError("The server does not answer.");

describe("watching a job", () => {
  it("goes on where the server was killed and came back", async () => {
    const { source, pauses } = server([
      { events: [told(1)], end: null },
      { events: [], end: away },
      { events: [], end: away },
      { events: [told(2), end], end: null },
    ]);
    const steps: number[] = [];
    const lost: number[] = [];
    await watchJob("j1", { job: ({ step }) => steps.push(step), lost: (ms) => lost.push(ms) }, new AbortController().signal, source);
    expect(steps).toEqual([1, 2]);
    expect(pauses).toEqual([500, 1000, 2000]);
    expect(lost).toEqual(pauses);
  });
  it("starts with short pauses again after an event", async () => {
    const { source, pauses } = server([
      { events: [], end: away },
      { events: [told(1)], end: away },
      { events: [told(2), end], end: null },
    ]);
    await watchJob("j1", { job: () => undefined, lost: () => undefined }, new AbortController().signal, source);
    expect(pauses).toEqual([500, 500]);
  });
  it("ends with an error that does not pass", async () => {
    const { source } = server([{ events: [], end: new ApiError("No job j1.", "", 404) }]);
    await expect(watchJob("j1", { job: () => undefined, lost: () => undefined }, new AbortController().signal, source)).rejects.toThrow("No job");
  });
  it("ends when it is told to", async () => {
    const stop = new AbortController();
    const { source } = server([{ events: [told(1), told(2)], end: away }]);
    const steps: number[] = [];
    const seen = ({ step }: Job) => {
      steps.push(step);
      stop.abort();
    };
    await watchJob("j1", { job: seen, lost: () => undefined }, stop.signal, source);
    expect(steps).toEqual([1]);
  });
  it("leaves nothing behind after a pause", async () => {
    const stop = new AbortController();
    await wait(1, stop.signal);
    expect(getEventListeners(stop.signal, "abort")).toEqual([]);
    stop.abort();
    await wait(1e6, stop.signal);
  });
  it("waits at most eight seconds", () => {
    expect([1, 2, 5, 6, 60].map(pauseAfter)).toEqual([500, 1000, 8000, 8000, 8000]);
  });
});
