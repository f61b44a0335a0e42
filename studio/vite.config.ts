import preact from "@preact/preset-vite";
import { defineConfig } from "vitest/config";

// `npm run dev` asks a server that runs already for all but the page: MAGENTA_SERVER=http://localhost:8080.
const server = process.env.MAGENTA_SERVER ?? "http://localhost:8080";

export default defineConfig({
  plugins: [preact()],
  build: {
    outDir: process.env.MAGENTA_STUDIO_OUT ?? "../build/studio",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/v1": server, "/soundfont": server } },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
