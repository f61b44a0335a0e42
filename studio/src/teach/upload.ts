// Sends files one by one, so that a broken one costs no other and a server that comes back is met again.
import { ApiError } from "../api/client";
import { pauseAfter } from "../api/jobs";
import type { DroppedFile } from "./dropped_files";

export interface Sending {
  files: DroppedFile[];
  /** How many the server has, or has refused. */
  sent: number;
  refused: { path: string; why: string }[];
}

/** How often a server that does not answer is asked before the page stops and says so. */
const mostTries = 6;

/** What sending needs from outside; tests give others. */
export interface Wires {
  add: (path: string, file: File) => Promise<void>;
  wait: (milliseconds: number) => Promise<void>;
  isStopped: () => boolean;
}

/** Whether the answer is about this one file, so that the others can go on. */
const isAboutFile = (error: unknown) => error instanceof ApiError && [400, 413, 415].includes(error.status);
const mayPass = (error: unknown) => error instanceof ApiError && [0, 429, 502, 503, 504].includes(error.status);

/** Goes on from `state.sent`, and tells of each step. Throws what stops it; called again it goes on from there. */
export async function sendAll(state: Sending, wires: Wires, told: (state: Sending) => void): Promise<Sending> {
  let now = state;
  for (const { path, file } of state.files.slice(state.sent)) {
    if (wires.isStopped()) return now;
    const refusal = await sendOne(path, file, wires);
    now = { ...now, sent: now.sent + 1, refused: refusal === null ? now.refused : [...now.refused, { path, why: refusal }] };
    told(now);
  }
  return now;
}

/** Null, or why the server does not take it. */
async function sendOne(path: string, file: File, wires: Wires): Promise<string | null> {
  for (let failures = 0; ; ) {
    try {
      await wires.add(path, file);
      return null;
    } catch (error) {
      if (isAboutFile(error)) return (error as ApiError).message;
      if (!mayPass(error) || ++failures >= mostTries || wires.isStopped()) throw error;
      await wires.wait(pauseAfter(failures));
    }
  }
}
