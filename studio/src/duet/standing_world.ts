import { ApiError } from "../api/client";
import type { GenerateSequenceRequest } from "../api/types";
import type { NoteSequence } from "../music/note_sequence";
import type { Voice } from "../sound/channels";
import { lookAhead } from "../sound/look_ahead";
import type { Outside } from "./outside";
import { Session } from "./session";

type Told = Parameters<Outside["stream"]>[2];

/** For tests: a session in a world whose clock stands until it is told to go on. What sounds, and what its model answers, each test says. */
export abstract class StandingWorld implements Outside {
  time = 100;
  asked: GenerateSequenceRequest[] = [];
  errors: unknown[] = [];
  heard: string[] = [];
  /** Seconds of the world's clock that an answer takes. */
  delay = 0;
  fails = false;
  session = new Session(this);

  abstract noteOn(voice: Voice, pitch: number, velocity: number, at: number): void;
  abstract noteOff(voice: Voice, pitch: number, at: number): void;
  abstract cut(): void;
  protected abstract answer(request: GenerateSequenceRequest, told: Told): NoteSequence;

  clock = () => this.time;
  /** Seconds of the session, to a millisecond. */
  protected at(time: number) {
    return Number((time - (this.time - this.session.now())).toFixed(3));
  }
  /** An answer breaks off there, where it is to fail. */
  protected mayFail() {
    if (this.fails) throw new ApiError("It stopped.");
  }
  failed(error: unknown) {
    this.errors.push(error);
  }
  async stream(_id: string, request: GenerateSequenceRequest, told: Told, signal: AbortSignal) {
    this.asked.push(request);
    const until = this.time + this.delay;
    while (this.time < until) await new Promise((resolve) => setTimeout(resolve));
    if (signal.aborted) throw new DOMException("", "AbortError");
    return { music: this.answer(request, told), end: { seed: 7 } };
  }

  /** Lets the session's time go on to `until`, a scheduler's step at a time. */
  async go(until: number) {
    while (this.session.now() < until) {
      this.time += 0.02;
      this.session.pull(this.time + lookAhead);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  async play(pitch: number, from: number, to: number) {
    await this.go(from);
    this.session.on(pitch, 90);
    await this.go(to);
    this.session.off(pitch);
  }
}
