// What pointers and keys do on the roll.
import { clamp } from "../music/clamp";
import * as edits from "../music/edit";
import type { PieceNote } from "../music/piece";
import { pitchName } from "../music/pitch_names";
import { transport } from "../sound/transport";
import { texts } from "../texts";
import { rowsOf, type RollHit } from "../view/roll";
import type { RollDrag, RollPlace, RollPointer } from "../view/roll_view";
import { edit, gestureEnds, piece, redoEdit, takeBack, undoEdit } from "./document";
import * as editor from "./editor";

const words = texts.compose;
let gestures = 0;
const newGesture = () => `gesture ${++gestures}`;

/** Taps on the chord lane: the place is asked for its chord. */
export type ChordAsk = (at: number) => void;

export function rollPointer(askChord: ChordAsk): RollPointer {
  // The notes under the last two presses: a double click that has just made a note does not take it away again.
  let pressed: [number, number] = [0, 0];
  return {
    down: (hit, place, event) => {
      pressed = [pressed[1], hit.area === "notes" ? (hit.note?.id ?? 0) : 0];
      if (hit.area === "bars") return selectBarsByDrag(place);
      if (hit.area === "chords") return { ...nothing, up: () => askChord(editor.bars.value.snapDown(place.at, 1)) };
      if (hit.area === "keys") {
        editor.hear(place.pitch);
        return null;
      }
      editor.cursor.value = { at: editor.bars.value.snapDown(place.at, editor.grid.value), pitch: place.pitch };
      const { note } = hit;
      if (note && editor.tool.value === "cut") {
        edit(edits.cutAt(piece.value, new Set([note.id]), editor.bars.value.snap(place.at, editor.grid.value)));
        return null;
      }
      if (note) return grab(note, hit.isEnd, place, event);
      if (editor.tool.value === "draw" && !event.shiftKey) return drawNote(place);
      return selectByFrame(place, event.shiftKey);
    },
    double: (hit) => {
      if (hit.area === "notes" && hit.note && pressed[0] === hit.note.id && editor.tool.value !== "cut") {
        edit(edits.deleteNotes(piece.value, new Set([hit.note.id])));
        editor.selected.value = new Set();
      }
    },
    cursor: (hit: RollHit) => {
      if (hit.area === "bars") return "ew-resize";
      if (hit.area !== "notes") return "pointer";
      if (!hit.note) return editor.tool.value === "draw" ? "crosshair" : "default";
      if (editor.tool.value === "cut") return "col-resize";
      return hit.isEnd ? "e-resize" : "grab";
    },
  };
}

const nothing: RollDrag = { move: () => undefined, up: () => undefined, cancel: () => undefined };

/** A drag over the bar numbers selects whole bars; a click moves the play head. */
function selectBarsByDrag(from: RollPlace): RollDrag {
  const before = editor.section.value;
  const first = editor.bars.value.at(from.at);
  let isDrag = false;
  const move = ({ at }: RollPlace) => {
    const last = editor.bars.value.at(at);
    isDrag ||= last.index !== first.index || Math.abs(at - from.at) > (first.end - first.start) / 3;
    if (isDrag) editor.section.value = { start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) };
  };
  return {
    move,
    up: (place) => {
      move(place);
      if (isDrag) return;
      editor.seek(editor.bars.value.snap(place.at, 1));
      if (editor.section.value && (place.at < editor.section.value.start || place.at > editor.section.value.end)) editor.section.value = null;
    },
    cancel: () => (editor.section.value = before),
  };
}

/** Moves the selected notes, or the end of the one that is held. */
function grab(note: PieceNote, isEnd: boolean, from: RollPlace, event: PointerEvent): RollDrag {
  const before = piece.value;
  const wasSelected = editor.selected.value;
  if (event.shiftKey) {
    const next = new Set(wasSelected);
    if (!next.delete(note.id)) next.add(note.id);
    editor.selected.value = next;
    return nothing;
  }
  let ids: edits.Ids = wasSelected.has(note.id) ? wasSelected : new Set([note.id]);
  editor.selected.value = ids;
  editor.hear(note.pitch, note.velocity);
  const gesture = newGesture();
  let origin = before;
  if (event.altKey) {
    // A copy goes along, the notes stay.
    const copies = edits.notesOf(before, ids);
    origin = before;
    const added = new Set<number>();
    for (const { note: one, track } of copies) {
      const result = edits.addNotes(origin, track.id, [one]);
      origin = result.piece;
      result.ids.forEach((id) => added.add(id));
    }
    ids = added;
    editor.selected.value = ids;
  }
  let lastPitch = note.pitch;
  const move = ({ at, pitch }: RollPlace) => {
    const { bars } = editor;
    if (isEnd) {
      const end = Math.max(bars.value.snap(note.end + at - from.at, editor.grid.value), note.start + editor.grid.value);
      edit(edits.stretchNotes(origin, ids, Math.abs(at - from.at) < editor.grid.value / 4 ? 0 : end - note.end), gesture);
      return;
    }
    const isStill = Math.abs(at - from.at) < editor.grid.value / 3;
    const by = isStill ? 0 : bars.value.snap(note.start + at - from.at, editor.grid.value) - note.start;
    edit(edits.moveNotes(origin, ids, by, pitch - from.pitch), gesture);
    if (pitch !== lastPitch) editor.hear(pitch, note.velocity);
    lastPitch = pitch;
  };
  return {
    move,
    up: (place) => {
      move(place);
      if (isEnd) editor.noteLength.value = edits.notesOf(piece.value, new Set([note.id])).map(({ note: { start, end } }) => end - start)[0] ?? 1;
      gestureEnds();
    },
    cancel: () => {
      takeBack(before);
      gestureEnds();
      editor.selected.value = wasSelected;
    },
  };
}

/** Draws a note whose end is where the pointer goes up; a tap gives it the length of the last one. */
function drawNote(from: RollPlace): RollDrag {
  const before = piece.value;
  const wasSelected = editor.selected.value;
  const at = editor.bars.value.snapDown(from.at, editor.grid.value);
  const gesture = newGesture();
  const id = editor.addNote(at, from.pitch, Math.max(editor.grid.value, editor.noteLength.value), gesture);
  if (id === null) return nothing;
  const first = piece.value;
  const length = edits.notesOf(first, new Set([id]))[0]!.note.end - at;
  let isDrag = false;
  const move = (place: RollPlace) => {
    isDrag ||= place.at - from.at > editor.grid.value;
    if (!isDrag) return;
    const end = Math.max(at + editor.grid.value, editor.bars.value.snap(place.at, editor.grid.value));
    edit(edits.stretchNotes(first, new Set([id]), end - at - length), gesture);
    editor.noteLength.value = end - at;
  };
  return {
    move,
    up: (place) => {
      move(place);
      gestureEnds();
    },
    cancel: () => {
      takeBack(before);
      gestureEnds();
      editor.selected.value = wasSelected;
    },
  };
}

function selectByFrame(from: RollPlace, isMore: boolean): RollDrag {
  const before = editor.selected.value;
  const kept = isMore ? before : new Set<number>();
  const move = (to: RollPlace) => {
    const area = {
      start: Math.min(from.at, to.at),
      end: Math.max(from.at, to.at),
      low: Math.min(from.pitch, to.pitch),
      high: Math.max(from.pitch, to.pitch),
    };
    editor.frame.value = area;
    const inside = editor.track.value?.notes.filter(
      ({ start, end, pitch }) => end > area.start && start < area.end && area.low <= pitch && pitch <= area.high,
    );
    editor.selected.value = new Set([...kept, ...(inside ?? []).map(({ id }) => id)]);
  };
  return {
    move,
    up: () => {
      if (!editor.frame.value) editor.selected.value = kept;
      editor.frame.value = null;
    },
    cancel: () => {
      editor.frame.value = null;
      editor.selected.value = before;
    },
  };
}

/** The note of the track at the keyboard's place; null: none. */
export function noteAtCursor(): PieceNote | null {
  const { at, pitch } = editor.cursor.value;
  const notes = editor.track.value?.notes ?? [];
  const inCell = (note: PieceNote) => note.pitch === pitch && note.start < at + editor.grid.value - 1e-6 && note.end > at + 1e-6;
  return notes.find(inCell) ?? null;
}

/** Says what is under the cursor. */
export function describeCursor(): string {
  const { at, pitch } = editor.cursor.value;
  const bar = editor.bars.value.at(at);
  const beat = Math.round(((at - bar.start) * bar.denominator) / 4 * 100) / 100 + 1;
  const row = editor.track.value?.isDrum ? (texts.midi.drums[pitch] ?? String(pitch)) : pitchName(pitch);
  const note = noteAtCursor();
  const held = note ? words.noteThere(Math.round((note.end - note.start) * 100) / 100, note.velocity, editor.selected.value.has(note.id)) : words.noNoteThere;
  return words.cursorAt(row, bar.number, beat, held);
}

/** Moves the cursor, or with alt the selected notes. */
function arrow(event: KeyboardEvent, columns: number, rows: number): void {
  const step = event.ctrlKey || event.metaKey ? editor.bars.value.at(editor.cursor.value.at) : null;
  const by = step ? step.end - step.start : editor.grid.value;
  if (event.altKey) {
    const isOctave = event.shiftKey && rows !== 0;
    if (event.shiftKey && columns !== 0) editor.commands.stretch(columns * by);
    else editor.commands.move(columns * by, rows * (isOctave ? 12 : 1));
    const first = editor.selectedNotes.value[0]?.note;
    if (first) editor.cursor.value = { at: first.start, pitch: first.pitch };
    editor.spoken.value = describeCursor();
    return;
  }
  const { at, pitch } = editor.cursor.value;
  const place = editor.bars.value.snap(Math.max(0, at + columns * by), editor.grid.value);
  const all = rowsOf({ isDrum: editor.track.value?.isDrum ?? false, tracks: [] });
  const row = all.indexOf(pitch) - rows * (step ? 12 : 1);
  const next = all[clamp(row, 0, all.length - 1)] ?? pitch;
  editor.cursor.value = { at: place, pitch: next };
  const note = noteAtCursor();
  if (event.shiftKey && note) editor.selected.value = new Set([...editor.selected.value, note.id]);
  editor.roll.value?.reveal(editor.cursor.value);
  editor.spoken.value = describeCursor();
}

const arrows: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Keys of the roll, and those with ctrl of all of Compose. True: it was one of them. */
export function rollKey(event: KeyboardEvent): boolean {
  const moved = arrows[event.key];
  if (moved) {
    arrow(event, ...moved);
    return true;
  }
  if (event.altKey || event.ctrlKey || event.metaKey) return false;
  const { at, pitch } = editor.cursor.value;
  switch (event.key) {
    case "Enter": {
      const note = noteAtCursor();
      if (note) {
        const next = new Set(editor.selected.value);
        if (!next.delete(note.id)) next.add(note.id);
        editor.selected.value = next;
      } else {
        editor.addNote(at, pitch, Math.max(editor.grid.value, editor.noteLength.value));
      }
      break;
    }
    case "Delete":
    case "Backspace": {
      const note = noteAtCursor();
      if (editor.selected.value.size === 0 && note) editor.selected.value = new Set([note.id]);
      editor.commands.delete();
      break;
    }
    case "Home":
      editor.cursor.value = { at: 0, pitch };
      break;
    case "End":
      editor.cursor.value = { at: editor.bars.value.snapDown(editor.end.value, editor.grid.value), pitch };
      break;
    case "[":
      editor.commands.stretch(-editor.grid.value);
      break;
    case "]":
      editor.commands.stretch(editor.grid.value);
      break;
    case "c":
      edit(edits.cutAt(piece.value, editor.chosenIds(), at));
      break;
    case "q":
      editor.commands.quantise();
      break;
    case "b": {
      // Bars: the first press takes the cursor's bar, a press elsewhere goes on to there.
      const bar = editor.bars.value.at(at);
      const old = editor.section.value;
      editor.section.value = old ? { start: Math.min(old.start, bar.start), end: Math.max(old.end, bar.end) } : { start: bar.start, end: bar.end };
      break;
    }
    case "Escape":
      editor.commands.selectNone();
      break;
    default:
      return false;
  }
  editor.roll.value?.reveal(editor.cursor.value);
  editor.spoken.value = describeCursor();
  return true;
}

/** Keys that work wherever the focus is, but in fields. */
export function composeKey(event: KeyboardEvent): boolean {
  const isCommand = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (isCommand && key === "z") (event.shiftKey ? redoEdit : undoEdit)();
  else if (isCommand && key === "y") redoEdit();
  else if (isCommand && key === "c") editor.commands.copy();
  else if (isCommand && key === "x") editor.commands.cutOut();
  else if (isCommand && key === "v") editor.commands.paste();
  else if (isCommand && key === "d") editor.commands.duplicate();
  else if (isCommand && key === "a") editor.commands.selectAll();
  else if (!isCommand && event.key === " ") togglePlay();
  else return false;
  return true;
}

export function togglePlay(): void {
  if (transport.isPlaying.value) transport.pause();
  else void transport.play();
}
