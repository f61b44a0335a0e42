// Where things lie in the piano roll: tracks of notes, drums by name, chords and bars; places are quarters.
// roll_picture.ts draws it; roll_view.tsx scrolls and zooms it and hears pointers.
import { clamp } from "../music/clamp";
import type { ChordAt, PieceNote } from "../music/piece";
import type { BarMap } from "../music/time";

export interface RollTrack {
  id: number;
  /** Index into the colours --track-0 to --track-7; "given", "player", "machine": those of the page. */
  colour: number | "given" | "player" | "machine";
  isDrum: boolean;
  /** By start. */
  notes: readonly PieceNote[];
  /** Drawn faintly behind the others, and not to be touched. */
  isBehind?: boolean;
}

/** What a roll shows. Never changed in place. */
export interface RollScene {
  /** What it is about: where that changes, the roll goes to where its notes are. */
  subject: string;
  bars: BarMap;
  /** Quarters from the beginning to the end of what can be scrolled to. */
  length: number;
  /** The rows are those of drums. */
  isDrum: boolean;
  tracks: readonly RollTrack[];
  chords: readonly ChordAt[];
  /** Small words above the bars: changes of tempo and meter. */
  marks: readonly ChordAt[];
  /** Lines between beats, quarters. */
  grid: number;
  selected: ReadonlySet<number>;
  /** Bars that are selected. */
  section: { start: number; end: number } | null;
  /** Notes selected by a rectangle that is being drawn. */
  frame: { start: number; end: number; low: number; high: number } | null;
  /** The keyboard's place. */
  cursor: { at: number; pitch: number; length: number } | null;
}

/** How a roll's places become pixels of its canvas. Overlays draw with it. */
export interface RollTransform {
  /** Left of it are the keys, above it the bars and chords. */
  left: number;
  top: number;
  width: number;
  height: number;
  rowHeight: number;
  perQuarter: number;
  /** The quarters that are visible. */
  from: number;
  to: number;
  xOf(quarters: number): number;
  /** The upper edge of a pitch's row. */
  yOf(pitch: number): number;
  quartersAt(x: number): number;
  pitchAt(y: number): number;
}

/** Draws over the notes, clipped to their area. */
export type RollOverlay = (context: CanvasRenderingContext2D, transform: RollTransform) => void;

export type RollHit =
  | { area: "notes"; note: PieceNote | null; track: RollTrack | null; isEnd: boolean }
  | { area: "bars" }
  | { area: "chords" }
  | { area: "keys" };

export const barsHeight = 26;
export const chordsHeight = 24;
const headHeight = barsHeight + chordsHeight;
export const keysWidth = (isDrum: boolean, width: number) => (isDrum ? (width < 600 ? 88 : 124) : 48);

export const leastPerQuarter = 2;
export const leastRow = 5;
const usualRow = 14;

const allPitches = Array.from({ length: 128 }, (_, i) => 127 - i);
const drumPitches = Array.from({ length: 47 }, (_, i) => 81 - i);

/** Pitches of the rows, from above. Drums beyond the General MIDI map have rows where there are notes. */
export function rowsOf(scene: Pick<RollScene, "isDrum" | "tracks">): readonly number[] {
  if (!scene.isDrum) return allPitches;
  const more = new Set<number>();
  for (const track of scene.tracks) {
    if (track.isDrum) for (const { pitch } of track.notes) if (pitch < 35 || pitch > 81) more.add(pitch);
  }
  return more.size === 0 ? drumPitches : [...drumPitches, ...more].sort((a, b) => b - a);
}

const longest = new WeakMap<readonly PieceNote[], number>();

function longestOf(notes: readonly PieceNote[]): number {
  let found = longest.get(notes);
  if (found === undefined) {
    found = notes.reduce((most, note) => Math.max(most, note.end - note.start), 0);
    longest.set(notes, found);
  }
  return found;
}

/** Index of the first of `notes` (by start) that begins at or after `place`. */
function firstFrom(notes: readonly PieceNote[], place: number): number {
  let low = 0;
  let high = notes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (notes[middle]!.start < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The notes that may have a part of [from, to). */
export function notesWithin(notes: readonly PieceNote[], from: number, to: number): readonly PieceNote[] {
  return notes.slice(firstFrom(notes, from - longestOf(notes)), firstFrom(notes, to));
}

/** A drum's hit is at least this wide, so that it is seen and met. */
export const leastWidth = (isDrum: boolean) => (isDrum ? 7 : 3);

/** What is shown of a scene, how large, and how far it is scrolled. */
export class Roll {
  scene: RollScene;
  playHead = 0;
  overlays: readonly RollOverlay[] = [];
  /** Pixels of a quarter and of a row. */
  perQuarter = 64;
  rowHeight = usualRow;
  /** What is scrolled away, in pixels. */
  scrollX = 0;
  scrollY = 0;
  private width = 0;
  private height = 0;
  /** Pitches of the rows, from above. */
  rows: readonly number[] = allPitches;
  private rowOf = new Map<number, number>();

  constructor(scene: RollScene) {
    this.scene = scene;
    this.setScene(scene);
  }

  setScene(scene: RollScene): void {
    this.scene = scene;
    this.rows = rowsOf(scene);
    this.rowOf = new Map(this.rows.map((pitch, row) => [pitch, row]));
  }

  /** CSS pixels. */
  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
  }

  get contentWidth(): number {
    return keysWidth(this.scene.isDrum, this.width) + this.scene.length * this.perQuarter;
  }
  get contentHeight(): number {
    return headHeight + this.rows.length * this.rowHeight;
  }
  get viewWidth(): number {
    return this.width;
  }
  get viewHeight(): number {
    return this.height;
  }

  /** Sizes of a quarter and a row with which `notes` are all to be seen, as far as they may shrink; how far rows are scrolled then. */
  fitTo(notes: readonly PieceNote[]): { perQuarter: number; rowHeight: number; scrollY: number } {
    const t = this.transform();
    const rows = notes.flatMap(({ pitch }) => this.rowOf.get(pitch) ?? []);
    const first = rows.reduce((least, row) => Math.min(least, row), this.rows.length);
    const last = rows.reduce((most, row) => Math.max(most, row), 0);
    const end = notes.reduce((most, note) => Math.max(most, note.end), 0);
    const room = t.height - t.top;
    const rowHeight = clamp(room / (last - first + 3), leastRow, usualRow);
    return {
      perQuarter: clamp(((t.width - t.left) * 0.98) / end, leastPerQuarter, 160),
      rowHeight,
      scrollY: Math.max(0, ((first + last + 1) / 2) * rowHeight - room / 2),
    };
  }

  transform(): RollTransform {
    const { perQuarter, rowHeight, scrollX, scrollY, width, height, rows, rowOf } = this;
    const left = keysWidth(this.scene.isDrum, width);
    const quartersAt = (x: number) => (x - left + scrollX) / perQuarter;
    return {
      left,
      top: headHeight,
      width,
      height,
      rowHeight,
      perQuarter,
      from: Math.max(0, quartersAt(left)),
      to: quartersAt(width),
      xOf: (quarters) => left + quarters * perQuarter - scrollX,
      yOf: (pitch) => headHeight + (rowOf.get(pitch) ?? -100) * rowHeight - scrollY,
      quartersAt,
      pitchAt: (y) => {
        const row = Math.floor((y - headHeight + scrollY) / rowHeight);
        return rows[clamp(row, 0, rows.length - 1)]!;
      },
    };
  }

  /** What is at a place of the canvas. `reach`: how many pixels beside a note still meet it. */
  hit(x: number, y: number, reach = 4): RollHit {
    const t = this.transform();
    if (y < barsHeight) return { area: "bars" };
    if (y < t.top) return { area: "chords" };
    if (x < t.left) return { area: "keys" };
    const pitch = t.pitchAt(y);
    const at = t.quartersAt(x);
    const slack = reach / t.perQuarter;
    for (const track of this.scene.tracks) {
      if (track.isBehind) continue;
      const least = leastWidth(track.isDrum) / t.perQuarter;
      // What was drawn last lies on top.
      for (const note of [...notesWithin(track.notes, at - slack - least, at + slack)].reverse()) {
        const end = Math.max(note.end, note.start + least);
        if (note.pitch !== pitch || at < note.start - slack || at > end + slack) continue;
        const edge = Math.min(8, ((end - note.start) * t.perQuarter) / 3);
        return { area: "notes", note, track, isEnd: (end - at) * t.perQuarter < edge };
      }
    }
    return { area: "notes", note: null, track: null, isEnd: false };
  }
}
