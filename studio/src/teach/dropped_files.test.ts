import { expect, it } from "vitest";
import { filesOfEntries, type Entry } from "./dropped_files";

const file = (fullPath: string): Entry => {
  const entry = {
    isFile: true,
    isDirectory: false,
    fullPath,
    file: (got: (file: File) => void, failed: (error: unknown) => void) => (fullPath.includes("locked") ? failed(new Error()) : got(new File(["12345"], fullPath))),
  };
  return entry;
};
const folder = (fullPath: string, children: Entry[]): Entry => {
  const entry = {
    isFile: false,
    isDirectory: true,
    fullPath,
    createReader: () => {
      const rest = [...children];
      return { readEntries: (got: (entries: Entry[]) => void) => got(rest.splice(0, 100)) };
    },
  };
  return entry;
};

it("folders are walked through, more than a hundred entries at a time too", async () => {
  const many = Array.from({ length: 250 }, (_, index) => file(`/tunes/many/${index}.mid`));
  const found = await filesOfEntries([folder("/tunes", [file("/tunes/a.mid"), file("/tunes/locked.mid"), folder("/tunes/many", many)]), file("/b.abc")]);
  expect(found.length).toBe(252);
  expect([found[0]?.path, found[0]?.size, found.at(-1)?.path]).toEqual(["tunes/a.mid", 5, "b.abc"]);
});

it("a folder without end is left", async () => {
  const endless: Entry = folder("/x", []);
  Object.assign(endless, { createReader: () => {
    let given = false;
    return { readEntries: (got: (entries: Entry[]) => void) => {
      got(given ? [] : [endless]);
      given = true;
    } };
  } });
  expect(await filesOfEntries([endless])).toEqual([]);
});
