import { defineConfig, devices } from "@playwright/test";

const chromium = {
  executablePath: process.env.MAGENTA_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--disable-background-networking", "--disable-component-update", "--disable-quic", "--host-resolver-rules=MAP studio.test 127.0.0.1"],
};

// Each worker starts a server of its own (e2e/server.ts).
export default defineConfig({
  testDir: "e2e",
  timeout: 60_000,
  workers: 1,
  // What depends on a clock may miss it on a busy machine; what is wrong is wrong each time.
  retries: 2,
  reporter: "list",
  use: { launchOptions: chromium, trace: "off" },
  // What does not depend on the size of the page (@desk) runs at one.
  // bench and screenshots are what `make bench-studio` and `make screenshots` run.
  projects: [
    { name: "desk", testMatch: "*.spec.ts", use: { viewport: { width: 1440, height: 900 } } },
    {
      name: "phone",
      testMatch: "*.spec.ts",
      grepInvert: /@desk/,
      use: { ...devices["Pixel 7"], viewport: { width: 390, height: 844 }, launchOptions: chromium },
    },
    { name: "bench", testMatch: "bench.ts", use: { viewport: { width: 1440, height: 900 } } },
    { name: "screenshots", testMatch: "screenshots.ts" },
  ],
});
