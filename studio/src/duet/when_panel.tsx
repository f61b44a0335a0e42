// When the machine plays: in turns with you, or at the same time, and which parts then.
import { playsParts } from "../api/generators";
import { generators, nameOf } from "../store/generators";
import { texts } from "../texts";
import { parts } from "./parts";
import * as store from "./store";

export function WhenItPlays() {
  const mode = store.mode.value;
  return (
    <>
      <fieldset>
        <legend>{texts.duet.when}</legend>
        {store.modes
          .filter((one) => one !== "together" || store.canPlayTogether.value)
          .map((one) => (
            <label key={one} class="line">
              <input type="radio" name="duet-mode" checked={mode === one} onChange={() => (store.chosenMode.value = one)} />
              {texts.duet.modes[one]}
            </label>
          ))}
      </fieldset>
      {!store.canPlayTogether.value && <WhoCan />}
      {mode === "bars" && <Bars />}
      {mode === "together" && <Parts />}
    </>
  );
}

/** Models that play at the same time, where the chosen one does not. */
function WhoCan() {
  const names = (generators.value ?? []).filter(playsParts).map(({ id }) => nameOf(id));
  return names.length > 0 ? <p class="muted small duet-who">{texts.duet.togetherBy(names.join(", "))}</p> : null;
}

function Bars() {
  return (
    <label>
      {texts.duet.barsEach}
      <select value={store.bars.value} onChange={(event) => (store.bars.value = Number(event.currentTarget.value))}>
        {[1, 2, 4, 8].map((bars) => (
          <option key={bars} value={bars}>
            {bars}
          </option>
        ))}
      </select>
    </label>
  );
}

function Parts() {
  const chosen = store.chosenParts.value;
  return (
    <fieldset class="duet-parts">
      <legend>{texts.duet.parts}</legend>
      {parts.map((part) => (
        <label key={part} class="line">
          <input
            type="checkbox"
            checked={chosen.includes(part)}
            onChange={({ currentTarget: { checked } }) => (store.chosenParts.value = parts.filter((one) => (one === part ? checked : chosen.includes(one))))}
          />
          {texts.duet.partNames[part]}
        </label>
      ))}
    </fieldset>
  );
}
