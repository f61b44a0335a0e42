// Beside the map: the chosen step, and what the model expected there.
import { texts } from "../texts";
import { bitsText, nameOfEvent, nameOfExpected, percent, whenOf } from "./names";
import { chosen, isDrums, places, score } from "./state";
import { expectedOf, nextNote, probabilityOf } from "./surprise";

const words = texts.look;

export function Details() {
  const events = score.value?.events ?? [];
  const event = events[chosen.value];
  if (!event) return <aside class="card look-details muted">{score.value ? words.hint : ""}</aside>;
  const move = (by: 1 | -1) => (chosen.value = nextNote(events, chosen.value, by));
  const expected = event.distribution ? expectedOf(event.distribution, event, 8) : [];
  return (
    <aside class="card look-details stack" aria-label={words.insteadTitle}>
      <div class="row">
        <button class="quiet" aria-label={words.before} onClick={() => move(-1)}>
          ←
        </button>
        <div class="look-chosen">
          <strong>{nameOfEvent(event, isDrums.value)}</strong>
          <span class="muted">{whenOf(event, places.value)}</span>
        </div>
        <button class="quiet" aria-label={words.after} onClick={() => move(1)}>
          →
        </button>
      </div>
      <p>{words.surprised(bitsText(event.bits), percent(probabilityOf(event.bits)))}</p>
      <div>
        <h3>{words.insteadTitle}</h3>
        <ol class="look-expected">
          {expected.map((one) => (
            <li key={String(one.what)} class={one.happened ? "happened" : ""}>
              <span class="look-what">
                {nameOfExpected(one, isDrums.value)}
                {one.happened && <small> {words.happened}</small>}
              </span>
              <span class="look-bar" aria-hidden="true">
                <span style={{ width: `${Math.max(0.5, one.probability * 100)}%` }} />
              </span>
              <span class="look-percent">{percent(one.probability)}</span>
            </li>
          ))}
        </ol>
      </div>
    </aside>
  );
}
