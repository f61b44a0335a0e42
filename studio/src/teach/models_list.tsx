// The models of the server: their cards, saved, loaded, renamed, removed.
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { modelFile, removeModel, renameModel } from "../api/models";
import type { ModelInfo } from "../api/types";
import { nameOf } from "../store/generators";
import { texts } from "../texts";
import { download, fileNameOf } from "../view/download";
import { withoutTitle } from "../view/markdown";
import { Markdown } from "../view/markdown_view";
import { say } from "../view/toasts";
import { megabytes } from "./drop_zone";
import { AskRemoval } from "./ask_removal";
import { PlayLink } from "./play_link";
import { attempt, loadModel, models, refresh } from "./state";

const words = texts.models;

/** What a model is saved as. */
export const bundleName = ({ id, name }: Pick<ModelInfo, "id" | "name">) => `${fileNameOf(name) || id}.mag`;

const save = async (model: ModelInfo) => download(await modelFile(model.id), bundleName(model));

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
      {doing !== "rename" && (
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
      {doing === "remove" && (
        <AskRemoval label={words.removeNamed(name)} question={words.confirm(name)} onEnd={end} remove={() => void attempt(removeModel(model.id).then(refresh))} />
      )}
      {model.card && (
        <details>
          <summary>{words.card}</summary>
          <Markdown text={withoutTitle(model.card)} />
        </details>
      )}
    </li>
  );
}

const load = async (file: File) => say(words.loaded(nameOf(await loadModel(file))));

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
