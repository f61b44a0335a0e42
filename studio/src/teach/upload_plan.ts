// What of a drop is sent, and what is not and why, before anything is sent.
import { limits } from "../api/collections";
import { musicEndings } from "../api/convert";

export interface Dropped {
  /** As it lies in the folder: "waltzes/first.mid". */
  path: string;
  size: number;
}

export type Why = "noMusic" | "empty" | "tooLarge" | "tooMany" | "tooMuch";

export interface Plan<T extends Dropped> {
  send: T[];
  bytes: number;
  leftOut: { path: string; why: Why }[];
}

const nameOf = (path: string) => path.slice(path.lastIndexOf("/") + 1);
/** Files that systems leave in folders; nobody wants to hear of them. */
const isHidden = (path: string) => path.split("/").some((name) => name.startsWith(".") || name === "__MACOSX");

export function isMusic(path: string): boolean {
  const name = nameOf(path).toLowerCase().replace(/\.gz$/, "");
  return musicEndings.some((ending) => name.endsWith(ending));
}

/** In order of their paths, as many as the server takes. */
export function planOf<T extends Dropped>(files: T[], most = limits): Plan<T> {
  const plan: Plan<T> = { send: [], bytes: 0, leftOut: [] };
  const visible = files.filter(({ path }) => !isHidden(path)).sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  for (const file of visible) {
    const why = whyNot(file, plan, most);
    if (why) {
      plan.leftOut.push({ path: file.path, why });
    } else {
      plan.send.push(file);
      plan.bytes += file.size;
    }
  }
  return plan;
}

function whyNot<T extends Dropped>(file: T, plan: Plan<T>, most: typeof limits): Why | null {
  if (!isMusic(file.path)) return "noMusic";
  if (file.size === 0) return "empty";
  if (file.size > most.bytesOfFile) return "tooLarge";
  if (plan.send.length >= most.files) return "tooMany";
  if (plan.bytes + file.size > most.bytes) return "tooMuch";
  return null;
}
