// Undo and redo without limit. Values are never changed in place, so that what an edit left alone is
// shared by all of them and a step costs what it changed.

export interface History<T> {
  readonly past: Link<T> | null;
  readonly present: T;
  readonly future: Link<T> | null;
  /** What made `present`; steps of one gesture (a drag) have the same one and are undone together. */
  readonly gesture: string;
}

export interface Link<T> {
  readonly value: T;
  readonly gesture: string;
  readonly next: Link<T> | null;
}

export const begin = <T>(present: T): History<T> => ({ past: null, present, future: null, gesture: "" });

/** `next` after `history`. Of steps with one `gesture`, "" never, only the last is kept. */
export function commit<T>(history: History<T>, next: T, gesture = ""): History<T> {
  if (next === history.present) return history;
  if (gesture !== "" && gesture === history.gesture) return { ...history, present: next, future: null };
  const past = { value: history.present, gesture: history.gesture, next: history.past };
  return { past, present: next, future: null, gesture };
}

export const canUndo = <T>(history: History<T>): boolean => history.past !== null;
export const canRedo = <T>(history: History<T>): boolean => history.future !== null;

export function undo<T>(history: History<T>): History<T> {
  const { past } = history;
  if (!past) return history;
  const future = { value: history.present, gesture: history.gesture, next: history.future };
  return { past: past.next, present: past.value, future, gesture: past.gesture };
}

export function redo<T>(history: History<T>): History<T> {
  const { future } = history;
  if (!future) return history;
  const past = { value: history.present, gesture: history.gesture, next: history.past };
  return { past, present: future.value, future: future.next, gesture: future.gesture };
}

/** `history`, whose next step is one of its own even when its gesture is the same. */
export const endGesture = <T>(history: History<T>): History<T> => ({ ...history, gesture: "" });

/** Whether both have the same steps and stand at the same one; where a gesture ends is no step. */
export const isSame = <T>(one: History<T>, other: History<T>): boolean =>
  one.present === other.present && one.past === other.past && one.future === other.future;
