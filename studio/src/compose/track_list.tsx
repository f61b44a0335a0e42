// The tracks: which one is worked on, its name and instrument, what is heard.
import { addTrack, changeTrack, removeTrack } from "../music/edit";
import type { Track } from "../music/piece";
import { texts } from "../texts";
import { trackColours } from "../view/roll_picture";
import { edit, piece } from "./document";
import * as editor from "./editor";
import { IconButton } from "./icons";

const words = texts.compose;

export function TrackList() {
  const add = (isDrum: boolean) => {
    const name = isDrum ? words.drums : words.trackNumber(piece.value.tracks.length + 1);
    const added = addTrack(piece.value, name, isDrum);
    edit(added.piece);
    editor.chooseTrack(added.id);
  };
  return (
    <section class="tracks stack" aria-labelledby="tracks-title">
      <h3 id="tracks-title">{words.tracks}</h3>
      <ul>
        {piece.value.tracks.map((track) => (
          <TrackRow key={track.id} track={track} isActive={track.id === editor.track.value?.id} />
        ))}
      </ul>
      <div class="row">
        <button type="button" onClick={() => add(false)}>{words.addTrack}</button>
        <button type="button" onClick={() => add(true)}>{words.addDrums}</button>
      </div>
    </section>
  );
}

function TrackRow({ track, isActive }: { track: Track; isActive: boolean }) {
  const change = (next: Partial<Track>) => edit(changeTrack(piece.value, track.id, (old) => ({ ...old, ...next })));
  return (
    <li class={isActive ? "track active" : "track"}>
      <button
        type="button"
        class={`swatch track-colour-${track.colour % trackColours}`}
        aria-label={words.choose(track.name)}
        title={words.choose(track.name)}
        aria-pressed={isActive}
        onClick={() => editor.chooseTrack(track.id)}
      />
      <input
        aria-label={words.trackName}
        value={track.name}
        onFocus={() => editor.chooseTrack(track.id)}
        onChange={(event) => change({ name: event.currentTarget.value.trim() || track.name })}
      />
      <button type="button" class="letter" aria-pressed={track.isMuted} aria-label={`${words.mute}: ${track.name}`} title={words.mute} onClick={() => change({ isMuted: !track.isMuted })}>
        {words.muteShort}
      </button>
      <button type="button" class="letter" aria-pressed={track.isSolo} aria-label={`${words.solo}: ${track.name}`} title={words.solo} onClick={() => change({ isSolo: !track.isSolo })}>
        {words.soloShort}
      </button>
      {isActive && (
        <div class="track-more">
          {!track.isDrum && (
            <select aria-label={words.instrument} value={track.program} onChange={(event) => change({ program: Number(event.currentTarget.value) })}>
              {texts.midi.programs.map((name, program) => (
                <option key={program} value={program}>
                  {name}
                </option>
              ))}
            </select>
          )}
          <IconButton icon="bin" label={words.removeTrack(track.name)} onClick={() => edit(removeTrack(piece.value, track.id))} />
        </div>
      )}
    </li>
  );
}
