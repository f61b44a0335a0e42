import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DuetKeeper } from "../store/duet_record";

// The audio clock needs a browser; sound starts when the test says so.
let soundStarts: () => void = () => undefined;
vi.mock("../sound/synth", () => ({
  clock: () => 0,
  cut: () => undefined,
  latency: () => 0,
  noteOff: () => undefined,
  noteOn: () => undefined,
  warmUp: () => undefined,
  startSound: () => new Promise<void>((resolve) => (soundStarts = resolve)),
}));
vi.mock("../sound/scheduler", () => ({ addSource: () => () => undefined, lookAhead: 0.15 }));

type Tab = typeof import("./store");
/** The page in a tab of its own. */
async function openTab(): Promise<Tab> {
  vi.resetModules();
  return import("./store");
}

it("Play that waited for the sound does not begin after the duet was left", async () => {
  const { play, session, stop } = await openTab();
  const left = play();
  stop();
  soundStarts();
  await left;
  expect(session.isPlaying.value).toBe(false);
  const asked = play();
  soundStarts();
  await asked;
  expect(session.isPlaying.value).toBe(true);
  stop();
});

describe("what was played", () => {
  beforeEach(() => {
    vi.stubGlobal("indexedDB", new IDBFactory());
    vi.stubGlobal("addEventListener", () => undefined);
  });
  afterEach(() => void vi.unstubAllGlobals());

  const pitches = (notes: readonly { pitch: number }[] = []) => notes.map(({ pitch }) => pitch);
  const kept = async () => pitches((await (await DuetKeeper.open()).load())?.notes);
  async function strike(tab: Tab, pitch: number): Promise<void> {
    const before = (await kept()).length;
    tab.keyDown(pitch, 90);
    tab.stop();
    await vi.waitFor(async () => expect([(await kept()).length > before, tab.keeping()]).toEqual([true, "kept"]));
  }

  it("in another tab is shown and goes on, unless this one has played", async () => {
    const [one, other] = [await openTab(), await openTab()];
    await strike(one, 60);
    await other.loadKept();
    expect(pitches(other.session.notes.value)).toEqual([60]);
    await strike(one, 62);
    await other.loadKept();
    await strike(other, 64);
    expect(await kept()).toEqual([60, 62, 64]);
    await one.loadKept();
    expect(pitches(one.session.notes.value)).toEqual([60, 62]);
  });
  it("stays as it is kept while another tab opens, and has its tempo changed", async () => {
    const [one, other] = [await openTab(), await openTab()];
    await other.loadKept();
    await strike(one, 60);
    other.qpm.value = 90;
    await vi.waitFor(() => expect(other.keeping()).toBe("kept"));
    expect(await kept()).toEqual([60]);
    await other.loadKept();
    expect(pitches(other.session.notes.value)).toEqual([60]);
  });
  it("goes by Start anew", async () => {
    const tab = await openTab();
    await strike(tab, 60);
    await tab.startAnew();
    expect([await kept(), tab.isFresh.value]).toEqual([[], true]);
  });
});
