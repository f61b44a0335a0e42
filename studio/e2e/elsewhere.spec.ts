// The page where browsers keep things from it: opened over http from another machine, and hidden behind another tab.
import type { Page } from "@playwright/test";
import { seriousFaults } from "./axe";
import { expect, insecureHost, test, type StudioServer } from "./server";
import { tuneFile } from "./tunes";

async function openFromElsewhere(page: Page, server: StudioServer, part: string): Promise<void> {
  await server.kill("SIGTERM");
  await server.start("--host=0.0.0.0", "--auth_token=right");
  await page.goto(`${server.url.replace("127.0.0.1", insecureHost)}/#${part}`);
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  await page.getByRole("dialog").getByLabel("Token").fill("right");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
}

test("a page that came over http from another machine plays simply, and says how it sounds better @short @desk", async ({ page, server }) => {
  await openFromElsewhere(page, server, "duet");
  await page.waitForFunction(() => window.magentaDuet!.session.details !== null);
  await page.locator(".play-big").click();
  await expect(page.locator(".sound-notice")).toContainText("--tls_cert");
  await page.waitForFunction(() => window.magentaDuet!.level() > 0.001, null, { timeout: 20_000 });
  await page.getByText("Sounds and MIDI").click();
  await page.getByRole("button", { name: "Use MIDI keyboards" }).click();
  await expect(page.getByRole("alert")).toContainText("--tls_cert");
  expect(await seriousFaults(page)).toEqual([]);
});

test("there one composes, keeps, saves sound, and copies links by hand @desk", async ({ page, server }) => {
  await openFromElsewhere(page, server, "compose");
  await page.getByLabel("Open a file").setInputFiles(tuneFile(1));
  await expect(page.getByLabel("Name of the piece")).toHaveValue("Tune 1");
  await page.locator("summary", { hasText: "Save" }).click();
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Sound (WAV)" }).click();
  expect((await saving).suggestedFilename()).toBe("Tune 1.wav");
  await page.getByLabel("From bar").fill("2");
  await page.getByLabel("From bar").blur();
  await page.getByLabel("to bar").fill("2");
  await page.getByLabel("to bar").blur();
  await page.getByRole("button", { name: "Vary" }).click();
  await expect(page.getByRole("button", { name: "Keep: Candidate 1" })).toBeEnabled();
  await page.getByRole("button", { name: /Copy a link/ }).first().click();
  await expect(page.getByText("does not let this page copy")).toBeVisible();
  await expect.poll(() => page.evaluate(() => window.magentaCompose?.keeping())).toBe("kept");
  await page.reload();
  await expect(page.getByLabel("Name of the piece")).toHaveValue("Tune 1");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

/** As browsers do with a page behind another: no frames, and its own timers once a second; workers keep their pace. */
async function makeHideable(page: Page): Promise<void> {
  await page.addInitScript(() => {
    let isHidden = false;
    const waiting: FrameRequestCallback[] = [];
    const [frame, later, AudioContext] = [window.requestAnimationFrame.bind(window), window.setTimeout.bind(window), window.AudioContext];
    window.requestAnimationFrame = (draw) => (isHidden ? waiting.push(draw) : frame(draw));
    window.setTimeout = ((call: TimerHandler, ms = 0) => later(call, isHidden ? Math.max(1000, ms) : ms)) as typeof setTimeout;
    Object.defineProperty(document, "visibilityState", { get: () => (isHidden ? "hidden" : "visible") });
    Object.defineProperty(document, "hidden", { get: () => isHidden });
    window.contexts = [];
    window.AudioContext = class extends AudioContext {
      constructor(options?: AudioContextOptions) {
        super(options);
        window.contexts.push(this);
      }
    };
    window.hidePage = (hide) => {
      isHidden = hide;
      document.dispatchEvent(new Event("visibilitychange"));
      if (!hide) waiting.splice(0).forEach((draw) => frame(draw));
    };
  });
}

declare global {
  interface Window {
    hidePage: (hide: boolean) => void;
    contexts: AudioContext[];
  }
}

const turn = (page: Page) => page.evaluate(() => window.magentaDuet!.session.turn.value);
const hide = (page: Page, isHidden: boolean) => page.evaluate((hidden) => window.hidePage(hidden), isHidden);

test("a duet goes on behind another tab: it sounds, answers what comes, and is kept @short @desk", async ({ page, server }) => {
  await makeHideable(page);
  await page.goto(server.url);
  await page.waitForFunction(() => window.magentaDuet!.session.details !== null);
  await page.getByLabel("Tempo").fill("240");
  await page.getByLabel("Tempo").press("Tab");
  await page.locator(".play-big").click();
  await expect.poll(() => turn(page), { timeout: 20_000, intervals: [20] }).toBe("machine");
  await hide(page, true);
  await page.waitForFunction(() => window.magentaDuet!.level() > 0.001, null, { timeout: 10_000, polling: 20 });
  await expect.poll(() => turn(page), { timeout: 20_000 }).toBe("yours");
  // A MIDI keyboard plays a page that is not seen, too.
  const asked = await page.evaluate(() => window.magentaDuet!.session.answers.value.length);
  await page.evaluate(() => window.magentaDuet!.session.on(60, 90));
  await page.evaluate(() => window.magentaDuet!.session.off(60));
  await expect.poll(() => turn(page), { timeout: 20_000, intervals: [20] }).toBe("machine");
  await expect.poll(() => page.evaluate(() => window.magentaDuet!.session.answers.value.at(-1)!.seed), { timeout: 20_000 }).not.toBeNull();
  expect(await page.evaluate(() => window.magentaDuet!.session.answers.value.length)).toBe(asked + 1);
  await hide(page, false);
  await expect.poll(() => turn(page), { timeout: 20_000 }).toBe("yours");
  await page.getByRole("button", { name: "Pause" }).click();
  const notes = () => page.evaluate(() => window.magentaDuet!.session.notes.value.length);
  const before = await notes();
  await page.reload();
  await expect.poll(notes).toBe(before);
});

test("sound that the system takes stands still, and comes back where it was when the page is seen again @desk", async ({ page, server }) => {
  await makeHideable(page);
  await page.goto(server.url);
  await page.locator(".play-big").click();
  await expect.poll(() => turn(page), { timeout: 20_000, intervals: [20] }).toBe("machine");
  await hide(page, true);
  await page.evaluate(() => window.contexts[0]!.suspend());
  const now = () => page.evaluate(() => window.magentaDuet!.session.now());
  const stood = await now();
  await page.waitForTimeout(1000);
  expect(await now()).toBeCloseTo(stood, 1);
  await hide(page, false);
  await page.waitForFunction(() => window.contexts[0]!.state === "running");
  await expect.poll(now).toBeGreaterThan(stood + 0.5);
  await expect.poll(() => turn(page), { timeout: 30_000 }).toBe("yours");
});

test("Look's stream and a piece that plays go on behind another tab, and end @desk", async ({ page, server }) => {
  await makeHideable(page);
  await page.goto(`${server.url}/#look`);
  await page.waitForFunction(() => !document.querySelector<HTMLButtonElement>(".look-choices .primary")?.disabled);
  await page.getByLabel("Bars").fill("2");
  await page.getByRole("button", { name: "Let it play" }).click();
  await hide(page, true);
  await expect(page.getByTestId("bits")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("button", { name: "Listen", exact: true })).toBeVisible({ timeout: 30_000 }); // it has ended
  await hide(page, false);
  await expect(page.getByRole("button", { name: "Let it go on" })).toBeEnabled();
  await page.getByRole("link", { name: "Compose" }).click();
  await page.getByLabel("Open a file").setInputFiles(tuneFile(2));
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect(page.getByRole("button", { name: "Pause", exact: true })).toBeVisible();
  await hide(page, true);
  await page.evaluate(() => window.magentaDuet!.transport.seek(15));
  await expect(page.getByRole("button", { name: "Play", exact: true })).toBeVisible({ timeout: 15_000 });
});
