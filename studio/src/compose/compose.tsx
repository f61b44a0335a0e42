// Compose: tracks in a piano roll, and models that continue, fill and vary them.
import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { ConvertedPiece } from "../api/types";
import { mayBeChord } from "../music/chord_symbols";
import { chordAt, setChord } from "../music/edit";
import { soundingTracks, toSequence } from "../music/piece";
import { transport } from "../sound/transport";
import { handover } from "../store/handover";
import { hasNotesOrChords, piecesOf } from "../store/music_files";
import { texts } from "../texts";
import { Dialog } from "../view/dialog";
import { RollView } from "../view/roll_view";
import { say } from "../view/toasts";
import * as document from "./document";
import * as editor from "./editor";
import { openConverted, openLinked } from "./files";
import { unpackLink } from "./link";
import { lastLink, leaveMaking, MakePanel } from "./make_panel";
import { drop, soundWhatIsShown } from "./make";
import { NotesTable } from "./notes_table";
import { PiecesBar } from "./pieces_bar";
import { composeKey, describeCursor, rollKey, rollPointer } from "./roll_editing";
import { scene } from "./scene";
import { SelectionPanel, ToolBar } from "./tool_bar";
import { TrackList } from "./track_list";
import { TransportBar } from "./transport_bar";
import "./compose.css";

const words = texts.compose;

declare global {
  interface Window {
    /** What tests read; nothing of the page uses it. */
    magentaCompose?: { sequence(): ReturnType<typeof toSequence>; lastLink(): string; keeping(): string };
  }
}

/** The link of the address, taken out of it: a reload is to keep what was made since. */
function takeLink(): string | null {
  const query = location.hash.split("?")[1];
  const link = query ? new URLSearchParams(query).get("link") : null;
  if (link) window.history.replaceState(null, "", "#compose");
  return link;
}

async function openLink(): Promise<void> {
  const packed = takeLink();
  if (!packed) return;
  const linked = await unpackLink(packed);
  if (linked) await openLinked(linked);
  else say(words.linkBroken, words.linkBrokenRemedy);
}

async function start(): Promise<void> {
  await document.startDocument();
  const given = handover.value;
  if (given) {
    handover.value = null;
    await document.addMusic(given, "");
  }
  await openLink();
}

export function Compose() {
  const book = useSignal<{ pieces: ConvertedPiece[]; file: string } | null>(null);
  const chordPlace = useSignal<number | null>(null);
  const isDropping = useSignal(false);
  useEffect(() => {
    void start();
    const linked = () => void openLink();
    addEventListener("hashchange", linked);
    const endSound = soundWhatIsShown(soundingTracks);
    window.magentaCompose = {
      sequence: () => toSequence(document.piece.value),
      lastLink: () => lastLink,
      keeping: () => document.keeping.value,
    };
    const key = (event: KeyboardEvent) => {
      if (event.defaultPrevented || window.document.querySelector("dialog[open]")) return;
      // Fields have their own keys; buttons take space. Control and a letter is ours everywhere else.
      const target = event.target instanceof HTMLElement ? event.target : null;
      const isField = target?.matches("select, textarea, input:not([type=checkbox], [type=radio], [type=range])") ?? false;
      const copiesText = event.key.toLowerCase() === "c" && !(getSelection()?.isCollapsed ?? true);
      if (isField || copiesText || (event.key === " " && target?.closest("button, summary, a, input"))) return;
      if (composeKey(event)) event.preventDefault();
    };
    addEventListener("keydown", key);
    return () => {
      removeEventListener("hashchange", linked);
      removeEventListener("keydown", key);
      leaveMaking();
      endSound();
      transport.setLoop(null);
      void document.flush();
      delete window.magentaCompose;
    };
  }, []);
  const pointer = useMemo(() => rollPointer((at) => (chordPlace.value = at)), []);

  const openFiles = async (files: readonly File[]) => {
    for (const file of files) {
      const found = await piecesOf(file, hasNotesOrChords);
      drop();
      if (found.length > 1 && files.length === 1) book.value = { pieces: found, file: file.name };
      else for (const one of found) await openConverted(one, file.name);
    }
  };
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  return (
    <div
      class={isDropping.value ? "compose dropping" : "compose"}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        isDropping.value = true;
      }}
      onDragLeave={(event) => {
        if (event.currentTarget === event.target) isDropping.value = false;
      }}
      onDrop={(event) => {
        isDropping.value = false;
        if (!hasFiles(event)) return;
        event.preventDefault();
        void openFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <h2 class="sr-only">{texts.tabs.compose}</h2>
      <PiecesBar onFiles={(files) => void openFiles(files)} />
      {document.isTaken.value && <Taken />}
      <div class="bars">
        <TransportBar />
        <ToolBar />
      </div>
      <div class="desk">
        <TrackList />
        <div class="sheet">
          <div
            class="roll-frame"
            onFocusIn={() => {
              editor.hasFocus.value = true;
              editor.spoken.value = describeCursor();
            }}
            onFocusOut={() => (editor.hasFocus.value = false)}
          >
            <RollView
              scene={scene}
              playHead={editor.playHead}
              isPlaying={transport.isPlaying}
              label={words.rollLabel(editor.track.value?.name ?? "")}
              describedBy="roll-help"
              pointer={pointer}
              onReady={(handle) => (editor.roll.value = handle)}
              onKeyDown={(event) => {
                if (rollKey(event)) event.preventDefault();
              }}
            />
            {editor.end.value === 0 && document.piece.value.chords.length === 0 && (
              <p class="start-hint">
                <span>{words.openHow}</span>
              </p>
            )}
          </div>
          <p id="roll-help" class="sr-only">{words.rollHelp}</p>
          <p class="sr-only" aria-live="polite">{editor.spoken}</p>
          <NotesTable />
        </div>
        <div class="panel stack">
          <SelectionPanel />
          <MakePanel />
        </div>
      </div>
      {isDropping.value && <p class="drop-hint card">{words.dropNow}</p>}
      {book.value && (
        <Book
          {...book.value}
          onClose={(chosen) => {
            if (chosen && book.value) void openConverted(chosen, book.value.file);
            book.value = null;
          }}
        />
      )}
      {chordPlace.value !== null && <ChordDialog at={chordPlace.value} onClose={() => (chordPlace.value = null)} />}
      {document.contested.value && <Contested name={document.contested.value.name} />}
    </div>
  );
}

/** Another tab goes on with this piece. */
function Taken() {
  return (
    <div class="card row taken" role="alert">
      <p class="grow">{words.taken}</p>
      <button type="button" onClick={() => void document.takePieceBack()}>{words.takeBack}</button>
      <button type="button" onClick={() => void document.goOnWithCopy()}>{words.goOnWithCopy}</button>
    </div>
  );
}

function Contested({ name }: { name: string }) {
  return (
    <Dialog label={words.contested(name)} onClose={() => void document.settle("leave")}>
      <p>{words.contested(name)}</p>
      <div class="row">
        <button type="button" class="primary" onClick={() => void document.settle("take")}>{words.takeOver}</button>
        <button type="button" onClick={() => void document.settle("copy")}>{words.openCopy}</button>
        <button type="button" onClick={() => void document.settle("leave")}>{words.leave}</button>
      </div>
    </Dialog>
  );
}

function Book({ pieces, onClose }: { pieces: ConvertedPiece[]; onClose: (chosen: ConvertedPiece | null) => void }) {
  return (
    <Dialog label={words.whichTune} onClose={() => onClose(null)}>
      <p>{words.whichTune}</p>
      <div class="book">
        {pieces.map((one, index) => (
          <button key={index} type="button" onClick={() => onClose(one)}>
            {one.title || words.untitled}
          </button>
        ))}
      </div>
      <button type="button" onClick={() => onClose(null)}>{words.cancel}</button>
    </Dialog>
  );
}

function ChordDialog({ at, onClose }: { at: number; onClose: () => void }) {
  const wrong = useSignal("");
  const bar = editor.bars.value.at(at);
  const title = words.chordTitle(bar.number, Math.round(((at - bar.start) * bar.denominator) / 4) + 1);
  return (
    <Dialog label={title} onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          const field = event.currentTarget.elements.namedItem("chord") as HTMLInputElement;
          const text = field.value.trim();
          if (text && !mayBeChord(text)) {
            wrong.value = text;
            return field.select();
          }
          document.edit(setChord(document.piece.value, { at, text }));
          onClose();
        }}
      >
        <h3>{title}</h3>
        <label>
          {words.chord}
          <input name="chord" autoFocus autocomplete="off" maxLength={16} defaultValue={chordAt(document.piece.value, at)} />
        </label>
        {wrong.value && (
          <p role="alert">
            {texts.remarks.noSymbol(wrong.value)}
          </p>
        )}
        <div class="row">
          <button class="primary">{words.keep}</button>
          <button type="button" onClick={onClose}>{words.cancel}</button>
        </div>
      </form>
    </Dialog>
  );
}
