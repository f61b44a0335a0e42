// A tune from a checkpoint, to be heard.
import type { Job } from "../api/types";
import { texts } from "../texts";

export function Tune({ step }: { job: Job; step: number }) {
  return <button disabled>{texts.teach.tune(step)}</button>;
}
