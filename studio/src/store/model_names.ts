// What people call the models of the server.
import { signal } from "@preact/signals";
import { listModels } from "../api/models";

const names = signal<Readonly<Record<string, string>>>({});

/** The name of a generator; its id in words where it has none. */
export const nameOf = (id: string): string => names.value[id] || id.replaceAll("_", " ");

/** Learns the names; without them ids serve. */
export async function fetchNames(): Promise<void> {
  try {
    names.value = Object.fromEntries((await listModels()).models.map(({ id, name }) => [id, name]));
  } catch {
    // A server without models of its own.
  }
}
