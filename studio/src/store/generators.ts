// The server's generators, and what people call them.
import { signal } from "@preact/signals";
import { listGenerators } from "../api/generators";
import { listModels } from "../api/models";
import type { GeneratorDetails, ModelInfo } from "../api/types";
import { sayError } from "../view/toasts";
import { texts } from "../texts";
import { isText, setting } from "./settings";

/** null: not known yet. */
export const generators = signal<readonly GeneratorDetails[] | null>(null);
const inWords = (id: string) => id.replaceAll("_", " ");
const names = signal<Readonly<Record<string, string>>>({});

/** The generator that answers in the duet, by id. */
export const duetModel = setting("duet-model", "", isText);

/** The one of that id; the first of `all` where it is gone; null: there is none. */
export const chosenOf = (all: readonly GeneratorDetails[] | null, id: string): GeneratorDetails | null =>
  all?.find((one) => one.id === id) ?? all?.[0] ?? null;

/** What models are called in lists, by id: their names; where several have one, the id beside it. */
export function labelsOf(models: readonly Pick<ModelInfo, "id" | "name">[]): Record<string, string> {
  const named = models.map(({ id, name }) => ({ id, name: name || inWords(id) }));
  const isShared = (name: string) => named.filter((other) => other.name === name).length > 1;
  return Object.fromEntries(named.map(({ id, name }) => [id, isShared(name) ? texts.models.nameAndId(name, id) : name]));
}

/** The server's models have been listed: these are their names from now on. */
export function knowModels(models: readonly ModelInfo[]): void {
  names.value = labelsOf(models);
}

/** The name of a generator, as lists show it; its id in words where it has none. */
export const nameOf = (id: string): string => names.value[id] || inWords(id);

/** Asks the server for them. A failure is told; what was known stays. */
export async function loadGenerators(): Promise<void> {
  try {
    generators.value = await listGenerators();
  } catch (error) {
    sayError(error);
    return;
  }
  try {
    knowModels((await listModels()).models);
  } catch {
    // A server without models of its own: ids serve.
  }
}
