import { seriousFaults } from "./axe";
import { expect, test } from "./server";
import { tuneFile } from "./tunes";

for (const scheme of ["light", "dark"] as const) {
  test(`every part opens and axe finds nothing serious (${scheme}) @short`, async ({ page, server }) => {
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(server.url);
    for (const tab of ["Duet", "Compose", "Look inside", "Teach"]) {
      await page.getByRole("link", { name: tab }).click();
      expect(await seriousFaults(page)).toEqual([]);
    }
  });
}

test("light and dark are the system's until one is chosen @short", async ({ page, server }) => {
  const theme = () => page.evaluate(() => [document.documentElement.dataset.theme, getComputedStyle(document.body).color]);
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(server.url);
  const [, ink] = await theme();
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(async () => (await theme())[0]).toBe("dark");
  expect((await theme())[1]).not.toBe(ink);
  await page.getByRole("button", { name: "Change between light and dark" }).click();
  expect(await theme()).toEqual(["light", ink]);
  await page.reload();
  await page.getByRole("link", { name: "Duet" }).waitFor();
  expect(await theme()).toEqual(["light", ink]);
});

test("a server with a token is given it once in a browser; a wrong one is said @short @desk", async ({ page, server, context }) => {
  await server.kill("SIGTERM");
  await server.start("--auth_token=right");
  await page.goto(`${server.url}/#duet`);
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  await expect(dialog.getByRole("alert")).toHaveCount(0);
  expect(await seriousFaults(page)).toEqual([]);
  await dialog.getByLabel("Token").fill("wrong");
  await dialog.getByRole("button").click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  // Another tab asks too; what one of them is told both know.
  const other = await context.newPage();
  await other.goto(`${server.url}/#compose`);
  await expect(other.getByRole("dialog")).toBeVisible();
  await dialog.getByLabel("Token").fill("right");
  await dialog.getByRole("button").click();
  await expect(page.getByRole("combobox", { name: "Model" }).locator("option").first()).toBeAttached();
  await expect(other.getByRole("dialog")).toHaveCount(0);
  await expect(other.getByLabel(/^Model/).locator("option").first()).toBeAttached();
  for (const tab of ["Compose", "Look inside", "Teach"]) await page.getByRole("link", { name: tab }).click();
  await expect(page.getByRole("button", { name: "Load a .mag" }).or(page.getByLabel("Load a .mag"))).toBeVisible();
  await expect(page.getByRole("link", { name: /^Play with/ }).first()).toBeVisible();
  await expect(dialog).toHaveCount(0);
  const third = await context.newPage();
  await third.goto(`${server.url}/#teach`);
  await expect(third.getByRole("link", { name: /^Play with/ }).first()).toBeVisible();
  await expect(third.getByRole("dialog")).toHaveCount(0);
});

test("a token that is no longer known is asked for again: the focus stays in the dialog, and goes back @desk", async ({ page, server }) => {
  await server.kill("SIGTERM");
  await server.start("--auth_token=first");
  await page.goto(`${server.url}/#teach`);
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Token").fill("first");
  await page.keyboard.press("Enter");
  const chooser = page.getByLabel("Load a .mag");
  await expect(page.getByRole("link", { name: /^Play with/ }).first()).toBeVisible();
  await server.kill("SIGTERM");
  await server.start("--auth_token=second");
  await chooser.focus();
  await expect(dialog.getByRole("alert")).toBeVisible({ timeout: 15_000 }); // Teach asks by itself
  expect(await page.evaluate(() => localStorage.getItem("magenta-token"))).toBeNull();
  await expect(dialog.getByLabel("Token")).toBeFocused();
  for (let i = 0; i < 6; ++i) {
    await page.keyboard.press("Tab");
    // Between its end and its beginning lies the browser's own bar.
    expect(await page.evaluate(() => Boolean(document.activeElement?.closest("dialog, body:not(:has(:focus))")))).toBe(true);
  }
  await dialog.getByLabel("Token").fill("second");
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(chooser).toBeFocused();
});

test("who has no token leaves the question, and is told what the server wants; what another tab is told helps @desk", async ({ page, server, context }) => {
  await server.kill("SIGTERM");
  await server.start("--auth_token=right");
  await page.clock.install();
  let asked = 0;
  page.on("request", (request) => void (asked += Number(request.url().endsWith("/v1/jobs"))));
  await page.goto(`${server.url}/#teach`);
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole("alert")).toContainText("token");
  await expect(page.getByText("The server wants its token.")).toBeVisible();
  await page.clock.fastForward(9000); // Teach looks again by itself, and leaves the question alone
  await page.evaluate(() => fetch("/icon.svg"));
  expect(asked).toBe(1);
  await expect(dialog).toHaveCount(0);
  const other = await context.newPage();
  await other.goto(`${server.url}/#teach`);
  await other.getByRole("dialog").getByLabel("Token").fill("right");
  await other.keyboard.press("Enter");
  await expect(other.getByText("Nothing has been learned yet.")).toBeVisible();
  await page.clock.fastForward(5000);
  await expect(page.getByText("Nothing has been learned yet.")).toBeVisible();
  await expect(page.getByRole("link", { name: /^Play with/ }).first()).toBeVisible();
});

test("who has left the question for a token is asked again by another part @desk", async ({ page, server }) => {
  await server.kill("SIGTERM");
  await server.start("--auth_token=right");
  await page.goto(`${server.url}/#teach`);
  const dialog = page.getByRole("dialog");
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await page.getByRole("link", { name: "Duet" }).click();
  await expect(dialog).toBeVisible();
});

test("a page without its scripts is as light or dark as the system", async ({ page, server }) => {
  await page.route("**/*.js", (route) => route.abort());
  const lightness = () => page.evaluate(() => Number(/\d+/.exec(getComputedStyle(document.body).backgroundColor)![0]));
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(server.url);
  await expect.poll(lightness).toBeLessThan(64);
  await page.emulateMedia({ colorScheme: "light" });
  expect(await lightness()).toBeGreaterThan(192);
});

for (const [what, script, said] of [
  ["no audio device", "window.AudioContext = class { constructor() { throw new Error('no device'); } }", "There is no sound"],
  ["a page that came without encryption", "Object.defineProperty(window, 'isSecureContext', { value: false })", "simple instruments sound instead"],
] as const) {
  test(`${what} is said in every part that plays @desk`, async ({ page, server }) => {
    await page.addInitScript(script);
    const plays = { compose: "Play", look: "Let it play" };
    for (const [part, button] of Object.entries(plays)) {
      await page.goto(`${server.url}/?of=${part}#${part}`);
      const notice = page.locator(".sound-notice");
      await expect(notice).toHaveCount(0);
      if (part === "compose") await page.getByLabel("Open a file").setInputFiles(tuneFile(1));
      await page.getByRole("button", { name: button, exact: true }).click();
      await expect(notice).toContainText(said);
      expect(await seriousFaults(page)).toEqual([]);
    }
    await page.getByRole("link", { name: "Teach" }).click();
    await expect(page.locator(".sound-notice")).toContainText(said);
  });
}
