// The duet, as people meet it: one click and there is music; keys, and the machine answers.
import type { Page } from "@playwright/test";
import { readFileSync } from "node:fs";
import { BasicMIDI } from "spessasynth_core";
import type { DuetNote } from "../src/duet/phrase";
import type { Note, NoteSequence } from "../src/music/note_sequence";
import { seriousFaults } from "./axe";
import { expect, test } from "./server";

declare global {
  interface Window {
    streams: Promise<string>[];
  }
}

// Keeps what each stream of answers says.
test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    const real = window.fetch.bind(window);
    window.streams = [];
    window.fetch = async (input, init) => {
      const response = await real(input, init);
      if (response.ok && response.url.includes(":stream")) window.streams.push(response.clone().text().catch(() => ""));
      return response;
    };
  });
});

/** The notes that the pieces of a stream merge to; `index` as of an array. */
async function notesOf(page: Page, index: number): Promise<Note[]> {
  await page.waitForFunction((i) => window.streams.at(i) !== undefined, index);
  const text = await page.evaluate((i) => window.streams.at(i)!, index);
  return text
    .split("\n\n")
    .filter((event) => event.startsWith("event: piece"))
    .flatMap((event) => {
      const piece = JSON.parse(event.slice(event.indexOf("data:") + 5)) as { generatedSequence: NoteSequence };
      return (piece.generatedSequence.notes ?? []).map((note) => ({ ...note, startTime: (note as Partial<Note>).startTime ?? 0 }));
    });
}

const machineNotes = (page: Page) =>
  page.evaluate(() => window.magentaDuet!.session.notes.value.filter((note) => note.by === "machine"));
/** All that was played is kept, or gone. */
const kept = (page: Page) => expect.poll(() => page.evaluate(() => window.magentaDuet!.keeping()), { timeout: 10_000 }).toBe("kept");
const turn = (page: Page) => page.evaluate(() => window.magentaDuet!.session.turn.value);

/**
 * What is shown is what was sent, from `origin` on and `scale` times as long. Where this machine is so busy that notes
 * come too late, they and all that follow wait for whole beats.
 */
function expectSame(shown: readonly Note[], sent: readonly Note[], origin: number, scale: number, beat: number): void {
  expect(shown.map((note) => note.pitch)).toEqual(sent.map((note) => note.pitch));
  let waited = 0;
  sent.forEach((note, i) => {
    const one = shown[i]!;
    expect(one.endTime - one.startTime).toBeCloseTo((note.endTime - note.startTime) * scale, 4);
    const late = (one.startTime - origin - note.startTime * scale) / beat;
    expect(late).toBeCloseTo(Math.round(late), 4);
    expect(Math.round(late)).toBeGreaterThanOrEqual(waited);
    waited = Math.round(late);
  });
}

async function quick(page: Page, qpm = 240): Promise<void> {
  await page.getByLabel("Tempo").fill(String(qpm));
  await page.getByLabel("Tempo").press("Tab");
}

async function strike(page: Page, codes: string[], ms = 120): Promise<void> {
  for (const code of codes) {
    await page.keyboard.down(code);
    await page.waitForTimeout(ms);
    await page.keyboard.up(code);
  }
}

/** Plays a phrase and waits until the machine answers. */
async function phraseAndAnswer(page: Page, codes: string[]): Promise<void> {
  await strike(page, codes);
  await expect.poll(() => turn(page), { timeout: 10_000, intervals: [20] }).toBe("machine");
}

test("one click, and there is music", { tag: "@short" }, async ({ page, server }) => {
  await page.goto(server.url);
  await quick(page, 300);
  await page.locator(".play-big").click();
  await page.waitForFunction(() => window.magentaDuet!.level() > 0.001, null, { timeout: 10_000 });
  expect(await page.evaluate(() => window.magentaDuet!.sound.value.stage)).toBe("bank");
  const sent = await notesOf(page, 0);
  await expect.poll(async () => (await machineNotes(page)).length).toBe(sent.length);
  // At 300 quarters a minute; the request without music is at 120.
  expectSame(await machineNotes(page), sent, 0, 0.4, 0.2);
  await expect.poll(() => turn(page), { timeout: 20_000 }).toBe("yours");
});

test("the machine answers what is played, and both are saved", { tag: "@short" }, async ({ page, server }) => {
  await page.goto(server.url);
  await page.waitForFunction(() => window.magentaDuet!.session.details !== null);
  await quick(page);
  await phraseAndAnswer(page, ["KeyZ", "KeyC", "KeyB", "KeyC"]);
  const sent = await notesOf(page, -1);
  await expect.poll(() => turn(page), { timeout: 15_000 }).toBe("yours");

  // What is shown is what the server sent: the section's notes, from the bar line that was time 0.
  const { request, at } = await page.evaluate(() => window.magentaDuet!.session.answers.value[0]!);
  const section = request.generatorOptions!.generateSections![0]!;
  expect(request.inputSequence!.notes!.map((note) => note.pitch)).toEqual([60, 64, 67, 64]);
  const answer = sent.filter((note) => note.startTime >= section.startTime - 1e-6);
  expect(answer.length).toBeGreaterThan(0);
  expectSame(await machineNotes(page), answer, at - section.startTime, 1, 0.25);
  // It begins on a beat, as soon as a beat of silence has passed.
  expect((at / 0.25) % 1).toBeCloseTo(0, 6);

  await page.getByRole("button", { name: "Pause" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as MIDI" }).click();
  const midi = BasicMIDI.fromArrayBuffer(new Uint8Array(readFileSync(await (await download).path())).buffer);
  const saved = midi.tracks.flatMap((track) =>
    track.events.filter((event) => (event.statusByte & 0xf0) === 0x90 && event.data[1]! > 0).map((event) => [event.data[0]!, midi.midiTicksToSeconds(event.ticks)]),
  );
  const all = await page.evaluate((): readonly DuetNote[] => window.magentaDuet!.session.notes.value);
  const start = Math.min(...all.map((note) => note.startTime));
  const bar = Math.floor((start + 0.02) / 1) * 1;
  const expected = all.map((note) => [note.pitch, Math.max(0, note.startTime - bar)]);
  const byTime = (a: number[], b: number[]) => a[1]! - b[1]! || a[0]! - b[0]!;
  saved.sort(byTime);
  expected.sort(byTime);
  expect(saved.map(([pitch]) => pitch)).toEqual(expected.map(([pitch]) => pitch));
  saved.forEach(([, time], i) => expect(Math.abs(time! - expected[i]![1]!)).toBeLessThan(0.005));
});

test("answers stay in the key that is played in, which is shown and can be left", async ({ page, server }) => {
  await page.goto(server.url);
  await page.waitForFunction(() => window.magentaDuet!.session.details !== null);
  await page.getByRole("combobox", { name: "Model", exact: true }).selectOption("lookback_rnn");
  await quick(page);
  const said = async (codes: string[]) => {
    const before = await page.evaluate(() => window.magentaDuet!.session.answers.value.length);
    await phraseAndAnswer(page, codes);
    await expect.poll(() => page.evaluate((count) => window.magentaDuet!.session.answers.value.slice(count).at(-1)?.seed ?? null, before)).not.toBeNull();
    await expect.poll(() => turn(page), { timeout: 15_000 }).toBe("yours");
    return page.evaluate(() => window.magentaDuet!.session.answers.value.at(-1)!.request.generatorOptions!.args!.primer_key?.stringValue);
  };
  // C sharp, D sharp, F sharp, G sharp, B flat: no white key, and F: D flat alone has them all.
  expect(await said(["KeyS", "KeyD", "KeyG", "KeyH", "KeyJ", "KeyV"])).toBe("Db");
  await expect(page.getByText("So far Db major, or Bb minor.")).toBeVisible();
  expect(await said(["KeyZ", "KeyV"])).toBe("Db"); // C and F: C by themselves
  await page.getByLabel("Keep to the key that I play in").uncheck();
  await expect(page.getByText("So far Db major")).toHaveCount(0);
  expect(await said(["KeyZ", "KeyV"])).toBeUndefined();
  await page.getByText("More of this model").click();
  await page.getByLabel("Primer key").fill("F#");
  await page.getByLabel("Primer key").blur();
  await expect(page.getByText("below says F#")).toBeVisible();
  expect(await said(["KeyZ", "KeyV"])).toBe("F#");
  await page.getByRole("combobox", { name: "Model", exact: true }).selectOption("drum_kit");
  await expect(page.getByLabel("Keep to the key that I play in")).toHaveCount(0);
});

test("drums have pads, lead sheets a chart, turns of bars are kept", async ({ page, server }) => {
  await page.goto(server.url);
  await quick(page);
  const kinds = await page.evaluate(async () => {
    const list = (await (await fetch("/v1/generators")).json()) as { generators: { id: string; kind: string; control?: string }[] };
    return { drums: list.generators.find((one) => one.kind.includes("drum"))?.id, chords: list.generators.find((one) => one.control === "chords")?.id };
  });
  await page.getByRole("combobox", { name: "Model", exact: true }).selectOption(kinds.drums!);
  await expect(page.getByRole("button", { name: "Snare" })).toBeVisible();
  await phraseAndAnswer(page, ["KeyZ", "KeyX", "KeyC", "KeyX"]);
  const drums = await notesOf(page, -1);
  expect(drums.every((note) => note.isDrum)).toBe(true);
  await expect.poll(async () => (await machineNotes(page)).length).toBeGreaterThan(0);
  expect((await machineNotes(page)).every((note) => note.isDrum)).toBe(true);

  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("button", { name: "Start anew" }).click();
  await page.getByRole("combobox", { name: "Model", exact: true }).selectOption(kinds.chords!);
  await page.getByLabel("Chord symbols").fill("C Am");
  await page.getByRole("button", { name: "F", exact: true }).click();
  await expect(page.getByLabel("Chord symbols")).toHaveValue("C Am F");
  await page.getByLabel("in turn, by bars").check();
  await page.getByLabel("Bars for each").selectOption("1");
  await phraseAndAnswer(page, ["KeyZ", "KeyC"]);
  const answer = await page.evaluate(() => window.magentaDuet!.session.answers.value[0]!);
  expect(answer.at).toBe(1);
  expect(answer.request.inputSequence!.textAnnotations!.map(({ text }) => text)).toEqual(["C", "Am"]);
});

test("the machine plays with you at the same time, in parts of its own that go on to Compose @short", async ({ page, server, isMobile }) => {
  await page.goto(server.url);
  const model = page.getByRole("combobox", { name: "Model", exact: true });
  const together = page.getByRole("radio", { name: "while I play, other parts" });
  await model.selectOption("lookback_rnn");
  await expect(together).toHaveCount(0);
  await expect(page.getByText("that is what score can do")).toBeVisible();
  await model.selectOption("score");
  await together.check();
  await page.getByRole("checkbox", { name: "Alto" }).check();
  await quick(page, 120);
  await expect(page.getByText("comes in as you play")).toBeVisible();
  expect(await seriousFaults(page)).toEqual([]);

  const state = () => page.evaluate(() => window.magentaDuet!.session.together.state.value);
  await page.locator(".play-big").click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  expect([await state(), (await machineNotes(page)).length]).toEqual(["rests", 0]);
  await strike(page, ["KeyZ", "KeyX", "KeyC", "KeyV", "KeyB"], 480);
  await expect(page.getByText("You play together.")).toBeVisible();
  // What it plans stands on the roll, ahead of the play head.
  const ahead = () =>
    page.evaluate(() => {
      const { session } = window.magentaDuet!;
      return Math.max(...session.notes.value.map(({ endTime }) => endTime)) - session.now();
    });
  expect(await ahead()).toBeGreaterThan(0);
  await page.screenshot({ path: test.info().outputPath("together.png"), fullPage: true });
  await strike(page, ["KeyN", "KeyB", "KeyV", "KeyX", "KeyZ"], 480);
  await page.waitForFunction(() => window.magentaDuet!.level() > 0.001);
  await expect.poll(state, { timeout: 10_000 }).toBe("rests");

  const notes = await page.evaluate((): readonly DuetNote[] => window.magentaDuet!.session.notes.value);
  const [yours, its] = [notes.filter(({ by }) => by === "player"), notes.filter(({ by }) => by === "machine")];
  expect(yours.map(({ pitch }) => pitch)).toEqual([60, 62, 64, 65, 67, 69, 67, 65, 62, 60]);
  const last = Math.max(...yours.map(({ endTime }) => endTime));
  for (const part of ["Alto", "Bass"]) {
    const of = its.filter(({ role }) => role === part);
    const whileYouPlay = of.filter((note) => yours.some((one) => note.startTime < one.endTime && one.startTime < note.endTime));
    expect(whileYouPlay.length, part).toBeGreaterThan(0);
    // One line, whatever was planned anew, and it rests a bar after you.
    of.sort((a, b) => a.startTime - b.startTime);
    for (const [i, note] of of.slice(1).entries()) expect(note.startTime).toBeGreaterThanOrEqual(of[i]!.endTime - 1e-6);
    for (const { startTime } of of) expect(startTime).toBeLessThan(last + 2.5);
  }

  await page.getByRole("button", { name: "Open in Compose" }).click();
  await expect.poll(() => page.evaluate(() => window.magentaCompose?.sequence().notes?.length)).toBe(notes.length);
  const tracks = page.getByLabel("Name of the track");
  if (!isMobile) expect(await tracks.evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value))).toEqual(["You", "Alto", "Bass"]);
});

test("playing together goes on when the server dies, which is said once, and comes back with it @desk", async ({ page, server }) => {
  await page.goto(server.url);
  await page.getByRole("combobox", { name: "Model", exact: true }).selectOption("score");
  await page.getByRole("radio", { name: "while I play, other parts" }).check();
  const planned = async () => (await machineNotes(page)).length;
  /** On a busy machine plans come in time after some notes. */
  const playUntilMoreThan = (count: number) =>
    expect(async () => {
      await strike(page, ["KeyZ", "KeyC", "KeyB", "KeyC"], 400);
      expect(await planned()).toBeGreaterThan(count);
    }).toPass({ timeout: 20_000 });
  await playUntilMoreThan(0);
  await server.kill();
  await strike(page, ["KeyC", "KeyZ", "KeyC"], 400);
  await expect(page.getByRole("alert")).toHaveCount(1);
  await expect(page.getByRole("alert")).toContainText("server");
  expect(await page.evaluate(() => window.magentaDuet!.session.isPlaying.value)).toBe(true);
  await server.start();
  await playUntilMoreThan(await planned());
});

test("several fingers play at once", async ({ page, server }) => {
  await page.goto(server.url);
  const key = (name: string) => page.getByRole("button", { name, exact: true });
  const points = await Promise.all(
    ["C4", "E4", "G4"].map(async (name, id) => {
      const box = (await key(name).boundingBox())!;
      return { x: box.x + box.width / 2, y: box.y + box.height * 0.9, id };
    }),
  );
  const touch = await page.context().newCDPSession(page);
  await touch.send("Emulation.setTouchEmulationEnabled", { enabled: true, maxTouchPoints: 3 });
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: points });
  for (const name of ["C4", "E4", "G4"]) await expect(key(name)).toHaveAttribute("aria-pressed", "true");
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  for (const name of ["C4", "E4", "G4"]) await expect(key(name)).toHaveAttribute("aria-pressed", "false");
});

test("a mouse that glides and the focus play the keys", async ({ page, server }) => {
  await page.goto(server.url);
  const key = (name: string) => page.getByRole("button", { name, exact: true });
  const box = (await key("E4").boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height * 0.9);
  await page.mouse.down();
  await expect(key("E4")).toHaveAttribute("aria-pressed", "true");
  await page.mouse.move(box.x + box.width * 1.5, box.y + box.height * 0.9);
  await expect(key("E4")).toHaveAttribute("aria-pressed", "false");
  await expect(key("F4")).toHaveAttribute("aria-pressed", "true");
  await page.mouse.up();
  await expect(key("F4")).toHaveAttribute("aria-pressed", "false");

  await key("C4").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.down("Space");
  await expect(key("D4")).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.up("Space");
  await expect(key("D4")).toHaveAttribute("aria-pressed", "false");
});

test("the server dies in the middle of an answer, and the duet goes on @desk", async ({ page, server }) => {
  await page.goto(server.url);
  await page.waitForFunction(() => window.magentaDuet!.session.details !== null);
  await quick(page);
  await phraseAndAnswer(page, ["KeyZ", "KeyC"]);
  await server.kill();
  await expect.poll(() => turn(page), { timeout: 10_000 }).toBe("yours");
  await strike(page, ["KeyB", "KeyC"]);
  await expect(page.getByRole("alert")).toContainText("server");
  await expect.poll(() => turn(page)).toBe("yours");
  await server.start();
  await phraseAndAnswer(page, ["KeyZ", "KeyC"]);
  await expect.poll(async () => (await page.evaluate(() => window.magentaDuet!.session.answers.value.at(-1)!.seed)) !== null).toBe(true);
});

test("an answer that breaks off is said, and what came of it is played @desk", async ({ page, server }) => {
  await page.route("**/*:stream", async (route) => {
    const whole = await (await route.fetch()).text();
    await route.fulfill({ status: 200, contentType: "text/event-stream", body: whole.split("event: done")[0]!.split("\n\n").slice(0, 4).join("\n\n") + "\n\n" });
  });
  await page.goto(server.url);
  await quick(page);
  await page.locator(".play-big").click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect.poll(async () => (await machineNotes(page)).length).toBeGreaterThan(0);
  await expect.poll(() => turn(page), { timeout: 20_000 }).toBe("yours");
});

test("a model that is removed while it plays is said, and another goes on @desk", async ({ page, server }) => {
  await page.goto(server.url);
  await quick(page);
  const model = page.getByRole("combobox", { name: "Model", exact: true });
  const first = await model.inputValue();
  const gone = { error: { code: "NOT_FOUND", message: `there is no generator '${first}' here`, remedy: "GET /v1/generators lists them" } };
  await page.route(`**/${first}:stream`, (route) => route.fulfill({ status: 404, json: gone }));
  await page.route("**/v1/generators", async (route) => {
    const { generators } = (await (await route.fetch()).json()) as { generators: { id: string }[] };
    await route.fulfill({ json: { generators: generators.filter(({ id }) => id !== first) } });
  });
  await strike(page, ["KeyZ", "KeyC"]);
  await expect(page.getByRole("alert")).toContainText("no longer there");
  await expect(model).not.toHaveValue(first);
  await phraseAndAnswer(page, ["KeyZ", "KeyC"]);
});

for (const scheme of ["light", "dark"] as const) {
  test(`axe finds nothing serious in a duet over chords, all opened (${scheme})`, async ({ page, server }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(server.url);
    await page.getByRole("combobox", { name: "Model", exact: true }).selectOption("chord_pitches_improv");
    await page.getByText("Sounds and MIDI").click();
    await page.getByText("More of this model").click();
    await phraseAndAnswer(page, ["KeyZ", "KeyC"]);
    expect(await seriousFaults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });
}

test("a MIDI keyboard plays, and a MIDI port sounds @desk", async ({ page, server }) => {
  await page.addInitScript(() => {
    const sent: number[][] = [];
    const input = Object.assign(new EventTarget(), { id: "in", name: "Keys", state: "connected", onmidimessage: null });
    const output = { id: "out", name: "Box", state: "connected", send: (bytes: number[]) => sent.push([...bytes]) };
    Object.assign(window, { midiInput: input, midiSent: sent });
    navigator.requestMIDIAccess = () =>
      Promise.resolve({ inputs: new Map([["in", input]]), outputs: new Map([["out", output]]), onstatechange: null } as unknown as MIDIAccess);
  });
  await page.goto(server.url);
  await page.getByText("Sounds and MIDI").click();
  await page.getByRole("button", { name: "Use MIDI keyboards" }).click();
  await page.getByLabel("Sound through").selectOption("out");
  const send = (bytes: number[]) =>
    page.evaluate((data) => {
      const { midiInput } = window as unknown as { midiInput: { onmidimessage: (message: { data: Uint8Array }) => void } };
      midiInput.onmidimessage({ data: new Uint8Array(data) });
    }, bytes);
  await send([0x90, 64, 77]);
  await expect(page.getByRole("button", { name: "E4", exact: true })).toHaveAttribute("aria-pressed", "true");
  await send([0x90, 64, 0]);
  await expect(page.getByRole("button", { name: "E4", exact: true })).toHaveAttribute("aria-pressed", "false");
  const sent = await page.evaluate(() => (window as unknown as { midiSent: number[][] }).midiSent);
  expect(sent).toContainEqual([0x90, 64, 77]);
  expect(sent).toContainEqual([0x80, 64, 0]);
});

for (const [what, script] of [
  ["no Web MIDI", "Object.defineProperty(Navigator.prototype, 'requestMIDIAccess', { value: undefined })"],
  ["MIDI that is denied", "navigator.requestMIDIAccess = () => Promise.reject(new DOMException('no', 'NotAllowedError'))"],
] as const) {
  test(`${what} is a message @desk`, async ({ page, server }) => {
    await page.addInitScript(script);
    await page.goto(server.url);
    await page.getByText("Sounds and MIDI").click();
    await page.getByRole("button", { name: "Use MIDI keyboards" }).click();
    await expect(page.getByRole("alert")).toContainText("MIDI");
  });
}

test("what was played outlives a reload, is saved and opened, and goes by Start anew", { tag: ["@short", "@desk"] }, async ({ page, server }) => {
  await page.goto(server.url);
  await page.waitForFunction(() => window.magentaDuet!.session.details !== null);
  await quick(page);
  await phraseAndAnswer(page, ["KeyZ", "KeyC", "KeyB"]);
  await expect.poll(() => turn(page), { timeout: 15_000 }).toBe("yours");
  await page.getByRole("button", { name: "Pause" }).click();
  const notes = () =>
    page.evaluate(() => window.magentaDuet!.session.notes.value.map(({ by, pitch, startTime }) => `${by} ${pitch} ${startTime.toFixed(3)}`));
  const before = await notes();
  expect(before.length).toBeGreaterThanOrEqual(3);
  await page.reload();
  await expect.poll(notes).toEqual(before);
  await expect(page.getByLabel("Tempo")).toHaveValue("240");
  await expect(page.getByRole("button", { name: "Save as MIDI" })).toBeEnabled();
  await page.getByRole("button", { name: "Open in Compose" }).click();
  await expect.poll(() => page.evaluate(() => window.magentaCompose?.sequence().notes?.length)).toBe(before.length);
  await page.getByRole("link", { name: "Duet" }).click();
  await page.getByRole("button", { name: "Start anew" }).click();
  await kept(page);
  await page.reload();
  await expect(page.locator(".play-big")).toBeVisible();
  await page.evaluate(() => window.magentaDuet!.loadKept());
  expect(await notes()).toEqual([]);
});

test("the pads stay where they are as the duet begins, and have letters where there are keys @short", async ({ page, server, isMobile }) => {
  await page.goto(server.url);
  await page.getByRole("combobox", { name: "Model", exact: true }).selectOption("drum_kit");
  const pads = page.locator(".pads");
  await expect(pads.locator("kbd").first()).toBeVisible({ visible: !isMobile });
  const top = (await pads.boundingBox())!.y;
  await page.locator(".play-big").click();
  await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
  expect((await pads.boundingBox())!.y).toBe(top);
});

test("a key goes on with a duet that was paused, or was played before a reload @short @desk", async ({ page, server }) => {
  await page.goto(server.url);
  await page.waitForFunction(() => window.magentaDuet!.session.details !== null);
  const count = () => page.evaluate(() => window.magentaDuet!.session.notes.value.filter(({ by }) => by === "player").length);
  const isPlaying = () => page.evaluate(() => window.magentaDuet!.session.isPlaying.value);
  await page.keyboard.press("KeyZ");
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("or the first key, goes on")).toBeVisible();
  await page.keyboard.press("KeyC");
  expect([await isPlaying(), await count()]).toEqual([true, 2]);
  await page.getByRole("button", { name: "Pause" }).click();
  await kept(page);
  await page.reload();
  await expect.poll(count).toBe(2);
  await page.keyboard.press("KeyB");
  expect([await isPlaying(), await count()]).toEqual([true, 3]);
});

test("what another tab plays is there when Duet is opened, and goes on @desk", async ({ page, server, context }) => {
  await page.goto(`${server.url}/#compose`);
  const other = await context.newPage();
  await other.goto(server.url);
  await other.waitForFunction(() => window.magentaDuet!.session.details !== null);
  await other.keyboard.press("KeyZ");
  await other.getByRole("button", { name: "Pause" }).click();
  await kept(other);
  await page.getByRole("link", { name: "Duet" }).click();
  const count = (tab: Page) => tab.evaluate(() => window.magentaDuet!.session.notes.value.filter(({ by }) => by === "player").length);
  await expect.poll(() => count(page)).toBe(1);
  await page.keyboard.press("KeyC");
  await page.getByRole("button", { name: "Pause" }).click();
  await kept(page);
  await other.reload();
  await expect.poll(() => count(other)).toBe(2);
});

test("no audio is a message, and the duet goes on in silence @desk", async ({ page, server }) => {
  await page.addInitScript("window.AudioContext = class { constructor() { throw new Error('no device'); } }");
  await page.goto(server.url);
  await quick(page);
  await page.locator(".play-big").click();
  await expect(page.locator(".sound-notice")).toContainText("no audio device");
  await expect.poll(async () => (await machineNotes(page)).length).toBeGreaterThan(0);
  await expect.poll(() => turn(page), { timeout: 20_000 }).toBe("yours");
});

test("no sound bank: simple instruments sound, and it is said @desk", async ({ page, server }) => {
  await page.route("**/soundfont", (route) =>
    route.fulfill({ status: 404, json: { error: { code: "NOT_FOUND", message: "no sound font", remedy: "apt-get install one" } } }),
  );
  await page.goto(server.url);
  await page.locator(".play-big").click();
  await page.waitForFunction(() => window.magentaDuet!.level() > 0.001, null, { timeout: 10_000 });
  await expect(page.locator(".sound-notice")).toContainText("apt-get install one");
});

test("a rendered piece sounds where notes are, from when they are @desk", async ({ page, server }) => {
  await page.goto(server.url);
  const piece = {
    notes: [
      { pitch: 72, velocity: 110, startTime: 0.5, endTime: 0.8, program: 11 },
      { pitch: 36, velocity: 110, startTime: 3.25, endTime: 3.4, isDrum: true },
    ],
  };
  const loud = await page.evaluate(async (sequence) => {
    const buffer = await window.magentaDuet!.render(sequence);
    const samples = buffer.getChannelData(0);
    const peak = (from: number, to: number) =>
      samples.slice(Math.floor(from * buffer.sampleRate), Math.floor(to * buffer.sampleRate)).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    const after = (from: number) => samples.findIndex((sample, i) => i >= from * buffer.sampleRate && Math.abs(sample) > 0.0005) / buffer.sampleRate;
    return {
      channels: buffer.numberOfChannels, rate: buffer.sampleRate, before: peak(0, 0.49), during: peak(0.5, 0.8),
      between: peak(3, 3.24), drum: peak(3.25, 3.4), first: after(0), second: after(3),
    };
  }, piece);
  expect(loud).toMatchObject({ channels: 2, rate: 44100 });
  expect(loud.before).toBeLessThan(1e-4);
  expect(loud.during).toBeGreaterThan(0.02);
  expect(loud.between).toBeLessThan(2e-3);
  expect(loud.drum).toBeGreaterThan(0.02);
  expect(Math.abs(loud.first - 0.5)).toBeLessThan(0.005);
  expect(Math.abs(loud.second - 3.25)).toBeLessThan(0.005);
});

test("the transport is on time on the audio clock @desk", async ({ page, server }) => {
  await page.goto(server.url);
  const told = await page.evaluate(async () => {
    const { transport } = window.magentaDuet!;
    const at: number[] = [];
    transport.onNote = (_, time) => at.push(time);
    transport.setPiece({ notes: [0, 0.2, 0.4].map((startTime) => ({ pitch: 60, velocity: 90, startTime, endTime: startTime + 0.1 })) });
    await transport.play(0);
    await new Promise<void>((resolve) => (transport.onEnd = resolve));
    return at.map((time) => time - at[0]!);
  });
  expect(told.map((time) => Number(time.toFixed(6)))).toEqual([0, 0.2, 0.4]);
});
