import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import type { Job, ModelList } from "../src/api/types";
import { seriousFaults } from "./axe";
import { expect, test, type StudioServer } from "./server";
import { brokenFile, magenta, shared, tuneFile, type TuneFile } from "./tunes";

async function drop(page: Page, files: TuneFile[]): Promise<void> {
  await page.getByLabel("Choose files").setInputFiles(files);
  await page.getByRole("button", { name: "Look what can be learned" }).click();
}

async function jobsOf(page: Page, server: StudioServer): Promise<Job[]> {
  return ((await (await page.request.get(`${server.url}/v1/jobs`)).json()) as { jobs: Job[] }).jobs;
}

test("files are sent, broken ones named; a model learns, plays, is renamed and removed", async ({ page, server }) => {
  test.setTimeout(300_000);
  await page.goto(`${server.url}/#teach`);
  const picture = { name: "cover.jpg", mimeType: "image/jpeg", buffer: Buffer.from("x") };
  const files = [...Array.from({ length: 12 }, (_, number) => tuneFile(number + 1)), brokenFile(1), brokenFile(2), picture];
  await page.getByLabel("Choose files").setInputFiles(files);
  await expect(page.getByText("14 files", { exact: false }).first()).toBeVisible();
  await page.getByText("1 file stays here").click();
  await expect(page.getByText("cover.jpg")).toBeVisible();
  await page.getByRole("button", { name: "Look what can be learned" }).click();
  await expect(page.getByText("of 14 files can be learned from")).toBeVisible({ timeout: 30_000 });
  await page.getByText("left out, by name").click();
  await expect(page.getByText("broken2.mid")).toBeVisible();

  // A few steps only: the page offers minutes.
  const dataset = (await jobsOf(page, server)).find(({ kind }) => kind === "dataset")!;
  const asked = await page.request.post(`${server.url}/v1/jobs`, {
    data: { kind: "train", dataset: dataset.id, model: dataset.model, name: "My reels", steps: 4 },
  });
  expect(asked.ok()).toBe(true);
  await page.getByRole("button", { name: /^My reels/ }).click({ timeout: 15_000 });
  await expect(page.getByText("My reels stands beside the other models.")).toBeVisible({ timeout: 200_000 });
  await expect(page.getByText("It ended early")).toHaveCount(0);
  await expect(page.getByRole("img", { name: /Losses at step/ })).toBeVisible();
  expect(await seriousFaults(page)).toEqual([]);

  await page.reload();
  await expect(page.getByText("My reels stands beside the other models.")).toBeVisible({ timeout: 30_000 });
  await page.getByRole("button", { name: "Rename My reels" }).click();
  await page.getByLabel("New name").fill("Reels");
  await page.getByRole("button", { name: "Rename", exact: true }).click();
  await expect(page.locator(".models-one", { hasText: "Reels" })).toContainText("taught in the studio by");
  await expect(page.locator(".models-list")).not.toContainText("My reels");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save Reels as .mag" }).click();
  const file = await (await saved).path();
  await page.getByRole("button", { name: "Remove Reels" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  await expect(page.getByRole("button", { name: "Remove Reels" })).toHaveCount(0);
  await page.getByLabel("Load a .mag").setInputFiles({ name: "Again.mag", mimeType: "application/octet-stream", buffer: readFileSync(file) });
  await expect(page.getByRole("button", { name: "Remove Reels", exact: true })).toBeVisible(); // as its card says
});

test("two tabs see one job: one stops it, the other shows that and goes on @short @desk", async ({ page, server, context }) => {
  test.setTimeout(300_000);
  await page.goto(`${server.url}/#teach`);
  await drop(page, Array.from({ length: 12 }, (_, number) => tuneFile(number + 1)));
  await expect(page.getByText("of 12 files can be learned from")).toBeVisible({ timeout: 30_000 });
  await page.getByLabel("Name of the new model").fill("Two tabs");
  await page.getByRole("button", { name: "1 h", exact: true }).click();
  await page.getByRole("button", { name: "Teach", exact: true }).click();
  await expect(page.getByRole("button", { name: "Stop", exact: true })).toBeVisible();
  const other = await context.newPage();
  await other.goto(`${server.url}/#teach`);
  await expect(other.getByRole("heading", { name: "Two tabs" })).toBeVisible();
  await other.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByRole("button", { name: "Go on" })).toBeVisible({ timeout: 30_000 });
  await page.getByRole("button", { name: "Go on" }).click();
  await expect(other.getByRole("button", { name: "Stop", exact: true })).toBeVisible({ timeout: 30_000 });
  await other.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByRole("button", { name: "Go on" })).toBeVisible({ timeout: 30_000 });
});

const dataset: Job = {
  id: "d1", kind: "dataset", name: "", model: "lookback_rnn", state: "done", progress: 1, etaSeconds: null, createdAt: "2026-01-01T00:00:00Z", error: null,
  report: { files: 1, kept: 1, examples: 1, heldOut: 0, discarded: [], leftOut: [] },
  curves: null, step: 0, steps: 0, checkpoints: [], result: null, collection: "c1", options: {}, dataset: null,
};

test("any number of minutes is sent as the field shows it; a job that does not move says why @short @desk", async ({ page, server }) => {
  const training: Job = { ...dataset, id: "t1", kind: "train", name: "Still", state: "running", progress: 0, etaSeconds: 0, steps: 100, report: null, collection: null, dataset: "d1" };
  let jobs = [dataset];
  const asked: unknown[] = [];
  await page.clock.install();
  await page.route("**/v1/jobs/t1:events", (route) => route.fulfill({ contentType: "text/event-stream", body: `event: job\ndata: ${JSON.stringify(jobs[0])}\n\n` }));
  await page.route("**/v1/jobs", (route) => {
    if (route.request().method() === "GET") return route.fulfill({ json: { jobs } });
    asked.push((route.request().postDataJSON() as { minutes: number }).minutes);
    if (asked.length === 1) return route.fulfill({ status: 400, json: { error: { code: "X", message: "not yet", remedy: "" } } });
    jobs = [training, dataset];
    return route.fulfill({ json: training });
  });
  await page.goto(`${server.url}/#teach`);
  await page.getByRole("button", { name: /^1 files/ }).click();
  const minutes = page.getByLabel("Minutes");
  for (const [typed, sent] of [["1.5", 1.5], ["0.1", 0.5], ["", 0.5]] as const) {
    await minutes.fill(typed);
    await minutes.blur();
    await expect(minutes).toHaveValue(String(sent));
  }
  await page.getByRole("button", { name: "Teach", exact: true }).click();
  await expect(page.getByText("not yet")).toBeVisible();
  await minutes.fill("1.5");
  await page.getByRole("button", { name: "Teach", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Still" })).toBeVisible();
  expect(asked).toEqual([0.5, 1.5]);
  await expect(page.getByText("starting…")).toBeVisible();
  await expect(page.getByText("0 s left")).toHaveCount(0);
  await expect(page.getByText("No step for half a minute")).toHaveCount(0);
  await page.clock.fastForward(31_000);
  await expect(page.getByText("No step for half a minute")).toBeVisible();
  jobs = [{ ...training, step: 1, progress: 0.01, etaSeconds: 99 }, dataset];
  await page.clock.fastForward(9_000);
  await expect(page.getByText("about 1 min 39 s left")).toBeVisible();
  await expect(page.getByText("No step for half a minute")).toHaveCount(0);
});

test("the model that is shown is the one that learns, also where another is refused; options stay with their kind; what ended early says so @short @desk", async ({ page, server }) => {
  const chords: Job = { ...dataset, model: "chord_pitches_improv", options: { infer_chords: true } };
  const ended: Job = { ...dataset, id: "t1", kind: "train", name: "Early", step: 180, steps: 245, report: null, collection: null, dataset: "d1" };
  const asked: unknown[] = [];
  await page.route("**/v1/jobs", (route) => {
    if (route.request().method() === "GET") return route.fulfill({ json: { jobs: [ended, chords] } });
    asked.push(route.request().postDataJSON());
    return route.fulfill({ status: 400, json: { error: { code: "X", message: "not now", remedy: "" } } });
  });
  await page.goto(`${server.url}/#teach`);
  await page.getByRole("button", { name: /^1 files/ }).click();
  const model = page.getByLabel("Start from");
  await model.selectOption("drum_kit");
  await expect(page.getByText("not now")).toBeVisible();
  await expect(model).toHaveValue("chord_pitches_improv");
  expect(asked).toEqual([{ kind: "dataset", collection: "c1", model: "drum_kit", options: {} }]);
  await page.getByRole("button", { name: /^Early/ }).click();
  await expect(page.getByText("It ended early")).toBeVisible();
});

test("what was learned is removed only when that is wished; a server that is away is no empty list @short @desk", async ({ page, server }) => {
  let removed = 0;
  await page.route("**/v1/jobs", (route) => route.abort());
  await page.goto(`${server.url}/#teach`);
  const work = page.getByRole("region", { name: "Work" });
  await expect(work).toContainText("The server does not answer.");
  await expect(work).not.toContainText("Nothing has been learned");
  await page.route("**/v1/jobs", (route) => route.fulfill({ json: { jobs: removed > 0 ? [] : [dataset] } }));
  await page.route("**/v1/jobs/d1", (route) => route.fulfill({ json: {} }).then(() => ++removed));
  const remove = page.getByRole("button", { name: "Remove 1 files from the list" });
  await remove.click({ timeout: 10_000 });
  await page.getByRole("button", { name: "Keep it" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  expect(removed).toBe(0);
  await remove.click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await expect(work).toContainText("Nothing has been learned yet.");
  expect(removed).toBe(1);
});

test("without magenta-train the page says what installs it, before files are dropped @short @desk", async ({ page, server }) => {
  await page.route("**/v1/models", async (route) => {
    const told = (await (await route.fetch()).json()) as ModelList;
    await route.fulfill({ json: { ...told, train: { available: false, remedy: "the package magenta-train brings it" } } });
  });
  await page.route("**/v1/jobs", (route) => route.fulfill({ json: { jobs: [dataset] } }));
  await page.goto(`${server.url}/#teach`);
  await expect(page.getByText("the package magenta-train brings it")).toBeVisible();
  await page.getByRole("button", { name: /^1 files/ }).click();
  await expect(page.getByText("the package magenta-train brings it")).toHaveCount(1);
});

test("what is no music, and a folder without any, is said @short @desk", async ({ page, server }) => {
  await page.goto(`${server.url}/#teach`);
  await page.getByLabel("Choose files").setInputFiles([{ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("x") }]);
  await expect(page.getByText("There is no music in it.")).toBeVisible();
  await page.getByRole("button", { name: "Other files" }).click();
  await drop(page, [brokenFile(1), brokenFile(2)]);
  await expect(page.getByText("0 of 2 files can be learned from.")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("There is nothing to learn from yet.")).toBeVisible();
  const messages = page.locator(".toasts").getByRole("alert");
  await expect(messages).toHaveCount(0);
  await page.getByLabel("Load a .mag").setInputFiles({ name: "bad.mag", mimeType: "application/octet-stream", buffer: Buffer.from("no bundle") });
  await expect(messages).toContainText("bundle");
});

test("30 tunes are learned from, through a killed server, and what comes of it knows five others better @slow @desk", async ({ page, server }, { project }) => {
  test.skip(project.name !== "desk", "learning is the same at any size");
  test.setTimeout(600_000);
  // Reels in notes twice as long: the bundled weights know reels as they are already.
  const folder = join(shared, "data", "nottingham");
  test.skip(!existsSync(folder), "left out: no shared data");
  const reels = readdirSync(folder).filter((name) => name.startsWith("reels")).sort();
  const stride = Math.floor(reels.length / 35);
  const names = reels.filter((_, i) => i % stride === 0).slice(0, 35);
  const slower = (name: string) => {
    const buffer = readFileSync(join(folder, name));
    buffer.writeUInt16BE(buffer.readUInt16BE(12) / 2, 12);  // ticks a quarter
    return { name, mimeType: "audio/midi", buffer };
  };
  const isOther = (_: string, i: number) => i % 7 === 0;
  const files = names.filter((name, i) => !isOther(name, i)).map(slower);
  await page.goto(`${server.url}/#teach`);
  const began = Date.now();
  await drop(page, files);
  await expect(page.getByText("of 30 files can be learned from")).toBeVisible({ timeout: 60_000 });
  await page.getByRole("button", { name: "1 min", exact: true }).click();
  await page.getByRole("button", { name: "Teach", exact: true }).click();
  await expect(page.getByText(/^Step [1-9]\d* of/)).toBeVisible({ timeout: 120_000 });
  await server.kill();
  await expect(page.getByText("The server does not answer.").first()).toBeVisible({ timeout: 20_000 });
  await server.start();
  await expect(page.getByText("stands beside the other models.")).toBeVisible({ timeout: 400_000 });
  const job = (await jobsOf(page, server)).find(({ kind }) => kind === "train")!;
  const best = Math.min(...job.curves!.heldOut.map(([, loss]) => loss));
  expect(best).toBeLessThan(job.curves!.before!);

  const answer = await page.request.post(`${server.url}/v1/generators/${job.result}:generate?bars=2`, { headers: { "content-type": "application/json" }, data: {} });
  expect(answer.ok()).toBe(true);
  console.log(`${project.name}: ${((Date.now() - began) / 1000).toFixed(0)} s from drop to first answer, the killed server included`);
  await page.getByRole("link", { name: "Play with it" }).click();
  await expect(page.getByRole("combobox", { name: "Model" })).toHaveValue(job.result!);

  const others = names.filter(isOther).map(slower).map(({ name, buffer }) => {
    const path = test.info().outputPath(name);
    writeFileSync(path, buffer);
    return path;
  });
  const models = ((await (await page.request.get(`${server.url}/v1/models`)).json()) as ModelList).models;
  const from = models.find(({ id }) => id === job.model)!;
  const mag = await page.request.get(`${server.url}/v1/models/${job.result}.mag`);
  const file = test.info().outputPath("taught.mag");
  writeFileSync(file, await mag.body());
  const before = magenta<{ log_likelihood?: number; files: { log_likelihood: number }[] }>("score", `--config=${from.config}`, ...others);
  const after = magenta<{ files: { log_likelihood: number }[] }>("score", `--bundle_file=${file}`, ...others);
  const sum = (score: { files: { log_likelihood: number }[] }) => score.files.reduce((all, { log_likelihood: one }) => all + one, 0);
  expect(sum(after)).toBeGreaterThan(sum(before));
});
