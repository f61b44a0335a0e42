// Bars made anew: candidates from a generator, one request each, heard in turn, kept or dropped.
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { ApiError } from "../api/client";
import { stream, wantsChords } from "../api/generators";
import type { GenerateSequenceRequest } from "../api/types";
import { clamp } from "../music/clamp";
import { trackOf } from "../music/edit";
import { chosenOf, generators, loadGenerators } from "../store/generators";
import { isNumber, isText, setting } from "../store/settings";
import { endOfPiece, toSequence, type Piece } from "../music/piece";
import { transport } from "../sound/transport";
import { texts } from "../texts";
import { argsFor, type Args } from "../view/generator_controls";
import { say, sayError } from "../view/toasts";
import { edit, openId, piece } from "./document";
import * as editor from "./editor";
import { fitsTrack, madeBy, requestFor, stretchesOf, withMade, type Made, type Stretch, type Way } from "./sections";

const words = texts.compose;

/** Those for the track that is worked on. */
export const fitting = computed(() => {
  const track = editor.track.value;
  return track ? (generators.value ?? []).filter((details) => fitsTrack(details, track)) : [];
});
const chosenModel = signal("");
export const generator = computed(() => chosenOf(fitting.value, chosenModel.value));
export function chooseGenerator(id: string): void {
  chosenModel.value = id;
}
/** What the requests say beside the seed, as far as the generator knows it. */
export const args = signal<Args>({});
export const count = setting("candidates", 4, isNumber);
/** Of the first candidate; "" draws one. */
export const seed = setting("seed", "", isText);

export interface Candidate {
  seed: number;
  /** null: on its way, or failed. */
  made: Made | null;
  state: "waiting" | "here" | "failed" | "kept";
}

export interface Batch {
  trackId: number;
  way: Way;
  stretches: readonly Stretch[];
  generator: string;
  /** What was asked, without the seed. */
  request: GenerateSequenceRequest;
  /** The piece before any of them. */
  before: Piece;
  candidates: readonly Candidate[];
  /** What was done to the input. */
  remarks: readonly string[];
}

export const asked = signal<Batch | null>(null);
/** The candidate that is heard or looked at; -1: the piece as it is. */
export const shownIndex = signal(-1);
let work: AbortController | null = null;

/** What is played and seen: the piece, or the one that it would be with the candidate shown. */
export const shownPiece = computed(() => {
  const of = asked.value;
  const made = of?.candidates[shownIndex.value]?.made;
  if (!of || !made || !trackOf(piece.value, of.trackId)) return piece.value;
  return withMade(piece.value, of.trackId, of.stretches, made);
});

function patch(of: Batch, index: number, change: Partial<Candidate>): void {
  const now = asked.value;
  if (now?.request !== of.request) return;
  asked.value = { ...now, candidates: now.candidates.map((one, i) => (i === index ? { ...one, ...change } : one)) };
}

export const withSeed = (request: GenerateSequenceRequest, value: number): GenerateSequenceRequest => ({
  ...request,
  generatorOptions: { ...request.generatorOptions, args: { ...request.generatorOptions?.args, seed: { intValue: value } } },
});

/** How many requests run at a time. */
const together = 4;

/** Asks for candidates for the selected bars, or for what comes after the track's end. */
export async function make(way: Way): Promise<void> {
  const track = editor.track.value;
  const details = generator.value;
  if (!track || !details) return say(track ? words.noModel : words.noTrack);
  const section = editor.section.value ?? (way === "continue" ? afterTheEnd() : null);
  if (!section) return say(words.selectBarsFirst, words.selectBarsHow);
  const stretches = stretchesOf(way, track, editor.bars.value, section);
  if (stretches.length === 0) return say(words.nothingToFill, words.nothingToFillRemedy);
  if (wantsChords(details) && piece.value.chords.length === 0) say(words.wantsChords, words.wantsChordsRemedy);
  const known = argsFor(args.value, details.arguments ?? []);
  const request = requestFor(piece.value, track, details, way, stretches, known);
  const first = /^\d+$/.test(seed.value) ? Number(seed.value) % 2147483000 : Math.floor(Math.random() * 2147483000);
  const of: Batch = {
    trackId: track.id,
    way,
    stretches,
    generator: details.id,
    request,
    before: piece.value,
    candidates: Array.from({ length: clamp(count.value, 1, 16) }, (_, i) => ({ seed: first + i, made: null, state: "waiting" })),
    remarks: [],
  };
  drop();
  editor.section.value = section;
  asked.value = of;
  const control = new AbortController();
  work = control;
  const queue = of.candidates.map((_, index) => index);
  const isToldOff = { value: false };
  const worker = async () => {
    for (let index = queue.shift(); index !== undefined; index = queue.shift()) await fetchCandidate(of, index, control.signal, isToldOff);
  };
  await Promise.all(Array.from({ length: together }, worker));
}

async function fetchCandidate(of: Batch, index: number, signal: AbortSignal, isToldOff: { value: boolean }): Promise<void> {
  try {
    const one = withSeed(of.request, of.candidates[index]!.seed);
    const { music, end } = await stream(of.generator, one, { piece: () => undefined }, signal);
    const isDrum = trackOf(of.before, of.trackId)?.isDrum ?? false;
    batch(() => {
      patch(of, index, { made: madeBy(music, of.request, of.before, isDrum), state: "here" });
      if (asked.value?.request === of.request && end.notes.length > 0) asked.value = { ...asked.value, remarks: end.notes };
    });
  } catch (error) {
    patch(of, index, { state: "failed" });
    // Sixteen of the same are one message.
    if (!isToldOff.value && !signal.aborted) sayError(error);
    isToldOff.value = true;
    // The model may have been removed: the list says what is there now.
    if (error instanceof ApiError && error.status === 404) await loadGenerators();
  }
}

/** Four bars after the last note of the track. */
function afterTheEnd(): Stretch {
  const { bars } = editor;
  const end = editor.track.value?.notes.reduce((last, note) => Math.max(last, note.end), 0) ?? 0;
  const start = bars.value.lineFrom(end);
  return { start, end: bars.value.bar(bars.value.at(start).index + 3).end };
}

/** The candidate goes into the piece. */
export function keep(index: number): void {
  const of = asked.value;
  const made = of?.candidates[index]?.made;
  if (!of || !made) return;
  if (!trackOf(piece.value, of.trackId)) return say(words.trackGone);
  edit(withMade(piece.value, of.trackId, of.stretches, made));
  shownIndex.value = -1;
  asked.value = {
    ...of,
    candidates: of.candidates.map((one, i) => (one.made ? { ...one, state: i === index ? "kept" : "here" } : one)),
  };
}

export function dropOne(index: number): void {
  const of = asked.value;
  if (!of) return;
  if (shownIndex.value === index) stopHearing();
  else if (shownIndex.value > index) shownIndex.value -= 1;
  const candidates = of.candidates.filter((_, i) => i !== index);
  if (candidates.length === 0) drop();
  else asked.value = { ...of, candidates };
}

/** All of them go; what is on its way is called off. */
export function drop(): void {
  work?.abort();
  work = null;
  stopHearing();
  asked.value = null;
}

/** Whether the next candidate is heard when one has ended. */
export const isInTurn = signal(false);

/** Plays one candidate after the other, from the first or the one after that shown. */
export function hearInTurn(): void {
  const all = asked.value?.candidates ?? [];
  const next = all.findIndex((one, index) => index > shownIndex.value && one.made);
  isInTurn.value = true;
  if (next >= 0) play(next);
  else if (shownIndex.value >= 0) stopHearing();
}

/** Plays the piece with the candidate, or stops it. */
export function hearCandidate(index: number): void {
  if (shownIndex.value === index && transport.isPlaying.value) return stopHearing();
  isInTurn.value = false;
  play(index);
}

/** Plays the piece with the candidate, from a bar before it to a bar after it. */
function play(index: number): void {
  const of = asked.value;
  if (!of?.candidates[index]?.made) return;
  transport.pause();
  shownIndex.value = index;
  const first = of.stretches[0]!.start;
  const last = of.stretches.at(-1)!.end;
  const { bars, tempos } = editor;
  const lead = bars.value.bar(Math.max(0, bars.value.at(first).index - 1)).start;
  transport.seek(tempos.value.toSeconds(lead));
  const until = Math.min(bars.value.at(last + 1e-6).end, endOfPiece(shownPiece.value));
  stopAt.value = tempos.value.toSeconds(until) - 1e-3;
  void transport.play();
}

export function stopHearing(): void {
  if (stopAt.value !== null) transport.pause();
  stopAt.value = null;
  shownIndex.value = -1;
  isInTurn.value = false;
}

/** Milliseconds between two candidates. */
const pauseBetween = 400;

/** Where hearing a candidate ends, seconds. */
export const stopAt = signal<number | null>(null);

// Candidates are of the piece that they were made for.
effect(() => {
  if (openId.value) untracked(drop);
});

/** What sounds, as long as Compose is shown; what it returns ends that. */
export function soundWhatIsShown(toTracks: (of: Piece) => Piece["tracks"]): () => void {
  const ends = [
    effect(() => {
      const bars = editor.section.value;
      const { tempos } = editor;
      if (bars && transport.loop.peek()) {
        transport.setLoop({ start: tempos.value.toSeconds(bars.start), end: tempos.value.toSeconds(bars.end) });
      }
    }),
    effect(() => transport.setPiece(toSequence(shownPiece.value, toTracks(shownPiece.value)))),
    effect(() => {
      if (stopAt.value !== null && transport.position.value >= stopAt.value) {
        transport.pause();
        stopAt.value = null;
        if (isInTurn.value) setTimeout(() => isInTurn.value && hearInTurn(), pauseBetween);
      }
    }),
  ];
  return () => ends.forEach((end) => end());
}
