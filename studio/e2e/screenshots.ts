// The studio at two sizes, light and dark, into docs/studio/: `make screenshots`.
import type { Page } from "@playwright/test";
import { fileURLToPath } from "node:url";
import type { Job } from "../src/api/types";
import { expect, test, type StudioServer } from "./server";
import { abcTune, brokenFile, tuneFile, type TuneFile } from "./tunes";

const folder = process.env.MAGENTA_SCREENSHOTS ?? fileURLToPath(new URL("../../docs/studio/", import.meta.url));
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

/** A tune with a chord at each bar. */
function leadSheet(): TuneFile {
  const chords = ["C", "Am", "F", "G", "Em", "Am", "Dm", "G7"];
  const lines = abcTune(3).trimEnd().split("\n");
  const bars = lines.pop()!.split("|").filter(Boolean);
  const body = bars.map((bar, i) => `"${chords[i]}"${bar}`).join("|");
  return { ...tuneFile(3), buffer: Buffer.from([...lines, `${body}|`, ""].join("\n")) };
}

/** Chords, two bars that are selected, and candidates for them. */
async function compose(page: Page): Promise<void> {
  await page.getByLabel("Open a file").setInputFiles(leadSheet());
  await page.waitForFunction(() => (window.magentaCompose?.sequence().notes?.length ?? 0) > 0);
  for (const [field, bar] of [["From bar", "3"], ["to bar", "4"], ["Candidates", "3"], ["Seed", "7"]] as const) {
    await page.getByLabel(field, { exact: true }).fill(bar);
    await page.getByLabel(field, { exact: true }).blur();
  }
  await page.getByRole("button", { name: "Vary" }).click();
  await expect(page.getByRole("button", { name: /^Keep: / })).toHaveCount(3);
  for (const keep of await page.getByRole("button", { name: /^Keep: / }).all()) await expect(keep).toBeEnabled({ timeout: 30_000 });
  await page.evaluate(() => scrollTo(0, 0));
  await page.waitForTimeout(600);
}

async function look(page: Page): Promise<void> {
  await page.getByRole("combobox", { name: "Model" }).selectOption("attention_rnn");
  await page.locator("input[type=file]").first().setInputFiles(tuneFile(3));
  await page.getByTestId("bits").waitFor();
  await page.getByRole("slider", { name: "Steps of the music" }).focus();
  for (let note = 0; note < 14; ++note) await page.keyboard.press("ArrowRight");
  await showTo(page, ".look-main");
  await page.waitForTimeout(600);
}

/** The page from its top to the end of the element, and no further. */
async function showTo(page: Page, selector: string): Promise<void> {
  await page.evaluate(() => scrollTo(0, 0));
  const shown = (await page.locator(selector).boundingBox())!;
  const { width } = page.viewportSize()!;
  const margin = width === sizes.phone.width ? 72 : 16; // of a phone, for the tabs below
  await page.setViewportSize({ width, height: Math.ceil(shown.y + shown.height + margin) });
}

/** Tunes that teach, beside some that can't: three of one bar, one broken. A short training, made once and then shown. */
async function teach(page: Page, server: StudioServer): Promise<void> {
  const jobs = async () => ((await (await page.request.get(`${server.url}/v1/jobs`)).json()) as { jobs: Job[] }).jobs;
  if ((await jobs()).length === 0) {
    const tunes = Array.from({ length: 24 }, (_, number) => tuneFile(number + 1));
    const short = [1, 2, 3].map((number) => ({ ...tuneFile(number), name: `sketch${number}.abc`, buffer: Buffer.from(`${abcTune(number).split("|")[0]}|\n`) }));
    await page.getByLabel("Choose files").setInputFiles([...tunes, ...short, brokenFile(1)]);
    await page.getByRole("button", { name: "Look what can be learned" }).click();
    await page.getByText("files can be learned from").waitFor();
    const dataset = (await jobs())[0]!;
    const data = { kind: "train", dataset: dataset.id, model: dataset.model, name: "My tunes", steps: 60 };
    await page.request.post(`${server.url}/v1/jobs`, { data });
  }
  await page.getByRole("button", { name: /^My tunes/ }).click();
  await page.getByText("stands beside the other models.").waitFor({ timeout: 400_000 });
  await page.mouse.move(0, 0);
  await showTo(page, "[aria-labelledby=teach-kept]");
}

const tabs = { duet, compose, look, teach };

for (const [tab, fill] of Object.entries(tabs)) {
  test(tab, async ({ browser, server }) => {
    test.setTimeout(600_000);
    for (const [size, viewport] of Object.entries(sizes)) {
      for (const colorScheme of ["light", "dark"] as const) {
        const context = await browser.newContext({ viewport, colorScheme, hasTouch: size === "phone", isMobile: size === "phone" });
        const page = await context.newPage();
        await page.goto(`${server.url}/#${tab}`);
        await fill(page, server);
        // The ring of what was pressed last says nothing; the map's shows the step that is chosen.
        if (tab !== "look") await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
        await page.screenshot({ path: `${folder}${tab}-${size}-${colorScheme}.png` });
        await context.close();
      }
    }
  });
}
