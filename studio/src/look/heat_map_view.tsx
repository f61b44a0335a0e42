// The map on the page: a canvas as wide as the window that shows the stretch one has scrolled to.
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { withAllNumbers } from "../music/note_sequence";
import { isNumber, setting } from "../store/settings";
import { texts } from "../texts";
import { opacityOf, pitchRange, secondsOf } from "./heat_map";
import { bitsText, mostExpected, mostLookedBack, nameOfEvent, nameOfPitch, whenOf } from "./names";
import { draw, frameOf, pictureHeight, pictureWidth, type Picture, type PlainNote } from "./picture";
import { attends, chosen, columns, head, isDrums, live, liveNotes, looked, places, score, scored, shown, stepsASecond } from "./state";
import { eventAt, isOnset, nextNote } from "./surprise";

const words = texts.look;
const zoom = setting("look-zoom", 14, isNumber);
const legendSteps = [0.01, 0.05, 0.2, 0.5, 1];

function pictureOf(): Picture {
  const { events, notes } = scored.value;
  const known = new Set(notes.flatMap(({ pitches, start }) => pitches.map((pitch) => `${pitch} ${start.toFixed(2)}`)));
  const others: PlainNote[] = withAllNumbers(shown.value?.music ?? {})
    .notes.filter(({ pitch, startTime }) => !known.has(`${pitch} ${startTime.toFixed(2)}`))
    .map(({ pitch, startTime, endTime }) => ({ pitch, start: startTime, end: endTime, isMachine: false }));
  others.push(...liveNotes.value.map(({ pitch, startTime, endTime }) => ({ pitch, start: startTime, end: endTime, isMachine: true })));
  const event = events[chosen.value];
  const all = columns.value;
  const end = Math.max(0, ...notes.slice(-8).map((note) => note.end), ...others.map((note) => note.end), ...all.slice(-1).map((one) => one.end));
  const used = notes.flatMap(({ pitches }) => pitches).concat(liveNotes.value.map(({ pitch }) => pitch));
  return {
    columns: all,
    notes,
    bars: events.map(({ time, endTime, bits }) => [time, endTime, bits]),
    others,
    isDrum: isDrums.value,
    nameOf: (pitch) => nameOfPitch(pitch, isDrums.value),
    used: new Set(used),
    words: { hold: isDrums.value ? words.nothing : words.hold, rest: words.rest, bits: words.bits, lookBack: words.backLane },
    attends: attends.value,
    chosen: event ? { start: event.time, end: event.endTime } : null,
    barLines: places.value.until(end).map(({ bar, seconds }) => ({ seconds, number: bar.number })),
    end,
  };
}

function Legend() {
  return (
    <div class="look-legend muted" aria-hidden="true">
      <span>{words.legend}</span>
      {legendSteps.map((probability) => (
        <span key={probability} class="look-key">
          <span class="look-swatch" style={{ opacity: opacityOf(probability) * 0.85 }} />
          {probability * 100} %
        </span>
      ))}
      {(["calm", "some", "hot"] as const).map((surprise) => (
        <span key={surprise} class="look-key">
          <span class={`look-swatch ${surprise}`} />
          {words.surprises[surprise]}
        </span>
      ))}
      <span class="look-key">
        <span class="look-swatch given" />
        {words.given}
      </span>
    </div>
  );
}

export function HeatMap() {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const look = useSignal(0); // counts what changes the look: theme, size
  const picture = useComputed(pictureOf);
  const range = useComputed(() => pitchRange([...picture.value.used], picture.value.columns));
  const frame = frameOf(range.value, zoom.value * stepsASecond.value, isDrums.value);
  const drawn = useRef({ picture: picture.value, frame });
  drawn.current = { picture: picture.value, frame };

  const scrollTo = (seconds: number) => {
    const box = scroller.current;
    if (!box) return;
    const x = frame.left + seconds * frame.pixelsPerSecond;
    if (x < box.scrollLeft + frame.left || x > box.scrollLeft + box.clientWidth - 48) box.scrollLeft = x - box.clientWidth / 4;
  };
  const paint = () => {
    if (!canvas.current || !scroller.current) return;
    const { picture, frame } = drawn.current;
    const window = { scrolled: scroller.current.scrollLeft, width: scroller.current.clientWidth };
    draw(canvas.current, picture, frame, window, { head: head.peek(), lookedBack: looked.peek() });
  };
  useEffect(() => {
    const again = () => look.value++;
    const size = new ResizeObserver(again);
    const theme = new MutationObserver(again);
    size.observe(scroller.current!);
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => {
      size.disconnect();
      theme.disconnect();
    };
  }, []);
  const revision = look.value;
  useEffect(paint, [picture.value, zoom.value, revision]);
  // The play head leads on page by page; what the machine adds begins in view.
  const isLive = live.value !== null;
  useEffect(() => {
    if (isLive) scrollTo(live.value!.from);
  }, [isLive]);
  // Frame by frame, without a new rendering.
  useSignalEffect(() => {
    if (head.value !== null) scrollTo(head.value);
    void looked.value;
    paint();
  });

  const { events } = scored.value;
  const choose = (index: number) => {
    chosen.value = index;
    const event = events[index];
    if (event) scrollTo(event.time);
  };
  const point = (event: PointerEvent) => {
    if (!score.value || !scroller.current) return;
    if (event.type === "pointermove" && (event.pointerType !== "mouse" || event.buttons !== 0)) return;
    const x = event.clientX - scroller.current.getBoundingClientRect().left + scroller.current.scrollLeft;
    chosen.value = eventAt(score.value, secondsOf(frame, x));
  };
  const key = (event: KeyboardEvent) => {
    const first = events.findIndex(isOnset);
    const to: Record<string, () => number> = {
      ArrowRight: () => (chosen.value < 0 ? first : event.shiftKey ? Math.min(events.length - 1, chosen.value + 1) : nextNote(events, chosen.value, 1)),
      ArrowLeft: () => (chosen.value < 0 ? first : event.shiftKey ? Math.max(0, chosen.value - 1) : nextNote(events, chosen.value, -1)),
      Home: () => first,
      End: () => nextNote(events, events.length, -1),
    };
    const found = to[event.key];
    if (!found || events.length === 0) return;
    event.preventDefault();
    choose(found());
  };
  const event = events[chosen.value];
  const back = mostLookedBack(scored.value, chosen.value, 3, isDrums.value, places.value);
  const said = event
    ? words.stepText(nameOfEvent(event, isDrums.value), whenOf(event, places.value), bitsText(event.bits), mostExpected(event, 3, isDrums.value)) + (back && words.backText(back))
    : words.noStep;
  return (
    <>
      <div
        ref={scroller}
        class="look-scroller"
        role="slider"
        tabIndex={0}
        aria-label={words.wheel}
        aria-valuemin={0}
        aria-valuemax={events.length}
        aria-valuenow={chosen.value + 1}
        aria-valuetext={said}
        onScroll={paint}
        onPointerDown={point}
        onPointerMove={point}
        onKeyDown={key}
      >
        <div style={{ width: `${pictureWidth(frame, picture.value.end)}px`, height: `${pictureHeight(frame, picture.value.attends)}px` }}>
          <canvas ref={canvas} />
        </div>
      </div>
      <div class="look-below">
        <Legend />
        <label class="line">
          {words.scale}
          <input type="range" min={4} max={40} value={zoom.value} onInput={(input) => (zoom.value = Number(input.currentTarget.value))} />
        </label>
      </div>
    </>
  );
}
