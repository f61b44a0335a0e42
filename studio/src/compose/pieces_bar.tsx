// The piece's name, the other pieces, files.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { musicFiles } from "../api/convert";
import { texts } from "../texts";
import { Dialog } from "../view/dialog";
import * as document from "./document";
import { saveAs, type FileKind } from "./files";
import { Menu } from "./menu";

const words = texts.compose;
const kinds = Object.keys(words.saveKinds) as FileKind[];

export function PiecesBar({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const file = useRef<HTMLInputElement>(null);
  const asksRemoval = useSignal(false);
  const { piece, keeping, pieces, openId } = document;
  return (
    <div class="row pieces-bar">
      <input
        class="piece-name"
        aria-label={words.name}
        value={piece.value.name}
        onChange={(event) => {
          const name = event.currentTarget.value.trim();
          if (name) document.edit({ ...piece.value, name });
          else event.currentTarget.value = piece.value.name;
        }}
      />
      <Menu label={words.pieces}>
        <button type="button" onClick={() => void document.newPiece()}>
          {words.newPiece}
        </button>
        <button type="button" onClick={() => void document.duplicatePiece()}>
          {words.duplicatePiece}
        </button>
        <button type="button" onClick={() => (asksRemoval.value = true)}>
          {words.removePiece}
        </button>
        {pieces.value.length > 0 && <hr />}
        {pieces.value.map(({ id, name, changedAt }) => (
          <button key={id} type="button" aria-current={id === openId.value ? "true" : undefined} onClick={() => void document.openPiece(id)}>
            <span>{name}</span>
            <time class="muted" dateTime={new Date(changedAt).toISOString()}>
              {new Date(changedAt).toLocaleDateString()}
            </time>
          </button>
        ))}
      </Menu>
      <button type="button" onClick={() => file.current?.click()}>
        {words.open}
      </button>
      <input
        ref={file}
        type="file"
        hidden
        multiple
        accept={musicFiles}
        aria-label={words.open}
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
      <Menu label={words.save}>
        {kinds.map((kind) => (
          <button key={kind} type="button" onClick={() => void saveAs(piece.value, kind)}>
            {words.saveKinds[kind]}
          </button>
        ))}
      </Menu>
      <span class={`keeping muted ${keeping.value}`} role="status">
        {words[keeping.value]}
      </span>
      {asksRemoval.value && (
        <Dialog label={words.removePiece} onClose={() => (asksRemoval.value = false)}>
          <p>{words.removeAsk(piece.value.name)}</p>
          <div class="row">
            <button
              type="button"
              class="primary"
              onClick={() => {
                asksRemoval.value = false;
                void document.removePiece();
              }}
            >
              {words.remove}
            </button>
            <button type="button" onClick={() => (asksRemoval.value = false)}>
              {words.cancel}
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
