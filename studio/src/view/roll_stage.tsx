// The duet's stage: notes scroll past a play head, what comes lies to its right.
import { useEffect, useRef } from "preact/hooks";
import { clamp } from "../music/clamp";
import { isBlackKey, pitchName } from "../music/pitch_names";
import "./roll_stage.css";
import { pitchRange, viewAt } from "./stage_view";

export interface StageNote {
  pitch: number;
  startTime: number;
  endTime: number;
  by: "player" | "machine";
  isDrum?: boolean;
  isHeld?: boolean;
}

export interface StageProps {
  /** Seconds of the session, of the play head. */
  now: () => number;
  isMoving: boolean;
  notes: readonly StageNote[];
  beats: (from: number, to: number) => { time: number; isBar: boolean }[];
  chords: (from: number, to: number) => { time: number; text: string }[];
  /** Whose bar it is, where that is fixed. */
  isYourBar: (time: number) => boolean | null;
  /** Rows of drums, the lowest first, and no other notes; null: pitches. */
  pads: readonly { pitch: number; name: string }[] | null;
  label: string;
}

const reduced = matchMedia("(prefers-reduced-motion: reduce)");

function colors(element: Element) {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: of("--ink"), muted: of("--muted"), line: of("--line"), sheet: of("--sheet"), blackKey: of("--black-key"),
    player: of("--player"), machine: of("--machine"), font: style.fontFamily,
  };
}

function draw(canvas: HTMLCanvasElement, props: StageProps): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const color = colors(canvas);
  const now = props.now();
  const seconds = Math.max(4, width / 110);
  const { from, scale } = viewAt(now, width, seconds, reduced.matches);
  const to = from + seconds;
  const x = (time: number) => (time - from) * scale;
  context.fillStyle = color.sheet;
  context.fillRect(0, 0, width, height);

  const isOnMap = ({ pitch, isDrum }: StageNote) => !props.pads || (isDrum && props.pads.some((pad) => pad.pitch === pitch));
  const seen = props.notes.filter((note) => (note.isHeld ? now : note.endTime) > from && note.startTime < to && isOnMap(note));
  const top = 24;
  const range = pitchRange(seen.map((note) => note.pitch));
  const rows = props.pads ? props.pads.length : range.high - range.low + 1;
  const row = (height - top - 8) / rows;
  const yOf = (pitch: number): number => {
    const index = props.pads ? props.pads.findIndex((pad) => pad.pitch === pitch) : pitch - range.low;
    return height - 8 - (Math.max(0, index) + 1) * row;
  };
  context.font = `12px ${color.font}`;
  context.textBaseline = "middle";
  for (let i = 0; i < rows; ++i) {
    const pitch = props.pads ? props.pads[i]!.pitch : range.low + i;
    const shaded = props.pads ? i % 2 === 0 : isBlackKey(pitch);
    if (!shaded) continue;
    context.fillStyle = color.blackKey;
    context.fillRect(0, yOf(pitch), width, row);
  }
  for (const { time, isBar } of props.beats(Math.max(0, from), to)) {
    context.fillStyle = color.line;
    context.globalAlpha = isBar ? 1 : 0.45;
    context.fillRect(Math.round(x(time)), top, 1, height - top);
  }
  context.globalAlpha = 1;
  const bars = props.beats(Math.max(0, from) - 20, to + 20).filter((beat) => beat.isBar);
  bars.forEach(({ time }, i) => {
    const yours = props.isYourBar(time + 0.01);
    const next = bars[i + 1];
    if (yours === null || !next || time < 0) return;
    context.fillStyle = yours ? color.player : color.machine;
    context.globalAlpha = 0.7;
    context.fillRect(x(time) + 1, top - 3, (next.time - time) * scale - 2, 3);
    context.globalAlpha = 1;
  });
  context.fillStyle = color.ink;
  for (const { time, text } of props.chords(Math.max(0, from), to)) context.fillText(text, x(time) + 4, 11);

  for (const note of seen) {
    const left = x(note.startTime);
    const end = note.isHeld ? now : note.endTime;
    const long = props.pads ? clamp(row, 6, 14) : Math.max(3, (end - note.startTime) * scale - 1);
    const tall = Math.max(4, row - 1);
    context.fillStyle = note.by === "player" ? color.player : color.machine;
    // What comes is paler than what has sounded.
    context.globalAlpha = note.startTime > now ? 0.55 : 1;
    context.beginPath();
    context.roundRect(left, yOf(note.pitch) + (row - tall) / 2, long, tall, Math.min(3, tall / 2));
    context.fill();
  }
  context.globalAlpha = 1;
  const name = (text: string, y: number) => {
    // Names stay readable: notes pass under them.
    context.fillStyle = color.sheet;
    context.fillRect(2, y - 8, context.measureText(text).width + 10, 16);
    context.fillStyle = color.muted;
    context.fillText(text, 6, y);
  };
  if (props.pads) {
    for (const pad of props.pads) name(pad.name, yOf(pad.pitch) + row / 2);
  } else {
    for (let pitch = range.low; pitch <= range.high; ++pitch) {
      if (pitch % 12 === 0) name(pitchName(pitch), yOf(pitch) + row / 2);
    }
  }
  if (!props.isMoving && props.notes.length === 0) return;
  context.fillStyle = color.ink;
  context.fillRect(Math.round(x(now)) - 1, top - 6, 2, height - top + 6);
}

export function RollStage(props: StageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shown = useRef(props);
  shown.current = props;
  useEffect(() => {
    const element = canvas.current!;
    let frame = 0;
    const paint = () => {
      draw(element, shown.current);
      if (shown.current.isMoving) frame = requestAnimationFrame(paint);
    };
    paint();
    const repaint = () => draw(element, shown.current);
    const watcher = new ResizeObserver(repaint);
    watcher.observe(element);
    const themes = new MutationObserver(repaint);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      cancelAnimationFrame(frame);
      watcher.disconnect();
      themes.disconnect();
    };
  }, [props.isMoving]);
  useEffect(() => {
    if (canvas.current && !props.isMoving) draw(canvas.current, props);
  });
  return <canvas ref={canvas} class="roll-stage" role="img" aria-label={props.label} />;
}
