// The studio at two sizes, light and dark, into docs/studio/: `make screenshots`.
import type { Page } from "@playwright/test";
import { fileURLToPath } from "node:url";
import { test } from "./server";
import { tuneFile } from "./tunes";

const folder = fileURLToPath(new URL("../../docs/studio/", import.meta.url));
const sizes = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

async function duet(page: Page): Promise<void> {
  await page.locator(".play-big").click();
  await page.waitForFunction(() => window.magentaDuet!.session.turn.value === "yours", null, { timeout: 60_000 });
  for (const key of ["KeyZ", "KeyC", "KeyB", "KeyN", "KeyB", "KeyC"]) {
    await page.keyboard.down(key);
    await page.waitForTimeout(230);
    await page.keyboard.up(key);
  }
  await page.waitForFunction(() => window.magentaDuet!.session.turn.value === "machine", null, { timeout: 20_000 });
  await page.waitForTimeout(1200);
}

async function compose(page: Page): Promise<void> {
  await page.getByLabel("Open a file").setInputFiles(tuneFile(3));
  await page.waitForFunction(() => (window.magentaCompose?.sequence().notes?.length ?? 0) > 0);
  await page.waitForTimeout(600);
}

async function look(page: Page): Promise<void> {
  await page.locator("input[type=file]").first().setInputFiles(tuneFile(3));
  await page.waitForTimeout(2500);
}

const tabs = [
  ["duet", duet],
  ["compose", compose],
  ["look", look],
  ["teach", () => Promise.resolve()],
] as const;

for (const [size, viewport] of Object.entries(sizes)) {
  for (const scheme of ["light", "dark"] as const) {
    for (const [tab, fill] of tabs) {
      test(`${tab}, ${size}, ${scheme}`, async ({ browser, server }) => {
        test.setTimeout(120_000);
        const context = await browser.newContext({ viewport, colorScheme: scheme, hasTouch: size === "phone", isMobile: size === "phone" });
        const page = await context.newPage();
        await page.goto(`${server.url}/#${tab}`);
        await fill(page);
        await page.screenshot({ path: `${folder}${tab}-${size}-${scheme}.png` });
        await context.close();
      });
    }
  }
}
