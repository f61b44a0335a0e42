// Keys and pads that are played by mouse, by several fingers, by keyboard focus; and by the computer's keys.
import type { Signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { clamp } from "../music/clamp";
import { pitchName } from "../music/pitch_names";
import { texts } from "../texts";
import { isForField, placedKeys } from "./keys";
import "./piano.css";

/** Who sounds a pitch just now. */
export type Lit = ReadonlyMap<number, "player" | "machine">;

interface KeysProps {
  /** A key goes down; velocity 1 to 127. */
  on: (pitch: number, velocity: number) => void;
  off: (pitch: number) => void;
  lit: Signal<Lit>;
  /** Letters of the computer's keyboard, shown on the keys. */
  letters?: ReadonlyMap<number, string>;
}

interface PianoProps extends KeysProps {
  /** White keys, the first and the last. */
  low: number;
  high: number;
}

const steadyVelocity = 90;
/** What a pointer holds that has glided off the keys. */
const offKeys = -1;

/** The key under a point, and how hard it is struck there: lower on the key is louder. */
function keyAt(x: number, y: number, within: Element): { pitch: number; velocity: number } | null {
  const key = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-pitch]");
  if (!key || !within.contains(key)) return null;
  const box = key.getBoundingClientRect();
  return { pitch: Number(key.dataset.pitch), velocity: Math.round(64 + 48 * clamp((y - box.top) / box.height, 0, 1)) };
}

/** Fingers and mouse on the keys inside an element: each pointer holds one key, and glides. */
function usePointers(on: KeysProps["on"], off: KeysProps["off"]) {
  const held = useRef(new Map<number, number>());
  const told = useRef({ on, off });
  told.current = { on, off };
  const release = (pointer: number) => {
    const pitch = held.current.get(pointer);
    held.current.delete(pointer);
    if (pitch !== undefined && pitch !== offKeys && ![...held.current.values()].includes(pitch)) told.current.off(pitch);
  };
  const move = (event: PointerEvent, isNew: boolean) => {
    if (!isNew && !held.current.has(event.pointerId)) return;
    const key = keyAt(event.clientX, event.clientY, event.currentTarget as Element);
    if (key?.pitch === held.current.get(event.pointerId)) return;
    release(event.pointerId);
    if (!key) {
      if (!isNew) held.current.set(event.pointerId, offKeys);
      return;
    }
    held.current.set(event.pointerId, key.pitch);
    told.current.on(key.pitch, key.velocity);
  };
  useEffect(() => {
    const up = (event: PointerEvent) => release(event.pointerId);
    const all = () => [...held.current.keys()].forEach(release);
    addEventListener("pointerup", up);
    addEventListener("pointercancel", up);
    addEventListener("blur", all);
    return () => {
      removeEventListener("pointerup", up);
      removeEventListener("pointercancel", up);
      removeEventListener("blur", all);
      all();
    };
  }, []);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button > 0) return;
      const target = event.target as Element;
      if (target.hasPointerCapture(event.pointerId)) target.releasePointerCapture(event.pointerId);
      move(event, true);
    },
    onPointerMove: (event: PointerEvent) => move(event, false),
  };
}

/** Focus on the keys: arrows go from one to the next, space or enter plays. */
function useFocusKeys(pitches: readonly number[], on: KeysProps["on"], off: KeysProps["off"]) {
  return {
    onKeyDown: (event: KeyboardEvent) => {
      const key = (event.target as HTMLElement).closest<HTMLElement>("[data-pitch]");
      if (!key || event.ctrlKey || event.metaKey || event.altKey) return;
      const pitch = Number(key.dataset.pitch);
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (step) {
        const next = pitches[pitches.indexOf(pitch) + step];
        if (next !== undefined) (event.currentTarget as HTMLElement).querySelector<HTMLElement>(`[data-pitch="${next}"]`)?.focus();
        event.preventDefault();
      } else if (event.key === " " || event.key === "Enter") {
        if (!event.repeat) on(pitch, steadyVelocity);
        event.preventDefault();
      }
    },
    onKeyUp: (event: KeyboardEvent) => {
      const key = (event.target as HTMLElement).closest<HTMLElement>("[data-pitch]");
      if (key && (event.key === " " || event.key === "Enter")) {
        off(Number(key.dataset.pitch));
        event.preventDefault();
      }
    },
  };
}

/** The computer's keys play while this is shown, wherever the focus is but in a field. */
export function useComputerKeys(keys: ReadonlyMap<string, number>, on: KeysProps["on"], off: KeysProps["off"]): void {
  const told = useRef({ on, off });
  told.current = { on, off };
  useEffect(() => {
    const held = new Map<string, number>();
    const down = (event: KeyboardEvent) => {
      const pitch = keys.get(event.code);
      if (pitch === undefined || isForField(event)) return;
      event.preventDefault();
      if (event.repeat || held.has(event.code)) return;
      held.set(event.code, pitch);
      told.current.on(pitch, steadyVelocity);
    };
    const release = (code: string) => {
      const pitch = held.get(code);
      held.delete(code);
      if (pitch !== undefined && ![...held.values()].includes(pitch)) told.current.off(pitch);
    };
    const up = (event: KeyboardEvent) => release(event.code);
    const all = () => [...held.keys()].forEach(release);
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    addEventListener("blur", all);
    return () => {
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
      removeEventListener("blur", all);
      all();
    };
  }, [keys]);
}

export function Piano({ low, high, on, off, lit, letters }: PianoProps) {
  const keys = useMemo(() => placedKeys(low, high), [low, high]);
  const pitches = useMemo(() => keys.map((key) => key.pitch).sort((a, b) => a - b), [keys]);
  const focusable = clamp(60, low, high);
  return (
    <div class="piano" role="group" aria-label={texts.piano.label} {...usePointers(on, off)} {...useFocusKeys(pitches, on, off)}>
      {keys.map(({ pitch, isBlack: black, left, width }) => (
        <button
          key={pitch}
          type="button"
          class={`key ${black ? "black" : "white"} ${lit.value.get(pitch) ?? ""}`}
          style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
          data-pitch={pitch}
          tabIndex={pitch === focusable ? 0 : -1}
          aria-label={pitchName(pitch)}
          aria-pressed={lit.value.has(pitch)}
        >
          {letters?.get(pitch) && <kbd aria-hidden="true">{letters.get(pitch)}</kbd>}
          {pitch % 12 === 0 && <span aria-hidden="true">{pitchName(pitch)}</span>}
        </button>
      ))}
    </div>
  );
}

/** The pads of the General MIDI drum kit that the drum models know, the bass drum first. */
export const padPitches = [36, 38, 42, 46, 45, 48, 50, 49, 51] as const;

export function Pads({ on, off, lit, letters }: KeysProps) {
  return (
    <div class="pads" role="group" aria-label={texts.piano.pads} {...usePointers(on, off)} {...useFocusKeys(padPitches, on, off)}>
      {padPitches.map((pitch, i) => (
        <button
          key={pitch}
          type="button"
          class={`pad ${lit.value.get(pitch) ?? ""}`}
          data-pitch={pitch}
          tabIndex={i === 0 ? 0 : -1}
          aria-label={texts.piano.drums[pitch]}
          aria-pressed={lit.value.has(pitch)}
        >
          {texts.piano.drums[pitch]}
          {letters?.get(pitch) && <kbd aria-hidden="true">{letters.get(pitch)}</kbd>}
        </button>
      ))}
    </div>
  );
}
