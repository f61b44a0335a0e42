// All that was and is being learned, in whatever tab it was begun.
import { useState } from "preact/hooks";
import { isGoing } from "../api/jobs";
import type { Job } from "../api/types";
import { nameOf } from "../store/generators";
import { texts } from "../texts";
import { AskRemoval } from "./ask_removal";
import { isKnown, isShut, jobs, lost, remove, shownId } from "./state";

const words = texts.teach;

function Line({ job }: { job: Job }) {
  const [isAsking, setAsking] = useState(false);
  const name = job.kind === "train" ? job.name || words.learnTitle : words.datasetName(job.report?.files ?? null);
  const state = job.state === "running" ? words.percent(Math.floor(job.progress * 100)) : words.states[job.state];
  return (
    <li>
      <button class="teach-job" aria-current={shownId.value === job.id ? "true" : undefined} onClick={() => (shownId.value = job.id)}>
        <span>{name}</span>
        <span class="muted">
          {nameOf(job.model)} · {state}
        </span>
      </button>
      {!isGoing(job) && (
        <button class="quiet" aria-label={words.removeJob(name)} onClick={() => setAsking(true)}>
          ×
        </button>
      )}
      {isAsking && (
        <AskRemoval label={words.removeJob(name)} question={words.removeJobAsk(name)} onEnd={() => setAsking(false)} remove={() => void remove(job)} />
      )}
    </li>
  );
}

export function JobsList() {
  return (
    <section class="card" aria-labelledby="teach-jobs">
      <h3 id="teach-jobs">{words.jobsTitle}</h3>
      {jobs.value.length === 0 ? (
        <p class="muted">{isKnown.value ? words.noJobs : isShut.value ? words.shut : lost.value === null ? texts.shell.loading : texts.errors.noAnswer}</p>
      ) : (
        <ul class="teach-jobs">
          {jobs.value.map((job) => (
            <Line key={job.id} job={job} />
          ))}
        </ul>
      )}
    </section>
  );
}
