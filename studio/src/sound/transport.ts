// Plays a piece on the audio clock. The page has one transport, so that one piece sounds at a time.
//
//   transport.setPiece(sequence);            as often as it is edited, also while it plays
//   await transport.play();                  in a click: sound may have to be started; pause(), seek(seconds), setLoop()
//   transport.position.value                 seconds of the piece, once a frame: the play head
import { signal } from "@preact/signals";
import { endOf, withAllNumbers, type Note, type NoteSequence } from "../music/note_sequence";
import { clickPitch, clicksBetween, countIn, metronomeVoice } from "./metronome";
import { Playback } from "./playback";
import { addSource, lookAhead } from "./scheduler";
import { clock, cut, noteOff, noteOn, startSound, warmUp, type Voice } from "./synth";

/** Seconds between a click on Play and the first note: what the synthesizer needs to be told in time. */
const safety = 0.06;

export class Transport {
  /** Whether the play head moves. */
  readonly isPlaying = signal(false);
  /** Where it is, seconds of the piece; renewed once a frame while it plays. */
  readonly position = signal(0);
  readonly metronome = signal(false);
  /** Bars that are counted before the first note. */
  readonly countInBars = signal(0);
  /** 2 is twice as fast; counts from the next play() on. */
  readonly rate = signal(1);
  readonly loop = signal<{ start: number; end: number } | null>(null);
  /** Whether a note sounds: muted tracks don't. */
  sounds: (note: Note) => boolean = () => true;
  /** Told of every note as it is handed to the synthesizer; `at`: seconds of `clock()` when it begins. */
  onNote: ((note: Note, at: number) => void) | null = null;
  /** Told when the piece has ended by itself. */
  onEnd: (() => void) | null = null;

  private piece: NoteSequence & { notes: Note[] } = { notes: [] };
  private playback: Playback | null = null;
  private remove: (() => void) | null = null;
  private readonly voices = new Map<string, Voice>();
  private wish = 0;

  /** The piece; edits while it plays count from the play head on. */
  setPiece(sequence: NoteSequence): void {
    this.piece = withAllNumbers(sequence);
    this.playback?.setNotes(this.piece.notes, endOf(this.piece));
    warmUp(this.piece.notes.map(voiceOf));
  }

  /** Plays from `from` (seconds), or from where the play head is; from the start where that is the end. */
  async play(from = this.position.value): Promise<void> {
    const wish = ++this.wish;
    await startSound();
    if (wish !== this.wish) return;
    this.stop();
    const end = endOf(this.piece);
    const start = from >= end - 1e-3 && !this.loop.value ? 0 : from;
    const clicks = countIn(this.piece, start, this.countInBars.value);
    const begin = clock() + safety + (clicks[0]?.before ?? 0) / this.rate.value;
    for (const click of clicks) this.click(begin - click.before / this.rate.value, click.isBar);
    const playback = new Playback(this.piece.notes, end, this.rate.value);
    playback.setLoop(this.loop.value);
    playback.start(start, begin);
    this.playback = playback;
    this.position.value = start;
    this.isPlaying.value = true;
    this.remove = addSource({ pull: (until) => this.pull(playback, until) });
    this.follow();
  }

  pause(): void {
    ++this.wish;
    if (this.playback) this.position.value = this.playback.positionAt(clock());
    this.stop();
  }

  /** Moves the play head; goes on playing from there if it played. */
  seek(seconds: number): void {
    const wasPlaying = this.isPlaying.value;
    this.pause();
    this.position.value = Math.max(0, seconds);
    if (wasPlaying) void this.play();
  }

  /** Goes round between two times of the piece; null: no more. */
  setLoop(loop: { start: number; end: number } | null): void {
    this.loop.value = loop;
    this.playback?.setLoop(loop);
  }

  private stop(): void {
    this.remove?.();
    this.remove = null;
    this.playback = null;
    this.isPlaying.value = false;
    if (this.voices.size > 0) cut(this.voices.values(), clock() + lookAhead);
    this.voices.clear();
  }

  private click(at: number, isBar: boolean): void {
    noteOn(metronomeVoice, clickPitch(isBar), isBar ? 100 : 70, at);
    noteOff(metronomeVoice, clickPitch(isBar), at + 0.05);
  }

  private pull(playback: Playback, until: number): void {
    const { events, stretches } = playback.pull(until);
    for (const { at, isOn, note } of events) {
      if (isOn && !this.sounds(note)) continue;
      const voice = voiceOf(note);
      this.voices.set(`${voice.name}/${voice.program}`, voice);
      if (isOn) {
        noteOn(voice, note.pitch, note.velocity || 80, at);
        this.onNote?.(note, at);
      } else {
        noteOff(voice, note.pitch, at);
      }
    }
    if (this.metronome.value) {
      for (const { from, to, at } of stretches) {
        for (const click of clicksBetween(this.piece, from, to)) this.click(at + (click.time - from) / this.rate.value, click.isBar);
      }
    }
    // The page may be hidden, and then draws no frames: the end is found here.
    if (playback === this.playback && playback.isOver(clock())) {
      this.position.value = endOf(this.piece);
      this.voices.clear();
      this.stop();
      this.onEnd?.();
    }
  }

  private follow(): void {
    const playback = this.playback;
    if (!playback) return;
    this.position.value = playback.positionAt(clock());
    requestAnimationFrame(() => {
      if (playback === this.playback) this.follow();
    });
  }
}

/** The voice that a piece's note sounds with. */
export function voiceOf(note: Note): Voice {
  const isDrum = note.isDrum ?? false;
  return { name: isDrum ? "drums" : `piece/${note.instrument ?? 0}`, program: isDrum ? 0 : (note.program ?? 0), isDrum };
}

/** The page's transport. */
export const transport = new Transport();
