// The third step: how long, then the learning as it goes, and what came of it.
import { useEffect, useState } from "preact/hooks";
import { serverError } from "../api/client";
import { isGoing } from "../api/jobs";
import type { Job } from "../api/types";
import { clamp } from "../music/clamp";
import { texts } from "../texts";
import { Chart } from "./chart";
import { bestOf } from "./curves";
import { Failure, NoTrain } from "./drop_zone";
import { minutes, models, resume, shownId, stop, teach } from "./state";
import { PlayLink } from "./play_link";
import { Tune } from "./tune";

const words = texts.teach;
const presets = [1, 2, 5, 15, 60];
const leastMinutes = 0.5;
const longestMinutes = 24 * 60;

/** "1 min 20 s", "2 h 5 min". */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return words.seconds(whole);
  if (whole < 3600) return words.minutesSeconds(Math.floor(whole / 60), whole % 60);
  return words.hoursMinutes(Math.floor(whole / 3600), Math.floor((whole % 3600) / 60));
}

export function TrainForm({ dataset }: { dataset: Job }) {
  const [name, setName] = useState<string>(words.defaultName);
  const [isAsking, setAsking] = useState(false);
  const training = models.value?.train;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setAsking(true);
    void teach(dataset, name.trim() || words.defaultName).then(() => setAsking(false));
  };
  return (
    <section class="card stack" aria-labelledby="teach-learn">
      <h3 id="teach-learn">{words.learnTitle}</h3>
      {training && !training.available ? (
        <NoTrain train={training} />
      ) : (
        <form class="stack" onSubmit={submit}>
          <p class="muted">{words.learnIntro}</p>
          <div class="row teach-form">
            <label>
              {words.name}
              <input value={name} maxLength={80} required onInput={(event) => setName(event.currentTarget.value)} />
            </label>
            <label>
              {words.minutes}
              <input
                type="number"
                min={leastMinutes}
                max={longestMinutes}
                step="any"
                value={minutes.value}
                onChange={({ currentTarget: field }) => {
                  if (field.valueAsNumber > 0) minutes.value = clamp(field.valueAsNumber, leastMinutes, longestMinutes);
                  field.valueAsNumber = minutes.value; // what is sent
                }}
              />
            </label>
            <div class="row" role="group" aria-label={words.presets}>
              {presets.map((preset) => (
                <button type="button" key={preset} aria-pressed={minutes.value === preset} onClick={() => (minutes.value = preset)}>
                  {words.preset(preset)}
                </button>
              ))}
            </div>
          </div>
          <div>
            <button class="primary" disabled={isAsking}>
              {words.teach}
            </button>
          </div>
        </form>
      )}
    </section>
  );
}

/** Milliseconds without a step until that is said. */
const patience = 30_000;

/** Whether a job that runs has not moved for a while: trials and packing make no steps, and it yields to all other work. */
function useStill({ id, state, step, progress }: Job): boolean {
  const [isStill, setStill] = useState(false);
  useEffect(() => {
    setStill(false);
    if (state !== "running") return;
    const timer = setTimeout(() => setStill(true), patience);
    return () => clearTimeout(timer);
  }, [id, state, step, progress]);
  return isStill;
}

function Standing({ job }: { job: Job }) {
  const isStill = useStill(job);
  // Screen readers hear of every tenth, not of every step.
  const tenth = Math.floor(job.progress * 10) * 10;
  const best = job.curves && bestOf(job.curves);
  const before = job.curves?.before ?? null;
  return (
    <>
      <p class="sr-only" role="status">
        {words.states[job.state]} {job.state === "running" && words.percent(tenth)}
      </p>
      <progress max={1} value={job.progress} aria-label={words.progressLabel} />
      <p class="row teach-standing">
        <strong>{words.states[job.state]}</strong>
        {job.steps > 0 && <span>{words.step(job.step, job.steps)}</span>}
        {job.state === "running" && <span>{job.etaSeconds ? words.eta(durationText(job.etaSeconds)) : job.step === 0 && words.starting}</span>}
      </p>
      {isStill && <p class="muted">{words.still}</p>}
      {best && <p>{words.bestSoFar(best[1].toFixed(3), best[0], before === null ? "" : words.comparedTo(before.toFixed(3), best[1] < before))}</p>}
      {job.state === "done" && job.step < job.steps && <p>{words.endedEarly}</p>}
      {job.state === "done" && best && best[0] === 0 && <p>{words.knownAlready}</p>}
    </>
  );
}

export function Training({ job }: { job: Job }) {
  return (
    <section class="card stack" aria-labelledby="teach-run">
      <div class="row teach-between">
        <h3 id="teach-run">{job.name || words.learnTitle}</h3>
        <div class="row">
          {isGoing(job) && <button onClick={() => void stop(job)}>{words.stop}</button>}
          {(job.state === "stopped" || job.state === "failed") && (
            <button class="primary" onClick={() => void resume(job)}>
              {words.goOn}
            </button>
          )}
          {!isGoing(job) && job.dataset && (
            <button onClick={() => (shownId.value = job.dataset!)}>{words.again}</button>
          )}
        </div>
      </div>
      <Standing job={job} />
      {job.error && <Failure error={serverError(job.error)} />}
      {job.result && (
        <p class="teach-result">
          <span>{words.done(job.name)}</span>
          <PlayLink id={job.result}>{words.playWith}</PlayLink>
        </p>
      )}
      <Chart job={job} />
      {job.checkpoints.length > 0 && (
        <div>
          <h4>{words.tunesTitle}</h4>
          <div class="row">
            {job.checkpoints.map((step) => (
              <Tune key={step} job={job} step={step} />
            ))}
          </div>
        </div>
      )}
    </section>
  );
}
