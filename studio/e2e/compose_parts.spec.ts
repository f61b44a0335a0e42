import type { Page } from "@playwright/test";
import { seriousFaults } from "./axe";
import { inRoll, open, openMusic, selectBars, type Note, type Sequence } from "./in_compose";
import { expect, test } from "./server";

const names = ["Soprano", "Alto", "Tenor", "Bass"];
/** Four bars of 4/4 at 120: a phrase in quarters. */
const lines = [
  [67, 67, 69, 71, 72, 71, 69, 67, 69, 71, 72, 74, 71, 69, 67, 67],
  [62, 64, 64, 67, 67, 67, 64, 64, 66, 67, 67, 66, 67, 66, 62, 62],
  [59, 60, 60, 62, 64, 62, 60, 59, 62, 62, 64, 62, 62, 60, 59, 59],
  [43, 48, 45, 43, 48, 50, 48, 52, 50, 43, 48, 50, 43, 50, 43, 43],
];
const music = (parts: readonly number[]) => ({
  ticksPerQuarter: 480,
  tempos: [{ qpm: 120 }],
  timeSignatures: [{ numerator: 4, denominator: 4 }],
  instrumentInfos: parts.map((part) => ({ instrument: part, name: names[part] })),
  notes: parts.flatMap((part) =>
    lines[part]!.map((pitch, i) => ({ pitch, velocity: 70 + part, startTime: i / 2, endTime: (i + 1) / 2, instrument: part, program: 52 })),
  ),
  totalTime: 8,
});
const choir = music([0, 1, 2, 3]);
const melody = music([0]);

/** Every note to its last bit, with its part's name. */
function dump({ notes = [], instrumentInfos = [] }: Sequence, where: (note: Note, part: string) => boolean = () => true): string[] {
  const part = (note: Note) => instrumentInfos.find(({ instrument = 0 }) => instrument === (note.instrument ?? 0))?.name ?? "";
  return notes.filter((note) => where(note, part(note))).map((note) => `${part(note)} ${JSON.stringify(note)}`).sort();
}
const tracks = (page: Page) => page.getByLabel("Name of the track").evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value));
const keep = (page: Page, candidate: number) => page.getByRole("button", { name: `Keep: Candidate ${candidate}`, exact: true }).click();

async function ask(page: Page, way: string, candidates = 2, seed = 5): Promise<void> {
  await page.getByLabel("Candidates").fill(String(candidates));
  await page.getByLabel("Seed").fill(String(seed));
  await page.getByLabel("Seed").blur();
  await page.getByRole("button", { name: way, exact: true }).click();
  await expect(page.getByRole("button", { name: `Keep: Candidate ${candidates}` })).toBeEnabled({ timeout: 20_000 });
}

async function openParts(page: Page, server: string, what: object): Promise<void> {
  await openMusic(page, server, what);
  await page.getByLabel(/^Model/).selectOption("score");
}

test("two of four parts are filled in two bars, all else stays to the bit; undone, redone, made again by a link @short", async ({ page, server, browser }) => {
  await openParts(page, server.url, choir);
  const before = await inRoll(page);
  await selectBars(page, 2, 3);
  await expect(page.getByText("Bars 2 to 3 of all parts")).toBeVisible();
  for (const name of ["Soprano", "Bass"]) {
    await page.getByRole("checkbox", { name, exact: true }).focus();
    await page.keyboard.press("Space");
  }
  await expect(page.getByText("Bars 2 to 3 of Alto, Tenor")).toBeVisible();
  await page.getByRole("button", { name: "Fill", exact: true }).focus();
  await ask(page, "Fill");
  expect(dump(await inRoll(page))).toEqual(dump(before));
  await expect(page.getByText(/^New: .*Alto.* in bars 2 to 3/)).toBeVisible();
  await keep(page, 1);
  const after = await inRoll(page);
  const isInside = ({ startTime = 0 }: Note, part: string) => startTime >= 2 && startTime < 6 && (part === "Alto" || part === "Tenor");
  const isOutside = (note: Note, part: string) => !isInside(note, part);
  expect(dump(after, isOutside)).toEqual(dump(before, isOutside));
  expect(dump(after, isInside)).not.toEqual(dump(before, isInside));
  for (const part of ["Alto", "Tenor"]) expect(dump(after, (note, of) => of === part && isInside(note, of)).length).toBeGreaterThan(0);
  expect(await tracks(page)).toEqual(names);

  await page.getByRole("button", { name: "Undo" }).click();
  expect(dump(await inRoll(page))).toEqual(dump(before));
  await page.getByRole("button", { name: "Redo" }).click();
  expect(dump(await inRoll(page))).toEqual(dump(after));

  await page.getByRole("button", { name: "Copy a link that makes this again: Candidate 1" }).click();
  await expect.poll(() => page.evaluate(() => window.magentaCompose!.lastLink())).toContain("#compose?link=");
  const elsewhere = await (await browser.newContext()).newPage();
  await elsewhere.goto(await page.evaluate(() => window.magentaCompose!.lastLink()));
  await expect(elsewhere.getByText("as the link says")).toBeVisible();
  expect(dump(await inRoll(elsewhere))).toEqual(dump(after));
  await elsewhere.context().close();

  // Another candidate takes its place.
  await keep(page, 2);
  expect(dump(await inRoll(page), isOutside)).toEqual(dump(before, isOutside));
  await page.getByRole("checkbox", { name: "Alto", exact: true }).uncheck();
  await page.getByRole("checkbox", { name: "Tenor", exact: true }).uncheck();
  await page.getByRole("button", { name: "Fill", exact: true }).click();
  await expect(page.getByText("No part is chosen.")).toBeVisible();
});

test("a melody gets alto, tenor and bass, then chords: parts with names and sounds of their own, to mute, rename and remove @short", async ({ page, server, isMobile }) => {
  await openParts(page, server.url, melody);
  const before = dump(await inRoll(page));
  await ask(page, "Harmonise");
  expect(await tracks(page)).toEqual(["Soprano"]);
  await keep(page, 1);
  expect(await tracks(page)).toEqual(names);
  const first = await inRoll(page);
  expect(dump(first, (_, part) => part === "Soprano")).toEqual(before);
  for (const part of ["Alto", "Tenor", "Bass"]) expect(dump(first, (_, of) => of === part).length).toBeGreaterThan(2);
  expect(await seriousFaults(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  if (!isMobile) await expect(page.getByRole("button", { name: "Kept: Candidate 1" })).toBeInViewport();
  await page.screenshot({ path: test.info().outputPath("harmonised.png"), fullPage: true });

  // The other candidate goes into the same parts, a muted one stays so.
  await page.getByRole("button", { name: "Mute: Alto" }).click();
  await keep(page, 2);
  expect(await tracks(page)).toEqual(names);
  await expect(page.getByRole("button", { name: "Mute: Alto" })).toHaveAttribute("aria-pressed", "true");
  expect(dump(await inRoll(page))).not.toEqual(dump(first));
  await page.getByRole("button", { name: "Harmonise", exact: true }).click();
  await expect(page.getByText("Soprano, alto, tenor and bass are all there.")).toBeVisible();

  await page.getByRole("button", { name: "Work on Tenor" }).click();
  await page.getByRole("button", { name: "Remove Tenor" }).click();
  await page.getByLabel("Name of the track").nth(1).fill("Viola");
  await page.getByLabel("Name of the track").nth(1).blur();
  expect(await tracks(page)).toEqual(["Soprano", "Viola", "Bass"]);
  for (let steps = 0; steps < 2; ++steps) await page.getByRole("button", { name: "Undo" }).click();
  expect(await tracks(page)).toEqual(names);

  // Chords belong beside a melody alone.
  while ((await tracks(page)).length > 1) await page.getByRole("button", { name: "Undo" }).click();
  await selectBars(page, 2, 3);
  await ask(page, "Add chords", 1);
  await keep(page, 1);
  expect(await tracks(page)).toEqual(["Soprano", "Chords"]);
  const all = await inRoll(page);
  expect(dump(all, (_, part) => part === "Chords").length).toBeGreaterThan(0);
  expect(dump(all, ({ startTime = 0 }, part) => part === "Chords" && (startTime < 2 || startTime >= 6))).toEqual([]);
});

test("two bars are varied: the rhythm stays, half the notes do; pitches stay in their order; density is heeded @short", async ({ page, server }) => {
  await openParts(page, server.url, choir);
  const before = await inRoll(page);
  await selectBars(page, 2, 3);
  await page.getByLabel("Fill and Vary keep").selectOption("rhythm");
  await ask(page, "Vary");
  await keep(page, 1);
  const varied = await inRoll(page);
  const rhythm = ({ notes = [] }: Sequence) => notes.map(({ instrument, startTime, endTime }) => `${instrument}:${startTime}-${endTime}`).sort();
  expect(rhythm(varied)).toEqual(rhythm(before));
  const isNew = dump(varied).filter((note) => !dump(before).includes(note));
  expect(isNew.length).toBeGreaterThan(0);
  // Half of the eight notes of each of four parts.
  expect(isNew.length).toBeLessThanOrEqual(16);
  const isOutside = ({ startTime = 0 }: Note) => startTime < 2 || startTime >= 6;
  expect(dump(varied, isOutside)).toEqual(dump(before, isOutside));
  await page.getByRole("button", { name: "Undo" }).click();

  await page.getByLabel("Fill and Vary keep").selectOption("pitches");
  await ask(page, "Fill", 1);
  await keep(page, 1);
  const line = ({ notes = [] }: Sequence, part: number) => notes.filter(({ instrument = 0 }) => instrument === part).map(({ pitch }) => pitch);
  for (const part of [0, 1, 2, 3]) expect(line(before, part).join(" ")).toContain(line(await inRoll(page), part).slice(4, -4).join(" "));
  await page.getByRole("button", { name: "Undo" }).click();

  await page.getByLabel("Fill and Vary keep").selectOption("");
  const counts: number[] = [];
  for (const density of ["sparse", "dense"]) {
    await page.getByLabel("How many notes").selectOption(density);
    await ask(page, "Fill", 1);
    await keep(page, 1);
    counts.push((await inRoll(page)).notes!.length);
    await page.getByRole("button", { name: "Undo" }).click();
  }
  expect(counts[0]).toBeLessThan(counts[1]!);
  expect(dump(await inRoll(page))).toEqual(dump(before));

  await selectBars(page, 9, 9);
  await page.getByRole("button", { name: "Vary", exact: true }).click();
  await expect(page.getByText("The chosen parts have no notes in these bars.")).toBeVisible();
});

test("all parts go on after the end; an empty piece becomes one of four parts", async ({ page, server }) => {
  await openParts(page, server.url, choir);
  const before = await inRoll(page);
  await ask(page, "Continue", 1);
  await keep(page, 1);
  const after = await inRoll(page);
  expect(dump(after, ({ startTime = 0 }) => startTime < 8)).toEqual(dump(before));
  for (const name of names) expect(dump(after, ({ startTime = 0 }, part) => part === name && startTime >= 8).length).toBeGreaterThan(0);

  await page.locator("summary", { hasText: "Pieces" }).click();
  await page.getByRole("button", { name: "New piece" }).click();
  await page.getByRole("button", { name: "Harmonise", exact: true }).click();
  await expect(page.getByText("There are no notes yet to hear.")).toBeVisible();
  await ask(page, "Continue", 1);
  await keep(page, 1);
  expect(await tracks(page)).toEqual(["Track 1", ...names]);
});

test("models of one line have their own buttons", async ({ page, server }) => {
  await open(page, server.url);
  await page.getByLabel(/^Model/).selectOption("lookback_rnn");
  await expect(page.getByRole("button", { name: "Fill between" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Harmonise", exact: true })).toHaveCount(0);
});
