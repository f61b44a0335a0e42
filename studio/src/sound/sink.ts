/** What makes sound of MIDI: the sampled synthesizer, the built-in one, or a MIDI port. */
export interface Sink {
  /** `at`: seconds of the audio clock; 0 and what has passed is now. Channels 0 to 15, 9 is drums. */
  noteOn(channel: number, pitch: number, velocity: number, at: number): void;
  noteOff(channel: number, pitch: number, at: number): void;
  program(channel: number, program: number): void;
  /** Nothing sounds on `channel` from now to `until`, also of what was scheduled before. */
  cut(channel: number, until: number): void;
  /** Everything is silent at once. */
  silence(): void;
}
