// The models of the server: their cards, saved, loaded, renamed, removed.
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { addModel, modelFile, removeModel, renameModel } from "../api/models";
import type { ModelInfo } from "../api/types";
import { nameOf } from "../store/generators";
import { texts } from "../texts";
import { download } from "../view/download";
import { titleOf, withoutTitle } from "../view/markdown";
import { Markdown } from "../view/markdown_view";
import { say } from "../view/toasts";
import { megabytes } from "./drop_zone";
import { PlayLink } from "./play_link";
import { attempt, models, refresh } from "./state";

const words = texts.models;

const save = async ({ id, name }: ModelInfo) => download(await modelFile(id), `${name}.mag`);

/** The element has the focus once it is there. */
function useFocus<T extends HTMLElement>(): RefObject<T> {
  const element = useRef<T>(null);
  useEffect(() => element.current?.focus(), []);
  return element;
}

function Rename({ model, end }: { model: ModelInfo; end: () => void }) {
  const [name, setName] = useState(model.name);
  const field = useFocus<HTMLInputElement>();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void attempt(renameModel(model.id, name.trim()).then(refresh)).then((done) => done && end());
  };
  return (
    <form class="row" onSubmit={submit}>
      <label class="line">
        {words.newName}
        <input value={name} maxLength={80} required ref={field} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <button class="primary">{words.rename}</button>
      <button type="button" onClick={end}>
        {words.cancel}
      </button>
    </form>
  );
}

function Remove({ model, end }: { model: ModelInfo; end: () => void }) {
  const keep = useFocus<HTMLButtonElement>();
  return (
    <div class="row" role="group" aria-label={words.confirm(nameOf(model.id))}>
      <span>{words.confirm(nameOf(model.id))}</span>
      <button class="teach-danger" onClick={() => void attempt(removeModel(model.id).then(refresh)).then(end)}>
        {words.remove}
      </button>
      <button ref={keep} onClick={end}>
        {words.keep}
      </button>
    </div>
  );
}

function Model({ model }: { model: ModelInfo }) {
  const [doing, setDoing] = useState<"" | "rename" | "remove">("");
  const end = () => setDoing("");
  const name = nameOf(model.id);
  return (
    <li class="models-one">
      <div class="models-head">
        <strong>{name}</strong>
        <span class="muted">{[model.kind, model.origin === "studio" ? words.taught : "", megabytes(model.bytes)].filter((text) => text !== "").join(" · ")}</span>
      </div>
      {model.description && <p class="muted">{model.description}</p>}
      {doing === "" && (
        <div class="row">
          <PlayLink id={model.id} label={words.playNamed(name)}>
            {words.play}
          </PlayLink>
          <button aria-label={words.saveNamed(name)} onClick={() => void attempt(save(model))}>
            {words.save}
          </button>
          {model.canRemove && (
            <>
              <button aria-label={words.renameNamed(name)} onClick={() => setDoing("rename")}>
                {words.rename}
              </button>
              <button aria-label={words.removeNamed(name)} onClick={() => setDoing("remove")}>
                {words.remove}
              </button>
            </>
          )}
        </div>
      )}
      {doing === "rename" && <Rename model={model} end={end} />}
      {doing === "remove" && <Remove model={model} end={end} />}
      {model.card && (
        <details>
          <summary>{words.card}</summary>
          <Markdown text={withoutTitle(model.card)} />
        </details>
      )}
    </li>
  );
}

/** Adds a bundle, called as its card says, or as its file. */
async function load(file: File): Promise<void> {
  const model = await addModel(file, file.name.replace(/\.mag$/i, ""));
  const title = titleOf(model.card);
  if (title && title !== model.name) await renameModel(model.id, title);
  await refresh();
  say(words.loaded(nameOf(model.id)));
}

export function ModelsList() {
  const choose = (event: Event) => {
    const field = event.currentTarget as HTMLInputElement;
    const file = field.files?.[0];
    field.value = "";
    if (!file) return;
    void attempt(load(file));
  };
  return (
    <section class="card stack" aria-labelledby="models">
      <div class="row teach-between">
        <h3 id="models">{words.title}</h3>
        <label class="file-button">
          {words.load}
          <input type="file" accept=".mag" onChange={choose} />
        </label>
      </div>
      <ul class="models-list">
        {(models.value?.models ?? []).map((model) => (
          <Model key={model.id} model={model} />
        ))}
      </ul>
    </section>
  );
}
