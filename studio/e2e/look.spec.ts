import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Score } from "../src/api/types";
import { seriousFaults } from "./axe";
import { expect, test } from "./server";
import { abcTune, brokenFile, magenta, tuneFile } from "./tunes";

/** One track with its end alone. */
const silentMidi = Buffer.from("MThd\0\0\0\x06\0\0\0\x01\x01\xe0MTrk\0\0\0\x04\0\xff\x2f\0", "latin1");
const timeout = 30_000; // of an answer on a busy machine

test("the bits of the page sum to magenta score, each step's distribution to 1 @short", async ({ page, server }) => {
  await page.goto(`${server.url}/#look`);
  const answer = page.waitForResponse((response) => response.url().includes(":score"));
  await page.getByLabel("Open a file").setInputFiles(tuneFile(3));
  const score = (await (await answer).json()) as Score;
  for (const { distribution } of score.events) {
    const all = Object.values(distribution!.pitches).reduce((sum, p) => sum + p, distribution!.hold + distribution!.rest);
    expect(all).toBeCloseTo(1, 3);
  }
  await page.getByText("All steps as a table").click();
  const shown = await page.locator(".look-table data").evaluateAll((all) => all.map((data) => Number(data.getAttribute("value"))));
  const sum = shown.reduce((a, b) => a + b, 0);
  const file = join(server.folder, "tune.abc");
  writeFileSync(file, abcTune(3));
  const said = magenta<{ files: { bits_per_note: number; notes: number }[] }>("score", file).files[0]!;
  expect(Math.abs(sum - said.bits_per_note * said.notes)).toBeLessThan(1e-4);
  expect(Number(await page.getByTestId("bits").getAttribute("value"))).toBeCloseTo(sum, 6);

  // By keyboard: the next note, its bits, what was expected.
  const map = page.getByRole("slider", { name: "Steps of the music" });
  await map.focus();
  await page.keyboard.press("ArrowRight");
  const first = score.events.find(({ pitches }) => (pitches ?? []).length > 0)!;
  await expect(map).toHaveAttribute("aria-valuetext", new RegExp(`Bar 1, beat .*${first.bits.toFixed(2)} bits; expected`));
  await expect(page.locator(".look-expected li.happened")).toHaveCount(1);
  expect(await seriousFaults(page)).toEqual([]);
});

test("the machine begins by itself, and its map is the stream's @short", async ({ page, server }) => {
  await page.goto(`${server.url}/#look`);
  const stream = page.waitForResponse((response) => response.url().includes(":stream?distributions=1"));
  await page.getByRole("button", { name: "Let it play" }).click();
  const text = await (await stream).text();
  expect(text).toContain("event: distribution");
  await expect(page.getByTestId("bits")).toBeVisible({ timeout });
  await expect(page.getByRole("button", { name: "Let it go on" })).toBeEnabled();
});

test("a broken file and a server that stops are said, and the page goes on @short", async ({ page, server }) => {
  await page.goto(`${server.url}/#look`);
  const chooser = page.getByLabel("Open a file");
  await chooser.setInputFiles(brokenFile(1));
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await chooser.setInputFiles({ name: "silent.mid", mimeType: "audio/midi", buffer: silentMidi });
  await expect(page.getByText("silent.mid has no notes")).toBeVisible();
  await chooser.setInputFiles(tuneFile(1));
  await expect(page.getByTestId("bits")).toBeVisible();
  await server.kill();
  await page.getByRole("button", { name: "Let it go on" }).click();
  await expect(page.getByRole("alert")).toContainText("does not answer");
  await server.start();
  await page.getByRole("button", { name: "Let it go on" }).click();
  await expect(page.getByRole("status").filter({ hasText: "The model plays" })).toBeHidden({ timeout });
  await expect(page.getByTestId("bits")).toBeVisible({ timeout });
});
