// Looks a little ahead on the audio clock, so that what sounds never waits for the page ("a tale of two clocks").
import { lookAhead } from "./look_ahead";
import { clock } from "./synth";

export { lookAhead } from "./look_ahead";

/** What is asked, some 40 times a second, to hand all that sounds before `until` (seconds of `clock()`) to the synth. */
export interface Source {
  pull(until: number): void;
}

const sources = new Set<Source>();
let pulse: { run(on: boolean): void } | null = null;

function pullAll(): void {
  const until = clock() + lookAhead;
  for (const source of [...sources]) source.pull(until);
}

function pulseOfPage(): { run(on: boolean): void } {
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    run(on) {
      clearInterval(timer);
      if (on) timer = setInterval(pullAll, 25);
    },
  };
}

function makePulse(): { run(on: boolean): void } {
  try {
    const worker = new Worker(new URL("./ticker.ts", import.meta.url), { type: "module" });
    worker.onmessage = pullAll;
    worker.onerror = () => {
      pulse = pulseOfPage();
      pulse.run(sources.size > 0);
    };
    return { run: (on) => worker.postMessage(on) };
  } catch {
    return pulseOfPage();
  }
}

/** `source` is pulled from now on, until the function that comes back is called. */
export function addSource(source: Source): () => void {
  pulse ??= makePulse();
  sources.add(source);
  if (sources.size === 1) pulse.run(true);
  source.pull(clock() + lookAhead);
  return () => {
    sources.delete(source);
    if (sources.size === 0) pulse?.run(false);
  };
}
