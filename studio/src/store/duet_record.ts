// What the duet has played, kept in the browser (IndexedDB) while it is played: a reload or a crash loses nothing.
import type { Note } from "../music/note_sequence";
import { answer, finished } from "./indexed_db";

export interface DuetRecord {
  /** Of this form; others are of another version of the page. */
  form: 1;
  /** Of the grid that the notes were played on. */
  qpm: number;
  /** Seconds from the session's first bar line on. */
  notes: readonly (Note & { by: "player" | "machine" })[];
}

const storeName = "duet";
const key = "last";

export class DuetKeeper {
  /** Whether what was seen last is another version's. */
  private isOthers = false;

  private constructor(private readonly database: IDBDatabase) {}

  /** Rejects where the browser keeps nothing. */
  static async open(factory: IDBFactory = indexedDB, name = "magenta-duet"): Promise<DuetKeeper> {
    const request = factory.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName);
    const database = await answer(request);
    database.onversionchange = () => database.close();
    return new DuetKeeper(database);
  }

  /** What was kept last, in this tab or another; null: nothing, or what another version of the page kept. */
  async load(): Promise<DuetRecord | null> {
    const kept = (await answer(this.database.transaction(storeName).objectStore(storeName).get(key))) as Partial<DuetRecord> | undefined;
    this.isOthers = kept !== undefined && kept.form !== 1;
    return kept?.form === 1 && Array.isArray(kept.notes) && typeof kept.qpm === "number" ? (kept as DuetRecord) : null;
  }

  /** Keeps `record` instead of the last one. Without notes there is nothing to keep: the last one stays. */
  async save(record: DuetRecord): Promise<void> {
    if (record.notes.length > 0) await this.write((store) => store.put(record, key));
  }

  /** Keeps nothing any more. */
  forget(): Promise<void> {
    return this.write((store) => store.delete(key));
  }

  /** All is asked for at once, since a page that goes waits for no answer. What another version kept is left alone. */
  private async write(change: (store: IDBObjectStore) => void): Promise<void> {
    if (this.isOthers) return;
    const transaction = this.database.transaction(storeName, "readwrite");
    const done = finished(transaction);
    change(transaction.objectStore(storeName));
    transaction.commit();
    await done;
  }
}
