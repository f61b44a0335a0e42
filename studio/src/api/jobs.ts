// Long work that the server does by itself: making a data set, training. The page asks for it, watches, stops it.
import type { NoteSequence } from "../music/note_sequence";
import { ApiError, ask, events, getJson, postJson, type ServerEvent } from "./client";
import type { Job } from "./types";

/** Options of `magenta dataset` by name: {"min_bars": 3}. */
export type DatasetOptions = Record<string, number | boolean>;

export interface TrainRequest {
  /** A dataset job that is done. */
  dataset: string;
  /** The model to start from. */
  model: string;
  name: string;
  minutes?: number;
  steps?: number;
}

const pathOf = (id: string) => `/v1/jobs/${encodeURIComponent(id)}`;

export const isGoing = (job: Job) => job.state === "waiting" || job.state === "running";

export async function listJobs(signal?: AbortSignal): Promise<Job[]> {
  return (await getJson<{ jobs: Job[] }>("/v1/jobs", signal ? { signal } : {})).jobs;
}

export async function makeDataset(collection: string, model: string, options: DatasetOptions): Promise<Job> {
  return postJson<Job>("/v1/jobs", { kind: "dataset", collection, model, options });
}

export async function train(request: TrainRequest): Promise<Job> {
  return postJson<Job>("/v1/jobs", { kind: "train", ...request });
}

export async function stopJob(id: string): Promise<void> {
  await ask(`${pathOf(id)}:stop`, { method: "POST" });
}

export async function resumeJob(id: string): Promise<void> {
  await ask(`${pathOf(id)}:resume`, { method: "POST" });
}

export async function removeJob(id: string): Promise<void> {
  await ask(pathOf(id), { method: "DELETE" });
}

/** A tune from the checkpoint at `step`. */
export async function tuneOf(id: string, step: number, signal?: AbortSignal): Promise<NoteSequence> {
  return getJson<NoteSequence>(`${pathOf(id)}/tunes/${step}`, signal ? { signal } : {});
}

/** Where watching gets its events and its patience from; tests give others. */
export interface WatchSource {
  events: (path: string, init: RequestInit) => AsyncIterable<ServerEvent>;
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Resolves after so many milliseconds, or when `signal` says so. */
export const wait = (milliseconds: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });

/** Pauses between tries, in milliseconds: half a second, doubled up to eight. */
export const pauseAfter = (failures: number) => Math.min(500 * 2 ** (failures - 1), 8000);

/** Whether to ask again: the server is not there, or says that it has trouble of its own. */
const mayPass = (error: unknown) => error instanceof ApiError && (error.status === 0 || error.status >= 500 || error.status === 429);

/**
 * Tells `told.job` of the job as it goes on, until it has ended or `signal` stops watching. A server that goes away is
 * asked again and again: `told.lost` hears of each time, with the milliseconds until the next try. Throws what does
 * not pass: the job is gone.
 */
export async function watchJob(
  id: string,
  told: { job: (job: Job) => void; lost: (milliseconds: number) => void },
  signal: AbortSignal,
  source: WatchSource = { events, wait },
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      for await (const event of source.events(`${pathOf(id)}:events`, { signal })) {
        if (signal.aborted) return;
        failures = 0;
        if (event.name === "job") told.job(event.data as Job);
        if (event.name === "end") return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!mayPass(error)) throw error;
    }
    const pause = pauseAfter(++failures);
    told.lost(pause);
    await source.wait(pause, signal);
  }
}
