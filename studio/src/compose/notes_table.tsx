// The notes of the track as a table, for those who don't see the roll. Filled when it is opened.
import { useSignal } from "@preact/signals";
import { pitchName } from "../music/pitch_names";
import { texts } from "../texts";
import * as editor from "./editor";

const words = texts.compose;
const mostRows = 500;
const short = (value: number) => String(Math.round(value * 1000) / 1000);

export function NotesTable() {
  const isOpen = useSignal(false);
  return (
    <details class="notes-table" onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>{words.notesTable}</summary>
      {isOpen.value && <Rows />}
    </details>
  );
}

function Rows() {
  const track = editor.track.value;
  if (!track) return null;
  const notes = track.notes.slice(0, mostRows);
  return (
    <>
      {notes.length < track.notes.length && <p class="muted">{words.tooManyRows(notes.length, track.notes.length)}</p>}
      <table>
        <thead>
          <tr>
            {Object.values(words.columns).map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {notes.map((note) => {
            const bar = editor.bars.value.at(note.start);
            return (
              <tr key={note.id}>
                <td>{bar.number}</td>
                <td>{short(((note.start - bar.start) * bar.denominator) / 4 + 1)}</td>
                <td>{track.isDrum ? (texts.midi.drums[note.pitch] ?? note.pitch) : pitchName(note.pitch)}</td>
                <td>{short(note.end - note.start)}</td>
                <td>{note.velocity}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
