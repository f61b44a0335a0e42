// What sounds beside the players: the metronome, and the chords of a chart.
import type { Voice } from "../sound/channels";
import { lookAhead } from "../sound/look_ahead";
import { clickPitch, metronomeVoice } from "../sound/metronome";
import { pitchesOf } from "./chords";
import { beatsBetween, type Grid } from "./grid";
import type { Outside } from "./outside";
import { chordsBetween } from "./phrase";

const chordVoice: Voice = { name: "chords", program: 4 };

/** All times are the session's, but `zero`: where its time 0 is on the audio clock. */
export class Backing {
  private chordsOn: number[] = [];

  constructor(private readonly outside: Outside) {}

  clicks(grid: Grid, from: number, to: number, zero: number): void {
    for (const { time, isBar } of beatsBetween(grid, from, to)) {
      const pitch = clickPitch(isBar);
      this.outside.noteOn(metronomeVoice, pitch, isBar ? 90 : 60, zero + time);
      this.outside.noteOff(metronomeVoice, pitch, zero + time + 0.05);
    }
  }

  chords(chart: readonly string[], isHeard: boolean, grid: Grid, from: number, to: number, zero: number): void {
    for (const { time, text } of chordsBetween(chart, grid, Math.max(0, from), to)) {
      if (time < from) continue;
      for (const pitch of this.chordsOn) this.outside.noteOff(chordVoice, pitch, zero + time - 0.01);
      this.chordsOn = isHeard ? pitchesOf(text) : [];
      for (const pitch of this.chordsOn) this.outside.noteOn(chordVoice, pitch, 42, zero + time);
    }
  }

  cutChords(): void {
    if (this.chordsOn.length > 0) this.outside.cut([chordVoice], this.outside.clock() + lookAhead);
    this.chordsOn = [];
  }
}
