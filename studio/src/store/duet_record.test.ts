import { IDBFactory } from "fake-indexeddb";
import { expect, it } from "vitest";
import { DuetKeeper, type DuetRecord } from "./duet_record";

it("a duet is kept until another one, or none, is", async () => {
  const factory = new IDBFactory();
  const record: DuetRecord = { form: 1, qpm: 90, notes: [{ by: "player", pitch: 60, velocity: 80, startTime: 0, endTime: 1 }] };
  const keeper = await DuetKeeper.open(factory);
  expect(await keeper.load()).toBeNull();
  await keeper.save(record);
  expect(await (await DuetKeeper.open(factory)).load()).toEqual(record);
  await keeper.save({ ...record, form: 2 } as unknown as DuetRecord);
  expect(await keeper.load()).toBeNull();
  await keeper.save(record);
  await keeper.save({ ...record, notes: [] });
  expect(await keeper.load()).toBeNull();
});
