import type { Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { packLink } from "../src/compose/link";
import { seriousFaults } from "./axe";
import { inRoll, kept, midiOf, open, openMusic, selectBars, type Note, type Sequence } from "./in_compose";
import { expect, test } from "./server";

/** Two tracks, drums and a change of tempo; four bars of 4/4. */
const tune = {
  ticksPerQuarter: 480,
  tempos: [{ qpm: 120 }, { time: 4, qpm: 90 }],
  timeSignatures: [{ numerator: 4, denominator: 4 }],
  instrumentInfos: [{ instrument: 0, name: "Flute" }, { instrument: 1, name: "Low" }, { instrument: 9, name: "Kit" }],
  notes: [
    ...[60, 62, 64, 65, 67, 65, 64, 62, 60, 64, 67, 72, 71, 67, 65, 62].map((pitch, i) => ({
      pitch, velocity: 80, startTime: i / 2, endTime: (i + 1) / 2, instrument: 0, program: 73,
    })),
    ...[36, 43, 36, 43].map((pitch, i) => ({ pitch, velocity: 70, startTime: i * 2, endTime: i * 2 + 2, instrument: 1, program: 32 })),
    ...[0, 1, 2, 3, 4].map((i) => ({ pitch: i % 2 ? 38 : 36, velocity: 100, startTime: i, endTime: i + 0.25, instrument: 9, isDrum: true })),
  ],
  totalTime: 8,
};

const dump = (sequence: Sequence, where: (note: Note) => boolean = () => true) =>
  (sequence.notes ?? [])
    .filter(where)
    .map(({ pitch, startTime = 0, endTime = 0, isDrum = false }) => `${isDrum ? "d" : ""}${pitch}:${startTime.toFixed(2)}-${endTime.toFixed(2)}`)
    .sort();

async function read(server: string, bytes: Buffer): Promise<Sequence> {
  const response = await fetch(`${server}/v1/convert?name=a.mid`, { method: "POST", body: new Uint8Array(bytes) });
  return ((await response.json()) as { pieces: { sequence: Sequence }[] }).pieces[0]!.sequence;
}

const openTune = (page: Page, server: string) => openMusic(page, server, tune);

test("a dropped MIDI file lies in the roll as the API reads it, and is saved as it is @short", async ({ page, server }) => {
  await open(page, server.url);
  const bytes = await midiOf(server.url, tune);
  const dropped = await page.evaluateHandle((data) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(data)], "dropped.mid", { type: "audio/midi" }));
    return transfer;
  }, [...bytes]);
  await page.dispatchEvent(".compose", "dragover", { dataTransfer: dropped });
  await page.dispatchEvent(".compose", "drop", { dataTransfer: dropped });
  await expect(page.getByLabel("Name of the piece")).toHaveValue("dropped");
  const expected = await read(server.url, bytes);
  expect(dump(await inRoll(page))).toEqual(dump(expected));
  expect((await inRoll(page)).tempos?.map(({ qpm }) => Math.round(qpm))).toEqual([120, 90]);

  await page.locator("summary", { hasText: "Save" }).click();
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "MIDI" }).click();
  const saved = readFileSync(await (await saving).path());
  expect(dump(await read(server.url, saved))).toEqual(dump(expected));
});

test("of three candidates for a bar one is kept, undone and redone; a link makes it again; a reload keeps it @short", async ({
  page,
  server,
  browser,
}) => {
  await openTune(page, server.url);
  const before = await inRoll(page);
  await selectBars(page, 2, 2);
  await page.getByLabel("Candidates").fill("3");
  await page.getByLabel("Seed").fill("7");
  await page.getByLabel("Seed").blur();
  await page.getByRole("button", { name: "Vary" }).click();
  await expect(page.getByRole("button", { name: "Keep: Candidate 3" })).toBeEnabled();
  expect(dump(await inRoll(page))).toEqual(dump(before));
  await page.getByRole("button", { name: "Drop: Candidate 1" }).click();
  await page.getByRole("button", { name: "Keep: Candidate 1" }).click();
  const after = await inRoll(page);
  // Bar 2 is 2 to 4 s; what is around and the other tracks stay.
  const isInside = ({ startTime = 0, pitch, isDrum }: Note) => startTime >= 2 && startTime < 4 && !isDrum && pitch > 45;
  expect(dump(after, (note) => !isInside(note))).toEqual(dump(before, (note) => !isInside(note)));
  expect(dump(after, isInside)).not.toEqual(dump(before, isInside));

  await page.getByRole("button", { name: "Undo" }).click();
  expect(dump(await inRoll(page))).toEqual(dump(before));
  await page.getByRole("button", { name: "Redo" }).click();
  expect(dump(await inRoll(page))).toEqual(dump(after));

  await page.getByRole("button", { name: "Copy a link that makes this again: Candidate 1" }).click();
  await expect.poll(() => page.evaluate(() => window.magentaCompose!.lastLink())).toContain("#compose?link=");
  const link = await page.evaluate(() => window.magentaCompose!.lastLink());
  const elsewhere = await (await browser.newContext()).newPage();
  await elsewhere.goto(link);
  await expect(elsewhere.getByText("as the link says")).toBeVisible();
  expect(dump(await inRoll(elsewhere))).toEqual(dump(after));
  expect(elsewhere.url()).toMatch(/#compose$/);
  await elsewhere.context().close();

  await kept(page);
  await page.reload();
  await expect(page.getByLabel("Name of the piece")).toHaveValue("tune");
  expect(dump(await inRoll(page))).toEqual(dump(after));
});

test("what is moved by octaves stays in sight; Show all fits the pitches, too @short", async ({ page, server }) => {
  await openTune(page, server.url);
  const roll = page.getByLabel("Piano roll of Flute");
  const scrolled = () => roll.evaluate((frame) => frame.scrollTop);
  await roll.focus();
  await page.keyboard.press("Control+a");
  const before = await scrolled();
  for (let octave = 0; octave < 3; ++octave) await page.keyboard.press("Alt+Shift+ArrowDown");
  const low = await scrolled();
  expect(low).toBeGreaterThan(before);
  for (let octave = 0; octave < 6; ++octave) await page.keyboard.press("Alt+Shift+ArrowUp");
  expect(await scrolled()).toBeLessThan(before);
  const rows = () => page.locator(".roll-space").evaluate((space) => space.getBoundingClientRect().height);
  const tall = await rows();
  await page.keyboard.press("Escape");
  for (const at of [0, 600]) {
    // A note at the lower and one at the upper edge of what can be scrolled to.
    await roll.evaluate((frame, top) => frame.scrollTo(0, top && frame.scrollHeight), at);
    await roll.click({ position: { x: 300, y: at ? 300 : 60 } });
  }
  await page.getByRole("button", { name: "Show all" }).click();
  expect(await rows()).toBeLessThan(tall);
});

test("undo and redo go on after a reload, and what was undone while it was kept stays undone @short @desk", async ({ page, server }) => {
  await openTune(page, server.url);
  const roll = page.getByLabel("Piano roll of Flute");
  const states = [dump(await inRoll(page))];
  for (const keys of [["Control+a", "Alt+ArrowUp"], ["Control+a", "Delete"], ["Enter"]]) {
    await roll.focus();
    for (const key of keys) await page.keyboard.press(key);
    states.push(dump(await inRoll(page)));
  }
  await page.getByRole("button", { name: "Undo" }).click();
  await kept(page);
  await page.reload();
  await expect.poll(async () => dump(await inRoll(page))).toEqual(states[2]);
  await page.getByRole("button", { name: "Redo" }).click();
  expect(dump(await inRoll(page))).toEqual(states[3]);
  for (const before of [states[2], states[1], states[0]]) {
    await page.getByRole("button", { name: "Undo" }).click();
    expect(dump(await inRoll(page))).toEqual(before);
  }
  await expect(page.getByRole("button", { name: "Undo" })).toBeDisabled();
  await kept(page);
  await page.reload();
  await expect(page.getByRole("button", { name: "Redo" })).toBeEnabled();
  expect(dump(await inRoll(page))).toEqual(states[0]);
  await expect(page.getByRole("button", { name: "Undo" })).toBeDisabled();
});

test("a chart of chords alone opens: an empty roll with its chords, to write and play into", async ({ page, server }) => {
  const chords = ["C", "Am", "F", "G"].map((text, bar) => ({ time: bar * 2, text, annotationType: "CHORD_SYMBOL" }));
  const chart = { tempos: [{ qpm: 120 }], timeSignatures: [{ numerator: 4, denominator: 4 }], textAnnotations: chords, totalTime: 8 };
  await page.route("**/v1/convert?*", (route) => route.fulfill({ json: { pieces: [{ title: "Chart", sequence: chart, remarks: [] }] } }));
  await open(page, server.url);
  await page.getByLabel("Open a file").setInputFiles({ name: "chart.abc", mimeType: "text/vnd.abc", buffer: Buffer.from("X:1") });
  await expect(page.getByLabel("Name of the piece")).toHaveValue("Chart");
  await expect(page.getByLabel("Piano roll of Track 1")).toBeVisible();
  await expect(page.getByText("Draw notes, or drop")).toHaveCount(0);
  const texts = () => page.evaluate(() => (window.magentaCompose!.sequence().textAnnotations ?? []).map(({ time, text }) => `${text}@${time}`));
  expect(await texts()).toEqual(["C@0", "Am@2", "F@4", "G@6"]);
  await kept(page);
  await page.reload();
  await expect.poll(texts).toEqual(["C@0", "Am@2", "F@4", "G@6"]);
  await selectBars(page, 1, 2);
  await page.getByLabel(/^Model/).selectOption("chord_pitches_improv");
  await page.getByRole("button", { name: "Fill between" }).click();
  await page.getByRole("button", { name: "Keep: Candidate 1" }).click();
  expect((await inRoll(page)).notes!.length).toBeGreaterThan(0);
  expect(await texts()).toEqual(["C@0", "Am@2", "F@4", "G@6"]);
});

test("candidates are heard in turn, each to its end, and the piece stays @desk", async ({ page, server }) => {
  await openTune(page, server.url);
  const before = dump(await inRoll(page));
  await selectBars(page, 1, 1);
  await page.getByLabel("Candidates").fill("2");
  await page.getByLabel("Candidates").blur();
  await page.getByRole("button", { name: "Vary" }).click();
  await expect(page.getByRole("button", { name: "Keep: Candidate 2" })).toBeEnabled();
  await page.getByRole("button", { name: "Listen in turn" }).click();
  await expect(page.getByRole("button", { name: "Stop: Candidate 1" })).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole("button", { name: "Stop: Candidate 2" })).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole("button", { name: "Listen in turn" })).toBeVisible({ timeout: 15_000 });
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible();
  expect(dump(await inRoll(page))).toEqual(before);
});

test("an empty bar is filled, and the track goes on after its end", async ({ page, server }) => {
  await openTune(page, server.url);
  const before = await inRoll(page);
  await selectBars(page, 1, 8);
  await page.getByRole("button", { name: "Fill between" }).click();
  await page.getByRole("button", { name: "Keep: Candidate 1" }).click();
  const filled = await inRoll(page);
  expect(filled.notes!.length).toBeGreaterThan(before.notes!.length);
  expect(dump(filled)).toEqual(expect.arrayContaining(dump(before, ({ startTime = 0 }) => startTime < 7)));
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByLabel("Piano roll of Flute").focus();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Keep: Candidate 1" }).click();
  expect((await inRoll(page)).notes!.filter(({ startTime = 0 }) => startTime > 8).length).toBeGreaterThan(0);
});

test("key and pitch range hold for what is made @desk", async ({ page, server }) => {
  await openTune(page, server.url);
  await selectBars(page, 2, 4);
  await page.getByLabel("Key", { exact: true }).fill("F#");
  await page.getByLabel("Key", { exact: true }).blur();
  await page.getByLabel("Min pitch", { exact: true }).fill("66");
  await page.getByLabel("Seed").fill("3");
  await page.getByLabel("Seed").blur();
  await page.getByRole("button", { name: "Vary" }).click();
  await page.getByRole("button", { name: "Keep: Candidate 1" }).click();
  const made = (await inRoll(page)).notes!.filter(({ startTime = 0, pitch, isDrum }) => startTime >= 2 && !isDrum && pitch > 45);
  expect(made.length).toBeGreaterThan(0);
  for (const { pitch } of made) {
    expect([6, 8, 10, 11, 1, 3, 5]).toContain(pitch % 12);
    expect(pitch).toBeGreaterThanOrEqual(66);
  }
});

test("drums are made by models of drums alone", async ({ page, server }) => {
  await openTune(page, server.url);
  await page.getByRole("button", { name: "Work on Kit" }).click();
  const kinds = (await (await fetch(`${server.url}/v1/generators`)).json()) as { generators: { id: string; kind: string }[] };
  const drums = kinds.generators.filter(({ kind }) => kind.includes("drum")).map(({ id }) => id);
  const shown = page.getByLabel(/^Model/).locator("option");
  expect(await shown.evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value))).toEqual(drums);
});

test("the roll is drawn on by pointer and by keys @short", async ({ page, server, isMobile }) => {
  await open(page, server.url);
  const roll = page.getByLabel("Piano roll of Track 1");
  const box = (await roll.boundingBox())!;
  const [x, y] = [box.x + 150, box.y + 200];
  if (isMobile) await page.touchscreen.tap(x, y);
  else await page.mouse.click(x, y);
  await expect.poll(async () => (await inRoll(page)).notes?.length).toBe(1);
  const [first] = (await inRoll(page)).notes!;
  await roll.focus();
  await page.keyboard.press("Alt+ArrowUp");
  await page.keyboard.press("Alt+ArrowRight");
  const moved = (await inRoll(page)).notes![0]!;
  expect([moved.pitch - first!.pitch, (moved.startTime ?? 0) - (first!.startTime ?? 0)]).toEqual([1, 0.125]);
  await expect(page.locator("[aria-live=polite]", { hasText: "a note of 1 quarters" })).toBeAttached();
  for (let i = 0; i < 8; ++i) await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  expect((await inRoll(page)).notes).toHaveLength(2);
  await page.keyboard.press("Delete");
  expect((await inRoll(page)).notes).toHaveLength(1);
  await page.keyboard.press("Control+z");
  expect((await inRoll(page)).notes).toHaveLength(2);
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Control+d");
  expect((await inRoll(page)).notes).toHaveLength(4);
  await page.getByText("All notes of this track as a table").click();
  await expect(page.locator(".notes-table tbody tr")).toHaveCount(4);
});

test("notes are moved, stretched, cut and taken away by pointer", async ({ page, server, isMobile }) => {
  test.skip(isMobile, "a mouse");
  await open(page, server.url);
  const box = (await page.getByLabel("Piano roll of Track 1").boundingBox())!;
  // 64 pixels a quarter, the grid is a quarter of that; keys are 48 wide.
  const x = (quarters: number) => box.x + 49 + quarters * 64;
  const y = box.y + 250;
  const drag = async (from: [number, number], to: [number, number]) => {
    await page.mouse.move(...from);
    await page.mouse.down();
    await page.mouse.move(...to, { steps: 4 });
    await page.mouse.up();
  };
  const notes = async () => (await inRoll(page)).notes!.map(({ startTime = 0, endTime = 0 }) => [startTime * 2, endTime * 2]);
  await drag([x(1.1), y], [x(3), y]);
  expect(await notes()).toEqual([[1, 3]]);
  await drag([x(2), y], [x(3.5), y]);
  expect(await notes()).toEqual([[2.5, 4.5]]);
  await drag([x(4.5) - 3, y], [x(5.5) - 3, y]);
  expect(await notes()).toEqual([[2.5, 5.5]]);
  await page.getByRole("button", { name: "Cut notes", exact: true }).click();
  await page.mouse.click(x(4), y);
  expect(await notes()).toEqual([[2.5, 4], [4, 5.5]]);
  await page.getByRole("button", { name: "Select notes", exact: true }).click();
  await drag([x(2), y - 30], [x(3), y + 30]);
  await expect(page.getByText("1 note selected")).toBeVisible();
  await page.getByRole("button", { name: "An octave up" }).click();
  expect((await inRoll(page)).notes!.map(({ pitch }) => pitch)).toHaveLength(2);
  await page.mouse.dblclick(x(5), y);
  expect(await notes()).toEqual([[2.5, 4]]);
  await page.keyboard.press("Control+z");
  expect(await notes()).toHaveLength(2);
  await drag([x(0.5), box.y + 12], [x(6), box.y + 12]);
  await expect(page.getByLabel("to bar")).toHaveValue("2");
  await page.mouse.click(x(4.1), box.y + 12);
  await expect(page.getByText("Bar 2, beat 1")).toBeVisible();
});

test("the piece is saved as score, sound and picture @desk", async ({ page, server }) => {
  await openTune(page, server.url);
  for (const [kind, isSuch] of [
    ["MusicXML score", (bytes: Buffer) => bytes.toString().includes("<score-partwise") && bytes.toString().includes("Flute")],
    ["ABC", (bytes: Buffer) => bytes.toString().startsWith("X:")],
    ["Sound (WAV)", (bytes: Buffer) => bytes.toString("latin1", 0, 4) === "RIFF" && bytes.length > 44100 * 4 * 8],
    ["Picture (PNG)", (bytes: Buffer) => bytes.toString("latin1", 1, 4) === "PNG" && bytes.length > 2000],
    ["Picture (SVG)", (bytes: Buffer) => bytes.toString().includes("<title>tune</title>")],
  ] as const) {
    await page.locator("summary", { hasText: "Save" }).click();
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: kind }).click();
    const saved = readFileSync(await (await saving).path());
    expect(isSuch(saved), `${kind}: ${saved.toString("latin1", 0, 60)}`).toBe(true);
  }
});

test("chords, tempo and meter are edited", async ({ page, server }) => {
  await open(page, server.url);
  const roll = page.getByLabel("Piano roll of Track 1");
  await roll.click({ position: { x: 60, y: 38 } });
  await page.getByRole("dialog").getByRole("textbox").fill("Verse");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("No chord symbol: Verse");
  await page.getByRole("dialog").getByRole("textbox").fill("Am7");
  await page.keyboard.press("Enter");
  await page.locator("summary", { hasText: "120" }).click();
  await page.getByLabel("Tempo (quarters a minute)").fill("90");
  await page.getByLabel("Beats").fill("3");
  await page.getByLabel("Beats").blur();
  await expect(page.locator("summary", { hasText: "90 · 3/4" })).toBeVisible();
  const sequence = (await inRoll(page)) as Sequence & { textAnnotations: { text: string }[]; timeSignatures: { numerator: number }[] };
  expect(sequence.textAnnotations.map(({ text }) => text)).toEqual(["Am7"]);
  expect(sequence.timeSignatures.map(({ numerator }) => numerator)).toEqual([3]);
  expect(sequence.tempos!.map(({ qpm }) => qpm)).toEqual([90]);
});

test("a model that plays to chords says in the page's words that there are none; its link brings those that it had @desk", async ({ page, server, browser }) => {
  await open(page, server.url);
  const link = async (before = "") => {
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("button", { name: /Copy a link/ }).first().click({ timeout: 20_000 });
    await expect.poll(() => page.evaluate(() => window.magentaCompose!.lastLink())).not.toBe(before);
    return page.evaluate(() => window.magentaCompose!.lastLink());
  };
  await page.locator(".make select").first().selectOption("chord_pitches_improv");
  await page.getByLabel("Candidates").fill("1");
  await page.getByLabel("Candidates").blur();
  const without = await link();
  await expect(page.locator(".make")).toContainText("In Compose, tap on the chord lane");
  await expect(page.locator("body")).not.toContainText("--");
  await page.getByLabel("Piano roll of Track 1").click({ position: { x: 60, y: 38 } });
  await page.getByRole("dialog").getByRole("textbox").fill("Am7");
  await page.keyboard.press("Enter");
  const copied = await link(without);
  await expect(page.locator(".make")).not.toContainText("chord lane");
  const elsewhere = await (await browser.newContext()).newPage();
  await elsewhere.goto(copied);
  await expect(elsewhere.getByText("as the link says")).toBeVisible();
  const { textAnnotations } = (await inRoll(elsewhere)) as Sequence & { textAnnotations: { text: string }[] };
  expect(textAnnotations.map(({ text }) => text)).toEqual(["Am7"]);
  await elsewhere.context().close();
});

test("two fingers zoom and add nothing", async ({ page, server, isMobile }) => {
  test.skip(!isMobile, "fingers");
  await openTune(page, server.url);
  const roll = page.getByLabel("Piano roll of Flute");
  const box = (await roll.boundingBox())!;
  const width = () => page.locator(".roll-space").evaluate((space) => space.getBoundingClientRect().width);
  const before = await width();
  const notes = dump(await inRoll(page));
  const client = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...xs: number[]) =>
    client.send("Input.dispatchTouchEvent", { type, touchPoints: xs.map((x, id) => ({ x: box.x + x, y: box.y + 150, id })) });
  await touch("touchStart", 150);
  await touch("touchStart", 150, 200);
  await touch("touchMove", 120, 260);
  await touch("touchMove", 100, 300);
  await touch("touchEnd");
  expect(await width()).toBeGreaterThan(before * 2);
  expect(dump(await inRoll(page))).toEqual(notes);
});

test("what can't be read is told, and the piece stays @desk", async ({ page, server }) => {
  await openTune(page, server.url);
  const before = dump(await inRoll(page));
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  const put = (name: string, buffer: Buffer) => page.getByLabel("Open a file").setInputFiles({ name, mimeType: "audio/midi", buffer });
  await put("silent.mid", await midiOf(server.url, { ...tune, notes: [] }));
  await expect(page.getByText("silent.mid has no notes")).toBeVisible();
  await put("cut.mid", Buffer.from("MThd\0\0\0\x06\0\x01\0\x01\x01\xe0MTrk", "latin1"));
  await expect(page.locator(".toast.error")).toContainText("Give a Standard MIDI File");
  asked.length = 0;
  await put("huge.mid", Buffer.alloc(17 << 20));
  await expect(page.getByText("takes no file that large")).toBeVisible();
  expect(asked).toEqual([]);
  await page.goto(`${server.url}/#compose?link=broken`);
  await expect(page.getByText("This link is cut")).toBeVisible();
  expect(dump(await inRoll(page))).toEqual(before);
  const request = { inputSequence: { notes: [{ pitch: 61, velocity: 80, startTime: 0, endTime: 1 }] }, generatorOptions: { generateSections: [{ startTime: 2, endTime: 4 }] } };
  const track = { name: "Flute", program: 73, isDrum: false };
  await page.goto(`${server.url}/#compose?link=${await packLink({ form: 1, model: "gone", name: "Linked", track, request })}`);
  await expect(page.getByText("no model “gone”")).toBeVisible();
  expect(dump(await inRoll(page))).toEqual(["61:0.00-1.00"]);
  await page.locator("summary", { hasText: "Pieces" }).click();
  await page.getByRole("button", { name: /^tune/ }).click();
  await expect.poll(async () => dump(await inRoll(page))).toEqual(before);
});

test("a server that goes takes nothing along @short @desk", async ({ page, server }) => {
  await openTune(page, server.url);
  await selectBars(page, 2, 2);
  await server.kill();
  await page.getByRole("button", { name: "Vary" }).click();
  await expect(page.locator(".toast.error")).toContainText("The server does not answer");
  await page.getByLabel("Name of the piece").fill("Still here");
  await page.getByLabel("Name of the piece").blur();
  await kept(page);
  await server.start();
  await page.getByRole("button", { name: "Vary" }).click();
  await expect(page.getByRole("button", { name: "Keep: Candidate 1" })).toBeEnabled();
  await page.reload();
  await expect(page.getByLabel("Name of the piece")).toHaveValue("Still here");
});

test("a full storage is told, and what was composed goes on @desk", async ({ page, server }) => {
  await page.addInitScript(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...args: Parameters<typeof put>) {
      if (localStorage.getItem("is-full")) throw new DOMException("full", "QuotaExceededError");
      return put.apply(this, args);
    };
  });
  await openTune(page, server.url);
  await kept(page);
  await page.evaluate(() => localStorage.setItem("is-full", "1"));
  await page.getByLabel("Piano roll of Flute").focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.press("Delete");
  await expect(page.getByText("The browser's storage is full")).toBeVisible();
  await expect(page.getByText("Not kept", { exact: true })).toBeVisible();
  await page.evaluate(() => localStorage.removeItem("is-full"));
  await page.keyboard.press("Enter");
  await kept(page);
  const before = dump(await inRoll(page));
  await page.reload();
  await expect(page.getByLabel("Name of the piece")).toHaveValue("tune");
  expect(dump(await inRoll(page))).toEqual(before);
});

test("a crash takes nothing that was done half a second before @desk", async ({ page, server, context }) => {
  await openTune(page, server.url);
  await kept(page);
  await page.getByLabel("Piano roll of Flute").focus();
  await page.keyboard.press("Enter");
  const before = dump(await inRoll(page));
  await page.waitForTimeout(500);
  void page.goto("chrome://crash").catch(() => undefined);
  await page.waitForEvent("crash");
  const again = await context.newPage();
  await open(again, server.url);
  await expect(again.getByLabel("Name of the piece")).toHaveValue("tune");
  expect(dump(await inRoll(again))).toEqual(before);
});

test("a model that is removed while it is asked is told, and goes from the list @desk", async ({ page, server }) => {
  await openTune(page, server.url);
  const first = await page.getByLabel(/^Model/).inputValue();
  const removed = { error: { code: "NOT_FOUND", message: "no such generator", remedy: "choose another" } };
  await page.route("**/*:stream", (route) => route.fulfill({ status: 404, json: removed }));
  await page.route("**/v1/generators", async (route) => {
    const list = (await (await route.fetch()).json()) as { generators: { id: string }[] };
    await route.fulfill({ json: { generators: list.generators.filter(({ id }) => id !== first) } });
  });
  await selectBars(page, 2, 2);
  await page.getByRole("button", { name: "Vary" }).click();
  await expect(page.locator(".toast.error")).toContainText("choose another");
  await expect(page.getByLabel(/^Model/)).not.toHaveValue(first);
  await page.unroute("**/*:stream");
  await page.getByRole("button", { name: "Vary" }).click();
  await expect(page.getByRole("button", { name: "Keep: Candidate 1" })).toBeEnabled();
});

test("two thousand notes are drawn as they play", async ({ page, server }, info) => {
  await open(page, server.url);
  const notes = Array.from({ length: 2000 }, (_, i) => ({ pitch: 40 + ((i * 7) % 40), velocity: 80, startTime: Math.floor(i / 20) * 0.2, endTime: Math.floor(i / 20) * 0.2 + 0.2 }));
  const buffer = Buffer.from(JSON.stringify({ tempos: [{ qpm: 120 }], notes, totalTime: 20 }));
  await page.getByLabel("Open a file").setInputFiles({ name: "many.json", mimeType: "application/json", buffer });
  await expect(page.getByLabel("Name of the piece")).toHaveValue("many");
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect(page.getByRole("button", { name: "Pause", exact: true })).toBeVisible();
  // Of the page's own thread, so that a busy machine counts no frames as slow: 60 a second leave 16 ms to each.
  const client = await page.context().newCDPSession(page);
  await client.send("Performance.enable", { timeDomain: "threadTicks" });
  const worked = async () =>
    (await client.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration")!.value;
  const begin = await worked();
  const frames = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let count = 0;
        const start = performance.now();
        const next = () => {
          if (performance.now() - start > 2000) return resolve(count);
          ++count;
          requestAnimationFrame(next);
        };
        requestAnimationFrame(next);
      }),
  );
  const milliseconds = ((await worked()) - begin) * (1000 / frames);
  info.annotations.push({ type: "milliseconds a frame", description: milliseconds.toFixed(1) });
  expect(milliseconds).toBeLessThan(16);
});

test("two tabs of one piece lose nothing @desk", async ({ page, server, context }) => {
  await openTune(page, server.url);
  await kept(page);
  const second = await context.newPage();
  await open(second, server.url);
  await expect(second.getByRole("dialog")).toContainText("open in another tab");
  await second.getByRole("button", { name: "Go on here" }).click();
  await expect(second.getByLabel("Name of the piece")).toHaveValue("tune");
  expect(dump(await inRoll(second))).toEqual(dump(await inRoll(page)));
  await expect(page.getByText("This piece goes on in another tab.")).toBeVisible();
  await page.getByRole("button", { name: "Go on here with a copy" }).click();
  await expect(page.getByLabel("Name of the piece")).toHaveValue("tune (copy)");
  // What both of them have is listed, and the later tab keeps on with the first piece.
  await second.getByLabel("Name of the piece").fill("later");
  await second.getByLabel("Name of the piece").blur();
  await kept(second);
  await page.reload();
  await expect(page.getByLabel("Name of the piece")).toHaveValue("tune (copy)");
  await page.locator("summary", { hasText: "Pieces" }).click();
  await expect(page.getByRole("button", { name: /^later/ })).toBeVisible();
});

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds nothing serious in Compose (${scheme})`, async ({ page, server }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await openTune(page, server.url);
    await selectBars(page, 1, 2);
    await page.getByRole("button", { name: "Vary" }).click();
    await expect(page.getByRole("button", { name: "Keep: Candidate 1" })).toBeEnabled();
    expect(await seriousFaults(page)).toEqual([]);
  });
}
