// What tests of Compose do with its page.
import type { Page } from "@playwright/test";
import { expect } from "./server";

export interface Note {
  pitch: number;
  velocity?: number;
  startTime?: number;
  endTime?: number;
  instrument?: number;
  program?: number;
  isDrum?: boolean;
}
export interface Sequence {
  notes?: Note[];
  tempos?: { time?: number; qpm: number }[];
  instrumentInfos?: { instrument?: number; name: string }[];
}

export const inRoll = (page: Page) => page.evaluate(() => window.magentaCompose!.sequence() as Sequence);
export const kept = (page: Page) => expect.poll(() => page.evaluate(() => window.magentaCompose?.keeping())).toBe("kept");

export async function midiOf(server: string, sequence: object): Promise<Buffer> {
  const response = await fetch(`${server}/v1/convert`, {
    method: "POST",
    body: JSON.stringify(sequence),
    headers: { "content-type": "application/json", accept: "audio/midi" },
  });
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

export async function open(page: Page, server: string): Promise<void> {
  await page.goto(`${server}/#compose`);
  await expect(page.getByRole("application")).toBeVisible();
  await page.waitForFunction(() => window.magentaCompose);
}

/** Opens `music` as a MIDI file. */
export async function openMusic(page: Page, server: string, music: object): Promise<void> {
  await open(page, server);
  const file = { name: "tune.mid", mimeType: "audio/midi", buffer: await midiOf(server, music) };
  await page.getByLabel("Open a file").setInputFiles(file);
  await expect(page.getByLabel("Name of the piece")).toHaveValue("tune");
}

export async function selectBars(page: Page, first: number, last: number): Promise<void> {
  await page.getByLabel("From bar").fill(String(first));
  await page.getByLabel("From bar").blur();
  await page.getByLabel("to bar").fill(String(last));
  await page.getByLabel("to bar").blur();
}
