// Files that are sent to be learned from; one collection, many files, one request each.
import { ask, postFile, postJson } from "./client";
import { largestFile } from "./convert";

/** What the server takes; the page says so before it sends. */
export const limits = { files: 2000, bytesOfFile: largestFile, bytes: 256 << 20 };

const pathOf = (id: string) => `/v1/collections/${encodeURIComponent(id)}`;

export async function createCollection(): Promise<string> {
  return (await postJson<{ id: string }>("/v1/collections", {})).id;
}

export async function addFile(id: string, name: string, file: Blob, signal?: AbortSignal): Promise<void> {
  const path = `${pathOf(id)}/files?${new URLSearchParams({ name }).toString()}`;
  await postFile(path, file, name, limits.bytesOfFile, signal ? { signal } : {});
}

export async function removeCollection(id: string): Promise<void> {
  await ask(pathOf(id), { method: "DELETE" });
}
