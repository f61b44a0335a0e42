// The duet: you play, the machine answers.
import { useEffect, useMemo, useRef } from "preact/hooks";
import { writeMusic } from "../api/convert";
import { isDrumKind, takesPrimerKey, wantsChords } from "../api/generators";
import { majorKeyName, relativeMinorName } from "../music/major_key";
import { mayBeChord } from "../music/chord_symbols";
import { fetchSoundAhead, latency, soundState } from "../sound/synth";
import { askForMidi, chooseMidiOutput, midiInput, midiOutput, midiPorts, onMidiKey } from "../sound/midi_ports";
import { duetModel, generators, loadGenerators, nameOf } from "../store/generators";
import { handover } from "../store/handover";
import { texts } from "../texts";
import { download } from "../view/download";
import { GeneratorControls } from "../view/generator_controls";
import { computerKeys, computerPads, lettersOf } from "../view/keys";
import { Pads, padPitches, Piano, useComputerKeys } from "../view/piano";
import { RollStage } from "../view/roll_stage";
import { say, sayError } from "../view/toasts";
import { useNarrow } from "../view/use_narrow";
import { chartOf } from "./chords";
import "./duet.css";
import { beatsBetween } from "./grid";
import { chordsBetween, type DuetNote } from "./phrase";
import * as store from "./store";
import { WhenItPlays } from "./when_panel";
import "./hook";

/** Said by the page itself: how long an answer is, what it goes on from, over which chords. */
const saidByPage = [
  "bars", "new_steps", "num_steps", "primer_part", "accompaniment", "program", "reference_windows",
  "backing_chords", "steps_per_chord", "chords_from", "render_chords", "fill", "vary", "add", "keep", "ending",
];

const { session } = store;

/** Rows of the drum map: the pads, and what else was struck. */
function drumRows(notes: readonly DuetNote[]) {
  const more = new Set(notes.filter(({ pitch, isDrum }) => isDrum && !padPitches.some((pad) => pad === pitch)).map(({ pitch }) => pitch));
  return [...padPitches, ...more].map((pitch) => ({ pitch, name: texts.piano.drums[pitch] ?? texts.midi.drums[pitch] ?? String(pitch) }));
}

export function Duet() {
  useEffect(() => {
    void loadGenerators();
    fetchSoundAhead();
    // Another tab may have played meanwhile.
    const look = () => void store.loadKept();
    look();
    addEventListener("focus", look);
    onMidiKey((pitch, velocity, isDown) => (isDown ? store.keyDown(pitch, velocity) : store.keyUp(pitch)));
    return () => {
      onMidiKey(() => undefined);
      removeEventListener("focus", look);
      store.stop();
    };
  }, []);
  return (
    <div class="duet">
      <div class="duet-main">
        <Bar />
        <div class="stage card">
          <Stage />
          {store.isFresh.value && <Welcome />}
        </div>
        <Status />
        <Keys />
      </div>
      <Settings />
    </div>
  );
}

/** Whether the big button, which then goes, began it: the focus goes on to Pause. */
let isBegunByButton = false;

function begin(): void {
  isBegunByButton = true;
  void store.play(true);
}

function Welcome() {
  const isLoading = soundState.value.stage === "loading";
  return (
    <div class="welcome">
      <button class="primary play-big" disabled={isLoading} onClick={begin}>
        <span aria-hidden="true">▶</span> {texts.duet.play}
      </button>
      <p class="muted">{isLoading ? texts.sound.loading : store.mode.value === "together" ? texts.duet.welcomeTogether : texts.duet.welcome}</p>
      {isLoading && <progress value={soundState.value.progress} aria-label={texts.sound.loading} />}
    </div>
  );
}

function Stage() {
  const details = store.details.value;
  const notes = session.notes.value;
  return (
    <RollStage
      now={() => session.now() - (session.isPlaying.value ? latency() : 0)}
      isMoving={session.isPlaying.value}
      notes={notes}
      beats={(from, to) => beatsBetween(session.grid, from, to)}
      chords={(from, to) => chordsBetween(session.chart, session.grid, from, to)}
      isYourBar={(time) => session.isYourBar(time)}
      pads={details && isDrumKind(details) ? drumRows(notes) : null}
      label={texts.duet.stage(notes.filter(({ by }) => by === "player").length, notes.filter(({ by }) => by === "machine").length)}
    />
  );
}

/** Play and what one reaches for while playing. */
function Bar() {
  const isPlaying = session.isPlaying.value;
  const isFresh = store.isFresh.value;
  const pause = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isFresh && isBegunByButton) pause.current?.focus({ preventScroll: true });
    isBegunByButton = false;
  }, [isFresh]);
  return (
    <div class="row duet-bar">
      {/* Their room is there before they are, so that nothing moves when the duet begins. */}
      <div class={isFresh ? "row not-yet" : "row"}>
        <button ref={pause} class={isPlaying || isFresh ? "" : "primary"} onClick={() => (isPlaying ? store.stop() : void store.play())}>
          <span aria-hidden="true">{isPlaying || isFresh ? "❚❚" : "▶"}</span> {isPlaying || isFresh ? texts.duet.pause : texts.duet.start}
        </button>
        {store.mode.value !== "together" && (
          <button disabled={!isPlaying || session.turn.value !== "yours"} onClick={() => session.answerNow()}>
            {texts.duet.answer}
          </button>
        )}
      </div>
      <label class="line">
        {texts.duet.tempo}
        <Tempo />
      </label>
      <button aria-pressed={store.metronomeOn.value} class="toggle" onClick={() => (store.metronomeOn.value = !store.metronomeOn.value)}>
        {texts.duet.metronome}
      </button>
      <button aria-pressed={store.countIn.value} class="toggle" onClick={() => (store.countIn.value = !store.countIn.value)}>
        {texts.duet.countIn}
      </button>
    </div>
  );
}

function Tempo() {
  return (
    <input
      type="number"
      class="tempo"
      min={30}
      max={300}
      value={store.qpm.value}
      onChange={(event) => {
        const { valueAsNumber } = event.currentTarget;
        if (valueAsNumber >= 30 && valueAsNumber <= 300) store.qpm.value = valueAsNumber;
        else event.currentTarget.valueAsNumber = store.qpm.value;
      }}
    />
  );
}

function Status() {
  const isPlaying = session.isPlaying.value;
  return (
    <div class="status">
      <p role="status" class={isPlaying ? `turn ${turnShown()}` : "turn"}>
        {isPlaying ? playingText() : <Idle />}
      </p>
    </div>
  );
}

function Idle() {
  const isNarrow = useNarrow();
  if (session.notes.value.length > 0) return texts.duet.stopped;
  if (isNarrow) return texts.duet.readyTouch;
  return texts.duet.ready(Boolean(store.details.value && isDrumKind(store.details.value)));
}

const turnShown = () => (store.mode.value === "together" && session.together.state.value === "plays" ? "machine" : session.turn.value);

function playingText(): string {
  const mode = store.mode.value;
  if (mode === "together") return texts.duet.together[store.chosenParts.value.length === 0 ? "noPart" : session.together.state.value];
  const turn = session.turn.value;
  if (turn !== "yours") return turn === "asked" ? texts.duet.asked : texts.duet.plays;
  return mode === "free" ? texts.duet.yoursFree : mode === "bars" ? texts.duet.yoursBars : texts.duet.yours;
}

function Keys() {
  const isNarrow = useNarrow();
  const isDrum = store.details.value !== null && isDrumKind(store.details.value);
  const keys = useMemo(() => (isDrum ? computerPads(padPitches) : computerKeys(60)), [isDrum]);
  const letters = useMemo(() => lettersOf(keys), [keys]);
  useComputerKeys(keys, store.keyDown, store.keyUp);
  if (isDrum) return <Pads on={store.keyDown} off={store.keyUp} lit={session.lit} letters={letters} />;
  return <Piano low={isNarrow ? 60 : 48} high={isNarrow ? 83 : 88} on={store.keyDown} off={store.keyUp} lit={session.lit} letters={letters} />;
}

function Settings() {
  const details = store.details.value;
  const list = generators.value ?? [];
  return (
    <section class="card stack duet-settings" aria-label={texts.duet.settings}>
      <label>
        {texts.duet.model}
        <select value={details?.id ?? ""} onChange={(event) => (duetModel.value = event.currentTarget.value)}>
          {list.map((one) => (
            <option key={one.id} value={one.id}>
              {nameOf(one.id)}
            </option>
          ))}
        </select>
      </label>
      {details?.description && <p class="muted small">{details.description}</p>}
      {generators.value === null && <button onClick={() => void loadGenerators()}>{texts.duet.again}</button>}
      <WhenItPlays />
      {details && takesPrimerKey(details) && <Key />}
      {details && wantsChords(details) && <Chart />}
      <div class="row keep">
        <button disabled={session.notes.value.length === 0} onClick={() => void saveMidi()}>
          {texts.duet.save}
        </button>
        <button disabled={session.notes.value.length === 0} onClick={openInCompose}>
          {texts.duet.toCompose}
        </button>
        <button class="quiet" disabled={session.notes.value.length === 0} onClick={() => void store.startAnew()}>
          {texts.duet.anew}
        </button>
      </div>
      <details>
        <summary>{texts.duet.sounds}</summary>
        <div class="stack inside">
          <Meter />
          <Instrument label={texts.duet.yourSound} program={store.playerProgram} />
          <Instrument label={texts.duet.itsSound} program={store.machineProgram} />
          <Midi />
        </div>
      </details>
      <details>
        <summary>{texts.duet.more}</summary>
        <div class="inside">
          <GeneratorControls
            arguments={details?.arguments ?? []}
            args={store.args}
            hide={saidByPage}
          />
        </div>
      </details>
    </section>
  );
}

/** Whether answers stay in the key of what is played, and which it is. */
function Key() {
  const key = session.key.value;
  const said = store.args.value.primer_key?.stringValue;
  const text = said ? texts.duet.keyIsSaid(said) : key !== null && store.keepsKey.value ? texts.duet.keyIs(majorKeyName(key), relativeMinorName(key)) : "";
  return (
    <div class="stack duet-key">
      <label class="line">
        <input type="checkbox" checked={store.keepsKey.value} onChange={(event) => (store.keepsKey.value = event.currentTarget.checked)} />
        {texts.duet.keepKey}
      </label>
      {text && <p class="muted small">{text}</p>}
    </div>
  );
}

function Meter() {
  return (
    <label>
      {texts.duet.beats}
      <select value={store.beatsPerBar.value} onChange={(event) => (store.beatsPerBar.value = Number(event.currentTarget.value))}>
        {[2, 3, 4, 5, 6, 7].map((beats) => (
          <option key={beats} value={beats}>
            {beats}/4
          </option>
        ))}
      </select>
    </label>
  );
}

function Instrument({ label, program }: { label: string; program: typeof store.playerProgram }) {
  return (
    <label>
      {label}
      <select value={program.value} onChange={(event) => (program.value = Number(event.currentTarget.value))}>
        {texts.midi.programs.map((name, number) => (
          <option key={number} value={number}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

const tapped = ["C", "Dm", "Em", "F", "G", "Am", "G7", "Dm7", "Bb"];

function Chart() {
  const chart = chartOf(store.chartText.value);
  const wrong = chart.filter((symbol) => !mayBeChord(symbol)).join(" ");
  return (
    <fieldset class="chart">
      <legend>{texts.duet.chart}</legend>
      <input
        type="text"
        aria-label={texts.duet.chartField}
        value={store.chartText.value}
        onInput={(event) => (store.chartText.value = event.currentTarget.value)}
      />
      {wrong && (
        <p class="small" role="status">
          {texts.remarks.noSymbol(wrong)}
        </p>
      )}
      <div class="row taps" role="group" aria-label={texts.duet.taps}>
        {tapped.map((chord) => (
          <button key={chord} onClick={() => (store.chartText.value = [...chart, chord].join(" "))}>
            {chord}
          </button>
        ))}
        <button aria-label={texts.duet.unTap} disabled={chart.length === 0} onClick={() => (store.chartText.value = chart.slice(0, -1).join(" "))}>
          ⌫
        </button>
      </div>
      <label class="line">
        <input type="checkbox" checked={store.chordsSound.value} onChange={(event) => (store.chordsSound.value = event.currentTarget.checked)} />
        {texts.duet.chordsSound}
      </label>
    </fieldset>
  );
}

function Midi() {
  const ports = midiPorts.value;
  if (!ports) return <button onClick={() => void askForMidi().catch(sayError)}>{texts.duet.midi}</button>;
  return (
    <>
      <label>
        {texts.duet.midiIn}
        <select value={midiInput.value} onChange={(event) => (midiInput.value = event.currentTarget.value)}>
          <option value="all">{ports.inputs.length === 0 ? texts.duet.midiNone : texts.duet.midiAll}</option>
          {ports.inputs.map((port) => (
            <option key={port.id} value={port.id}>
              {port.name}
            </option>
          ))}
        </select>
      </label>
      <label>
        {texts.duet.midiOut}
        <select value={midiOutput.value} onChange={(event) => chooseMidiOutput(event.currentTarget.value)}>
          <option value="">{texts.duet.midiPage}</option>
          {ports.outputs.map((port) => (
            <option key={port.id} value={port.id}>
              {port.name}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

async function saveMidi(): Promise<void> {
  try {
    const { file, ending, remark } = await writeMusic(store.sessionPiece(), "midi");
    if (remark) say(texts.compose.savedWithRemarks, remark);
    download(file, `duet.${ending}`);
  } catch (error) {
    sayError(error);
  }
}

function openInCompose(): void {
  store.stop();
  handover.value = store.sessionPiece();
  location.hash = "#compose";
}
