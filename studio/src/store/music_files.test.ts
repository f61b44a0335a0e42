import { expect, it } from "vitest";
import { fakeServer, json } from "../api/fake_server";
import { hasNotes, hasNotesOrChords, piecesOf } from "./music_files";

it("a chart of chords alone is a piece where notes can be added", async () => {
  const text = (annotationType: string) => [{ time: 0, text: "Am", annotationType }];
  const found = [
    { title: "Chart", sequence: { textAnnotations: text("CHORD_SYMBOL") }, remarks: [] },
    { title: "Tune", sequence: { notes: [{ pitch: 60, startTime: 0, endTime: 1 }] }, remarks: [] },
    { title: "Words", sequence: { textAnnotations: text("BEAT") }, remarks: [] },
  ];
  fakeServer({ "POST /v1/convert": () => json({ pieces: found }) });
  const titles = async (wanted: typeof hasNotes) => (await piecesOf(new File(["x"], "book.abc"), wanted)).map(({ title }) => title);
  expect([await titles(hasNotes), await titles(hasNotesOrChords)]).toEqual([["Tune"], ["Chart", "Tune"]]);
});
