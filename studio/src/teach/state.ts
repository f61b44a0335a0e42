// What Teach shows and does. The server holds the truth: jobs and models are asked for, and watched while they go on.
import { computed, effect, signal } from "@preact/signals";
import { ApiError } from "../api/client";
import { addFile, createCollection, removeCollection } from "../api/collections";
import { isGoing, listJobs, makeDataset, removeJob, resumeJob, stopJob, train, watchJob, type DatasetOptions } from "../api/jobs";
import { addModel, listModels, renameModel } from "../api/models";
import { token } from "../api/token";
import type { Job, ModelList } from "../api/types";
import { knowModels } from "../store/generators";
import { isNumber, isText, setting } from "../store/settings";
import { texts } from "../texts";
import { titleOf } from "../view/markdown";
import { sayError } from "../view/toasts";
import type { DroppedFile } from "./dropped_files";
import { sendAll, type Sending } from "./upload";
import { planOf, type Plan } from "./upload_plan";

export const jobs = signal<Job[]>([]);
/** Whether the server has told its jobs since the page was opened. */
export const isKnown = signal(false);
export const models = signal<ModelList | null>(null);
/** The job that is shown; "": none, files are waited for. */
export const shownId = setting("teach-job", "", isText);
export const startFrom = setting("teach-model", "", isText);
export const minutes = setting("teach-minutes", 2, isNumber);
/** What was dropped and is looked over before it is sent. */
export const plan = signal<Plan<DroppedFile> | null>(null);
export const sending = signal<Sending | null>(null);
/** Why sending stands still; null: it does not. */
export const sendingError = signal<unknown>(null);
/** The server does not answer: milliseconds until it is asked again; null: it does. */
export const lost = signal<number | null>(null);

export const shownJob = computed(() => jobs.value.find(({ id }) => id === shownId.value) ?? null);
/** The data set that is shown, or that the shown training learns from. */
export const datasetJob = computed(() => {
  const shown = shownJob.value;
  return shown?.kind === "train" ? (jobs.value.find(({ id }) => id === shown.dataset) ?? null) : shown;
});
export const trainJob = computed(() => (shownJob.value?.kind === "train" ? shownJob.value : null));
export const teachable = computed(() => (models.value?.models ?? []).filter(({ canTeach }) => canTeach));
export const teacher = computed(() => teachable.value.find(({ id }) => id === startFrom.value) ?? teachable.value[0] ?? null);

function take(job: Job): void {
  const known = jobs.value.some(({ id }) => id === job.id);
  jobs.value = known ? jobs.value.map((other) => (other.id === job.id ? job : other)) : [job, ...jobs.value];
}

const isAway = (error: unknown) => error instanceof ApiError && error.status === 0;
const isUnknown = (error: unknown) => error instanceof ApiError && error.status === 401;
const pollPause = 4000;
/** The server wants a token, and none was given: it is not asked again by itself until there is one. */
export const isShut = signal(false);

/** Asks for jobs and models anew. A server that is away is said so by `lost`. */
export async function refresh(): Promise<void> {
  try {
    const [newJobs, newModels] = await Promise.all([listJobs(), listModels()]);
    jobs.value = newJobs;
    models.value = newModels;
    knowModels(newModels.models);
    isKnown.value = true;
    lost.value = null;
    isShut.value = false;
  } catch (error) {
    isShut.value = isUnknown(error);
    if (isAway(error)) lost.value = pollPause;
    else sayError(error);
  }
}

/** While the part is in view: what other tabs do is seen here too. */
export function keepFresh(): () => void {
  void refresh();
  const timer = setInterval(() => void refreshQuietly(), pollPause);
  return () => clearInterval(timer);
}

let isAsking = false;

async function refreshQuietly(): Promise<void> {
  if (isAsking || (isShut.value && token() === null)) return;
  isAsking = true;
  try {
    const newJobs = await listJobs();
    // A job that has just ended may have made a model.
    const ended = newJobs.some(({ id, result }) => result && !jobs.value.find((job) => job.id === id)?.result);
    jobs.value = newJobs;
    if (!isKnown.value || isShut.value || lost.value !== null || ended) await refresh();
  } catch (error) {
    isShut.value = isUnknown(error);
    if (isAway(error)) lost.value = pollPause;
  } finally {
    isAsking = false;
  }
}

// The shown job is watched as long as it goes on: by id, so that its own changes begin nothing anew.
const watchedId = computed(() => {
  const job = shownJob.value;
  return job && isGoing(job) ? job.id : "";
});
effect(() => {
  const id = watchedId.value;
  if (!id) return;
  const stop = new AbortController();
  const told = {
    job: (job: Job) => {
      lost.value = null;
      take(job);
      if (job.result) void refresh();
    },
    lost: (milliseconds: number) => (lost.value = milliseconds),
  };
  watchJob(id, told, stop.signal).catch((error: unknown) => {
    sayError(error);
    void refresh();
  });
  return () => stop.abort();
});

/** Looks over what was dropped; nothing is sent yet. */
export function consider(files: DroppedFile[]): void {
  startOver();
  plan.value = planOf(files);
}

/** Where files are sent to, until a job reads it; "": nowhere. */
let collection = "";
let stopped = false;
let drops = 0;

/** Sends what the plan says, then lets the server see what can be learned from it. */
export async function sendPlan(): Promise<void> {
  if (!plan.value || !teacher.value) return;
  stopped = false;
  sendingError.value = null;
  const drop = drops;
  const isOver = () => drop !== drops; // other files were dropped meanwhile
  try {
    if (!sending.value) {
      const created = await createCollection();
      if (isOver()) return letGo(created);
      collection = created;
      sending.value = { files: plan.value.send, sent: 0, refused: [] };
    }
    const into = collection;
    const wires = {
      add: (path: string, file: File) => addFile(into, path, file),
      wait: (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds)),
      isStopped: () => stopped || isOver(),
    };
    const end = await sendAll(sending.value, wires, (state) => {
      if (!isOver()) sending.value = state;
    });
    if (isOver()) return;
    if (stopped) {
      sendingError.value = new ApiError(texts.teach.sendingStopped);
      return;
    }
    const refused = end.refused;
    if (end.files.length === refused.length) throw new ApiError(texts.teach.allRefused, refused[0]?.why);
    const job = await makeDataset(into, teacher.value.id, {});
    if (isOver()) return;
    collection = ""; // the job's from now on
    show(job);
    plan.value = null;
    sending.value = null;
  } catch (error) {
    if (!isOver()) sendingError.value = error;
  }
}

export function stopSending(): void {
  stopped = true;
}

/** What no job reads is of no use to anyone. A server that can't be reached keeps it. */
function letGo(id: string): void {
  if (id) removeCollection(id).catch(() => undefined);
}

function show(job: Job): void {
  take(job);
  shownId.value = job.id;
}

const showNew = async (asked: Promise<Job>) => show(await asked);

/** Errors are told; true: it was done. */
export async function attempt(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    sayError(error);
    return false;
  }
}

/** Adds a bundle, called as its card says, or as its file where the server takes no such name; its id. */
export async function loadModel(file: File): Promise<string> {
  const { id, name, card } = await addModel(file, file.name.replace(/\.mag$/i, ""));
  const title = titleOf(card);
  if (title && title !== name) await renameModel(id, title).catch(() => undefined);
  await refresh();
  return id;
}

/** What `job` was told, as far as another model understands it: options belong to a kind. */
export function optionsFor(job: Job, model: string): DatasetOptions {
  const kindOf = (id: string) => models.value?.models.find((one) => one.id === id)?.kind;
  return kindOf(model) === kindOf(job.model) ? job.options : {};
}

/** The same files looked at anew: for another model, or with other options. */
export const lookAgain = (job: Job, model: string, options: DatasetOptions) => attempt(showNew(makeDataset(job.collection ?? "", model, options)));

export const teach = (dataset: Job, name: string) => attempt(showNew(train({ dataset: dataset.id, model: dataset.model, name, minutes: minutes.value })));

export const stop = (job: Job) => attempt(stopJob(job.id).then(refresh));
export const resume = (job: Job) => attempt(resumeJob(job.id).then(refresh));

export async function remove(job: Job): Promise<void> {
  const isRemoved = await attempt(removeJob(job.id).then(refresh));
  // The files go with the last job that reads them.
  if (isRemoved && job.collection && !jobs.value.some((other) => other.id !== job.id && other.collection === job.collection)) letGo(job.collection);
  if (shownId.value === job.id && !shownJob.value) shownId.value = "";
}

/** Back to the beginning: other files. */
export function startOver(): void {
  ++drops;
  letGo(collection);
  collection = "";
  shownId.value = "";
  plan.value = null;
  sending.value = null;
  sendingError.value = null;
}
