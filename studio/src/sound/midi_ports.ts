// Web MIDI: keyboards that play, and synthesizers that sound. A browser without it, or a "no", is told, never fatal.
import { signal } from "@preact/signals";
import { ApiError } from "../api/client";
import { texts } from "../texts";
import type { Sink } from "./sink";
import { pageTimeOf, playThrough } from "./synth";

export interface MidiPort {
  id: string;
  name: string;
}

/** What the browser offers; null: it was not asked yet. */
export const midiPorts = signal<{ inputs: MidiPort[]; outputs: MidiPort[] } | null>(null);
/** The input that plays ("" none, "all" every one), and the output that sounds instead of the page ("" none). */
export const midiInput = signal("all");
export const midiOutput = signal("");

type Key = (pitch: number, velocity: number, isDown: boolean) => void;
let access: MIDIAccess | null = null;
let key: Key = () => undefined;

/** Called for each key of the chosen inputs; velocity 1 to 127, of a key that goes up 0. */
export function onMidiKey(told: Key): void {
  key = told;
}

/** Asks the browser for MIDI; in a click or key. Rejects with what is wrong and what to do. */
export async function askForMidi(): Promise<void> {
  if (access) return;
  if (!isSecureContext) throw new ApiError(texts.sound.midiInsecure, texts.sound.insecureRemedy);
  if (!("requestMIDIAccess" in navigator)) throw new ApiError(texts.sound.noMidi, texts.sound.noMidiRemedy);
  try {
    access = await navigator.requestMIDIAccess();
  } catch {
    throw new ApiError(texts.sound.midiDenied, texts.sound.midiDeniedRemedy);
  }
  access.onstatechange = refresh;
  refresh();
}

function refresh(): void {
  if (!access) return;
  const list = (ports: Iterable<MIDIPort>): MidiPort[] =>
    [...ports].filter((port) => port.state !== "disconnected").map((port) => ({ id: port.id, name: port.name ?? port.id }));
  midiPorts.value = { inputs: list(access.inputs.values()), outputs: list(access.outputs.values()) };
  for (const input of access.inputs.values()) input.onmidimessage = (message) => heard(input.id, message.data);
  if (midiOutput.value && !midiPorts.value.outputs.some((port) => port.id === midiOutput.value)) chooseMidiOutput("");
}

function heard(port: string, data: Uint8Array | null): void {
  if (!data || data.length < 3 || (midiInput.value !== "all" && midiInput.value !== port)) return;
  const status = data[0]! & 0xf0;
  if (status === 0x90 && data[2]! > 0) key(data[1]!, data[2]!, true);
  else if (status === 0x80 || status === 0x90) key(data[1]!, 0, false);
}

/** What sounds goes to this output from now on; "": to the page's own instruments. */
export function chooseMidiOutput(id: string): void {
  const port = access?.outputs.get(id);
  midiOutput.value = port ? id : "";
  playThrough(port ? new PortSink(port) : null);
}

class PortSink implements Sink {
  constructor(private readonly port: MIDIOutput) {}

  private send(bytes: number[], at: number): void {
    try {
      this.port.send(bytes, at > 0 ? pageTimeOf(at) : undefined);
    } catch {
      // It was unplugged; onstatechange goes back to the page's own instruments.
    }
  }
  noteOn(channel: number, pitch: number, velocity: number, at: number): void {
    this.send([0x90 | channel, pitch, velocity], at);
  }
  noteOff(channel: number, pitch: number, at: number): void {
    this.send([0x80 | channel, pitch, 0], at);
  }
  program(channel: number, program: number): void {
    this.send([0xc0 | channel, program], 0);
  }
  cut(channel: number, until: number): void {
    (this.port as MIDIOutput & { clear?: () => void }).clear?.();
    this.send([0xb0 | channel, 123, 0], 0);
    this.send([0xb0 | channel, 123, 0], until);
  }
  silence(): void {
    for (let channel = 0; channel < 16; ++channel) this.send([0xb0 | channel, 123, 0], 0);
  }
}
