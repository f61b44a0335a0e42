// The models that the server holds: list, load, save, rename, remove.
import { ask, getJson, postFile } from "./client";
import type { ModelInfo, ModelList } from "./types";

const pathOf = (id: string) => `/v1/models/${encodeURIComponent(id)}`;

export async function listModels(signal?: AbortSignal): Promise<ModelList> {
  return getJson<ModelList>("/v1/models", signal ? { signal } : {});
}

/** Bytes; the server takes no larger bundle. */
const largestModel = 64 << 20;

/** Adds the bundle of a .mag file. */
export async function addModel(file: Blob, name: string): Promise<ModelInfo> {
  const response = await postFile(`/v1/models?${new URLSearchParams({ name }).toString()}`, file, name, largestModel);
  return (await response.json()) as ModelInfo;
}

export async function renameModel(id: string, name: string): Promise<void> {
  await ask(`${pathOf(id)}:rename?${new URLSearchParams({ name }).toString()}`, { method: "POST" });
}

export async function removeModel(id: string): Promise<void> {
  await ask(pathOf(id), { method: "DELETE" });
}

/** The bundle, by fetch so that the token goes along. */
export async function modelFile(id: string): Promise<Blob> {
  return (await ask(`${pathOf(id)}.mag`)).blob();
}
