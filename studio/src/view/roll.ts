// The piano roll: draws tracks of notes, drums by name, chords, bars and the play head on a canvas.
// Only what is visible is drawn. roll_view.tsx scrolls and zooms it and hears pointers; places are quarters.
import { isBlackKey, pitchName } from "../music/pitch_names";
import type { ChordAt, PieceNote } from "../music/piece";
import type { BarMap } from "../music/time";
import { texts } from "../texts";

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
export const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));

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

export interface Palette {
  sheet: string;
  ink: string;
  muted: string;
  line: string;
  accent: string;
  blackKey: string;
  /** Of the piano beside the rows. */
  keys: { white: string; black: string; edge: string; name: string };
  tracks: readonly string[];
  named: Record<"given" | "player" | "machine", string>;
  font: string;
}

export const trackColours = 8;

/** The colours of the page at `element`, as they are now. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim() || "#888";
  return {
    sheet: colour("--sheet"),
    ink: colour("--ink"),
    muted: colour("--muted"),
    line: colour("--line"),
    accent: colour("--accent"),
    blackKey: colour("--black-key"),
    keys: { white: colour("--key-white"), black: colour("--key-black"), edge: colour("--key-edge"), name: colour("--key-name") },
    tracks: Array.from({ length: trackColours }, (_, i) => colour(`--track-${i}`)),
    named: { given: colour("--given"), player: colour("--player"), machine: colour("--machine") },
    font: style.fontFamily || "system-ui, sans-serif",
  };
}

export const colourOf = (palette: Palette, colour: RollTrack["colour"]): string =>
  typeof colour === "string" ? palette.named[colour] : palette.tracks[colour % trackColours]!;

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

const opacityOf = (velocity: number) => 0.4 + (0.6 * Math.min(127, velocity)) / 127;
/** A drum's hit is at least this wide, so that it is seen and met. */
const leastWidth = (isDrum: boolean) => (isDrum ? 7 : 3);

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
  private rows: readonly number[] = allPitches;
  private rowOf = new Map<number, number>();
  private palette: Palette | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    scene: RollScene,
  ) {
    this.scene = scene;
    this.setScene(scene);
  }

  setScene(scene: RollScene): void {
    this.scene = scene;
    this.rows = rowsOf(scene);
    this.rowOf = new Map(this.rows.map((pitch, row) => [pitch, row]));
  }

  /** The colours are read anew: light has become dark, or the other way. */
  forgetColours(): void {
    this.palette = null;
  }

  /** CSS pixels; the canvas has as many dots as the screen. */
  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
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
        return rows[Math.max(0, Math.min(rows.length - 1, row))]!;
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

  draw(): void {
    const context = this.canvas.getContext("2d");
    if (!context || this.width === 0) return;
    this.palette ??= paletteOf(this.canvas);
    const ratio = this.canvas.width / this.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawRoll(context, this.palette, this.scene, this.rows, this.transform(), this.playHead, this.overlays);
  }
}

function drawRoll(
  context: CanvasRenderingContext2D,
  palette: Palette,
  scene: RollScene,
  rows: readonly number[],
  t: RollTransform,
  playHead: number,
  overlays: readonly RollOverlay[],
): void {
  context.fillStyle = palette.sheet;
  context.fillRect(0, 0, t.width, t.height);
  context.save();
  context.beginPath();
  context.rect(t.left, t.top, t.width - t.left, t.height - t.top);
  context.clip();
  drawRows(context, palette, scene, rows, t);
  drawGrid(context, palette, scene, t);
  drawSection(context, palette, scene, t);
  for (const track of scene.tracks) if (track.isBehind) drawNotes(context, palette, track, scene, t);
  for (const track of scene.tracks) if (!track.isBehind) drawNotes(context, palette, track, scene, t);
  for (const overlay of overlays) {
    context.save();
    overlay(context, t);
    context.restore();
  }
  drawCursor(context, palette, scene, t);
  context.restore();
  drawHead(context, palette, scene, t);
  drawKeys(context, palette, scene, rows, t);
  drawPlayHead(context, palette, t, playHead);
}

function drawRows(
  context: CanvasRenderingContext2D,
  palette: Palette,
  scene: RollScene,
  rows: readonly number[],
  t: RollTransform,
): void {
  for (const [row, pitch] of rows.entries()) {
    const y = t.yOf(pitch);
    if (y + t.rowHeight < t.top || y > t.height) continue;
    const isDark = scene.isDrum ? row % 2 === 1 : isBlackKey(pitch);
    if (isDark) {
      context.fillStyle = palette.blackKey;
      context.fillRect(t.left, y, t.width, t.rowHeight);
    }
    if (!scene.isDrum && pitch % 12 === 0) {
      context.fillStyle = palette.line;
      context.fillRect(t.left, y + t.rowHeight - 1, t.width, 1);
    }
  }
}

function drawGrid(context: CanvasRenderingContext2D, palette: Palette, scene: RollScene, t: RollTransform): void {
  const line = (place: number, alpha: number, width = 1) => {
    context.globalAlpha = alpha;
    context.fillRect(Math.round(t.xOf(place)), t.top, width, t.height);
  };
  for (const bar of scene.bars.between(t.from, t.to)) {
    const beat = 4 / bar.denominator;
    context.fillStyle = palette.line;
    if (scene.grid * t.perQuarter >= 9) {
      for (let place = bar.start + scene.grid; place < bar.end - 1e-6; place += scene.grid) line(place, 0.45);
    }
    if (beat * t.perQuarter >= 7) {
      for (let place = bar.start + beat; place < bar.end - 1e-6; place += beat) line(place, 1);
    }
    context.fillStyle = palette.muted;
    if ((bar.end - bar.start) * t.perQuarter >= 6) line(bar.start, 0.55);
  }
  context.globalAlpha = 1;
}

function drawSection(context: CanvasRenderingContext2D, palette: Palette, scene: RollScene, t: RollTransform): void {
  if (!scene.section) return;
  const x = t.xOf(scene.section.start);
  const width = t.xOf(scene.section.end) - x;
  context.fillStyle = palette.accent;
  context.globalAlpha = 0.09;
  context.fillRect(x, t.top, width, t.height);
  context.globalAlpha = 0.8;
  context.fillRect(x - 1, t.top, 2, t.height);
  context.fillRect(x + width - 1, t.top, 2, t.height);
  context.globalAlpha = 1;
}

function drawNotes(context: CanvasRenderingContext2D, palette: Palette, track: RollTrack, scene: RollScene, t: RollTransform): void {
  const colour = colourOf(palette, track.colour);
  const inset = t.rowHeight >= 8 ? 1 : 0;
  const height = Math.max(2, t.rowHeight - 2 * inset);
  const radius = Math.min(3, height / 3);
  const least = leastWidth(track.isDrum);
  const dim = track.isBehind ? 0.3 : 1;
  context.fillStyle = colour;
  for (const note of notesWithin(track.notes, t.from - least / t.perQuarter, t.to)) {
    const x = t.xOf(note.start);
    const width = Math.max(least, (note.end - note.start) * t.perQuarter - 1);
    const y = t.yOf(note.pitch) + inset;
    if (x + width < t.left || y + height < t.top || y > t.height) continue;
    context.globalAlpha = opacityOf(note.velocity) * dim;
    // Round corners cost a path, and where there are many small notes nobody sees them.
    const isSelected = scene.selected.has(note.id);
    if (width >= 12 || isSelected) {
      context.beginPath();
      context.roundRect(x, y, width, height, Math.min(radius, width / 3));
      context.fill();
    } else {
      context.fillRect(x, y, width, height);
    }
    if (track.isBehind) continue;
    // A full-coloured beginning, so that soft notes are seen as well.
    context.globalAlpha = 1;
    context.fillRect(x, y, Math.min(2, width), height);
    if (isSelected) {
      context.strokeStyle = palette.ink;
      context.lineWidth = 2;
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}

function drawCursor(context: CanvasRenderingContext2D, palette: Palette, scene: RollScene, t: RollTransform): void {
  if (scene.frame) {
    const { start, end, low, high } = scene.frame;
    const y = t.yOf(high);
    context.strokeStyle = palette.accent;
    context.fillStyle = palette.accent;
    context.lineWidth = 1;
    context.globalAlpha = 0.12;
    context.fillRect(t.xOf(start), y, (end - start) * t.perQuarter, t.yOf(low) + t.rowHeight - y);
    context.globalAlpha = 1;
    context.strokeRect(t.xOf(start), y, (end - start) * t.perQuarter, t.yOf(low) + t.rowHeight - y);
  }
  if (scene.cursor) {
    const { at, pitch, length } = scene.cursor;
    context.strokeStyle = palette.accent;
    context.lineWidth = 2;
    context.setLineDash([4, 3]);
    context.strokeRect(t.xOf(at), t.yOf(pitch), Math.max(6, length * t.perQuarter), t.rowHeight);
    context.setLineDash([]);
  }
}

/** A text above the notes, from `x` on. */
export interface RulerText {
  x: number;
  text: string;
  kind: "number" | "markedNumber" | "mark";
}

/** Pixels between two texts of the ruler. */
const textGap = 8;

/** The numbers of bars and the marks that have room beside each other: marks first, each with the number of its bar. */
export function rulerTexts(
  { bars, marks }: Pick<RollScene, "bars" | "marks">,
  { from, to, perQuarter, xOf }: Pick<RollTransform, "from" | "to" | "perQuarter" | "xOf">,
  widthOf: (text: string, kind: RulerText["kind"]) => number,
): RulerText[] {
  const placed: RulerText[] = [];
  const taken: [number, number][] = [];
  const place = (...row: RulerText[]) => {
    const start = row[0]!.x;
    const last = row.at(-1)!;
    const end = last.x + widthOf(last.text, last.kind) + textGap;
    if (taken.some(([left, right]) => start < right && left < end)) return;
    taken.push([start, end]);
    placed.push(...row);
  };
  const numbered = new Set<number>();
  for (const { at, text } of marks) {
    if (at > to) break;
    const bar = bars.at(at);
    const x = xOf(at) + 5;
    if (Math.abs(bar.start - at) > 1e-6) {
      place({ x, text, kind: "mark" });
      continue;
    }
    const number: RulerText = { x, text: String(bar.number), kind: "markedNumber" };
    place(number, { x: x + widthOf(number.text, number.kind) + textGap, text, kind: "mark" });
    numbered.add(bar.index);
  }
  const shown = bars.between(from, to);
  const barWidth = shown.length > 0 ? (shown[0]!.end - shown[0]!.start) * perQuarter : 100;
  let every = 1;
  while (barWidth * every < 34) every *= 2;
  for (const { start, index, number } of shown) {
    if (index % every === 0 && !numbered.has(index)) place({ x: xOf(start) + 5, text: String(number), kind: "number" });
  }
  return placed;
}

/** Bar numbers, marks and chords above the notes. */
function drawHead(context: CanvasRenderingContext2D, palette: Palette, scene: RollScene, t: RollTransform): void {
  context.save();
  context.beginPath();
  context.rect(t.left, 0, t.width - t.left, t.top);
  context.clip();
  context.fillStyle = palette.blackKey;
  context.fillRect(t.left, 0, t.width, barsHeight);
  if (scene.section) {
    context.fillStyle = palette.accent;
    context.globalAlpha = 0.25;
    context.fillRect(t.xOf(scene.section.start), 0, (scene.section.end - scene.section.start) * t.perQuarter, barsHeight);
    context.globalAlpha = 1;
  }
  context.textBaseline = "middle";
  context.fillStyle = palette.line;
  for (const bar of scene.bars.between(t.from, t.to)) context.fillRect(Math.round(t.xOf(bar.start)), 0, 1, t.top);
  const fontOf = (kind: RulerText["kind"]) => (kind === "mark" ? `11px ${palette.font}` : `600 12px ${palette.font}`);
  const widthOf = (text: string, kind: RulerText["kind"]) => {
    context.font = fontOf(kind);
    return context.measureText(text).width;
  };
  for (const { x, text, kind } of rulerTexts(scene, t, widthOf)) {
    context.font = fontOf(kind);
    context.fillStyle = kind === "markedNumber" ? palette.ink : palette.muted;
    context.fillText(text, x, barsHeight / 2 + 1);
  }
  context.font = `600 13px ${palette.font}`;
  context.fillStyle = palette.ink;
  for (const [index, chord] of scene.chords.entries()) {
    const next = scene.chords[index + 1];
    const x = t.xOf(chord.at);
    if (x > t.width || (next && t.xOf(next.at) < t.left)) continue;
    const room = (next ? t.xOf(next.at) : t.width) - x - 4;
    if (room > 10) context.fillText(chord.text, Math.max(x, t.left) + 5, barsHeight + chordsHeight / 2 + 1, room);
    context.fillRect(Math.round(x), barsHeight + 5, 2, chordsHeight - 10);
  }
  context.fillStyle = palette.line;
  context.fillRect(t.left, t.top - 1, t.width, 1);
  context.fillRect(t.left, barsHeight, t.width, 1);
  context.restore();
}

function drawKeys(
  context: CanvasRenderingContext2D,
  palette: Palette,
  scene: RollScene,
  rows: readonly number[],
  t: RollTransform,
): void {
  context.fillStyle = palette.sheet;
  context.fillRect(0, 0, t.left, t.height);
  if (!scene.isDrum) {
    context.fillStyle = palette.keys.white;
    context.fillRect(0, t.top, t.left, t.height);
  }
  context.save();
  context.beginPath();
  context.rect(0, t.top, t.left, t.height - t.top);
  context.clip();
  context.textBaseline = "middle";
  const size = Math.min(12, Math.max(9, t.rowHeight - 3));
  context.font = `${size}px ${palette.font}`;
  for (const pitch of rows) {
    const y = t.yOf(pitch);
    if (y + t.rowHeight < t.top || y > t.height) continue;
    if (scene.isDrum) {
      context.fillStyle = palette.muted;
      if (t.rowHeight >= 9) context.fillText(texts.midi.drums[pitch] ?? String(pitch), 8, y + t.rowHeight / 2 + 0.5, t.left - 12);
      continue;
    }
    // White keys meet at their edges, and in the middle of the black key between them.
    context.fillStyle = palette.keys.edge;
    if (pitch % 12 === 0 || pitch % 12 === 5) context.fillRect(0, y + t.rowHeight - 1, t.left, 1);
    if (isBlackKey(pitch)) {
      context.fillRect(0, y + t.rowHeight / 2, t.left, 1);
      context.fillStyle = palette.keys.black;
      context.fillRect(0, y + 0.5, t.left * 0.6, t.rowHeight - 1);
    }
    if (pitch % 12 === 0 && t.rowHeight >= 7) {
      context.fillStyle = palette.keys.name;
      context.fillText(pitchName(pitch), t.left - 20, y + t.rowHeight / 2 + 0.5);
    }
  }
  context.restore();
  context.fillStyle = palette.line;
  context.fillRect(t.left - 1, 0, 1, t.height);
  context.fillRect(0, t.top - 1, t.left, 1);
  context.fillStyle = palette.muted;
  context.font = `11px ${palette.font}`;
  context.textBaseline = "middle";
  context.fillText(texts.roll.bars, 8, barsHeight / 2 + 1, t.left - 12);
  context.fillText(texts.roll.chords, 8, barsHeight + chordsHeight / 2 + 1, t.left - 12);
}

function drawPlayHead(context: CanvasRenderingContext2D, palette: Palette, t: RollTransform, playHead: number): void {
  const x = t.xOf(playHead);
  if (x < t.left - 1 || x > t.width) return;
  context.fillStyle = palette.accent;
  context.fillRect(x - 1, barsHeight - 6, 2, t.height);
  context.beginPath();
  context.moveTo(x - 6, barsHeight - 12);
  context.lineTo(x + 6, barsHeight - 12);
  context.lineTo(x, barsHeight - 2);
  context.fill();
}
