// What the duet has played, kept in the browser (IndexedDB) while it is played: a reload or a crash loses nothing.
import type { Note } from "../music/note_sequence";

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

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error(storeName));
  });
}

export class DuetKeeper {
  private constructor(private readonly database: IDBDatabase) {}

  /** Rejects where the browser keeps nothing. */
  static async open(factory: IDBFactory = indexedDB, name = "magenta-duet"): Promise<DuetKeeper> {
    const request = factory.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName);
    const database = await answer(request);
    database.onversionchange = () => database.close();
    return new DuetKeeper(database);
  }

  /** null: nothing is kept, or what another version of the page kept. */
  async load(): Promise<DuetRecord | null> {
    const kept = (await answer(this.database.transaction(storeName).objectStore(storeName).get(key))) as Partial<DuetRecord> | undefined;
    return kept?.form === 1 && Array.isArray(kept.notes) && typeof kept.qpm === "number" ? (kept as DuetRecord) : null;
  }

  /** Keeps `record` instead of the last one; without notes nothing is kept. */
  async save(record: DuetRecord): Promise<void> {
    const transaction = this.database.transaction(storeName, "readwrite");
    const store = transaction.objectStore(storeName);
    if (record.notes.length > 0) store.put(record, key);
    else store.delete(key);
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error(storeName));
    });
  }
}
