import { expect, it } from "vitest";
import { mayBeChord } from "./chord_symbols";

it("a chord symbol begins with a root, or says that there is no chord", () => {
  for (const symbol of ["C", "F#m7", "Bbmaj7", "Bb", "E♭7", "G7(b9)", "Am/C", "C6/9", "Bdim", "Fo7", "Dsus4", "A+", "Cadd9", "Cmaj7#11", "CMaj7", "CmM7", "Ch7", "C7alt", "C7b9", "Am7/F#", "Cø", "Bo", "C(no3)", "Gped", "CΔ", "N.C.", "NC"]) {
    expect([symbol, mayBeChord(symbol)]).toEqual([symbol, true]);
  }
  for (const symbol of ["H7", "Xyz", "am", "7", "Bass", "Fine", "Foo", "Ago", "Game", "Cut", "verse"]) expect([symbol, mayBeChord(symbol)]).toEqual([symbol, false]);
});
