// What the roll shows of the open piece.
import { computed } from "@preact/signals";
import type { RollScene, RollTrack } from "../view/roll";
import { openId, piece as openPiece } from "./document";
import * as editor from "./editor";
import { shownPiece } from "./make";

/** Empty bars after the end, to write into. */
const roomBars = 16;

export const scene = computed((): RollScene => {
  const piece = shownPiece.value;
  const active = editor.track.value;
  const bars = editor.bars.value;
  const isDrum = active?.isDrum ?? false;
  const lastBar = bars.at(Math.max(editor.end.value, editor.section.value?.end ?? 0));
  const tracks: RollTrack[] = piece.tracks
    .filter((track) => track.isDrum === isDrum)
    .map((track) => ({ id: track.id, colour: track.colour, isDrum, notes: track.notes, isBehind: track.id !== active?.id }));
  return {
    subject: `${openId.value}/${active?.id ?? 0}`,
    bars,
    length: bars.bar(lastBar.index + roomBars).end,
    isDrum,
    tracks: [...withCandidate(tracks)],
    chords: piece.chords,
    marks: marks.value,
    grid: editor.grid.value,
    selected: editor.selected.value,
    section: editor.section.value,
    frame: editor.frame.value,
    cursor: editor.hasFocus.value ? { ...editor.cursor.value, length: editor.grid.value } : null,
  };
});

/** A candidate's notes are the machine's: in its colour. They are those that the piece does not have yet. */
function* withCandidate(tracks: readonly RollTrack[]): Generator<RollTrack> {
  if (shownPiece.value === openPiece.value) return yield* tracks;
  const isMade = ({ id }: { id: number }) => id >= openPiece.value.nextId;
  for (const track of tracks) {
    if (!track.notes.some(isMade)) {
      yield track;
      continue;
    }
    yield { ...track, notes: track.notes.filter((note) => !isMade(note)) };
    yield { ...track, id: -track.id, colour: "machine", notes: track.notes.filter(isMade), isBehind: false };
  }
}

/** Changes of tempo and meter, as small words. */
const marks = computed(() => {
  const { bars, tempos } = editor;
  const words = new Map<number, string[]>();
  const add = (at: number, text: string) => words.set(at, [...(words.get(at) ?? []), text]);
  const all = tempos.value.tempos;
  for (const { at } of shownPiece.value.meters) {
    const { numerator, denominator } = bars.value.meterAt(at);
    add(at, `${numerator}/${denominator}`);
  }
  for (const { at, qpm } of all) add(at, `♩=${Math.round(qpm)}`);
  return [...words].map(([at, texts]) => ({ at, text: texts.join(" ") })).sort((a, b) => a.at - b.at);
});
