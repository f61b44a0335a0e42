// Draws what Look shows: bars of surprise above, notes over the heat map, holds and rests below.
import { clamp } from "../music/clamp";
import { isBlackKey } from "../music/pitch_names";
import { strongest, type LookedBack } from "./attention";
import { cellsOf, heightOf, stripOf, xOf, yOf, type Cell, type Column, type Frame } from "./heat_map";
import { percent } from "./names";
import { heightOfBits, surpriseOf, type ScoredNote, type Surprise } from "./surprise";

/** A note that is only shown: of another part, or the machine's own. */
export interface PlainNote {
  pitch: number;
  start: number;
  end: number;
  isMachine: boolean;
}

export interface Picture {
  columns: Column[];
  notes: ScoredNote[];
  /** Bits of each step, as bars: [seconds, until, bits]. */
  bars: [start: number, end: number, bits: number][];
  others: PlainNote[];
  /** Rows are drums: each has its name, none is a black key. */
  isDrum: boolean;
  nameOf: (pitch: number) => string;
  /** Names of the strip's rows, of the bars, and (in two lines) of the lane below. */
  words: { hold: string; rest: string; bits: string; lookBack: string[] };
  /** Whether there is a lane for what the model looked back at. */
  attends: boolean;
  /** Seconds of what is chosen; null: nothing. */
  chosen: { start: number; end: number } | null;
  barLines: { seconds: number; number: number }[];
  /** Pitches of the scored notes and of those that are probable. */
  used: Set<number>;
  end: number;
}

const font = "11px system-ui, sans-serif";
/** Left of the roll; drums have longer names. */
const gutter = { pitches: 56, drums: 104 };
export const barsHeight = 72;
export const stripRow = 16;
const gap = 8;
/** The lane of what was looked back at: bars, and the greatest weight above its bar. */
const lane = { height: 52, text: 14 };

export const frameOf = (range: { low: number; high: number }, pixelsPerSecond: number, isDrum: boolean): Frame => {
  const rows = range.high - range.low + 1;
  const rowHeight = clamp(Math.floor(360 / rows), 7, 16);
  return { left: isDrum ? gutter.drums : gutter.pitches, top: barsHeight + gap, pixelsPerSecond, rowHeight, ...range };
};

export const stripTop = (frame: Frame) => frame.top + heightOf(frame) + gap;
const stripEnd = (frame: Frame) => stripTop(frame) + 2 * stripRow;
const laneEnd = (frame: Frame) => stripEnd(frame) + gap + lane.height;
export const pictureHeight = (frame: Frame, attends: boolean) => (attends ? laneEnd(frame) : stripEnd(frame)) + 4;
export const pictureWidth = (frame: Frame, end: number) => Math.ceil(xOf(frame, end) + 24);

interface Colours {
  sheet: string;
  ink: string;
  muted: string;
  line: string;
  key: string;
  machine: string;
  given: string;
  back: string;
  bits: Record<Surprise, string>;
  focus: string;
}

function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    sheet: of("--sheet"),
    ink: of("--ink"),
    muted: of("--muted"),
    line: of("--line"),
    key: of("--black-key"),
    machine: of("--machine"),
    given: of("--given"),
    back: of("--look-back"),
    bits: { calm: of("--calm"), some: of("--some"), hot: of("--hot") },
    focus: of("--player"),
  };
}

/** What changes while it plays. */
export interface Moment {
  /** Where it plays, in seconds; null: it does not. */
  head: number | null;
  lookedBack: LookedBack | null;
}

/** Draws the part of the picture that begins `scrolled` pixels from its left edge. */
export function draw(canvas: HTMLCanvasElement, picture: Picture, frame: Frame, { scrolled, width }: { scrolled: number; width: number }, moment: Moment): void {
  const density = devicePixelRatio || 1;
  const height = pictureHeight(frame, picture.attends);
  if (canvas.width !== Math.round(width * density) || canvas.height !== Math.round(height * density)) {
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  if (!context) return;
  const colours = coloursOf(canvas);
  const from = (scrolled - 8) / frame.pixelsPerSecond;
  const to = (scrolled + width) / frame.pixelsPerSecond;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.fillStyle = colours.sheet;
  context.fillRect(0, 0, width, height);
  context.save();
  context.translate(-scrolled, 0);
  drawRows(context, picture, frame, colours, scrolled, width);
  drawLines(context, picture, frame, colours, from, to);
  fillCells(context, cellsOf(picture.columns, frame, from, to), colours.machine);
  fillCells(context, stripOf(picture.columns, frame, stripTop(frame), stripRow, from, to), colours.machine);
  drawOthers(context, picture, frame, colours, from, to);
  drawNotes(context, picture, frame, colours, from, to);
  drawBars(context, picture, frame, colours, from, to);
  if (picture.attends) drawLane(context, frame, colours, scrolled, width, moment.lookedBack);
  drawChosen(context, picture, frame, colours, moment.head);
  context.restore();
  drawGutter(context, picture, frame, colours);
}

function drawRows(context: CanvasRenderingContext2D, picture: Picture, frame: Frame, colours: Colours, scrolled: number, width: number): void {
  for (let pitch = frame.low; pitch <= frame.high; pitch++) {
    if (picture.isDrum || !isBlackKey(pitch)) continue;
    context.fillStyle = colours.key;
    context.fillRect(scrolled, yOf(frame, pitch), width, frame.rowHeight);
  }
  context.fillStyle = colours.line;
  for (let pitch = frame.low; pitch <= frame.high; pitch++) {
    if (pitch % 12 === 11 || pitch === frame.high) context.fillRect(scrolled, yOf(frame, pitch), width, 1);
  }
  for (const y of [barsHeight, frame.top + heightOf(frame), stripTop(frame), stripTop(frame) + stripRow, stripEnd(frame)]) {
    context.fillRect(scrolled, y, width, 1);
  }
}

function drawLines(context: CanvasRenderingContext2D, picture: Picture, frame: Frame, colours: Colours, from: number, to: number): void {
  context.font = font;
  context.textAlign = "left";
  context.textBaseline = "top";
  for (const { seconds, number } of picture.barLines) {
    if (seconds < from - 1 || seconds > to) continue;
    const x = Math.round(xOf(frame, seconds));
    context.fillStyle = colours.line;
    context.fillRect(x, 0, 1, picture.attends ? laneEnd(frame) : stripEnd(frame));
    context.fillStyle = colours.muted;
    context.fillText(String(number), x + 4, 2);
  }
}

function fillCells(context: CanvasRenderingContext2D, cells: Cell[], colour: string): void {
  context.fillStyle = colour;
  for (const cell of cells) {
    context.globalAlpha = cell.opacity * 0.85;
    context.fillRect(cell.x, cell.y, Math.max(1, cell.width - 0.5), cell.height);
  }
  context.globalAlpha = 1;
}

function box(context: CanvasRenderingContext2D, frame: Frame, pitch: number, start: number, end: number): void {
  const x = xOf(frame, start);
  context.beginPath();
  context.roundRect(x + 0.75, yOf(frame, pitch) + 0.75, Math.max(3, xOf(frame, end) - x - 1.5), frame.rowHeight - 1.5, 3);
}

function drawOthers(context: CanvasRenderingContext2D, picture: Picture, frame: Frame, colours: Colours, from: number, to: number): void {
  for (const { pitch, start, end, isMachine } of picture.others) {
    if (end < from || start > to || pitch < frame.low || pitch > frame.high) continue;
    box(context, frame, pitch, start, end);
    context.globalAlpha = isMachine ? 1 : 0.35;
    context.fillStyle = isMachine ? colours.ink : colours.given;
    context.fill();
  }
  context.globalAlpha = 1;
}

function drawNotes(context: CanvasRenderingContext2D, picture: Picture, frame: Frame, colours: Colours, from: number, to: number): void {
  context.lineWidth = 1.5;
  for (const { pitches, start, end, bits } of picture.notes) {
    if (end < from || start > to) continue;
    for (const pitch of pitches) {
      box(context, frame, pitch, start, end);
      context.fillStyle = colours.bits[surpriseOf(bits)];
      context.fill();
      context.strokeStyle = colours.sheet;
      context.stroke();
    }
  }
}

function drawBars(context: CanvasRenderingContext2D, picture: Picture, frame: Frame, colours: Colours, from: number, to: number): void {
  for (const [start, end, bits] of picture.bars) {
    if (end < from || start > to) continue;
    const x = xOf(frame, start);
    const height = Math.max(1, heightOfBits(bits) * (barsHeight - 20));
    context.fillStyle = colours.bits[surpriseOf(bits)];
    context.fillRect(x, barsHeight - height, Math.max(2, xOf(frame, end) - x - 1), height);
  }
}

/** Bars of what was looked back at, the greatest as high as the lane; the share of the greatest in view stands above it. */
function drawLane(context: CanvasRenderingContext2D, frame: Frame, colours: Colours, scrolled: number, width: number, looked: LookedBack | null): void {
  const bottom = laneEnd(frame);
  context.fillStyle = colours.line;
  context.fillRect(scrolled, bottom, width, 1);
  if (!looked || looked.steps.length === 0) return;
  const most = Math.max(...looked.steps.map(({ weight }) => weight));
  const heightFor = (weight: number) => Math.max(1, (weight / most) * (lane.height - lane.text));
  context.fillStyle = colours.back;
  for (const { start, end, weight } of looked.steps) {
    const x = xOf(frame, start);
    context.fillRect(x, bottom - heightFor(weight), Math.max(2, xOf(frame, end) - x - 1), heightFor(weight));
  }
  const even = Math.round(bottom - heightFor(looked.even)) + 0.5;
  context.strokeStyle = colours.muted;
  context.lineWidth = 1;
  context.setLineDash([1, 3]);
  context.beginPath();
  context.moveTo(scrolled, even);
  context.lineTo(scrolled + width, even);
  context.stroke();
  context.setLineDash([]);
  const inView = looked.steps.filter(({ start, end }) => xOf(frame, start) >= scrolled + frame.left && xOf(frame, end) <= scrolled + width);
  const [top] = strongest({ steps: inView }, 1);
  if (!top) return;
  context.fillStyle = colours.ink;
  context.font = font;
  context.textAlign = "center";
  context.textBaseline = "bottom";
  context.fillText(percent(top.weight), (xOf(frame, top.start) + xOf(frame, top.end)) / 2, bottom - heightFor(top.weight) - 1);
}

function drawChosen(context: CanvasRenderingContext2D, picture: Picture, frame: Frame, colours: Colours, head: number | null): void {
  const bottom = picture.attends ? laneEnd(frame) : stripEnd(frame);
  if (picture.chosen) {
    const x = xOf(frame, picture.chosen.start);
    context.strokeStyle = colours.ink;
    context.lineWidth = 2;
    context.strokeRect(x - 1, 1, Math.max(6, xOf(frame, picture.chosen.end) - x) + 1, bottom - 1);
  }
  if (head !== null) {
    context.fillStyle = colours.focus;
    context.fillRect(xOf(frame, head) - 1, 0, 2, bottom);
  }
}

/** Pixels from one name to the next, so that they do not touch. */
const nameHeight = 12;

/** The pitches that have a name beside their row: each C; of drums those that are struck, as many as have room. */
export function namedRows({ isDrum, used }: Pick<Picture, "isDrum" | "used">, frame: Frame): number[] {
  const named: number[] = [];
  for (let pitch = frame.low; pitch <= frame.high; pitch++) {
    const isWanted = isDrum ? used.has(pitch) : pitch % 12 === 0;
    const last = named.at(-1);
    if (isWanted && (last === undefined || (pitch - last) * frame.rowHeight >= nameHeight)) named.push(pitch);
  }
  return named;
}

function drawGutter(context: CanvasRenderingContext2D, picture: Picture, frame: Frame, colours: Colours): void {
  context.fillStyle = colours.sheet;
  context.fillRect(0, 0, frame.left - 2, pictureHeight(frame, picture.attends));
  context.fillStyle = colours.muted;
  context.font = font;
  context.textBaseline = "middle";
  context.textAlign = "right";
  const say = (text: string, y: number) => context.fillText(text, frame.left - 8, y, frame.left - 12);
  for (const pitch of namedRows(picture, frame)) say(picture.nameOf(pitch), yOf(frame, pitch) + frame.rowHeight / 2);
  say(picture.words.bits, barsHeight / 2);
  say(picture.words.hold, stripTop(frame) + stripRow / 2);
  say(picture.words.rest, stripTop(frame) + stripRow * 1.5);
  if (!picture.attends) return;
  context.fillStyle = colours.back;
  const { lookBack } = picture.words;
  lookBack.forEach((text, line) => say(text, laneEnd(frame) - (lookBack.length - line) * 14 + 4));
}
