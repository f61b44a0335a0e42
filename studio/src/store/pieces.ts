// Pieces that are kept in the browser (IndexedDB), so that a reload or a crash loses nothing.
// A kept piece has a format; older ones are read by `migrations`, one step each, and newer ones are left alone.
import type { NoteSequence } from "../music/note_sequence";
import { fromSequence, type Piece } from "../music/piece";
import { texts } from "../texts";
import { answer, finished } from "./indexed_db";
import type { KeptSteps } from "./kept_history";

export interface PieceInfo {
  id: string;
  name: string;
  /** Milliseconds since 1970. */
  changedAt: number;
}

export interface KeptPiece extends PieceInfo {
  format: number;
  /** Counts its savings: who saves must have seen the last one. */
  revision: number;
  piece: Piece;
  /** What can be undone and redone; missing where an older page kept it. */
  steps?: KeptSteps;
}

/** As an older version of the page kept it: what its format says. */
export type OldRecord = Record<string, unknown> & { format?: number };

export const currentFormat = 2;

/** From format N to N + 1. */
const migrations: Record<number, (old: OldRecord) => OldRecord> = {
  // Format 1 kept the NoteSequence itself.
  1: ({ sequence, ...kept }) => {
    const name = typeof kept.name === "string" ? kept.name : texts.compose.untitled;
    const names = { track: texts.compose.trackNumber, drums: texts.compose.drums };
    return { ...kept, revision: 0, format: 2, piece: fromSequence((sequence ?? {}) as NoteSequence, name, names) };
  },
};

/** A record of any format up to the current one, as the current one; null: it is of a newer page, or none at all. */
export function migrate(record: OldRecord): KeptPiece | null {
  let kept = record;
  for (let format = kept.format ?? 1; format < currentFormat; ++format) {
    const step = migrations[format];
    if (!step) return null;
    kept = step(kept);
  }
  return kept.format === currentFormat && kept.piece ? (kept as unknown as KeptPiece) : null;
}

/** An id of its own; in pages without https too. */
export function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const storeName = "pieces";

export class PieceStore {
  private constructor(private readonly database: IDBDatabase) {}

  /** Rejects where the browser keeps nothing. */
  static async open(factory: IDBFactory = indexedDB, name = "magenta-studio"): Promise<PieceStore> {
    const request = factory.open(name, 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore(storeName, { keyPath: "id" });
      store.createIndex("listed", ["changedAt", "name"]);
    };
    const database = await answer(request);
    // A newer page in another tab may want to change the schema.
    database.onversionchange = () => database.close();
    return new PieceStore(database);
  }

  /** All pieces, what changed last first. */
  async list(): Promise<PieceInfo[]> {
    const index = this.database.transaction(storeName).objectStore(storeName).index("listed");
    const found: PieceInfo[] = [];
    return new Promise((resolve, reject) => {
      const request = index.openKeyCursor(null, "prev");
      request.onerror = () => reject(request.error ?? new Error(texts.compose.notKept));
      request.onsuccess = () => {
        const cursor = request.result;
        if (!cursor) return resolve(found);
        const [changedAt, name] = cursor.key as [number, string];
        found.push({ id: String(cursor.primaryKey), name, changedAt });
        cursor.continue();
      };
    });
  }

  /** The piece; "none" where there is none, "newer" where a newer page kept it. */
  async load(id: string): Promise<KeptPiece | "none" | "newer"> {
    const store = this.database.transaction(storeName).objectStore(storeName);
    const record = (await answer(store.get(id))) as OldRecord | undefined;
    if (!record) return "none";
    return migrate(record) ?? "newer";
  }

  /**
   * Keeps `piece` under `id`, with its `steps`; its new revision. `revision`: the one that was read or kept last, 0 for a new
   * piece. null: another tab kept a later one, which stays.
   */
  async save(id: string, piece: Piece, revision: number, steps?: KeptSteps): Promise<number | null> {
    const transaction = this.database.transaction(storeName, "readwrite", { durability: "strict" });
    const done = finished(transaction);
    done.catch(() => undefined);
    const store = transaction.objectStore(storeName);
    const there = (await answer(store.get(id))) as OldRecord | undefined;
    const known = there ? (migrate(there)?.revision ?? Infinity) : revision;
    if (known !== revision) {
      transaction.abort();
      return null;
    }
    const kept: KeptPiece = { id, name: piece.name, changedAt: Date.now(), format: currentFormat, revision: revision + 1, piece };
    store.put(steps ? { ...kept, steps } : kept);
    await done;
    return revision + 1;
  }

  async remove(id: string): Promise<void> {
    const transaction = this.database.transaction(storeName, "readwrite");
    transaction.objectStore(storeName).delete(id);
    await finished(transaction);
  }

  close(): void {
    this.database.close();
  }
}

interface TabMessage {
  kind: "asks" | "has" | "takes" | "gave";
  piece: string;
  /** The tab that speaks, and the one that it answers. */
  from: string;
  to?: string;
}

/** Which tab holds which piece. A tab that has gone, or that does not answer in time, holds none. */
export class PieceTabs {
  private readonly channel: BroadcastChannel | null;
  private readonly self = newId();
  private held = "";
  private heard: ((message: TabMessage) => void)[] = [];

  constructor(
    /** Another tab takes the piece over: keep what is not kept yet. */
    private readonly letGo: () => Promise<void>,
    private readonly patience = 250,
  ) {
    this.channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("magenta-pieces");
    if (this.channel) this.channel.onmessage = (event: MessageEvent<TabMessage>) => void this.hear(event.data);
  }

  hold(piece: string): void {
    this.held = piece;
  }

  isElsewhere(piece: string): Promise<boolean> {
    return this.say("asks", piece, "has", this.patience);
  }

  /** Ends when the other tab has let it go, or stays silent. */
  async takeOver(piece: string): Promise<void> {
    await this.say("takes", piece, "gave", this.patience * 10);
    this.hold(piece);
  }

  close(): void {
    this.channel?.close();
  }

  private async hear(message: TabMessage): Promise<void> {
    if (message.to === this.self) this.heard.forEach((hear) => hear(message));
    if (message.piece !== this.held || message.from === this.self) return;
    if (message.kind === "asks") this.answer("has", message);
    if (message.kind === "takes") {
      this.held = "";
      await this.letGo();
      this.answer("gave", message);
    }
  }

  private answer(kind: TabMessage["kind"], { piece, from }: TabMessage): void {
    this.channel?.postMessage({ kind, piece, from: this.self, to: from } satisfies TabMessage);
  }

  private say(kind: TabMessage["kind"], piece: string, hoped: TabMessage["kind"], patience: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (isAnswered: boolean) => {
        clearTimeout(timer);
        this.heard = this.heard.filter((one) => one !== hear);
        resolve(isAnswered);
      };
      const hear = (message: TabMessage) => {
        if (message.kind === hoped && message.piece === piece) end(true);
      };
      const timer = setTimeout(() => end(false), this.channel ? patience : 0);
      this.heard.push(hear);
      this.channel?.postMessage({ kind, piece, from: this.self } satisfies TabMessage);
    });
  }
}
