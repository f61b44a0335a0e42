// Controls for what a generator's requests may say, made from what it tells of itself: no list of models or arguments here.
import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Argument, ArgValue } from "../api/types";
import { texts } from "../texts";
import "./generator_controls.css";

/** Arguments of a request by name; what is missing is left to the model. */
export type Args = Record<string, ArgValue>;

interface Props {
  arguments: readonly Argument[];
  /** What is said; controls change it as it then is. */
  args: Signal<Args>;
  /** Arguments that the page says itself: lengths, for one. */
  hide?: readonly string[];
}

/** Ranges wider than these are typed, not slid; what a slider of a temperature or a count spans is what one hears. */
const widest = 128;
const usefulHigh = 2;

export function numberOf(value: ArgValue | undefined): number | undefined {
  return value?.floatValue ?? value?.intValue;
}

function plain(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a slider of `argument` spans, or null where a field to type in serves better. */
export function spanOf(argument: Argument): { min: number; max: number; step: number } | null {
  const { type, low, high } = argument;
  if (type !== "FLOAT" && type !== "INT") return null;
  if (low === undefined || high === undefined) return null;
  if (type === "INT") return high - low <= widest ? { min: low, max: high, step: 1 } : null;
  const max = high - low > widest ? low + usefulHigh : high;
  const step = 0.05;
  return { min: argument.lowExcluded ? low + step : low, max, step };
}

/** `args` with `name` said, or left to the model again (undefined). */
export function withArg(args: Args, name: string, value: ArgValue | undefined): Args {
  const others = Object.fromEntries(Object.entries(args).filter(([other]) => other !== name));
  return value === undefined ? others : { ...others, [name]: value };
}

/** Those of `args` that `known` has: another generator may not understand the others. */
export function argsFor(args: Args, known: readonly Argument[]): Args {
  return Object.fromEntries(Object.entries(args).filter(([name]) => known.some((argument) => argument.name === name)));
}

export function GeneratorControls({ arguments: all, args, hide = [] }: Props) {
  return (
    <div class="generator-controls">
      {all
        .filter(({ name }) => !hide.includes(name))
        .map((argument) => (
          <Control
            key={argument.name}
            argument={argument}
            value={args.value[argument.name]}
            onChange={(one) => (args.value = withArg(args.value, argument.name, one))}
          />
        ))}
    </div>
  );
}

interface ControlProps {
  argument: Argument;
  value: ArgValue | undefined;
  onChange: (value: ArgValue | undefined) => void;
}

function Control(props: ControlProps) {
  const id = useId();
  const { argument } = props;
  return (
    <div class="generator-control">
      <label for={id}>{plain(argument.name)}</label>
      <Field {...props} id={id} />
      {argument.help && (
        <p class="muted" id={`${id}-help`}>
          {argument.help}
        </p>
      )}
    </div>
  );
}

function Field({ argument, value, onChange, id }: ControlProps & { id: string }) {
  const described = argument.help ? `${id}-help` : undefined;
  const common = { id, "aria-describedby": described };
  if (argument.type === "BOOL") {
    return (
      <input
        {...common}
        type="checkbox"
        checked={value?.boolValue ?? argument.defaultValue?.boolValue ?? false}
        onChange={(event) => onChange({ boolValue: event.currentTarget.checked })}
      />
    );
  }
  if (argument.choices && argument.choices.length > 0) {
    return (
      <select
        {...common}
        value={value?.stringValue ?? argument.defaultValue?.stringValue ?? ""}
        onChange={(event) => onChange(event.currentTarget.value === "" ? undefined : { stringValue: event.currentTarget.value })}
      >
        {!argument.defaultValue?.stringValue && <option value="">{texts.controls.none}</option>}
        {argument.choices.map((choice) => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    );
  }
  if (argument.type === "STRING") {
    return (
      <input
        {...common}
        type="text"
        value={value?.stringValue ?? argument.defaultValue?.stringValue ?? ""}
        placeholder={texts.controls.none}
        onChange={(event) => onChange(event.currentTarget.value === "" ? undefined : { stringValue: event.currentTarget.value })}
      />
    );
  }
  const said = numberOf(value);
  const shown = said ?? numberOf(argument.defaultValue);
  const wrap = (number: number): ArgValue => (argument.type === "INT" ? { intValue: Math.round(number) } : { floatValue: number });
  const span = spanOf(argument);
  if (span) {
    return (
      <div class="slider">
        <input
          {...common}
          type="range"
          {...span}
          value={shown ?? Math.min(1, span.max)}
          aria-valuetext={shown === undefined ? texts.controls.none : undefined}
          onInput={(event) => onChange(wrap(event.currentTarget.valueAsNumber))}
        />
        <output for={id}>{shown ?? "–"}</output>
        <button type="button" class="quiet" disabled={said === undefined} title={texts.controls.reset} aria-label={`${texts.controls.reset}: ${plain(argument.name)}`} onClick={() => onChange(undefined)}>
          ↺
        </button>
      </div>
    );
  }
  return (
    <input
      {...common}
      type="number"
      min={argument.low}
      max={argument.high}
      step={argument.type === "INT" ? 1 : "any"}
      value={shown ?? ""}
      placeholder={texts.controls.none}
      onChange={(event) => onChange(Number.isNaN(event.currentTarget.valueAsNumber) ? undefined : wrap(event.currentTarget.valueAsNumber))}
    />
  );
}
