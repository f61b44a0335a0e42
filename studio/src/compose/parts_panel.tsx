// What one chooses where the model plays several parts: the parts, what is done in them, and what stays of them.
import { texts } from "../texts";
import { withArg } from "../view/generator_controls";
import { trackColours } from "../view/roll_picture";
import * as making from "./make";

const words = texts.compose;

/** Which parts are written in. */
export function PartsChoice() {
  if (making.parts.value.length === 0) return null;
  return (
    <fieldset class="parts-choice">
      <legend>{words.parts}</legend>
      {making.parts.value.map(({ track, isChosen }) => (
        <label key={track.id} class="line">
          <input type="checkbox" checked={isChosen} onChange={(event) => making.choosePart(track.id, event.currentTarget.checked)} />
          <span class={`part-colour track-colour-${track.colour % trackColours}`} />
          {track.name}
        </label>
      ))}
    </fieldset>
  );
}

const ways = [
  ["continue", words.continueParts, words.continuePartsHow],
  ["fill", words.fillParts, words.fillPartsHow],
  ["vary", words.varyParts, words.varyPartsHow],
  ["harmonise", words.harmonise, words.harmoniseHow],
  ["accompany", words.accompany, words.accompanyHow],
] as const;

export function PartsWays() {
  return (
    <div class="ways">
      {ways.map(([way, name, how]) => (
        <button key={way} type="button" class={way === "fill" ? "primary" : ""} title={how} onClick={() => void making.make(way)}>
          {name}
        </button>
      ))}
    </div>
  );
}

/** What stays of the bars that are written anew, and how many notes come. */
export function PartsOptions() {
  return (
    <>
      <Choice argument="keep" label={words.keepOf} names={words.keepChoices} />
      <Choice argument="density" label={words.density} names={words.densities} />
    </>
  );
}

function Choice({ argument, label, names }: { argument: string; label: string; names: Record<string, string> }) {
  const known = making.generator.value?.arguments?.find(({ name }) => name === argument);
  const choices = ["", ...(known?.choices ?? []).filter((choice) => choice in names)];
  if (choices.length === 1) return null;
  const { args } = making;
  return (
    <label>
      {label}
      <select
        value={args.value[argument]?.stringValue ?? ""}
        onChange={({ currentTarget: { value } }) => (args.value = withArg(args.value, argument, value === "" ? undefined : { stringValue: value }))}
      >
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {names[choice]}
          </option>
        ))}
      </select>
    </label>
  );
}
