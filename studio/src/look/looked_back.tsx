// Below the map, of models with attention: what the model looked back at, in words.
import { useComputed } from "@preact/signals";
import { texts } from "../texts";
import { strongest } from "./attention";
import { nameOfEvent, nameOfStep, percent, whenOf } from "./names";
import { attends, isDrums, looked, looking, places, scored } from "./state";

const words = texts.look;

function Row({ when, what, weight, name }: { when: string; what: string; weight: number; name: string }) {
  return (
    <li>
      <span class="look-what">
        {when}
        {what && <small> {what}</small>}
      </span>
      <span class="look-bar" aria-hidden="true">
        <span style={{ width: `${Math.max(0.5, weight * 100)}%` }} />
      </span>
      <data class="look-percent" value={String(weight)} data-testid={name}>
        {percent(weight)}
      </data>
    </li>
  );
}

export function LookedBack() {
  const rows = useComputed(() => (looked.value ? strongest(looked.value, 5) : []));
  if (!attends.value) return null;
  const { events } = scored.value;
  const length = events[0]?.distribution?.attention?.length ?? 1;
  const event = events[looking.value];
  return (
    <section class="card look-back" aria-label={words.backTitle}>
      <h3>
        <span class="look-swatch back" aria-hidden="true" />
        {event ? words.backOf(nameOfEvent(event, isDrums.value), whenOf(event, places.value)) : words.backTitle}
      </h3>
      {looked.value ? (
        <ul>
          {rows.value.map((step) => (
            <Row
              key={step.index}
              name="looked-back"
              when={whenOf({ time: step.start }, places.value)}
              what={nameOfStep(scored.value, step.index, isDrums.value)}
              weight={step.weight}
            />
          ))}
          {looked.value.before > 0 && <Row key="before" name="looked-before" when={words.backBefore} what="" weight={looked.value.before} />}
        </ul>
      ) : (
        <p class="muted">{words.backHint}</p>
      )}
      <p class="muted">{words.backMeaning(length, percent(1 / length))}</p>
    </section>
  );
}
