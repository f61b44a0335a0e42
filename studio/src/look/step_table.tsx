// The same as the map in words and numbers, for those who read or hear rather than see.
import { useState } from "preact/hooks";
import { texts } from "../texts";
import { bitsText, mostExpected, mostLookedBack, nameOfEvent, whenOf } from "./names";
import { attends, isDrums, places, scored } from "./state";

const words = texts.look;

export function StepTable() {
  const [isOpen, setOpen] = useState(false);
  const { events } = scored.value;
  if (events.length === 0) return null;
  const head = words.tableHead;
  return (
    <details class="card look-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.table}</summary>
      {isOpen && (
        <div class="look-scroll" tabIndex={0} role="region" aria-label={words.table}>
          <table>
            <thead>
              <tr>
                {[head.when, head.what, head.bits, head.expected, ...(attends.value ? [head.lookedBack] : [])].map((text) => (
                  <th key={text} scope="col">
                    {text}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {events.map((event, index) => (
                <tr key={index}>
                  <td>{whenOf(event, places.value)}</td>
                  <td>{nameOfEvent(event, isDrums.value)}</td>
                  <td>
                    <data value={String(event.bits)}>{bitsText(event.bits)}</data>
                  </td>
                  <td>{mostExpected(event, 3, isDrums.value)}</td>
                  {attends.value && <td>{mostLookedBack(scored.value, index, 3, isDrums.value, places.value)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
