import { IDBFactory } from "fake-indexeddb";
import { afterEach, describe, expect, it } from "vitest";
import { emptyPiece, toSequence, type Piece } from "../music/piece";
import { migrate, newId, PieceStore, PieceTabs, type OldRecord } from "./pieces";
import v1 from "./testdata/piece_v1.json";
import v2 from "./testdata/piece_v2.json";

const named = (name: string): Piece => emptyPiece(name, "Piano");

/** What `factory` keeps, by a page that is not ours. */
async function put(factory: IDBFactory, record: OldRecord): Promise<void> {
  await PieceStore.open(factory).then((store) => store.close());
  await new Promise<void>((resolve) => {
    const request = factory.open("magenta-studio");
    request.onsuccess = () => {
      const transaction = request.result.transaction("pieces", "readwrite");
      transaction.objectStore("pieces").put(record);
      transaction.oncomplete = () => {
        request.result.close();
        resolve();
      };
    };
  });
}

describe("PieceStore", () => {
  it("keeps pieces and lists what changed last first", async () => {
    const factory = new IDBFactory();
    const store = await PieceStore.open(factory);
    expect(await store.save("a", named("A"), 0)).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 3));
    expect(await store.save("b", named("B"), 0)).toBe(1);
    expect((await store.list()).map(({ id, name }) => [id, name])).toEqual([["b", "B"], ["a", "A"]]);
    store.close();
    const again = await PieceStore.open(factory);
    expect(await again.load("a")).toMatchObject({ revision: 1, piece: named("A") });
    await again.remove("a");
    expect(await again.load("a")).toBe("none");
  });
  it("keeps the steps beside a piece, and a piece without any", async () => {
    const factory = new IDBFactory();
    const store = await PieceStore.open(factory);
    const steps = { past: ['["",{"is":1}]'], future: [] };
    await store.save("a", named("A"), 0, steps);
    expect(await store.load("a")).toMatchObject({ steps });
    await put(factory, v2);
    expect(await store.load(v2.id)).not.toHaveProperty("steps");
  });
  it("does not let one tab overwrite what another kept", async () => {
    const factory = new IDBFactory();
    const [one, two] = [await PieceStore.open(factory), await PieceStore.open(factory)];
    await one.save("a", named("first"), 0);
    expect(await two.save("a", named("second"), 1)).toBe(2);
    expect(await one.save("a", named("late"), 1)).toBeNull();
    expect(await one.load("a")).toMatchObject({ name: "second" });
  });
  it("opens what an older page kept, and goes on from there", async () => {
    const factory = new IDBFactory();
    await put(factory, v1);
    const store = await PieceStore.open(factory);
    expect((await store.list())[0]).toMatchObject({ id: v1.id, name: "Old tune" });
    const kept = await store.load(v1.id);
    if (typeof kept === "string") throw new Error(kept);
    expect(kept.piece.tracks.map(({ isDrum, notes }) => [isDrum, notes.length])).toEqual([[false, 2], [true, 1]]);
    expect(toSequence(kept.piece).notes?.map(({ endTime }) => endTime.toFixed(3))).toEqual(["0.600", "1.800", "0.700"]);
    expect(await store.save(kept.id, kept.piece, kept.revision)).toBe(1);
  });
  it("reads what this page keeps, and leaves what a newer one kept", async () => {
    expect(migrate(v2)).toEqual(v2);
    const factory = new IDBFactory();
    await put(factory, { ...v2, format: 3 });
    const store = await PieceStore.open(factory);
    expect(await store.load(v2.id)).toBe("newer");
    expect(await store.save(v2.id, named("older"), 4)).toBeNull();
  });
});

describe("PieceTabs", () => {
  const open: PieceTabs[] = [];
  const tabs = (letGo: () => Promise<void> = () => Promise.resolve()) => {
    const one = new PieceTabs(letGo, 60);
    open.push(one);
    return one;
  };
  afterEach(() => open.splice(0).forEach((one) => one.close()));
  it("tell each other which piece they hold, and let it go", async () => {
    const id = newId();
    let isKept = false;
    const first = tabs(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      isKept = true;
    });
    const second = tabs();
    first.hold(id);
    expect(await second.isElsewhere("other")).toBe(false);
    expect(await second.isElsewhere(id)).toBe(true);
    await second.takeOver(id);
    expect(isKept).toBe(true);
    expect(await first.isElsewhere(id)).toBe(true);
  });
});
