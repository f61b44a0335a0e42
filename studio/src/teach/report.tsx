// The second step: what was kept of the files, why others were not, and what would keep more.
import type { Job } from "../api/types";
import { texts } from "../texts";
import { Failure, ModelChoice, NamesOfFiles } from "./drop_zone";
import { reasonsOf } from "./reasons";
import { lookAgain, optionsFor, startOver } from "./state";
import { serverError } from "../api/client";
import { inPageWords } from "../api/remarks";
import { isGoing } from "../api/jobs";

const words = texts.teach;

function Discarded({ job, isLearned }: { job: Job; isLearned: boolean }) {
  return (
    <ul class="teach-reasons">
      {reasonsOf(job.report!.discarded).map(({ reason, count, text, remedy }) => (
        <li key={reason}>
          <span class="teach-count">{count}</span>
          <span>{text}</span>
          {remedy && !isLearned && (
            <button onClick={() => void lookAgain(job, job.model, { ...job.options, [remedy.option]: remedy.value })}>{remedy.text}</button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** `isLearned`: a training learns from it; another choice is then made before it. */
export function Report({ job, isLearned }: { job: Job; isLearned: boolean }) {
  const { report } = job;
  const changed = Object.keys(job.options).length > 0;
  return (
    <section class="card stack" aria-labelledby="teach-kept">
      <div class="row teach-between">
        <h3 id="teach-kept">{words.keptTitle}</h3>
        <button class="quiet" onClick={startOver}>
          {words.otherFiles}
        </button>
      </div>
      <div role="status">
        {isGoing(job) && <p class="muted">{job.state === "waiting" ? words.waiting : words.lookingOver}</p>}
        {report && <p>{words.kept(report.kept, report.files)}</p>}
      </div>
      {isGoing(job) && <progress value={job.progress > 0 ? job.progress : undefined} max={1} aria-label={words.lookingOver} />}
      {job.error && <Failure error={serverError(job.error)} />}
      {report && (
        <>
          <div class="teach-share" aria-hidden="true">
            <span style={{ width: `${(100 * report.kept) / Math.max(1, report.files)}%` }} />
          </div>
          <p class="muted">{report.examples > 0 ? words.examples(report.examples, report.heldOut) : words.nothingToLearn}</p>
          {report.discarded.length > 0 && <Discarded job={job} isLearned={isLearned} />}
          {report.leftOut.length > 0 && <NamesOfFiles title={words.leftOut(report.leftOut.length)} files={report.leftOut.map(({ file, why }) => ({ file, why: inPageWords({ message: why }).message }))} />}
        </>
      )}
      {!isGoing(job) && !isLearned && (
        <div class="row teach-end">
          <ModelChoice label={words.model} value={job.model} onChoose={(id) => void lookAgain(job, id, optionsFor(job, id))} />
          {changed && <button onClick={() => void lookAgain(job, job.model, {})}>{words.usual}</button>}
        </div>
      )}
    </section>
  );
}
