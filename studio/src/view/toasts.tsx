// Messages that come and go: what happened, and what to do.
import { signal } from "@preact/signals";
import { ApiError } from "../api/client";
import { texts } from "../texts";

interface Toast {
  id: number;
  message: string;
  remedy: string;
  /** The server's own words, behind the page's; "": none. */
  detail: string;
  isError: boolean;
}

/** Those that are shown; what tests read. */
export const toasts = signal<Toast[]>([]);
let nextId = 1;
const shownFor = 8000;

function add(message: string, remedy: string, isError: boolean, { detail = "", isToStay = isError } = {}): number {
  const id = nextId++;
  const others = toasts.value.filter((toast) => toast.message !== message).slice(-3);
  toasts.value = [...others, { id, message, remedy, detail, isError }];
  if (!isToStay) setTimeout(() => remove(id), shownFor);
  return id;
}

function remove(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function say(message: string, remedy = ""): void {
  add(message, remedy, false);
}

/** As long as the work goes on. */
export async function sayWhile<T>(message: string, work: Promise<T>): Promise<T> {
  const id = add(message, "", false, { isToStay: true });
  return work.finally(() => remove(id));
}

/** Errors stay until they are dismissed. What was stopped on purpose is none. */
export function sayError(error: unknown): void {
  if (error instanceof DOMException && error.name === "AbortError") return;
  if (error instanceof ApiError) add(error.message, error.remedy, true, { detail: error.detail });
  else add(error instanceof Error ? error.message : texts.errors.unknown, "", true);
}

/** What the server said word for word, for those who help: behind what the page makes of it. */
export function ServerWords({ text }: { text: string }) {
  if (!text) return null;
  return (
    <details class="server-words muted">
      <summary>{texts.errors.serverWords}</summary>
      {text}
    </details>
  );
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((toast) => (
        <div key={toast.id} class={toast.isError ? "toast error" : "toast"} role={toast.isError ? "alert" : undefined}>
          <div>
            <p>{toast.message}</p>
            {toast.remedy && <p class="muted">{toast.remedy}</p>}
            <ServerWords text={toast.detail} />
          </div>
          <button class="quiet" aria-label={texts.shell.dismiss} onClick={() => remove(toast.id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
