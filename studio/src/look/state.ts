// What Look shows and does: the music, the model, its score, the machine's own going on.
import { computed, effect, signal, untracked } from "@preact/signals";
import { ApiError } from "../api/client";
import { isDrumKind, stepsPerSecond, stream } from "../api/generators";
import { score as askScore } from "../api/score";
import type { ArgValue, ConvertedPiece, Score } from "../api/types";
import { endOf, firstQpm, withAllNumbers, type NoteSequence } from "../music/note_sequence";
import { partsOf } from "../music/parts";
import { Places } from "../music/places";
import { goOnWith, heard, hush, listen, listener } from "../sound/listen";
import { startSound } from "../sound/synth";
import type { NamedMusic } from "../store/at_hand";
import { chosenOf, generators, loadGenerators } from "../store/generators";
import { hasNotes, piecesOf } from "../store/music_files";
import { isNumber, isText, setting } from "../store/settings";
import { sayError } from "../view/toasts";
import { lookedBack } from "./attention";
import { columnOfStream, columnsOfScore, type Column } from "./heat_map";
import { eventAt, notesOf } from "./surprise";

export const modelId = setting("look-model", "", isText);
export const bars = setting("look-bars", 4, isNumber);
export const shown = signal<NamedMusic | null>(null);
/** The tunes of a file that holds several; empty: one. */
export const pieces = signal<ConvertedPiece[]>([]);
/** Number of the part that is scored, as text; "": the server chooses. */
export const part = signal("");
export const score = signal<Score | null>(null);
/** What is being done; "": nothing. */
export const busy = signal<"" | "reading" | "scoring" | "going on">("");
/** The event that is chosen; -1: none. */
export const chosen = signal(-1);
/** What the machine has played so far, and what it held for probable, while it goes on. */
export const live = signal<{ notes: NoteSequence; columns: Column[]; from: number } | null>(null);

export const model = computed(() => chosenOf(generators.value, modelId.value));
export const isDrums = computed(() => model.value !== null && isDrumKind(model.value));
export const parts = computed(() => (shown.value ? partsOf(shown.value.music) : []));
/** Steps of the model's grid a second, at the tempo of what is shown. */
export const stepsASecond = computed(() => stepsPerSecond(model.value ?? { id: "" }, firstQpm(shown.value?.music ?? {})));
export const places = computed(() => new Places(shown.value?.music ?? {}));
const heardName = "look";
/** Where it is heard, in seconds; null: it is not. */
export const head = computed(() => (heard.value === heardName ? listener.position.value : null));
export const columns = computed(() => [...columnsOfScore(score.value?.events ?? []), ...(live.value?.columns ?? [])]);
/** The events that are scored, and their notes. */
export const scored = computed(() => {
  const events = score.value?.events ?? [];
  return { events, notes: notesOf(events, isDrums.value) };
});
/** Whether the model has an attention, whose weights the score tells. */
export const attends = computed(() => (score.value?.events ?? []).some(({ distribution }) => distribution?.attention !== undefined));
/** The event whose looking back is shown: the one that sounds, else the chosen one; -1: none. */
export const looking = computed(() => (score.value && !live.value && head.value !== null ? eventAt(score.value, head.value) : chosen.value));
/** What the model looked back at there; null: nothing is shown. */
export const looked = computed(() => lookedBack(score.value?.events ?? [], looking.value));

let work = new AbortController();
const anew = () => {
  work.abort();
  work = new AbortController();
  return work.signal;
};

/** A model may have been removed meanwhile: the list is asked for again. */
function tell(error: unknown): void {
  sayError(error);
  if (error instanceof ApiError && error.status === 404) void loadGenerators();
}

/** Shows `music` and lets the model score it. */
export function show(music: NamedMusic): void {
  live.value = null;
  hush();
  shown.value = music;
  part.value = "";
  void scoreAgain();
}

export async function open(file: File): Promise<void> {
  const signal = anew();
  busy.value = "reading";
  const found = await piecesOf(file, hasNotes, signal);
  if (signal.aborted) return;
  busy.value = "";
  const first = found[0];
  if (!first) return;
  pieces.value = found.length > 1 ? found : [];
  show({ name: first.title || file.name, music: first.sequence });
}

/** Asks the model for the bits of what is shown; what the machine has just played stays in view until they come. */
export async function scoreAgain(): Promise<void> {
  const signal = anew();
  const grown = live.value !== null;
  if (!grown) score.value = null;
  chosen.value = -1;
  if (!shown.value || !model.value || (shown.value.music.notes ?? []).length === 0) {
    busy.value = "";
    return;
  }
  busy.value = "scoring";
  try {
    const found = await askScore(model.value.id, shown.value.music, part.value, signal);
    if (signal.aborted) return;
    score.value = found;
    live.value = null;
  } catch (error) {
    tell(error);
  }
  if (!signal.aborted) busy.value = "";
}

/** Lets the model go on from the end of what is shown, or begin; the map grows as it draws. */
export async function goOn(): Promise<void> {
  const details = model.value;
  if (!details) return;
  const signal = anew();
  const input = shown.value?.music;
  const from = input ? endOf(input) : 0;
  const stepSeconds = 1 / stepsPerSecond(details, firstQpm(input ?? {}));
  const args: Record<string, ArgValue> = { bars: { intValue: bars.value } };
  if (part.value) args.primer_part = { stringValue: part.value };
  hush();
  void startSound(); // within the click
  live.value = { notes: {}, columns: [], from };
  busy.value = "going on";
  try {
    const request = { ...(input ? { inputSequence: input } : {}), generatorOptions: { args } };
    const told = {
      piece: (notes: NoteSequence) => {
        if (signal.aborted || !live.value) return;
        live.value = { ...live.value, notes };
        // It is drawn faster than it sounds: the first new note begins it.
        if (heard.value !== heardName && endOf(notes) > from) void listen(heardName, notes, from);
        else goOnWith(heardName, notes);
      },
      distribution: (one: Parameters<typeof columnOfStream>[0]) =>
        !signal.aborted && live.value && (live.value = { ...live.value, columns: [...live.value.columns, columnOfStream(one, stepSeconds)] }),
    };
    const { music } = await stream(details.id, request, told, signal);
    if (signal.aborted) return;
    goOnWith(heardName, music);
    shown.value = { name: shown.value?.name ?? "", music };
    await scoreAgain();
  } catch (error) {
    tell(error);
    if (signal.aborted) return;
    keepLive();
    busy.value = "";
  }
}

/** What the machine has played so far becomes a part of what is shown. */
function keepLive(): void {
  if (liveNotes.value.length > 0) shown.value = { name: shown.value?.name ?? "", music: live.value!.notes };
  live.value = null;
}

/** Ends the machine's going on; what it has played stays. */
export function stop(): void {
  hush();
  keepLive();
  void scoreAgain();
}

/** Lets what is shown be heard, from the chosen step on; or ends that. */
export function hear(): void {
  if (heard.value === heardName) return hush();
  if (shown.value) void listen(heardName, shown.value.music, score.value?.events[chosen.value]?.time ?? 0);
}

/** The notes that the machine has played while it goes on. */
export const liveNotes = computed(() => {
  const now = live.value;
  return now ? withAllNumbers(now.notes).notes.filter(({ startTime }) => startTime >= now.from - 1e-6) : [];
});

// Another model scores the same music anew; what the list says of the same one is no reason to.
const scorer = computed(() => model.value?.id ?? "");
effect(() => {
  if (!scorer.value) return;
  untracked(() => {
    if (!shown.value) return;
    live.value = null;
    void scoreAgain();
  });
});

/** Look is shown; what it returns ends all that would go on, or sound, behind another part. */
export function enter(): () => void {
  void loadGenerators();
  if (shown.value && !score.value) void scoreAgain();
  return () => {
    work.abort();
    hush();
    keepLive();
    busy.value = "";
  };
}
