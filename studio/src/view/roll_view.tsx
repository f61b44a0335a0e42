// The piano roll as a part of the page: scrolls, zooms (ctrl and wheel, two fingers, buttons), follows the play
// head, and tells who edits what a pointer does. roll.ts says where things lie, roll_picture.ts draws them.
import { effect, type ReadonlySignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { clamp } from "../music/clamp";
import type { PieceNote } from "../music/piece";
import { leastPerQuarter, leastRow, Roll, type RollHit, type RollOverlay, type RollScene } from "./roll";
import { RollPicture } from "./roll_picture";
import "./roll.css";

/** Where a pointer is: quarters, and the pitch of the row. */
export interface RollPlace {
  at: number;
  pitch: number;
}

/** What a pointer does between down and up. */
export interface RollDrag {
  move(place: RollPlace): void;
  up(place: RollPlace): void;
  /** A second finger came down: as if the first had never been. */
  cancel(): void;
}

/** Edits by pointer; without it a roll is to be looked at. */
export interface RollPointer {
  down(hit: RollHit, place: RollPlace, event: PointerEvent): RollDrag | null;
  double?(hit: RollHit, place: RollPlace): void;
  /** The CSS cursor over what is hit. */
  cursor(hit: RollHit): string;
}

/** What others may ask of a roll that is shown. */
export interface RollHandle {
  /** Scrolls so that the place is visible. */
  reveal(place: RollPlace): void;
  /** Time and rows larger by these factors. */
  zoom(time: number, rows: number): void;
  /** Scrolls so that these notes stay in sight, those that are there now; the first, where none is. */
  keepInSight(notes: readonly PieceNote[]): void;
  /** Everything that is there fits into the width and the height. */
  fit(): void;
}

interface Props {
  scene: ReadonlySignal<RollScene>;
  /** Quarters. */
  playHead: ReadonlySignal<number>;
  /** Whether the play head moves, and is to stay visible. */
  isPlaying: ReadonlySignal<boolean>;
  label: string;
  /** Id of what explains its keys. */
  describedBy?: string;
  overlays?: ReadonlySignal<readonly RollOverlay[]>;
  pointer?: RollPointer;
  onKeyDown?: (event: KeyboardEvent) => void;
  onReady?: (handle: RollHandle) => void;
}

const mostPerQuarter = 640;
const mostRow = 36;

export function RollView(props: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => new RollElement(frame.current!, () => latest.current).start(), []);
  return (
    <div
      ref={frame}
      class={props.pointer ? "roll edits" : "roll"}
      tabIndex={0}
      role={props.onKeyDown ? "application" : "group"}
      aria-label={props.label}
      aria-describedby={props.describedBy}
      onKeyDown={(event) => latest.current.onKeyDown?.(event)}
    >
      <div class="roll-space">
        <canvas />
      </div>
    </div>
  );
}

interface Pinch {
  distance: number;
  x: number;
  y: number;
}

/** The element's life: what Preact need not know, at the pace of frames and pointers. */
class RollElement implements RollHandle {
  private readonly space: HTMLElement;
  private readonly canvas: HTMLCanvasElement;
  private readonly roll: Roll;
  private readonly picture: RollPicture;
  private isDrawn = true;
  private drag: { id: number; drag: RollDrag } | null = null;
  private fingers = new Map<number, { x: number; y: number }>();
  private pinch: Pinch | null = null;
  private subject: string | null = null;
  private readonly reducesMotion = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(
    private readonly frame: HTMLElement,
    private readonly props: () => Props,
  ) {
    this.space = frame.querySelector<HTMLElement>(".roll-space")!;
    this.canvas = frame.querySelector("canvas")!;
    this.roll = new Roll(props().scene.value);
    this.picture = new RollPicture(this.canvas, this.roll);
    if (frame.clientWidth < 600) this.roll.perQuarter = 40;
  }

  /** Begins; what it returns ends it. */
  start(): () => void {
    const ends: (() => void)[] = [];
    const listen = <K extends keyof HTMLElementEventMap>(name: K, hear: (event: HTMLElementEventMap[K]) => void, passive = true) => {
      this.frame.addEventListener(name, hear, { passive });
      ends.push(() => this.frame.removeEventListener(name, hear));
    };
    listen("scroll", () => this.scrolled());
    listen("wheel", (event) => this.wheel(event), false);
    listen("pointerdown", (event) => this.down(event));
    listen("pointermove", (event) => this.move(event));
    listen("pointerup", (event) => this.up(event));
    listen("pointercancel", (event) => this.gone(event));
    listen("dblclick", (event) => this.props().pointer?.double?.(this.hit(event), this.place(event)));
    const sizes = new ResizeObserver(() => this.resize());
    sizes.observe(this.frame);
    const themes = new MutationObserver(() => this.recolour());
    themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    ends.push(
      () => sizes.disconnect(),
      () => themes.disconnect(),
      effect(() => {
        this.roll.setScene(this.props().scene.value);
        this.layOut();
        this.showRows();
      }),
      effect(() => {
        const { playHead, isPlaying } = this.props();
        const before = this.roll.playHead;
        this.roll.playHead = playHead.value;
        if (isPlaying.value) this.follow(before);
        this.invalidate();
      }),
      effect(() => {
        this.roll.overlays = this.props().overlays?.value ?? [];
        this.invalidate();
      }),
    );
    this.resize();
    this.showRows();
    this.props().onReady?.(this);
    return () => ends.forEach((end) => end());
  }

  reveal({ at, pitch }: RollPlace): void {
    const t = this.roll.transform();
    const margin = 24;
    const x = t.xOf(at);
    const y = t.yOf(pitch);
    if (x < t.left + margin) this.frame.scrollLeft += x - t.left - margin * 2;
    if (x > t.width - margin * 2) this.frame.scrollLeft += x - t.width + t.width / 3;
    if (y < t.top) this.frame.scrollTop += y - t.top - margin;
    if (y + t.rowHeight > t.height) this.frame.scrollTop += y + t.rowHeight - t.height + margin;
  }

  keepInSight(notes: readonly PieceNote[]): void {
    const t = this.roll.transform();
    const seen = notes.filter(({ start, end }) => end > t.from && start < t.to);
    if (seen.length === 0) {
      if (notes[0]) this.reveal({ at: notes[0].start, pitch: notes[0].pitch });
      return;
    }
    const edges = seen.map(({ pitch }) => t.yOf(pitch));
    const top = edges.reduce((least, y) => Math.min(least, y)) - t.rowHeight;
    const bottom = edges.reduce((most, y) => Math.max(most, y)) + 2 * t.rowHeight;
    if (top < t.top) this.frame.scrollTop += top - t.top;
    else if (bottom > t.height) this.frame.scrollTop += Math.min(bottom - t.height, top - t.top);
    this.scrolled();
  }

  zoom(time: number, rows: number): void {
    const t = this.roll.transform();
    this.zoomAround((t.left + t.width) / 2, (t.top + t.height) / 2, time, rows);
  }

  fit(): void {
    const notes = this.roll.scene.tracks.flatMap((track) => track.notes);
    if (notes.length === 0) return;
    const { perQuarter, rowHeight, scrollY } = this.roll.fitTo(notes);
    this.roll.perQuarter = perQuarter;
    this.roll.rowHeight = rowHeight;
    this.layOut();
    this.frame.scrollTo(0, scrollY);
    this.scrolled();
  }

  private invalidate(): void {
    if (!this.isDrawn) return;
    this.isDrawn = false;
    requestAnimationFrame(() => {
      this.isDrawn = true;
      this.picture.draw();
    });
  }

  private recolour(): void {
    this.picture.forgetColours();
    this.invalidate();
  }

  private resize(): void {
    this.roll.resize(this.frame.clientWidth, this.frame.clientHeight);
    this.picture.resize();
    this.layOut();
  }

  private layOut(): void {
    this.space.style.width = `${Math.max(this.roll.contentWidth, this.roll.viewWidth)}px`;
    this.space.style.height = `${Math.max(this.roll.contentHeight, this.roll.viewHeight)}px`;
    this.invalidate();
  }

  /** Of a new subject the rows where there are notes, else those in the middle; what is in sight stays. */
  private showRows(): void {
    const { scene } = this.roll;
    if (this.subject === scene.subject || this.roll.viewHeight === 0) return;
    this.subject = scene.subject;
    // Fewer rows than before: the browser has scrolled already.
    this.scrolled();
    const pitches = scene.tracks.filter((track) => !track.isBehind).flatMap(({ notes }) => notes.slice(0, 200).map(({ pitch }) => pitch));
    const middle = pitches.sort((a, b) => a - b)[pitches.length >> 1] ?? (scene.isDrum ? 44 : 66);
    const t = this.roll.transform();
    const y = t.yOf(middle);
    const isInSight = t.top + 2 * t.rowHeight < y && y < t.height - 3 * t.rowHeight;
    if (!isInSight) this.frame.scrollTop += y - (t.top + t.height) / 2;
  }

  private scrolled(): void {
    this.roll.scrollX = this.frame.scrollLeft;
    this.roll.scrollY = this.frame.scrollTop;
    this.invalidate();
  }

  /** Keeps the play head in sight if it was; where motion is unwelcome a page at a time. */
  private follow(before: number): void {
    const t = this.roll.transform();
    const x = t.xOf(this.roll.playHead);
    const was = t.xOf(before);
    const isJump = Math.abs(x - was) > 60;
    if (!isJump && (was < t.left || was > t.width + 2)) return;
    const span = t.width - t.left;
    if (x < t.left || x > t.width - 8) this.frame.scrollLeft += x - t.left - (isJump || this.reducesMotion.matches ? span * 0.1 : span * 0.6);
    else if (!this.reducesMotion.matches && x > t.left + span * 0.6) this.frame.scrollLeft += x - t.left - span * 0.6;
  }

  private zoomAround(x: number, y: number, time: number, rows: number): void {
    const t = this.roll.transform();
    const at = t.quartersAt(x);
    const row = (y - t.top + this.roll.scrollY) / this.roll.rowHeight;
    this.roll.perQuarter = clamp(this.roll.perQuarter * time, leastPerQuarter, mostPerQuarter);
    this.roll.rowHeight = clamp(this.roll.rowHeight * rows, leastRow, mostRow);
    this.layOut();
    this.frame.scrollLeft = at * this.roll.perQuarter - (x - t.left);
    this.frame.scrollTop = row * this.roll.rowHeight - (y - t.top);
    this.scrolled();
  }

  private wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { x, y } = this.point(event);
    const factor = Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.004));
    if (event.shiftKey) this.zoomAround(x, y, 1, factor);
    else this.zoomAround(x, y, factor, 1);
  }

  private point(event: { clientX: number; clientY: number }): { x: number; y: number } {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  private hit(event: MouseEvent): RollHit {
    const { x, y } = this.point(event);
    const isTouch = event instanceof PointerEvent && event.pointerType === "touch";
    return this.roll.hit(x, y, isTouch ? 10 : 3);
  }

  private place(event: MouseEvent): RollPlace {
    const { x, y } = this.point(event);
    const t = this.roll.transform();
    return { at: Math.max(0, t.quartersAt(x)), pitch: t.pitchAt(y) };
  }

  private isOnScrollBar(event: PointerEvent): boolean {
    const box = this.frame.getBoundingClientRect();
    return event.clientX > box.left + this.frame.clientWidth || event.clientY > box.top + this.frame.clientHeight;
  }

  private down(event: PointerEvent): void {
    const { pointer } = this.props();
    if (!pointer || this.isOnScrollBar(event)) return;
    if (event.pointerType === "touch") {
      this.fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (this.fingers.size === 2) {
        this.drag?.drag.cancel();
        this.drag = null;
        this.pinch = this.measure();
        return;
      }
    }
    if (this.drag || event.button > 0) return;
    const drag = pointer.down(this.hit(event), this.place(event), event);
    if (!drag) return;
    this.drag = { id: event.pointerId, drag };
    this.frame.setPointerCapture(event.pointerId);
  }

  private move(event: PointerEvent): void {
    const finger = this.fingers.get(event.pointerId);
    if (finger) {
      finger.x = event.clientX;
      finger.y = event.clientY;
    }
    if (this.pinch && this.fingers.size >= 2) return this.pinched();
    if (this.drag?.id === event.pointerId) return this.drag.drag.move(this.place(event));
    const { pointer } = this.props();
    if (pointer && event.pointerType === "mouse") this.canvas.style.cursor = pointer.cursor(this.hit(event));
  }

  private up(event: PointerEvent): void {
    this.lift(event);
    if (this.drag?.id !== event.pointerId) return;
    const { drag } = this.drag;
    this.drag = null;
    drag.up(this.place(event));
  }

  private gone(event: PointerEvent): void {
    this.lift(event);
    if (this.drag?.id !== event.pointerId) return;
    this.drag.drag.cancel();
    this.drag = null;
  }

  private lift(event: PointerEvent): void {
    this.fingers.delete(event.pointerId);
    if (this.fingers.size < 2) this.pinch = null;
  }

  private measure(): Pinch {
    const [a, b] = [...this.fingers.values()];
    return { distance: Math.hypot(a!.x - b!.x, a!.y - b!.y), x: (a!.x + b!.x) / 2, y: (a!.y + b!.y) / 2 };
  }

  private pinched(): void {
    const before = this.pinch!;
    const now = this.measure();
    this.pinch = now;
    const { x, y } = this.point({ clientX: now.x, clientY: now.y });
    this.zoomAround(x, y, before.distance > 0 ? now.distance / before.distance : 1, 1);
    this.frame.scrollLeft -= now.x - before.x;
    this.frame.scrollTop -= now.y - before.y;
  }
}
