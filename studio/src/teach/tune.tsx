// A tune from a checkpoint, to be heard.
import { useSignal } from "@preact/signals";
import { tuneOf } from "../api/jobs";
import type { Job } from "../api/types";
import { heard, hush, listenTo } from "../sound/listen";
import { texts } from "../texts";
import { attempt } from "./state";

const words = texts.teach;

export function Tune({ job, step }: { job: Job; step: number }) {
  const isComing = useSignal(false);
  const name = `${job.id}/${step}`;
  const isHeard = heard.value === name;
  const toggle = () => {
    if (isHeard) return hush();
    isComing.value = true;
    void attempt(listenTo(name, tuneOf(job.id, step))).then(() => (isComing.value = false));
  };
  return (
    <button disabled={isComing.value} aria-pressed={isHeard} aria-label={isHeard ? words.stopTune : words.tuneLabel(step)} onClick={toggle}>
      {isHeard ? "■" : "▶"} {words.tune(step)}
    </button>
  );
}
