// node press_play.mjs FOLDER_WITH_node_modules PAGE.html: presses Play of each player of a page, by the keyboard, and
// prints as JSON what came of it. The browser is Debian's Chromium, or MAGENTA_CHROMIUM.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, file] = process.argv.slice(2);
const require = createRequire(folder + '/');
const { chromium } = require('@playwright/test');
const browser = await chromium.launch({
  executablePath: process.env.MAGENTA_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--disable-background-networking', '--disable-component-update'],
});
const page = await browser.newPage();
const result = { requests: [], errors: [], players: [], faults: [] };
page.on('request', (request) => {
  if (!/^(file|data|blob):/.test(request.url())) result.requests.push(request.url());
});
page.on('pageerror', (error) => result.errors.push(String(error)));
await page.addInitScript(() => {
  window.sources = 0;
  for (const name of ['OscillatorNode', 'AudioBufferSourceNode']) {
    const start = window[name].prototype.start;
    window[name].prototype.start = function (...when) {
      ++window.sources;
      return start.apply(this, when);
    };
  }
});
await page.goto(pathToFileURL(file).href);
for (const player of await page.locator('.magenta-player').all()) {
  const state = () => player.evaluate((root) => ({ ...root.dataset }));
  const until = (wanted) => player.evaluate((root, text) => new Promise((resolve) => {
    const look = () => (root.dataset.state === text ? resolve() : setTimeout(look, 20));
    look();
  }), wanted);
  const button = player.getByRole('button');
  const slider = player.getByRole('slider', { name: 'Position in seconds' });
  await button.focus();
  await page.keyboard.press('Enter');
  await until('playing');
  await page.waitForFunction((root) => Number(root.querySelector('input').value) > 0.2, await player.elementHandle());
  const playing = { ...(await state()), label: await button.textContent() };
  await page.keyboard.press('Enter');
  await until('paused');
  await slider.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('End');
  const end = Number(await slider.inputValue());
  await button.focus();
  await page.keyboard.press('Space');  // after the end: from the start
  await until('playing');
  const again = Number(await slider.inputValue());
  await slider.focus();
  await page.keyboard.press('ArrowRight');  // it goes on from there
  await until('playing');
  await page.keyboard.press('End');
  await until('stopped');
  result.players.push({ playing, end, again, sources: await page.evaluate(() => window.sources) });
}
await page.addScriptTag({ path: require.resolve('axe-core') });
const found = await page.evaluate(() => window.axe.run('.magenta-sequence', { runOnly: ['wcag2a', 'wcag2aa'] }));
result.faults = found.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)]);
await browser.close();
console.log(JSON.stringify(result));
