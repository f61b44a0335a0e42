import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { failure, fakeServer, json, type Answers } from "../api/fake_server";
import { setToken, token, tokenAfter } from "../api/token";
import type { Job, ModelInfo } from "../api/types";
import { consider, datasetJob, isKnown, isShut, jobs, keepFresh, loadModel, lookAgain, lost, models, optionsFor, plan, refresh, remove, sending, sendingError, sendPlan, shownId, startOver, trainJob } from "./state";

const job = (id: string, more: Partial<Job>): Job => ({
  id,
  kind: "dataset",
  name: "",
  model: "lookback_rnn",
  state: "done",
  progress: 1,
  etaSeconds: null,
  createdAt: "2026-01-01T00:00:00Z",
  error: null,
  report: null,
  curves: null,
  step: 0,
  steps: 0,
  checkpoints: [],
  result: null,
  collection: "c1",
  options: {},
  dataset: null,
  ...more,
});
const model = (id: string, canTeach: boolean): ModelInfo => ({ id, name: id, kind: "melody", description: "", card: "", origin: "bundled", canRemove: false, canTeach, bytes: 1, config: id });
const file = (path: string) => ({ path, size: 3, file: new File(["abc"], path) });

const usual: Answers = {
  "GET /v1/models": () => json({ models: [model("fixed", false), model("lookback_rnn", true)], train: { available: true } }),
  "GET /v1/jobs": () => json({ jobs: [] }),
  "POST /v1/collections": () => json({ id: "c1" }),
  "POST /v1/collections/c1/files": ({ path }) => (path.includes("broken") ? failure(400, "no music") : json({ files: 1, bytes: 3 })),
  "POST /v1/jobs": ({ body }) => json(job("d1", { options: (body as { options: Job["options"] }).options })),
};

describe("teaching", () => {
  beforeEach(() => {
    jobs.value = [];
    models.value = null;
    startOver();
  });
  afterEach(() => void vi.useRealTimers());
  it("sends each file, names what was refused, and shows what can be learned by the first model that can", async () => {
    const asked = fakeServer(usual);
    await refresh();
    consider([file("b.mid"), file("broken.mid"), file("a.mid"), file("x.txt")]);
    await sendPlan();
    expect(asked.filter(({ path }) => path.includes("/files")).map(({ path }) => path.split("name=")[1])).toEqual(["a.mid", "b.mid", "broken.mid"]);
    expect(asked.at(-1)?.body).toEqual({ kind: "dataset", collection: "c1", model: "lookback_rnn", options: {} });
    expect([shownId.value, datasetJob.value?.id, plan.value]).toEqual(["d1", "d1", null]);
  });
  it("stands still where the disk is full, says so, and goes on from there", async () => {
    let isFull = true;
    const asked = fakeServer({ ...usual, "POST /v1/collections/c1/files": ({ path }) => (path.includes("b.mid") && isFull ? failure(507, "the disk is full", "make room") : json({})) });
    await refresh();
    consider([file("a.mid"), file("b.mid")]);
    await sendPlan();
    expect([String(sendingError.value), sending.value?.sent, shownId.value]).toEqual(["ApiError: the disk is full", 1, ""]);
    isFull = false;
    await sendPlan();
    expect(asked.filter(({ path }) => path.endsWith("name=a.mid")).length).toBe(1);
    expect(asked.filter(({ path }) => path === "/v1/collections").length).toBe(1);
    expect([sendingError.value, shownId.value]).toEqual([null, "d1"]);
  });
  it("other files that are dropped meanwhile end the sending of the first", async () => {
    fakeServer({
      ...usual,
      "POST /v1/collections/c1/files": () => {
        consider([file("other.mid")]);
        return json({});
      },
    });
    await refresh();
    consider([file("a.mid"), file("b.mid")]);
    await sendPlan();
    expect([plan.value?.send[0]?.path, sending.value, sendingError.value, shownId.value]).toEqual(["other.mid", null, null, ""]);
  });
  it("files that no job reads go: with other files, and with their last job", async () => {
    const answers: Answers = { ...usual, "POST /v1/collections/c1/files": () => failure(507, "the disk is full"), "DELETE /v1/collections/c1": () => json({}) };
    let asked = fakeServer(answers);
    const removed = () => asked.filter(({ method }) => method === "DELETE").map(({ path }) => path);
    await refresh();
    consider([file("a.mid")]);
    await sendPlan();
    expect(removed()).toEqual([]);
    startOver();
    startOver();
    expect(removed()).toEqual(["/v1/collections/c1"]);
    const [first, second] = [job("d1", {}), job("d2", {})];
    jobs.value = [first, second];
    asked = fakeServer({ ...answers, "GET /v1/jobs": () => json({ jobs: [second] }), "DELETE /v1/jobs/d1": () => json({}) });
    await remove(first);
    expect(removed()).toEqual(["/v1/jobs/d1"]);
    asked = fakeServer({ ...answers, "DELETE /v1/jobs/d2": () => json({}) });
    await remove(second);
    expect(removed()).toEqual(["/v1/jobs/d2", "/v1/collections/c1"]);
  });
  it("files that a job reads stay with it when others are chosen", async () => {
    const asked = fakeServer(usual);
    await refresh();
    consider([file("a.mid")]);
    await sendPlan();
    startOver();
    expect(asked.filter(({ method }) => method === "DELETE")).toEqual([]);
  });
  it("all refused is an error with the reason", async () => {
    fakeServer(usual);
    await refresh();
    consider([file("broken.mid")]);
    await sendPlan();
    expect(sendingError.value).toMatchObject({ remedy: "no music" });
  });
  it("a remedy looks at the same files again, with what was chosen before", async () => {
    const asked = fakeServer(usual);
    expect(await lookAgain(job("d0", { options: { min_bars: 3 } }), "lookback_rnn", { min_bars: 3, ignore_polyphonic_notes: true })).toBe(true);
    expect(asked[0]?.body).toMatchObject({ collection: "c1", options: { min_bars: 3, ignore_polyphonic_notes: true } });
  });
  it("another model is told the options that its kind has: those of its own", () => {
    models.value = { models: [{ ...model("chords", true), kind: "lead sheet" }, { ...model("drums", true), kind: "drum track" }, { ...model("taught", true), kind: "lead sheet" }], train: { available: true } };
    const looked = job("d0", { model: "chords", options: { infer_chords: true } });
    expect([optionsFor(looked, "drums"), optionsFor(looked, "taught")]).toEqual([{}, { infer_chords: true }]);
  });
  it("a training is shown with what it learns from", () => {
    jobs.value = [job("t1", { kind: "train", dataset: "d1" }), job("d1", {})];
    shownId.value = "t1";
    expect([trainJob.value?.id, datasetJob.value?.id]).toEqual(["t1", "d1"]);
  });
  it("a server that is away is said so, and forgotten when it is back", async () => {
    fakeServer({ ...usual, "GET /v1/jobs": () => Promise.reject(new TypeError("failed to fetch")) });
    await refresh();
    expect(lost.value).toBeGreaterThan(0);
    fakeServer(usual);
    await refresh();
    expect(lost.value).toBeNull();
  });
  it("a server that wants a token is left alone until there is one, then all is shown", async () => {
    vi.useFakeTimers();
    isKnown.value = false;
    const asked = fakeServer({ ...usual, ...Object.fromEntries(["GET /v1/jobs", "GET /v1/models"].map((path) => [path, (one) => (token() ? usual[path]!(one) : failure(401, "a token is wanted"))])) } as Answers);
    const end = keepFresh();
    await vi.advanceTimersByTimeAsync(9000);
    expect([isShut.value, isKnown.value, asked.length]).toEqual([true, false, 2]);
    setToken("right"); // in another tab
    await vi.advanceTimersByTimeAsync(4000);
    expect([isShut.value, isKnown.value, models.value?.models.length]).toEqual([false, true, 2]);
    end();
    await tokenAfter("right");
  });
  it("a model whose card's title is no name that the server takes is called as its file", async () => {
    const asked = fakeServer({
      ...usual,
      "POST /v1/models": () => json({ ...model("reels", false), card: `# ${"x".repeat(300)}\n` }),
      "POST /v1/models/reels:rename": () => failure(400, "this is no name for a model"),
    });
    expect(await loadModel(file("reels.mag").file)).toBe("reels");
    expect(asked.map(({ method, path }) => `${method} ${path.split("?")[0]}`)).toEqual(["POST /v1/models", "POST /v1/models/reels:rename", "GET /v1/jobs", "GET /v1/models"]);
  });
});
