// Hearing one thing at a time outside Compose and Duet: a tune, what is looked at.
import { signal } from "@preact/signals";
import type { NoteSequence } from "../music/note_sequence";
import { startSound } from "./synth";
import { Transport, transport } from "./transport";

/** A transport of its own, so that Compose finds the piece that it left. */
export const listener = new Transport();

/** What is heard, by the name that listen() was given; "": nothing. */
export const heard = signal("");

listener.onEnd = () => (heard.value = "");

let wishes = 0;

/** Plays `music` from `from` seconds on, and nothing else. Call it from a click or key. */
export async function listen(name: string, music: NoteSequence, from = 0): Promise<void> {
  transport.pause();
  hush();
  heard.value = name;
  listener.setPiece(music);
  await listener.play(from);
}

/** Plays what `coming` brings, unless another wish or hush() came before it. Call it from a click or key. */
export async function listenTo(name: string, coming: Promise<NoteSequence>): Promise<void> {
  const wish = ++wishes;
  void startSound();
  const music = await coming;
  if (wish === wishes) await listen(name, music);
}

/** What has come of the music meanwhile, while it is heard. */
export function goOnWith(name: string, music: NoteSequence): void {
  if (heard.value === name) listener.setPiece(music);
}

export function hush(): void {
  ++wishes;
  listener.pause();
  heard.value = "";
}
