// Files of a drop or a chooser, folders walked through.
import type { Dropped } from "./upload_plan";

export interface DroppedFile extends Dropped {
  file: File;
}

/** As much of FileSystemEntry as is needed. */
export interface Entry {
  isFile: boolean;
  isDirectory: boolean;
  fullPath: string;
}
interface FileEntry extends Entry {
  file(got: (file: File) => void, failed: (error: unknown) => void): void;
}
interface DirectoryEntry extends Entry {
  createReader(): { readEntries(got: (entries: Entry[]) => void, failed: (error: unknown) => void): void };
}

/** A folder that lies deeper is none of music; a link that leads back ends here too. */
const deepest = 12;

export function filesOfChooser(files: Iterable<File>): DroppedFile[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, size: file.size, file }));
}

/** Call it in the event: a drop's items are gone afterwards. */
export function entriesOf(items: Iterable<DataTransferItem>): Entry[] {
  return [...items].flatMap((item) => {
    const entry = item.kind === "file" ? (item.webkitGetAsEntry() as Entry | null) : null;
    return entry ? [entry] : [];
  });
}

/** All files in `entries`; what can't be read is left out. */
export async function filesOfEntries(entries: Entry[], depth = 0): Promise<DroppedFile[]> {
  const found: DroppedFile[] = [];
  for (const entry of entries) {
    if (entry.isFile) {
      const file = await fileOf(entry as FileEntry);
      if (file) found.push({ path: entry.fullPath.replace(/^\//, ""), size: file.size, file });
    } else if (entry.isDirectory && depth < deepest) {
      found.push(...(await filesOfEntries(await childrenOf(entry as DirectoryEntry), depth + 1)));
    }
  }
  return found;
}

const fileOf = (entry: FileEntry) =>
  new Promise<File | null>((resolve) => {
    entry.file(resolve, () => resolve(null));
  });

/** A reader gives a hundred at a time, and none at the end. */
async function childrenOf(folder: DirectoryEntry): Promise<Entry[]> {
  const reader = folder.createReader();
  const all: Entry[] = [];
  for (;;) {
    const some = await new Promise<Entry[]>((resolve) => {
      reader.readEntries(resolve, () => resolve([]));
    });
    if (some.length === 0) return all;
    all.push(...some);
  }
}
