import { IDBFactory } from "fake-indexeddb";
import { expect, it } from "vitest";
import { DuetKeeper, type DuetRecord } from "./duet_record";
import { answer } from "./indexed_db";

const record: DuetRecord = { form: 1, qpm: 90, notes: [{ by: "player", pitch: 60, velocity: 80, startTime: 0, endTime: 1 }] };

it("a duet is kept until another one is, or it is forgotten; none is no other", async () => {
  const factory = new IDBFactory();
  const keeper = await DuetKeeper.open(factory);
  expect(await keeper.load()).toBeNull();
  await keeper.save(record);
  await keeper.save({ ...record, notes: [] });
  expect(await (await DuetKeeper.open(factory)).load()).toEqual(record);
  await keeper.save({ ...record, qpm: 91 });
  expect(await keeper.load()).toEqual({ ...record, qpm: 91 });
  await keeper.forget();
  expect(await keeper.load()).toBeNull();
});

it("what a newer page kept is not shown, and stays", async () => {
  const factory = new IDBFactory();
  const newer = { ...record, form: 2 };
  await (await DuetKeeper.open(factory)).save(newer as unknown as DuetRecord);
  const keeper = await DuetKeeper.open(factory);
  expect(await keeper.load()).toBeNull();
  await keeper.save(record);
  await keeper.forget();
  const database = await answer(factory.open("magenta-duet"));
  expect(await answer(database.transaction("duet").objectStore("duet").get("last"))).toEqual(newer);
});
