// A server for the tests: the real one, on free ports, with a folder of its own that goes at the end.
import { test as base, expect } from "@playwright/test";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bin = process.env.MAGENTA_BIN ?? join(root, "build", "bin");
export const pageFolder = process.env.MAGENTA_STUDIO ?? join(root, "build", "studio");

export class StudioServer {
  url = "";
  readonly folder = mkdtempSync(join(tmpdir(), "magenta-studio-"));
  private child: ChildProcess | null = null;

  /** Starts it, again after kill() on the same port. */
  async start(...flags: string[]): Promise<void> {
    const port = this.url ? new URL(this.url).port : "0";
    const child = spawn(
      join(bin, "magenta-serve"),
      ["serve", `--port=${port}`, "--grpc_port=0", `--studio_dir=${this.folder}`, ...flags],
      // Learning at the lowest priority would wait for other tests to end.
      { env: { ...process.env, MAGENTA_STUDIO: pageFolder, MAGENTA_JOB_NICE: "0" }, stdio: ["ignore", "pipe", "inherit"] },
    );
    this.child = child;
    const lines = createInterface({ input: child.stdout });
    const first = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      child.once("exit", (code) => reject(new Error(`magenta-serve ended with ${code}`)));
    });
    this.url = `http://127.0.0.1:${(JSON.parse(first) as { port: number }).port}`;
  }

  /** Ends it at once, as a crash does. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.child;
    this.child = null;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  }

  async remove(): Promise<void> {
    await this.kill("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** This machine under a name that browsers do not trust as they do 127.0.0.1 (playwright.config.ts): a page over http. */
export const insecureHost = "studio.test";

/** Tests with a `server` of their own; the page's address is server.url. Requests to another host fail the test. */
export const test = base.extend<{ server: StudioServer }>({
  server: async ({ page: tab }, use) => {
    const server = new StudioServer();
    await server.start();
    const elsewhere: string[] = [];
    tab.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http") && ![insecureHost, "127.0.0.1"].includes(url.hostname)) elsewhere.push(request.url());
    });
    await use(server);
    await server.remove();
    expect(elsewhere, "requests to other hosts").toEqual([]);
  },
});

export { expect };
