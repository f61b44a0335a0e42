// Continue, fill between, vary: which bars, by which model, and the candidates that came.
import { useEffect, useMemo } from "preact/hooks";
import { clamp } from "../music/clamp";
import { transport } from "../sound/transport";
import { generators, loadGenerators, nameOf } from "../store/generators";
import { texts } from "../texts";
import { GeneratorControls } from "../view/generator_controls";
import { say } from "../view/toasts";
import { piece } from "./document";
import * as editor from "./editor";
import { Icon, IconButton } from "./icons";
import { longestLink, packLink } from "./link";
import * as making from "./make";
import { PartsChoice, PartsOptions, PartsWays } from "./parts_panel";
import { tinyNotes } from "./picture";
import type { Way } from "./sections";

const words = texts.compose;
const ways: readonly Way[] = ["continue", "fill", "vary"];
/** What the page says itself, by the selected bars, the track, its chords and the chosen parts. */
const saidByPage = [
  "seed",
  "bars",
  "new_steps",
  "num_steps",
  "primer_part",
  "program",
  "accompaniment",
  "reference_windows",
  "backing_chords",
  "steps_per_chord",
  "chords_from",
  "render_chords",
  "fill",
  "vary",
  "add",
  "keep",
  "density",
];
/** Shown at once; all others behind "more". */
const first = ["temperature", "key", "scale", "min_pitch", "max_pitch"];

export function MakePanel() {
  useEffect(() => void loadGenerators(), []);
  const { generator, fitting, args, count, seed, asked, isOfParts } = making;
  const track = editor.track.value;
  const all = generator.value?.arguments ?? [];
  const names = all.map(({ name }) => name);
  const others = names.filter((name) => !saidByPage.includes(name) && !first.includes(name));
  return (
    <section class="card stack make" aria-labelledby="make-title">
      <h3 id="make-title">{words.make}</h3>
      {track && <Where of={isOfParts.value ? partsMeant() : track.name} />}
      {fitting.value.length === 0 && generator.value === null ? (
        <p class="muted">{generators.value === null ? texts.shell.loading : words.noModel}</p>
      ) : (
        <>
          <label>
            {words.model}
            <select value={generator.value?.id} onChange={(event) => making.chooseGenerator(event.currentTarget.value)}>
              {fitting.value.map(({ id }) => (
                <option key={id} value={id}>
                  {nameOf(id)}
                </option>
              ))}
            </select>
            <span class="muted small">{generator.value?.description}</span>
          </label>
          {isOfParts.value ? (
            <>
              <PartsChoice />
              <PartsWays />
            </>
          ) : (
            <div class="ways">
              {ways.map((way) => (
                <button key={way} type="button" class={way === "vary" ? "primary" : ""} title={words[`${way}How`]} onClick={() => void making.make(way)}>
                  {words[way]}
                </button>
              ))}
            </div>
          )}
          {asked.value && <Candidates of={asked.value} />}
          <div class="row">
            <label class="narrow">
              {words.candidates}
              <input type="number" min={1} max={16} value={count.value} onChange={(event) => (count.value = clamp(event.currentTarget.valueAsNumber || 1, 1, 16))} />
            </label>
            <label class="narrow">
              {words.seed}
              <input inputMode="numeric" value={seed.value} placeholder={words.seedDrawn} onChange={(event) => (seed.value = event.currentTarget.value.replace(/\D/g, ""))} />
            </label>
          </div>
          {isOfParts.value && <PartsOptions />}
          <GeneratorControls
            arguments={all}
            args={args}
            hide={names.filter((name) => !first.includes(name))}
          />
          {others.length > 0 && (
            <details>
              <summary>{words.more}</summary>
              <GeneratorControls
                arguments={all}
                args={args}
                hide={names.filter((name) => !others.includes(name))}
              />
            </details>
          )}
        </>
      )}
    </section>
  );
}

/** The parts that are written in, in words. */
function partsMeant(): string {
  const chosen = making.parts.value.filter(({ isChosen }) => isChosen);
  return chosen.length === making.parts.value.length ? words.allParts : chosen.map(({ track }) => track.name).join(", ") || words.noParts;
}

/** The selected bars, in words and to be typed. */
function Where({ of }: { of: string }) {
  const { section, bars } = editor;
  const chosen = section.value;
  const firstBar = chosen ? bars.value.at(chosen.start).number : "";
  const lastBar = chosen ? bars.value.at(chosen.end - 1e-3).number : "";
  const least = bars.value.hasPickup ? 0 : 1;
  const set = (from: number, to: number) => {
    if (Number.isFinite(from) && Number.isFinite(to)) editor.selectBars(Math.max(least, from), Math.max(least, to));
  };
  return (
    <>
      <p class="muted small">
        {chosen ? words.makeWhere(Number(firstBar), Number(lastBar), of) : words.makeNoWhere}
      </p>
      <div class="row">
        <label class="narrow">
          {words.firstBar}
          <input type="number" min={least} value={firstBar} onChange={({ currentTarget: { valueAsNumber } }) => set(valueAsNumber, lastBar === "" ? valueAsNumber : Math.max(valueAsNumber, lastBar))} />
        </label>
        <label class="narrow">
          {words.lastBar}
          <input type="number" min={least} value={lastBar} onChange={({ currentTarget: { valueAsNumber } }) => set(firstBar === "" ? valueAsNumber : Math.min(valueAsNumber, firstBar), valueAsNumber)} />
        </label>
      </div>
    </>
  );
}

function Candidates({ of }: { of: making.Batch }) {
  return (
    <div class="stack">
      {of.remarks.length > 0 && <p class="muted small">{of.remarks.join("; ")}</p>}
      <ol class="candidates">
        {of.candidates.map((one, index) => (
          <CandidateRow key={one.seed} of={of} one={one} index={index} />
        ))}
      </ol>
      <div class="row">
        <button type="button" onClick={() => (making.isInTurn.value ? making.stopHearing() : making.hearInTurn())}>
          {making.isInTurn.value ? words.stop : words.listenInTurn}
        </button>
        <button type="button" onClick={making.drop}>{words.dropAll}</button>
      </div>
    </div>
  );
}

function CandidateRow({ of, one, index }: { of: making.Batch; one: making.Candidate; index: number }) {
  const isShown = making.shownIndex.value === index;
  const isHeard = isShown && transport.isPlaying.value;
  const label = words.candidate(index + 1);
  return (
    <li class={isShown ? "candidate heard" : "candidate"}>
      <button type="button" class="listen" disabled={!one.made} aria-label={`${isHeard ? words.stop : words.listen}: ${label}`} aria-pressed={isHeard} onClick={() => making.hearCandidate(index)}>
        <Icon name={isHeard ? "pause" : "play"} />
        <Tiny of={of} one={one} />
      </button>
      <div class="row candidate-words">
        <span class="grow">
          {label}
          {one.made && <span class="muted small"> {words.seedOf(one.seed)}</span>}
          {one.state === "waiting" && <span class="muted"> · {words.waiting}</span>}
          {one.state === "failed" && <span class="muted"> · {words.failedOne}</span>}
        </span>
        <IconButton icon="link" label={`${words.link}: ${label}`} disabled={!one.made} onClick={() => void copyLink(of, one.seed)} />
        <IconButton icon="close" label={`${words.drop}: ${label}`} onClick={() => making.dropOne(index)} />
        <button type="button" disabled={!one.made || one.state === "kept"} aria-label={`${one.state === "kept" ? words.keptThis : words.keepThis}: ${label}`} onClick={() => making.keep(index)}>
          {one.state === "kept" ? words.keptThis : words.keepThis}
        </button>
      </div>
    </li>
  );
}

function Tiny({ of, one }: { of: making.Batch; one: making.Candidate }) {
  const start = of.stretches[0]!.start;
  const end = of.stretches.at(-1)!.end;
  const notes = useMemo(() => (one.made ? tinyNotes(one.made.notes, start, end) : []), [one.made]);
  return (
    <svg class="tiny" viewBox="0 0 100 32" preserveAspectRatio="none" aria-hidden="true">
      {notes.map(({ x, y, width }, i) => (
        <rect key={i} x={x * 100} y={2 + y * 25} width={Math.max(1, width * 100 - 0.4)} height="3" />
      ))}
    </svg>
  );
}

async function copyLink(of: making.Batch, seed: number): Promise<void> {
  const packed = await packLink(of.link(making.withSeed(of.request, seed), piece.value.name));
  const link = `${location.origin}${location.pathname}#compose?link=${packed}`;
  lastLink = link;
  try {
    await navigator.clipboard.writeText(link);
    say(words.linkCopied, link.length > longestLink ? words.linkLong(Math.ceil(link.length / 1000)) : "");
  } catch {
    say(words.linkNotCopied, link);
  }
}

/** For tests, which have no clipboard. */
export let lastLink = "";

/** Stops what is heard when the panel's part of the page goes. */
export function leaveMaking(): void {
  making.stopHearing();
  editor.hearNothing();
  transport.pause();
}
