// Tools of the roll and what is done to selected notes. At the bottom where the page is narrow, for thumbs.
import { isGridName } from "../music/time";
import { texts } from "../texts";
import { isRedoable, isUndoable, redoEdit, undoEdit } from "./document";
import * as editor from "./editor";
import { IconButton } from "./icons";

const words = texts.compose;
const tools = ["draw", "select", "cut"] as const;

export function ToolBar() {
  const { tool, gridName, selected, roll, commands } = editor;
  return (
    <div class="tool-bar" role="toolbar" aria-label={words.tools}>
      {tools.map((name) => (
        <IconButton key={name} icon={name} label={words[name]} pressed={tool.value === name} onClick={() => (tool.value = name)} />
      ))}
      <span class="gap" />
      <IconButton icon="undo" label={words.undo} disabled={!isUndoable.value} onClick={undoEdit} />
      <IconButton icon="redo" label={words.redo} disabled={!isRedoable.value} onClick={redoEdit} />
      <IconButton icon="bin" label={words.deleteNotes} disabled={selected.value.size === 0} onClick={commands.delete} />
      <span class="gap" />
      <label class="line">
        <span class="wide">{words.grid}</span>
        <select
          aria-label={words.grid}
          value={gridName.value}
          onChange={(event) => {
            if (isGridName(event.currentTarget.value)) gridName.value = event.currentTarget.value;
          }}
        >
          {Object.entries(words.gridNames).map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <button type="button" onClick={commands.quantise}>
        {words.quantise}
      </button>
      <span class="gap grow" />
      <IconButton icon="minus" label={words.zoomOut} onClick={() => roll.value?.zoom(1 / 1.4, 1)} />
      <IconButton icon="plus" label={words.zoomIn} onClick={() => roll.value?.zoom(1.4, 1)} />
      <IconButton icon="fit" label={words.fit} onClick={() => roll.value?.fit()} />
    </div>
  );
}

/** What is done to the selected notes. */
export function SelectionPanel() {
  const { selectedNotes, commands, track } = editor;
  const notes = selectedNotes.value;
  if (notes.length === 0) return null;
  const loudness = Math.round(notes.reduce((sum, { note }) => sum + note.velocity, 0) / notes.length);
  return (
    <section class="card stack" aria-label={words.selectionOf(notes.length)}>
      <h3>{words.selectionOf(notes.length)}</h3>
      <label>
        {words.velocity}
        <span class="row">
          <input class="grow" type="range" min={1} max={127} value={loudness} onInput={(event) => commands.velocity(event.currentTarget.valueAsNumber)} />
          <output>{loudness}</output>
        </span>
      </label>
      {!track.value?.isDrum && (
        <div class="steps" role="group" aria-label={words.transpose}>
          {words.transposeBy.map(([semitones, shown, name]) => (
            <button key={semitones} type="button" aria-label={name} title={name} onClick={() => commands.transpose(semitones)}>
              {shown}
            </button>
          ))}
        </div>
      )}
      <div class="row">
        <button type="button" onClick={commands.copy}>{words.copy}</button>
        <button type="button" onClick={commands.paste}>{words.paste}</button>
        <button type="button" onClick={commands.duplicate}>{words.duplicate}</button>
        <button type="button" onClick={commands.cutAtPlayHead}>{words.cutHere}</button>
      </div>
    </section>
  );
}
