// How the piano roll looks: rows and grid, notes, keys, ruler, chords and the play head on a canvas.
// Only what is visible is drawn.
import { clamp } from "../music/clamp";
import { isBlackKey, pitchName } from "../music/pitch_names";
import { texts } from "../texts";
import { barsHeight, chordsHeight, leastWidth, notesWithin, type Roll, type RollScene, type RollTrack, type RollTransform } from "./roll";
import { remembered, rulerTexts, type RulerText, type WidthOf } from "./ruler";

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

const opacityOf = (velocity: number) => 0.4 + (0.6 * Math.min(127, velocity)) / 127;

/** A roll on its canvas. */
export class RollPicture {
  private palette: Palette | null = null;
  /** Of the ruler's texts, in the palette's font. */
  private widthOf: WidthOf | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly roll: Roll,
  ) {}

  /** The colours and the font are read anew: light has become dark, or the other way. */
  forgetColours(): void {
    this.palette = null;
    this.widthOf = null;
  }

  /** The roll has another size; the canvas has as many dots as the screen. */
  resize(): void {
    const { viewWidth: width, viewHeight: height } = this.roll;
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    this.canvas.width = Math.max(1, Math.round(width * ratio));
    this.canvas.height = Math.max(1, Math.round(height * ratio));
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
  }

  draw(): void {
    const context = this.canvas.getContext("2d");
    if (!context || this.roll.viewWidth === 0) return;
    const palette = (this.palette ??= paletteOf(this.canvas));
    this.widthOf ??= remembered((text, kind) => {
      context.font = rulerFont(palette, kind);
      return context.measureText(text).width;
    });
    const ratio = this.canvas.width / this.roll.viewWidth;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawRoll(context, palette, this.roll, this.roll.transform(), this.widthOf);
  }
}

function drawRoll(context: CanvasRenderingContext2D, palette: Palette, { scene, rows, playHead, overlays }: Roll, t: RollTransform, widthOf: WidthOf): void {
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
  drawHead(context, palette, scene, t, widthOf);
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

const rulerFont = (palette: Palette, kind: RulerText["kind"]) => (kind === "mark" ? `11px ${palette.font}` : `600 12px ${palette.font}`);

/** Bar numbers, marks and chords above the notes. */
function drawHead(context: CanvasRenderingContext2D, palette: Palette, scene: RollScene, t: RollTransform, widthOf: WidthOf): void {
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
  for (const { x, text, kind } of rulerTexts(scene, t, widthOf)) {
    if (x > t.width || x + widthOf(text, kind) < t.left) continue;
    context.font = rulerFont(palette, kind);
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
  const size = clamp(t.rowHeight - 3, 9, 12);
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
