import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelList, Score } from "../src/api/types";
import { seriousFaults } from "./axe";
import { expect, test } from "./server";
import { abcTune, brokenFile, magenta, tuneFile } from "./tunes";

/** One track with its end alone. */
const silentMidi = Buffer.from("MThd\0\0\0\x06\0\0\0\x01\x01\xe0MTrk\0\0\0\x04\0\xff\x2f\0", "latin1");
const timeout = 30_000; // of an answer on a busy machine

test("the bits of the page sum to magenta score, each step's distribution to 1 @short @desk", async ({ page, server }) => {
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

test("of a model with attention the page shows what it looked back at, as the server says; of others nothing @short @desk", async ({ page, server }) => {
  await page.goto(`${server.url}/#look`);
  const scoreOf = async (model: string): Promise<Score> => {
    const answer = page.waitForResponse((response) => response.url().includes(`/${model}:score`));
    await page.getByRole("combobox", { name: /^Model/ }).selectOption(model);
    return (await (await answer).json()) as Score;
  };
  await page.getByLabel("Open a file").setInputFiles(tuneFile(3));
  await expect(page.getByTestId("bits")).toBeVisible({ timeout });
  const { events } = await scoreOf("attention_rnn");
  const back = page.getByRole("region", { name: "What the model looked back at" });
  await expect(back).toContainText("Choose a step");
  const map = page.getByRole("slider", { name: "Steps of the music" });
  await map.focus();
  const shown = (name: string) => back.getByTestId(name).evaluateAll((all) => all.map((data) => Number(data.getAttribute("value"))));
  const sum = (weights: number[]) => weights.reduce((all, weight) => all + weight, 0);
  const onsets = events.flatMap(({ pitches }, index) => ((pitches ?? []).length > 0 ? [index] : []));
  // The first notes have a beginning before which is nothing; one of the second half has its 40 steps.
  for (const index of [...onsets.slice(0, 4), onsets.find((at) => at > 60)!]) {
    while (Number(await map.getAttribute("aria-valuenow")) <= index) await page.keyboard.press("ArrowRight");
    const weights = events[index]!.distribution!.attention!;
    expect(sum(weights)).toBeCloseTo(1, 4);
    // Steps before this one: `index` that are listed and the first; the last of them is no memory.
    const real = weights.slice(0, index);
    const greatest = [...real].sort((a, b) => b - a).slice(0, 5);
    await expect.poll(() => shown("looked-back")).toEqual(greatest);
    const before = await shown("looked-before");
    if (index < weights.length) expect(before[0]).toBeCloseTo(1 - sum(real), 4);
    else expect(before).toEqual([]);
  }
  await expect(map).toHaveAttribute("aria-valuetext", /looked back at Bar \d+, beat .* %/);
  await page.getByText("All steps as a table").click();
  await expect(page.getByRole("columnheader", { name: "Most looked back at" })).toBeVisible();
  expect(await seriousFaults(page)).toEqual([]);

  const without = await scoreOf("lookback_rnn");
  expect(without.events.some(({ distribution }) => distribution?.attention)).toBe(false);
  await expect(page.getByTestId("bits")).toBeVisible({ timeout });
  await expect(back).toBeHidden();
  await page.getByText("All steps as a table").click();
  await expect(page.getByRole("columnheader", { name: "Most expected" })).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "Most looked back at" })).toBeHidden();
});

test("the map shows that it has the focus", async ({ page, server }) => {
  await page.goto(`${server.url}/#look`);
  await page.getByLabel("Open a file").setInputFiles(tuneFile(3));
  await expect(page.getByTestId("bits")).toBeVisible({ timeout });
  const map = page.getByRole("slider", { name: "Steps of the music" });
  await map.scrollIntoViewIfNeeded();
  const { x, y } = (await map.boundingBox())!;
  /** The colour of the page at the map's edge, inside the ring. */
  const edge = async () => {
    const picture = (await page.screenshot({ clip: { x: x + 1, y: y + 40, width: 1, height: 1 } })).toString("base64");
    return page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const context = new OffscreenCanvas(1, 1).getContext("2d")!;
      context.drawImage(await createImageBitmap(new Blob([bytes])), 0, 0);
      return `rgb(${[...context.getImageData(0, 0, 1, 1).data.slice(0, 3)].join(", ")})`;
    }, picture);
  };
  const ring = () => map.evaluate((element) => (({ outlineStyle, outlineWidth, outlineColor }) => ({ outlineStyle, outlineWidth, outlineColor }))(getComputedStyle(element)));
  const accent = await page.evaluate(() => {
    const one = document.body.appendChild(document.createElement("i"));
    one.style.color = "var(--player)";
    return getComputedStyle(one).color;
  });
  expect(await edge()).not.toBe(accent);
  await map.focus();
  expect(await ring()).toEqual({ outlineStyle: "solid", outlineWidth: "3px", outlineColor: accent });
  expect(await edge()).toBe(accent); // above the canvas
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

test("a broken file and a server that stops are said, and the page goes on @short @desk", async ({ page, server }) => {
  await page.goto(`${server.url}/#look`);
  const chooser = page.getByLabel("Open a file");
  await chooser.setInputFiles(brokenFile(1));
  await expect(page.getByRole("alert")).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await chooser.setInputFiles({ name: "letter.mid", mimeType: "audio/midi", buffer: Buffer.from("Dear Clara, no music today") });
  await expect(page.getByRole("alert")).toContainText("letter.mid: This is no MIDI, MusicXML or ABC file, or it is damaged.");
  await page.getByText("In the server's words").click();
  await expect(page.getByText("MThd")).toBeVisible();
  await page.getByRole("button", { name: "Dismiss" }).click();
  await chooser.setInputFiles({ name: "nothing.mid", mimeType: "audio/midi", buffer: Buffer.from("") });
  await expect(page.getByRole("alert")).toContainText("nothing.mid: The file is empty.");
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

test("a long name of a model makes no part of a narrow page wider than it @short", async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.route("**/v1/models", async (route) => {
    const told = (await (await route.fetch()).json()) as ModelList;
    await route.fulfill({ json: { ...told, models: told.models.map((model, i) => ({ ...model, name: `${i}`.padEnd(80, "W") })) } });
  });
  for (const part of ["look", "duet", "compose", "teach"]) {
    await page.goto(`${server.url}/#${part}`);
    await page.reload();
    await expect(page.locator("main")).toContainText("WWWW");
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), part).toBeLessThanOrEqual(0);
  }
});
