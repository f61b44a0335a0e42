// The first step: files come in, what is sent is said, then they are sent.
import { signal } from "@preact/signals";
import { limits } from "../api/collections";
import { ApiError } from "../api/client";
import { musicFiles } from "../api/convert";
import type { ModelList } from "../api/types";
import { nameOf } from "../store/generators";
import { texts } from "../texts";
import { ServerWords } from "../view/toasts";
import { entriesOf, filesOfChooser, filesOfEntries } from "./dropped_files";
import { consider, models, plan, sending, sendingError, sendPlan, startFrom, startOver, stopSending, teachable, teacher } from "./state";
import type { Why } from "./upload_plan";

const words = texts.teach;
export const megabytes = (bytes: number) => words.megabytes((bytes / (1 << 20)).toFixed(bytes < 10 << 20 ? 1 : 0));

function Chooser({ folder }: { folder: boolean }) {
  const choose = (event: Event) => {
    const field = event.currentTarget as HTMLInputElement;
    const files = filesOfChooser(field.files ?? []);
    field.value = "";
    if (files.length > 0) consider(files);
  };
  return (
    <label class="file-button">
      {folder ? words.chooseFolder : words.chooseFiles}
      <input
        type="file"
        multiple
        accept={folder ? "" : musicFiles}
        ref={(field) => {
          if (field) field.webkitdirectory = folder;
        }}
        onChange={choose}
      />
    </label>
  );
}

export function ModelChoice({ value, label, onChoose }: { value: string; label: string; onChoose: (id: string) => void }) {
  return (
    <label>
      {label}
      <select
        value={value}
        onChange={({ currentTarget: field }) => {
          const id = field.value;
          field.value = value; // what holds until the choice is taken
          onChoose(id);
        }}
      >
        {teachable.value.map(({ id, kind }) => (
          <option key={id} value={id}>
            {kind ? `${nameOf(id)} (${kind})` : nameOf(id)}
          </option>
        ))}
      </select>
    </label>
  );
}

const reasons: Record<Why, string> = words.why;

/** Names behind a line that says how many. */
export function NamesOfFiles({ title, files }: { title: string; files: { file: string; why: string }[] }) {
  const most = 500;
  return (
    <details class="teach-names">
      <summary>{title}</summary>
      <div class="teach-scroll" tabIndex={0} role="region" aria-label={title}>
        <ul>
          {files.slice(0, most).map(({ file, why }) => (
            <li key={file}>
              <span>{file}</span> <span class="muted">{why}</span>
            </li>
          ))}
          {files.length > most && <li>{words.andMore(files.length - most)}</li>}
        </ul>
      </div>
    </details>
  );
}

function PlanShown() {
  const { send, bytes, leftOut } = plan.value!;
  const now = sending.value;
  const isSending = now !== null && sendingError.value === null;
  return (
    <div class="stack">
      <p>
        <strong>{send.length === 0 ? words.nothingToSend : words.toSend(send.length, megabytes(bytes))}</strong>
      </p>
      {leftOut.length > 0 && <NamesOfFiles title={words.notSent(leftOut.length)} files={leftOut.map(({ path, why }) => ({ file: path, why: reasons[why] }))} />}
      {now && (
        <div>
          <progress max={now.files.length} value={now.sent} aria-label={words.sendingLabel} />
          <p class="muted">{words.sent(now.sent, now.files.length)}</p>
        </div>
      )}
      {now && now.refused.length > 0 && <NamesOfFiles title={words.refused(now.refused.length)} files={now.refused.map(({ path, why }) => ({ file: path, why }))} />}
      <Failure error={sendingError.value} />
      <div class="row teach-end">
        {send.length > 0 && !isSending && <ModelChoice label={words.model} value={teacher.value?.id ?? ""} onChoose={(id) => (startFrom.value = id)} />}
        {isSending ? (
          <button onClick={stopSending}>{words.stop}</button>
        ) : (
          <>
            {send.length > 0 && (
              <button class="primary" disabled={!teacher.value} onClick={() => void sendPlan()}>
                {now ? words.goOn : words.send}
              </button>
            )}
            <button onClick={startOver}>{words.otherFiles}</button>
          </>
        )}
      </div>
    </div>
  );
}

/** An error where it happened, with what to do. */
export function Failure({ error }: { error: unknown }) {
  if (!error) return null;
  return (
    <div class="teach-failure" role="alert">
      <p>{error instanceof Error ? error.message : texts.errors.unknown}</p>
      {error instanceof ApiError && error.remedy && <p class="muted">{error.remedy}</p>}
      {error instanceof ApiError && <ServerWords text={error.detail} />}
    </div>
  );
}

/** That nothing can learn without magenta-train, and what brings it. */
export function NoTrain({ train }: Pick<ModelList, "train">) {
  return train.available ? null : <Failure error={new ApiError(words.noTrain, train.remedy)} />;
}

/** Whether files are held over the page. */
const isOver = signal(false);

/** What takes a drop anywhere in this part of the page: a miss would leave the page. */
export const dropHandlers = {
  onDragOver: (event: DragEvent) => {
    event.preventDefault();
    isOver.value = true;
  },
  onDragLeave: () => (isOver.value = false),
  onDrop: (event: DragEvent) => {
    event.preventDefault();
    isOver.value = false;
    const entries = entriesOf(event.dataTransfer?.items ?? []);
    if (entries.length > 0) void filesOfEntries(entries).then(consider);
  },
};

export function DropZone() {
  return (
    <section class="card stack" aria-labelledby="teach-music">
      <h3 id="teach-music">{words.musicTitle}</h3>
      {models.value && <NoTrain train={models.value.train} />}
      {plan.value ? (
        <PlanShown />
      ) : (
        <div class={isOver.value ? "teach-drop over" : "teach-drop"}>
          <p class="teach-drop-title">{words.dropTitle}</p>
          <p class="muted">{words.formats}</p>
          <div class="row">
            <Chooser folder={true} />
            <Chooser folder={false} />
          </div>
          <p class="muted">{words.limits(limits.files, megabytes(limits.bytesOfFile), megabytes(limits.bytes))}</p>
        </div>
      )}
      {models.value && teachable.value.length === 0 && <p class="muted">{words.noTeachable}</p>}
    </section>
  );
}
