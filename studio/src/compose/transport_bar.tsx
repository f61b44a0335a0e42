// Play, where the play head is, tempo and meter.
import { useComputed } from "@preact/signals";
import { removeMeter, removeTempo, setMeter, setTempo } from "../music/edit";
import { transport } from "../sound/transport";
import { texts } from "../texts";
import { edit, piece } from "./document";
import * as editor from "./editor";
import { IconButton } from "./icons";
import { stopAt, stopHearing } from "./make";
import { Menu } from "./menu";
import { togglePlay } from "./roll_editing";

const words = texts.compose;

export function TransportBar() {
  const { isPlaying, metronome, loop, position } = transport;
  const { section, tempos } = editor;
  return (
    <div class="row transport-bar">
      <IconButton icon="start" label={words.toStart} onClick={() => editor.seek(0)} />
      <button
        type="button"
        class="primary play"
        onClick={() => {
          if (stopAt.value !== null) stopHearing();
          else togglePlay();
        }}
      >
        {isPlaying.value ? words.pause : words.play}
      </button>
      <IconButton
        icon="loop"
        label={words.loop}
        pressed={loop.value !== null}
        disabled={section.value === null && loop.value === null}
        onClick={() => {
          const bars = section.value;
          if (loop.value || !bars) transport.setLoop(null);
          else transport.setLoop({ start: tempos.value.toSeconds(bars.start), end: tempos.value.toSeconds(bars.end) });
        }}
      />
      <IconButton icon="metronome" label={words.metronome} pressed={metronome.value} onClick={() => (metronome.value = !metronome.value)} />
      <Position key="position" seconds={position} />
      <Timing />
    </div>
  );
}

/** Bar and beat; it alone is renewed as the play head moves. */
function Position({ seconds }: { seconds: typeof transport.position }) {
  const shown = useComputed(() => {
    const at = editor.tempos.value.toQuarters(seconds.value);
    const bar = editor.bars.value.at(at);
    return words.position(bar.number, Math.floor(((at - bar.start) * bar.denominator) / 4 + 1e-6) + 1);
  });
  return <span class="position">{shown}</span>;
}

function Timing() {
  const at = editor.section.value?.start ?? 0;
  const { bars, tempos } = editor;
  const qpm = tempos.value.qpmAt(at);
  const meter = bars.value.meterAt(at);
  const hasChange = at > 0 && [...piece.value.tempos, ...piece.value.meters].some((one) => Math.abs(one.at - at) < 1e-6);
  const change = (next: { numerator?: number; denominator?: number }) => {
    const { numerator, denominator } = { ...meter, ...next };
    if (numerator >= 1 && numerator <= 64) edit(setMeter(piece.value, { at, numerator, denominator }), `meter ${at}`);
  };
  return (
    <Menu label={`${Math.round(qpm * 10) / 10} · ${meter.numerator}/${meter.denominator}`}>
      <h3>{words.timing}</h3>
      <p class="muted">{words.timingWhere(bars.value.at(at).number)}</p>
      <label>
        {words.tempo} ({words.tempoUnit})
        <input
          type="number"
          min={20}
          max={400}
          step="any"
          value={Math.round(qpm * 100) / 100}
          onChange={(event) => {
            const value = event.currentTarget.valueAsNumber;
            if (value >= 10 && value <= 1000) edit(setTempo(piece.value, { at, qpm: value }), `tempo ${at}`);
          }}
        />
      </label>
      <div class="row">
        <label>
          {words.beats}
          <input type="number" min={1} max={64} value={meter.numerator} onChange={(event) => change({ numerator: event.currentTarget.valueAsNumber })} />
        </label>
        <label>
          {words.beatUnit}
          <select value={meter.denominator} onChange={(event) => change({ denominator: Number(event.currentTarget.value) })}>
            {[1, 2, 4, 8, 16, 32].map((unit) => (
              <option key={unit}>{unit}</option>
            ))}
          </select>
        </label>
      </div>
      {hasChange && (
        <button type="button" onClick={() => edit(removeMeter(removeTempo(piece.value, at), at))}>
          {words.removeChange}
        </button>
      )}
    </Menu>
  );
}
