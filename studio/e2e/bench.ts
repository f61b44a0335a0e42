// What `make bench-studio` measures, as docs/performance.md shows it: medians of five, on a screen of 1440 by 900.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pageFolder, test } from "./server";

const rounds = 5;
const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const row = (what: string, values: number[], unit: string, digits = 0) =>
  console.log(`| ${what} | ${median(values).toFixed(digits)} ${unit} | ${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)} |`);

test("measures", async ({ browser, server }) => {
  test.setTimeout(600_000);
  const bytes = (suffix: RegExp) =>
    readdirSync(join(pageFolder, "assets"))
      .filter((name) => suffix.test(name))
      .reduce((sum, name) => sum + statSync(join(pageFolder, "assets", name)).size, 0);
  const shown: number[] = [], sound: number[] = [], answer: number[] = [], frames: number[] = [], work: number[] = [];
  for (let i = 0; i < rounds; ++i) {
    // Nothing was loaded before, and nothing is kept of the round before.
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.locator(".play-big").waitFor();
    shown.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]!.startTime));

    // From the very click to what is heard.
    await page.evaluate(() => {
      window.addEventListener("pointerdown", () => (window.clicked = performance.now()), { capture: true, once: true });
    });
    await page.locator(".play-big").click();
    sound.push(
      await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            const look = () => (window.magentaDuet!.level() > 0.001 ? resolve(performance.now() - window.clicked!) : void setTimeout(look, 1));
            look();
          }),
      ),
    );

    // The machine's tune ends; a phrase; the answer is due on the next beat that a beat of silence has passed before.
    await page.waitForFunction(() => window.magentaDuet!.session.turn.value === "yours", null, { timeout: 60_000 });
    for (const key of ["KeyZ", "KeyC", "KeyB"]) {
      await page.keyboard.down(key);
      await page.waitForTimeout(200);
      await page.keyboard.up(key);
    }
    answer.push(
      await page.evaluate(async () => {
        const { session } = window.magentaDuet!;
        const last = session.now();
        while (session.turn.value !== "machine") await new Promise((resolve) => setTimeout(resolve, 2));
        const { at, late } = session.answers.value.at(-1)!;
        return (at + late - last) * 1000;
      }),
    );

    await page.goto(`${server.url}/#compose`);
    const notes = Array.from({ length: 2000 }, (_, n) => {
      const startTime = Math.floor(n / 20) * 0.2;
      return { pitch: 40 + ((n * 7) % 40), velocity: 80, startTime, endTime: startTime + 0.2 };
    });
    const buffer = Buffer.from(JSON.stringify({ tempos: [{ qpm: 120 }], notes, totalTime: 20 }));
    await page.getByLabel("Open a file").setInputFiles({ name: "many.json", mimeType: "application/json", buffer });
    await page.waitForFunction(() => window.magentaCompose?.sequence().notes?.length === 2000);
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
    const client = await page.context().newCDPSession(page);
    await client.send("Performance.enable", { timeDomain: "threadTicks" });
    const worked = async () => (await client.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")!.value;
    const begin = await worked();
    const count = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let seen = 0;
          const start = performance.now();
          const next = () => {
            if (performance.now() - start > 4000) return resolve(seen);
            ++seen;
            requestAnimationFrame(next);
          };
          requestAnimationFrame(next);
        }),
    );
    frames.push(count / 4);
    work.push(((await worked()) - begin) * (1000 / count));
    await client.detach();
    await page.close();
  }
  console.log("| what | median | of five |\n| --- | --- | --- |");
  console.log(`| the page, gzipped, with the synthesizer's worklet | ${((bytes(/\.(js|css)\.gz$/) + 500) / 1024).toFixed(0)} KiB | |`);
  row("first paint, nothing cached", shown, "ms");
  row("first sound after the click", sound, "ms");
  row("the answer's first note after the last key, at 120 (a beat of silence, then the next beat: 500 to 1000 ms)", answer, "ms");
  row("frames a second while 2,000 notes are drawn and play", frames, "");
  row("the page's own work a frame (60 a second leave 16 ms)", work, "ms", 1);
});

declare global {
  interface Window {
    clicked?: number;
  }
}
