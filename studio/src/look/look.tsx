// Look inside: what a model expects of music, step by step.
import { useEffect } from "preact/hooks";
import { musicFiles } from "../api/convert";
import { clamp } from "../music/clamp";
import { composed, played } from "../store/at_hand";
import { generators, nameOf } from "../store/generators";
import { texts } from "../texts";
import { Details } from "./details";
import { HeatMap } from "./heat_map_view";
import "./look.css";
import { LookedBack } from "./looked_back";
import { bitsText } from "./names";
import { bars, busy, enter, goOn, head, hear, live, model, modelId, open, part, parts, pieces, score, scoreAgain, show, shown, stop } from "./state";
import { StepTable } from "./step_table";
import { sums } from "./surprise";

const words = texts.look;

const doing = { "": "", reading: words.reading, scoring: words.scoring, "going on": words.goingOn };

function Sources() {
  const choose = (event: Event) => {
    const field = event.currentTarget as HTMLInputElement;
    const file = field.files?.[0];
    field.value = "";
    if (file) void open(file);
  };
  return (
    <div class="row" role="group" aria-label={words.music}>
      {composed.value && <button onClick={() => show(composed.value!)}>{words.fromCompose}</button>}
      {played.value && <button onClick={() => show(played.value!)}>{words.fromDuet}</button>}
      <label class="file-button">
        {words.openFile}
        <input type="file" accept={musicFiles} onChange={choose} />
      </label>
      <span class="muted look-drop">{words.drop}</span>
    </div>
  );
}

function Choices() {
  const named = parts.value;
  return (
    <div class="row look-choices">
      <label>
        {words.model}
        <select value={model.value?.id ?? ""} onChange={(event) => (modelId.value = event.currentTarget.value)}>
          {(generators.value ?? []).map(({ id, kind }) => (
            <option key={id} value={id}>
              {words.modelText(nameOf(id), kind ?? "")}
            </option>
          ))}
        </select>
      </label>
      {pieces.value.length > 1 && (
        <label>
          {words.piece}
          <select
            onChange={(event) => {
              const piece = pieces.value[Number(event.currentTarget.value)];
              if (piece) show({ name: piece.title, music: piece.sequence });
            }}
          >
            {pieces.value.map(({ title }, index) => (
              <option key={index} value={index}>
                {title || String(index + 1)}
              </option>
            ))}
          </select>
        </label>
      )}
      {named.length > 1 && (
        <label>
          {words.part}
          <select
            value={part.value}
            onChange={(event) => {
              part.value = event.currentTarget.value;
              void scoreAgain();
            }}
          >
            <option value="">{words.partAuto}</option>
            {named.map(({ number, name, isDrum }) => (
              <option key={number} value={String(number)}>
                {[words.partNumber(number), name, isDrum ? words.drumPart : ""].filter((text) => text !== "").join(", ")}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        {words.bars}
        <input
          type="number"
          min={1}
          max={64}
          value={bars.value}
          onChange={(event) => (bars.value = clamp(Math.round(Number(event.currentTarget.value)) || 4, 1, 64))}
        />
      </label>
      {busy.value === "going on" ? (
        <button onClick={stop}>{words.stop}</button>
      ) : (
        <button class="primary" disabled={!model.value || busy.value !== ""} onClick={() => void goOn()}>
          {shown.value ? words.goOn : words.begin}
        </button>
      )}
      {shown.value && busy.value !== "going on" && (
        <button onClick={hear} aria-pressed={head.value !== null}>
          {head.value !== null ? words.hush : words.hear}
        </button>
      )}
      <p class="muted look-doing" role="status">
        {doing[busy.value]}
      </p>
    </div>
  );
}

function Summary() {
  const found = score.value;
  if (!found) return null;
  const { notes, others, all } = sums(found.events);
  const text = bitsText;
  return (
    <p class="look-summary">
      {shown.value?.name && <strong>{shown.value.name}</strong>}
      <data value={String(all)} data-testid="bits">
        {words.total(text(notes), text(others), text(all))}
      </data>
      {found.bitsPerNote !== null && <span>{words.perNote(text(found.bitsPerNote))}</span>}
    </p>
  );
}

function Remarks() {
  const notes = score.value?.notes ?? [];
  if (notes.length === 0) return null;
  return (
    <ul class="muted" aria-label={words.remarks}>
      {notes.map((note) => (
        <li key={note}>{note}</li>
      ))}
    </ul>
  );
}

export function Look() {
  useEffect(enter, []);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) void open(file);
  };
  const isEmpty = !score.value && !live.value;
  return (
    <div class="stack look" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <div>
        <h2>{texts.tabs.look}</h2>
        <p class="muted">{words.intro}</p>
      </div>
      <div class="card stack">
        <Sources />
        <Choices />
      </div>
      {isEmpty ? (
        busy.value === "" && <p class="look-empty card muted">{words.empty}</p>
      ) : (
        <>
          <div class="look-main">
            <div class="card look-map">
              <Summary />
              <HeatMap />
            </div>
            <Details />
            <LookedBack />
          </div>
          <Remarks />
          <StepTable />
        </>
      )}
    </div>
  );
}
