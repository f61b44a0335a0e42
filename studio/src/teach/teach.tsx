// Teach: one's own music in, a model that has learned from it out.
import { useEffect } from "preact/hooks";
import { hush } from "../sound/listen";
import { texts } from "../texts";
import { DropZone, dropHandlers } from "./drop_zone";
import { JobsList } from "./jobs_list";
import { ModelsList } from "./models_list";
import { Report } from "./report";
import { datasetJob, isKnown, keepFresh, lost, shownId, trainJob } from "./state";
import "./teach.css";
import { TrainForm, Training } from "./training";

const words = texts.teach;

export function Teach() {
  useEffect(() => {
    const end = keepFresh();
    return () => {
      end();
      hush();
    };
  }, []);
  const dataset = datasetJob.value;
  const training = trainJob.value;
  const canLearn = dataset?.state === "done" && (dataset.report?.examples ?? 0) > 0;
  return (
    <div class="stack" {...dropHandlers}>
      <div>
        <h2>{texts.tabs.teach}</h2>
        <p class="muted">{words.intro}</p>
      </div>
      <div role="status">{lost.value !== null && <p class="card teach-lost">{words.lost(Math.ceil(lost.value / 1000))}</p>}</div>
      <div class="teach-main">
        <div class="stack">
          {!dataset && !training && (isKnown.value || shownId.value === "" ? <DropZone /> : <p class="muted">{texts.shell.loading}</p>)}
          {training && <Training job={training} />}
          {dataset && <Report job={dataset} isLearned={training !== null} />}
          {canLearn && !training && <TrainForm dataset={dataset} />}
        </div>
        <JobsList />
      </div>
      <ModelsList />
    </div>
  );
}
