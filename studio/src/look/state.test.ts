import { beforeEach, describe, expect, it, vi } from "vitest";
import { eventStream, failure, fakeServer, json, type Answers } from "../api/fake_server";

// The page's sound needs a browser.
vi.mock("../sound/listen", async () => {
  const { signal } = await import("@preact/signals");
  return { heard: signal(""), listener: { position: signal(0) }, listen: vi.fn(() => Promise.resolve()), goOnWith: () => undefined, hush: () => undefined };
});
vi.mock("../sound/synth", () => ({ startSound: () => Promise.resolve(true) }));

const { loadGenerators } = await import("../store/generators");
const { heard, listen, listener } = await import("../sound/listen");
const { toasts } = await import("../view/toasts");
const { attends, busy, chosen, columns, enter, goOn, isDrums, live, looked, looking, modelId, open, parts, pieces, score, show, shown, stepsASecond } = await import("./state");

const distribution = { pitches: { 60: 0.5 }, hold: 0.25, rest: 0.25 };
const scored = (events: number) => ({
  model: "melody",
  logLikelihood: -1,
  bits: events,
  bitsPerNote: 1,
  notes: [],
  events: Array.from({ length: events }, (_, step) => ({ time: step / 8, endTime: (step + 1) / 8, step, event: "C4", pitches: [60], bits: 1, distribution })),
});
const note = (startTime: number, instrument = 0) => ({ pitch: 60, velocity: 80, startTime, endTime: startTime + 0.5, instrument });
const usual: Answers = {
  "GET /v1/generators": () => json({ generators: [{ id: "melody", kind: "melody" }, { id: "kit", kind: "drum track" }] }),
  "GET /v1/models": () => json({ models: [], train: { available: true } }),
  "POST /v1/convert": () => json({ pieces: [{ title: "One", sequence: { notes: [note(0), note(0.5, 1)] }, remarks: [] }, { title: "Two", sequence: { notes: [note(0)] }, remarks: [] }] }),
  "POST /v1/generators/melody:score": () => json(scored(2)),
  "POST /v1/generators/kit:score": () => json(scored(1)),
};

describe("looking inside", () => {
  beforeEach(async () => {
    fakeServer(usual);
    modelId.value = "";
    shown.value = null;
    score.value = null;
    await loadGenerators();
  });
  it("a file of several tunes shows the first, its parts, and scores it", async () => {
    await open(new File(["X:1"], "book.abc"));
    await vi.waitFor(() => expect(score.value?.bits).toBe(2));
    expect([shown.value?.name, pieces.value.length, parts.value.length, columns.value.length, busy.value]).toEqual(["One", 2, 2, 2, ""]);
  });
  it("another model scores the same music anew", async () => {
    show({ name: "a", music: { notes: [note(0)] } });
    await vi.waitFor(() => expect(score.value?.bits).toBe(2));
    modelId.value = "kit";
    await vi.waitFor(() => expect(score.value?.bits).toBe(1));
    expect(isDrums.value).toBe(true);
  });
  it("the map's steps are those of the model's grid", async () => {
    fakeServer({ ...usual, "GET /v1/generators": () => json({ generators: [{ id: "melody" }, { id: "eighths", stepsPerQuarter: 2 }, { id: "performance", stepsPerSecond: 100 }] }) });
    await loadGenerators();
    shown.value = { name: "a", music: { tempos: [{ time: 0, qpm: 60 }] } };
    expect(["melody", "eighths", "performance"].map((id) => ((modelId.value = id), stepsASecond.value))).toEqual([4, 2, 100]);
    shown.value = null;
    modelId.value = "melody";
    expect(stepsASecond.value).toBe(8);
  });
  it("lets the model go on after another was chosen", async () => {
    show({ name: "a", music: { notes: [note(0)] } });
    await vi.waitFor(() => expect(score.value?.bits).toBe(2));
    modelId.value = "kit";
    await vi.waitFor(() => expect(score.value?.bits).toBe(1));
    const asked = fakeServer({
      ...usual,
      "POST /v1/generators/kit:stream": () =>
        eventStream(["piece", { generatedSequence: { notes: [note(0), note(0.5)] } }], ["done", { seed: 1, logLikelihood: -1, notes: [] }]),
    });
    await goOn();
    expect([shown.value?.music.notes?.length, busy.value]).toEqual([2, ""]);
    expect(asked.map(({ path }) => path.split("?")[0]?.split(":")[1])).toEqual(["stream", "score"]);
  });
  it("what comes after Look was left neither sounds nor changes what is shown", async () => {
    const leave = enter();
    show({ name: "a", music: { notes: [note(0)] } });
    await vi.waitFor(() => expect(score.value?.bits).toBe(2));
    vi.mocked(listen).mockClear();
    fakeServer({
      ...usual,
      "POST /v1/generators/melody:stream": () => {
        leave();
        return eventStream(["piece", { generatedSequence: { notes: [note(0), note(0.5)] } }], ["done", { seed: 1, logLikelihood: -1, notes: [] }]);
      },
    });
    await goOn();
    expect(listen).not.toHaveBeenCalled();
    expect([shown.value?.music.notes?.length, live.value, busy.value]).toEqual([1, null, ""]);
  });
  it("what a server can't read leaves what was there", async () => {
    show({ name: "a", music: { notes: [note(0)] } });
    await vi.waitFor(() => expect(score.value?.bits).toBe(2));
    fakeServer({ ...usual, "POST /v1/convert": () => failure(400, "no music") });
    await open(new File(["?"], "x.mid"));
    expect([shown.value?.name, busy.value, score.value?.bits]).toEqual(["a", "", 2]);
  });
  it("a file that is too large is said, and not sent", async () => {
    const asked = fakeServer(usual);
    const file = new File([], "big.mid");
    Object.defineProperty(file, "size", { value: (16 << 20) + 1 });
    await open(file);
    expect([asked.length, busy.value]).toEqual([0, ""]);
    expect(toasts.value.at(-1)).toMatchObject({ message: "big.mid has 16.1 MB: the server takes no file that large.", remedy: "Choose a file of at most 16 MB." });
  });
  it("a file without notes leaves what was there, and is said", async () => {
    show({ name: "a", music: { notes: [note(0)] } });
    await vi.waitFor(() => expect(score.value?.bits).toBe(2));
    fakeServer({ ...usual, "POST /v1/convert": () => json({ pieces: [{ title: "", sequence: {}, remarks: ["only text"] }] }) });
    await open(new File(["?"], "silent.mid"));
    expect([shown.value?.name, busy.value, score.value?.bits]).toEqual(["a", "", 2]);
    expect(toasts.value.at(-1)).toMatchObject({ message: "silent.mid has no notes.", remedy: "only text" });
  });
  it("the machine goes on: its columns come beside those of the score, then all is scored", async () => {
    show({ name: "a", music: { notes: [note(0)] } });
    await vi.waitFor(() => expect(score.value?.bits).toBe(2));
    const seen: number[] = [];
    const stop = columns.subscribe((all) => seen.push(all.length));
    const asked = fakeServer({
      ...usual,
      "POST /v1/generators/melody:stream": () =>
        eventStream(
          ["piece", { generatedSequence: { notes: [note(0)] } }],
          ["distribution", { time: 0.5, step: 4, ...distribution }],
          ["piece", { generatedSequence: { notes: [note(0.5)] } }],
          ["done", { seed: 1, logLikelihood: -1, notes: [] }],
        ),
    });
    await goOn();
    stop();
    expect(seen).toContain(3);
    expect([shown.value?.music.notes?.length, live.value, busy.value]).toEqual([2, null, ""]);
    expect(asked.map(({ path }) => path.split("?")[0]?.split(":")[1])).toEqual(["stream", "score"]);
  });
  it("shows what was looked back at: at the chosen step, and while it sounds at that one", async () => {
    const attention = [0.75, 0.25];
    const events = scored(4).events.map((event) => ({ ...event, distribution: { ...distribution, attention } }));
    fakeServer({ ...usual, "POST /v1/generators/melody:score": () => json({ ...scored(4), events }) });
    show({ name: "a", music: { notes: [note(0)] } });
    await vi.waitFor(() => expect(score.value?.bits).toBe(4));
    expect([attends.value, looking.value, looked.value]).toEqual([true, -1, null]);
    chosen.value = 1;
    expect(looked.value).toMatchObject({ steps: [{ index: -1, weight: 0.75 }], before: 0.25 });
    heard.value = "look";
    listener.position.value = 3.5 / 8;
    expect([chosen.value, looking.value, looked.value?.steps.map(({ index }) => index)]).toEqual([1, 3, [1, 0]]);
    heard.value = "";
    expect(looking.value).toBe(1);
    modelId.value = "kit";
    await vi.waitFor(() => expect(score.value?.bits).toBe(1));
    expect([attends.value, looked.value]).toEqual([false, null]);
  });
  it("a stream that breaks is said, and what was there and what came stays", async () => {
    show({ name: "a", music: { notes: [note(0)] } });
    await vi.waitFor(() => expect(score.value?.bits).toBe(2));
    const broken = eventStream(
      ["piece", { generatedSequence: { notes: [note(0), note(0.5)] } }],
      ["error", { error: { message: "the model is gone" } }],
    );
    fakeServer({ ...usual, "POST /v1/generators/melody:stream": () => broken });
    await goOn();
    expect([busy.value, live.value, shown.value?.music.notes?.length, score.value?.bits]).toEqual(["", null, 2, 2]);
  });
});
