// Bars made anew: candidates from a generator, one request each, heard in turn, kept or dropped.
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { ApiError } from "../api/client";
import { playsParts, stream, wantsChords } from "../api/generators";
import type { GenerateSequenceRequest } from "../api/types";
import { clamp } from "../music/clamp";
import { chosenOf, generators, loadGenerators } from "../store/generators";
import { isNumber, isText, setting } from "../store/settings";
import { endOfPiece, toSequence, type Piece } from "../music/piece";
import { transport } from "../sound/transport";
import { texts } from "../texts";
import { argsFor, type Args } from "../view/generator_controls";
import { say, sayError } from "../view/toasts";
import { edit, openId, piece } from "./document";
import * as editor from "./editor";
import { partTracks, type PartsWay } from "./parts";
import { fitsTrack } from "./sections";
import { isRefusal, taskFor, type Result, type Task } from "./tasks";

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

/** Whether the generator plays several parts: what it is asked goes by bars and parts. */
export const isOfParts = computed(() => generator.value !== null && playsParts(generator.value));
/** Ids of tracks that are not to be written in. */
const leftOut = signal<ReadonlySet<number>>(new Set());
/** The tracks that may be written in, and whether they are to be. */
export const parts = computed(() => partTracks(piece.value).map((track) => ({ track, isChosen: !leftOut.value.has(track.id) })));
export function choosePart(id: number, isChosen: boolean): void {
  const others = [...leftOut.value].filter((one) => one !== id);
  leftOut.value = new Set(isChosen ? others : [...others, id]);
}

export interface Candidate {
  seed: number;
  /** null: on its way, or failed. */
  made: Result | null;
  state: "waiting" | "here" | "failed" | "kept";
}

export interface Batch extends Task {
  generator: string;
  candidates: readonly Candidate[];
  /** What was done to the input. */
  remarks: readonly string[];
}

export const asked = signal<Batch | null>(null);
/** The candidate that is heard or looked at; -1: the piece as it is. */
export const shownIndex = signal(-1);
let work: AbortController | null = null;

/** What is played and seen: the piece, or the one that it would be with the candidate shown. */
export const shownPiece = computed(() => asked.value?.candidates[shownIndex.value]?.made?.into(piece.value) ?? piece.value);

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

/** Asks for candidates for the selected bars, or for what comes after the end. */
export async function make(way: PartsWay): Promise<void> {
  const track = editor.track.value;
  const details = generator.value;
  if (!track || !details) return say(track ? words.noModel : words.noTrack);
  const task = taskFor({
    details,
    way,
    piece: piece.value,
    track,
    partIds: parts.value.filter(({ isChosen }) => isChosen).map((part) => part.track.id),
    section: editor.section.value,
    args: argsFor(args.value, details.arguments ?? []),
  });
  if (isRefusal(task)) return say(...task);
  if (wantsChords(details) && piece.value.chords.length === 0) say(words.wantsChords, words.wantsChordsRemedy);
  const first = /^\d+$/.test(seed.value) ? Number(seed.value) % 2147483000 : Math.floor(Math.random() * 2147483000);
  const of: Batch = {
    ...task,
    generator: details.id,
    candidates: Array.from({ length: clamp(count.value, 1, 16) }, (_, i) => ({ seed: first + i, made: null, state: "waiting" })),
    remarks: [],
  };
  drop();
  if (way === "continue") editor.section.value = task.stretches[0]!;
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
    batch(() => {
      patch(of, index, { made: of.read(music), state: "here" });
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

/** The candidate goes into the piece. */
export function keep(index: number): void {
  const of = asked.value;
  const made = of?.candidates[index]?.made;
  if (!of || !made) return;
  const next = made.into(piece.value);
  if (!next) return say(words.trackGone);
  edit(next);
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
  if (!openId.value) return;
  untracked(drop);
  leftOut.value = new Set();
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
