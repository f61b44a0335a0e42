// What a generator is asked for once, whatever it plays: a request, and what to do with its answers. Pure: no server here.
import { playsParts } from "../api/generators";
import type { GenerateSequenceRequest, GeneratorDetails } from "../api/types";
import { trackOf, type NewNote } from "../music/edit";
import type { NoteSequence } from "../music/note_sequence";
import { barsOf, type Piece, type Track } from "../music/piece";
import { texts } from "../texts";
import type { Args } from "../view/generator_controls";
import { linkedTrack, restOf, type Linked } from "./link";
import { addsParts, hasNotesIn, madeParts, partsRequest, partsRest, partTracks, withMadeParts, type PartsTask, type PartsWay } from "./parts";
import { madeBy, requestFor, stretchesOf, withMade, type Stretch } from "./sections";

const words = texts.compose;

/** What came of one request. */
export interface Result {
  /** What is new, for a picture. */
  notes: readonly NewNote[];
  /** `piece` with it; null: a track that it was made for is gone. */
  into: (piece: Piece) => Piece | null;
}

export interface Task {
  /** What is made, in order. */
  stretches: readonly Stretch[];
  request: GenerateSequenceRequest;
  read: (answer: NoteSequence) => Result;
  /** What a link says of `request`, which has a seed. */
  link: (request: GenerateSequenceRequest, name: string) => Linked;
}

/** Why there is no task, and what helps. */
export type Refusal = readonly [why: string, remedy: string];
export const isRefusal = (one: Task | Refusal): one is Refusal => Array.isArray(one);

export interface Wish {
  details: GeneratorDetails;
  way: PartsWay;
  piece: Piece;
  /** The track that is worked on. */
  track: Track;
  /** The tracks that are written in, where the generator plays several. */
  partIds: readonly number[];
  /** The selected bars. */
  section: Stretch | null;
  args: Args;
}

export const taskFor = (wish: Wish): Task | Refusal => (playsParts(wish.details) ? partsTask(wish) : lineTask(wish));

/** Four bars after the last note of `tracks`. */
function afterTheEnd(piece: Piece, tracks: readonly Track[]): Stretch {
  const bars = barsOf(piece);
  const start = bars.lineFrom(endOfNotes(tracks));
  return { start, end: bars.bar(bars.at(start).index + 3).end };
}

const endOfNotes = (tracks: readonly Track[]) => tracks.reduce((end, { notes }) => notes.reduce((last, note) => Math.max(last, note.end), end), 0);

function lineTask({ details, way, piece, track, section: chosen, args }: Wish): Task | Refusal {
  if (way === "harmonise" || way === "accompany") return [words.noModel, ""];
  const section = chosen ?? (way === "continue" ? afterTheEnd(piece, [track]) : null);
  if (!section) return [words.selectBarsFirst, words.selectBarsHow];
  const stretches = stretchesOf(way, track, barsOf(piece), section);
  if (stretches.length === 0) return [words.nothingToFill, words.nothingToFillRemedy];
  const request = requestFor(piece, track, details, way, stretches, args);
  return {
    stretches,
    request,
    read: (answer) => {
      const made = madeBy(answer, request, piece, track.isDrum);
      return { notes: made.notes, into: (other) => (trackOf(other, track.id) ? withMade(other, track.id, stretches, made) : null) };
    },
    link: (seeded, name) => ({
      form: 1,
      model: details.id,
      name,
      track: linkedTrack(piece, track),
      rest: restOf(piece, track.id, request),
      request: seeded,
    }),
  };
}

function partsTask({ details, way, piece, partIds, section, args }: Wish): Task | Refusal {
  const all = partTracks(piece);
  const chosen = all.filter(({ id }) => partIds.includes(id));
  if (all.length > 0 && chosen.length === 0 && !addsParts(way)) return [words.noPartChosen, words.noPartChosenRemedy];
  if (all.length === 0 && way !== "continue") return [words.noMusicYet, words.noMusicYetRemedy];
  const task = stretchOfParts(way, piece, all, chosen, section);
  if (!task) {
    if (!section) return [words.selectBarsFirst, words.selectBarsHow];
    return addsParts(way) ? [words.noMusicHere, words.noMusicHereRemedy] : [words.nothingToVary, words.nothingToVaryRemedy];
  }
  const request = partsRequest(piece, task, args);
  if (!request) return [words.nothingBefore, words.nothingBeforeRemedy];
  return {
    stretches: [task.stretch],
    request,
    read: (answer) => {
      const parts = madeParts(answer, piece, task);
      return { notes: parts.flatMap(({ fresh }) => fresh), into: (other) => withMadeParts(other, piece, task.stretch, parts) };
    },
    link: (seeded, name) => ({ form: 2, model: details.id, name, request: seeded, rest: partsRest(piece, task) }),
  };
}

/** Where parts are written; null: nowhere. */
function stretchOfParts(way: PartsWay, piece: Piece, all: readonly Track[], chosen: readonly Track[], section: Stretch | null): PartsTask | null {
  const trackIds = chosen.map(({ id }) => id);
  if (way === "continue") return { way, trackIds, stretch: section ?? afterTheEnd(piece, chosen), isWhole: false };
  // Beyond the last bar with notes there is nothing to vary or to add to.
  const end = barsOf(piece).lineFrom(endOfNotes(all));
  if (addsParts(way) && !section) return { way, trackIds, stretch: { start: 0, end }, isWhole: true };
  if (!section) return null;
  if (way === "fill") return { way, trackIds, stretch: section, isWhole: false };
  const stretch = { start: section.start, end: Math.min(section.end, end) };
  const isThere = addsParts(way) ? stretch.start < stretch.end : hasNotesIn(piece, trackIds, stretch);
  return isThere ? { way, trackIds, stretch, isWhole: false } : null;
}
