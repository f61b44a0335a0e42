// Tunes for the tests, small and made here; and the programs beside the server.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const bin = process.env.MAGENTA_BIN ?? join(root, "build", "bin");
/** Real tunes and other data beside the checkout. */
export const shared = process.env.MAGENTA_SHARED ?? join(root, "..", "shared");

export interface TuneFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

const scale = ["C", "D", "E", "F", "G", "A", "B", "c"];

/** Eight bars of eighths that wander through C major; another number, another tune. */
export function abcTune(number: number): string {
  let at = number;
  const bar = () =>
    Array.from({ length: 8 }, (_, i) => {
      at = (at * 5 + i * number + 3) % 8;
      return scale[at];
    }).join("");
  return `X:1\nT:Tune ${number}\nM:4/4\nL:1/8\nQ:1/4=120\nK:C\n${Array.from({ length: 8 }, bar).join("|")}|\n`;
}

export const tuneFile = (number: number): TuneFile => ({ name: `tune${number}.abc`, mimeType: "text/vnd.abc", buffer: Buffer.from(abcTune(number)) });
export const brokenFile = (number: number): TuneFile => ({ name: `broken${number}.mid`, mimeType: "audio/midi", buffer: Buffer.from("MThd no more") });

/** What `magenta` says with --json. */
export function magenta<T>(...args: string[]): T {
  return JSON.parse(execFileSync(join(bin, "magenta"), [...args, "--json", "--quiet"], { encoding: "utf8" })) as T;
}
