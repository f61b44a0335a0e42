// Small choices that outlive the tab. A browser that keeps nothing is no reason to stop.
import { effect, signal, type Signal } from "@preact/signals";

/** A signal that is kept under `name`; what is kept and is none of `isValid` counts as `fallback`. */
export function setting<T>(name: string, fallback: T, isValid: (value: unknown) => value is T): Signal<T> {
  const key = `magenta-${name}`;
  let first = fallback;
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? "null");
    if (isValid(kept)) first = kept;
  } catch {
    // As if nothing were kept.
  }
  const value = signal(first);
  effect(() => {
    try {
      localStorage.setItem(key, JSON.stringify(value.value));
    } catch {
      // As long as the tab, then.
    }
  });
  return value;
}

export const isText = (value: unknown): value is string => typeof value === "string";
export const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);
export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
