// The piece that is open: its history, and how it is kept. It outlives the tab of the page that shows it.
import { batch, computed, effect, signal } from "@preact/signals";
import { begin, canRedo, canUndo, commit, endGesture, isSame, redo, undo, type History } from "../music/history";
import type { NoteSequence } from "../music/note_sequence";
import { emptyPiece, endOfPiece, fromSequence, toSequence, type Piece } from "../music/piece";
import { composed } from "../store/at_hand";
import { Autosave } from "../store/autosave";
import { historyOf, keptSteps } from "../store/kept_history";
import { newId, PieceStore, PieceTabs, type PieceInfo } from "../store/pieces";
import { texts } from "../texts";
import { say, sayError } from "../view/toasts";

const words = texts.compose;
const names = { track: words.trackNumber, drums: words.drums };

const blank = () => emptyPiece(words.untitled, words.trackNumber(1));
const history = signal(begin(blank()));

/** The open piece as it is. */
export const piece = computed(() => history.value.present);
export const isUndoable = computed(() => canUndo(history.value));
export const isRedoable = computed(() => canRedo(history.value));

export type Keeping = "kept" | "keeping" | "failed";
/** Whether what is seen is kept. */
export const keeping = signal<Keeping>("kept");
/** All pieces that are kept. */
export const pieces = signal<readonly PieceInfo[]>([]);
/** The open piece's. */
export const openId = signal("");
/** A piece that is open in another tab, while it is asked what to do. */
export const contested = signal<PieceInfo | null>(null);
/** Another tab has taken the open piece over. */
export const isTaken = signal(false);

/** Makes `next` the piece. Edits of one `gesture` are undone together. */
export function edit(next: Piece, gesture = ""): void {
  history.value = commit(history.value, next, gesture);
}
/** What follows is a step of its own. */
export function gestureEnds(): void {
  history.value = endGesture(history.value);
}
export function undoEdit(): void {
  history.value = undo(history.value);
}
export function redoEdit(): void {
  history.value = redo(history.value);
}
/** As if the steps since `before` had not been: a gesture that is called off. */
export function takeBack(before: Piece): void {
  if (piece.value !== before) history.value = { ...undo(history.value), future: null };
}

let store: PieceStore | null = null;
/** Of each piece the revision that was read or kept last. */
const revisions = new Map<string, number>();
/** What is kept, as far as is known: it need not be kept again. */
let kept: History<Piece> = history.value;

interface Saving {
  id: string;
  history: History<Piece>;
}
const saver = new Autosave<Saving>(keep, (error) => {
  keeping.value = "failed";
  const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
  say(isFull ? words.storageFull : words.notKept, words.saveInstead);
});

async function keep(one: Saving): Promise<void> {
  if (!store) return;
  const { present } = one.history;
  const revision = await store.save(one.id, present, revisions.get(one.id) ?? 0, keptSteps(one.history));
  if (revision === null) {
    // Another tab kept something else under this id: both stay.
    const copy = { ...present, name: words.copyOf(present.name) };
    const id = newId();
    revisions.set(id, (await store.save(id, copy, 0, keptSteps({ ...one.history, present: copy }))) ?? 0);
    say(words.keptAsCopy(copy.name));
    if (one.id === openId.value) {
      setOpenId(id);
      history.value = { ...history.value, present: { ...piece.value, name: copy.name } };
    }
  } else {
    revisions.set(one.id, revision);
  }
  if (isSame(one.history, history.value)) {
    kept = one.history;
    keeping.value = "kept";
  }
  await refresh();
}

const tabs = new PieceTabs(async () => {
  await saver.flush();
  isTaken.value = true;
});

function setOpenId(id: string): void {
  openId.value = id;
  tabs.hold(id);
  try {
    sessionStorage.setItem("magenta-piece", id);
    localStorage.setItem("magenta-piece", id);
  } catch {
    // It opens with an empty piece next time; the list has them all.
  }
}

function lastId(): string {
  try {
    return sessionStorage.getItem("magenta-piece") ?? localStorage.getItem("magenta-piece") ?? "";
  } catch {
    return "";
  }
}

async function refresh(): Promise<void> {
  if (store) pieces.value = await store.list();
}

/** Keeps what is not kept yet. */
export async function flush(): Promise<void> {
  await saver.flush();
}

function show(next: History<Piece>, id: string, isKept: boolean): void {
  batch(() => {
    setOpenId(id);
    isTaken.value = false;
    if (isKept) kept = next;
    keeping.value = "kept";
    history.value = next;
  });
}

/** Other parts of the page need not hear of every move of a note. */
let telling: ReturnType<typeof setTimeout> | undefined;

let starting: Promise<void> | null = null;
/** Opens what was open last. Once; everything that waits for it waits for the same. */
export function startDocument(): Promise<void> {
  return (starting ??= start());
}

async function start(): Promise<void> {
  try {
    store = await PieceStore.open();
    await refresh();
  } catch {
    say(words.keepsNothing, words.saveInstead);
  }
  const last = pieces.value.find((one) => one.id === lastId()) ?? pieces.value[0];
  if (last) await openPiece(last.id);
  if (!openId.value) setOpenId(newId());
  effect(() => {
    const now = piece.value;
    clearTimeout(telling);
    telling = setTimeout(() => (composed.value = endOfPiece(now) > 0 ? { name: now.name, music: toSequence(now) } : null), 300);
  });
  effect(() => {
    const now = history.value;
    if (isSame(now, kept) || !store) return;
    // What is changed here after another tab took the piece over becomes a piece of its own.
    if (isTaken.peek()) return void queueMicrotask(() => void goOnWithCopy());
    keeping.value = "keeping";
    saver.changed({ id: openId.peek(), history: now });
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void saver.flush();
  });
  addEventListener("pagehide", () => void saver.flush());
}

/** Opens a kept piece; where another tab has it `contested` asks first. */
export async function openPiece(id: string): Promise<void> {
  await saver.flush();
  const info = pieces.value.find((one) => one.id === id);
  if (info && id !== openId.value && (await tabs.isElsewhere(id))) {
    contested.value = info;
    return;
  }
  await load(id);
}

async function load(id: string): Promise<void> {
  if (!store) return;
  try {
    const found = await store.load(id);
    if (found === "none") return say(words.isGone);
    if (found === "newer") return say(words.isNewer, words.isNewerRemedy);
    revisions.set(found.id, found.revision);
    show(historyOf(found.piece, found.steps), found.id, true);
  } catch (error) {
    sayError(error);
  }
}

/** The contested piece: taken over from the other tab, or opened as a copy. */
export async function settle(how: "take" | "copy" | "leave"): Promise<void> {
  const info = contested.value;
  contested.value = null;
  if (!info || !store || how === "leave") return;
  if (how === "take") {
    await tabs.takeOver(info.id);
    return load(info.id);
  }
  const found = await store.load(info.id);
  if (typeof found !== "string") await addPiece({ ...found.piece, name: words.copyOf(found.piece.name) });
}

/** This tab goes on with a copy of what another has taken over. */
export async function goOnWithCopy(): Promise<void> {
  if (isTaken.value) await addPiece({ ...piece.value, name: words.copyOf(piece.value.name) });
}

/** This tab takes the piece back, as the other one left it. */
export async function takePieceBack(): Promise<void> {
  await tabs.takeOver(openId.value);
  await load(openId.value);
}

/** Opens `next` as a piece of its own; what was open is kept. */
export async function addPiece(next: Piece): Promise<void> {
  await saver.flush();
  show(begin(next), newId(), false);
}

export async function newPiece(): Promise<void> {
  await saver.flush();
  show(begin(blank()), newId(), true);
}

/** Opens music from elsewhere as a piece of its own. */
export async function addMusic(sequence: NoteSequence, name: string): Promise<void> {
  await addPiece(fromSequence(sequence, name || sequence.sequenceMetadata?.title || words.untitled, names));
}

export async function duplicatePiece(): Promise<void> {
  await addPiece({ ...piece.value, name: words.copyOf(piece.value.name) });
}

/** Takes the open piece out of the browser's storage, and opens another one. */
export async function removePiece(): Promise<void> {
  const id = openId.value;
  await saver.flush();
  try {
    await store?.remove(id);
    await refresh();
  } catch (error) {
    return sayError(error);
  }
  const next = pieces.value[0];
  await newPiece();
  if (next) await openPiece(next.id);
}
