// How the open piece is looked at and worked on: the track, the selection, the tool, the play head.
import { batch, computed, effect, signal } from "@preact/signals";
import * as edits from "../music/edit";
import { barsOf, endOfPiece, temposOf, type Piece, type Track } from "../music/piece";
import { grids, isGridName, type GridName } from "../music/time";
import { noteOff, noteOn, startSound, clock } from "../sound/synth";
import { transport, voiceOf } from "../sound/transport";
import { setting } from "../store/settings";
import { texts } from "../texts";
import { say } from "../view/toasts";
import type { RollHandle } from "../view/roll_view";
import { edit, openId, piece } from "./document";

export type Tool = "draw" | "select" | "cut";
export const tool = signal<Tool>("draw");
export const gridName = setting<GridName>("grid", "1/16", isGridName);
export const grid = computed(() => grids[gridName.value]);
/** Quarters of the note that is added next. */
export const noteLength = signal(1);
const lastVelocity = 90;

const chosenTrack = signal(0);
/** The track that is worked on; null: the piece has none. */
export const track = computed<Track | null>(
  () => piece.value.tracks.find(({ id }) => id === chosenTrack.value) ?? piece.value.tracks[0] ?? null,
);
export function chooseTrack(id: number): void {
  if (id === track.value?.id) return;
  chosenTrack.value = id;
  selected.value = new Set();
}

/** Ids of the selected notes. */
export const selected = signal<ReadonlySet<number>>(new Set());
/** The selected bars, in quarters. */
export const section = signal<{ start: number; end: number } | null>(null);
/** The rectangle that is being drawn. */
export const frame = signal<{ start: number; end: number; low: number; high: number } | null>(null);
/** The keyboard's place on the roll; shown while the roll has the focus. */
export const cursor = signal({ at: 0, pitch: 60 });
export const hasFocus = signal(false);
/** What is said of the place under the cursor. */
export const spoken = signal("");
export const roll = signal<RollHandle | null>(null);

export const bars = computed(() => barsOf(piece.value));
export const tempos = computed(() => temposOf(piece.value));
export const end = computed(() => endOfPiece(piece.value));
/** Quarters. */
export const playHead = computed(() => tempos.value.toQuarters(transport.position.value));

export const selectedNotes = computed(() => edits.notesOf(piece.value, selected.value));

/** The selection, or all of the track where nothing is selected. */
export function chosenIds(): edits.Ids {
  if (selected.value.size > 0) return selected.value;
  return new Set(track.value?.notes.map(({ id }) => id));
}

export function seek(quarters: number): void {
  transport.seek(tempos.value.toSeconds(Math.max(0, quarters)));
}

let hearings = 0;

/** Sounds a pitch of the track for a moment; of several while the sound starts, the last. */
export function hear(pitch: number, velocity = lastVelocity): void {
  const of = track.value;
  if (!of || transport.isPlaying.value) return;
  const voice = voiceOf({ pitch, velocity, startTime: 0, endTime: 0, ...of });
  const hearing = ++hearings;
  void startSound().then(() => {
    if (hearing !== hearings) return;
    noteOn(voice, pitch, velocity, clock());
    noteOff(voice, pitch, clock() + 0.3);
  });
}

/** What waits for the sound to start is not to be heard any more. */
export function hearNothing(): void {
  ++hearings;
}

// Another piece has other notes and bars.
effect(() => {
  if (!openId.value) return;
  batch(() => {
    selected.value = new Set();
    section.value = null;
    cursor.value = { at: 0, pitch: 60 };
  });
});

/** Adds a note to the track and selects it; its id. */
export function addNote(at: number, pitch: number, length: number, gesture = ""): number | null {
  const of = track.value;
  if (!of) {
    say(texts.compose.noTrack);
    return null;
  }
  const added = edits.addNotes(piece.value, of.id, [{ pitch, velocity: lastVelocity, start: at, end: at + length }]);
  edit(added.piece, gesture);
  selected.value = added.ids;
  hear(pitch);
  return [...added.ids][0]!;
}

let clipping: edits.Clipping | null = null;

/** Commands that buttons and keys share. */
export const commands = {
  delete: () => {
    edit(edits.deleteNotes(piece.value, selected.value));
    selected.value = new Set();
  },
  selectAll: () => (selected.value = new Set(track.value?.notes.map(({ id }) => id))),
  selectNone: () => {
    selected.value = new Set();
    section.value = null;
  },
  selectSection: () => {
    if (section.value && track.value) {
      selected.value = edits.idsBetween(piece.value, track.value.id, section.value.start, section.value.end);
    }
  },
  copy: () => {
    if (selected.value.size > 0) clipping = edits.copyNotes(piece.value, selected.value);
  },
  cutOut: () => {
    commands.copy();
    commands.delete();
  },
  paste: () => {
    if (!clipping || !track.value) return;
    const place = bars.value.snap(hasFocus.value ? cursor.value.at : playHead.value, grid.value);
    selectAfter(edits.pasteNotes(piece.value, track.value.id, clipping, place));
  },
  duplicate: () => selectAfter(edits.duplicate(piece.value, selected.value, grid.value)),
  transpose: (semitones: number) => {
    edit(edits.transpose(piece.value, chosenIds(), semitones));
    keepInSight(chosenIds());
  },
  quantise: () => edit(edits.quantise(piece.value, chosenIds(), grid.value)),
  cutAtPlayHead: () => edit(edits.cutAt(piece.value, chosenIds(), playHead.value)),
  velocity: (velocity: number) => edit(edits.setVelocity(piece.value, selected.value, velocity), "velocity"),
  move: (quarters: number, semitones: number) => {
    edit(edits.moveNotes(piece.value, selected.value, quarters, semitones));
    keepInSight(selected.value);
  },
  stretch: (quarters: number) => edit(edits.stretchNotes(piece.value, selected.value, quarters)),
};

/** The roll scrolls along with what was moved. */
function keepInSight(ids: edits.Ids): void {
  roll.value?.keepInSight(edits.notesOf(piece.value, ids).map(({ note }) => note));
}

function selectAfter(result: { piece: Piece; ids: Set<number> }): void {
  edit(result.piece);
  selected.value = result.ids;
}

/** Selects whole bars by what people call them: their numbers, both counted in. */
export function selectBars(first: number, last: number): void {
  const offset = bars.value.hasPickup ? 0 : 1;
  const from = bars.value.bar(Math.min(first, last) - offset);
  const to = bars.value.bar(Math.max(first, last) - offset);
  section.value = { start: from.start, end: to.end };
}
