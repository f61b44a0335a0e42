import preact from "@preact/preset-vite";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

// `npm run dev` asks a server that runs already for all but the page: MAGENTA_SERVER=http://localhost:8080.
const server = process.env.MAGENTA_SERVER ?? "http://localhost:8080";
const proxied = { target: server, changeOrigin: false };

/** Beside each file that shrinks its gzip, which the server sends as it is. */
const packed = (): Plugin => ({
  name: "packed",
  apply: "build",
  generateBundle: {
    order: "post",
    handler(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (!/\.(js|css|svg|html|json)$/.test(file.fileName)) continue;
        const source = gzipSync(file.type === "chunk" ? file.code : file.source, { level: 9 });
        this.emitFile({ type: "asset", fileName: `${file.fileName}.gz`, source });
      }
    },
  },
});

export default defineConfig({
  plugins: [preact(), packed()],
  build: {
    outDir: process.env.MAGENTA_STUDIO_OUT ?? "../build/studio",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // The server takes pages of its own host and port alone: it is told the one that the browser sees.
  server: { proxy: { "/v1": proxied, "/soundfont": proxied } },
  // A duet of half a minute is played in a test: on a busy machine that takes more than the usual five seconds.
  test: { include: ["src/**/*.test.ts"], environment: "node", testTimeout: 30_000 },
});
