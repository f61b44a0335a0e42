// The server's generators, and what people call them.
import { signal } from "@preact/signals";
import { listGenerators } from "../api/generators";
import { listModels } from "../api/models";
import type { GeneratorDetails } from "../api/types";
import { sayError } from "../view/toasts";
import { isText, setting } from "./settings";

/** null: not known yet. */
export const generators = signal<readonly GeneratorDetails[] | null>(null);
const names = signal<Readonly<Record<string, string>>>({});

/** The generator that answers in the duet, by id. */
export const duetModel = setting("duet-model", "", isText);

/** The one of that id; the first of `all` where it is gone; null: there is none. */
export const chosenOf = (all: readonly GeneratorDetails[] | null, id: string): GeneratorDetails | null =>
  all?.find((one) => one.id === id) ?? all?.[0] ?? null;

/** The name of a generator; its id in words where it has none. */
export const nameOf = (id: string): string => names.value[id] || id.replaceAll("_", " ");

/** Asks the server for them. A failure is told; what was known stays. */
export async function loadGenerators(): Promise<void> {
  try {
    generators.value = await listGenerators();
  } catch (error) {
    sayError(error);
    return;
  }
  try {
    names.value = Object.fromEntries((await listModels()).models.map(({ id, name }) => [id, name]));
  } catch {
    // A server without models of its own: ids serve.
  }
}
