// Renders a piece to a WAV file, faster than it sounds, with the instruments that the page plays with.
import { endOf, withAllNumbers, type NoteSequence } from "../music/note_sequence";
import { fetchBank } from "./bank_synth";
import { Channels } from "./channels";
import { midiFileOf } from "./midi_file";
import { SimpleSynth } from "./simple_synth";
import { voiceOf } from "./transport";
import { gainToPeak, wavOf } from "./wav";
import { WorkletSynth } from "./worklet_synth";

const sampleRate = 44100;
/** Seconds after the last note, for it to die away. */
const tail = 2;

/** The sound of `sequence`: two channels at 44.1 kHz. Built-in instruments where the sampled ones are not to be had. */
export async function render(sequence: NoteSequence): Promise<AudioBuffer> {
  const context = new OfflineAudioContext(2, Math.ceil((endOf(sequence) + tail) * sampleRate), sampleRate);
  try {
    await prepareBank(context, sequence);
  } catch {
    return renderSimply(sequence);
  }
  return context.startRendering();
}

async function prepareBank(context: OfflineAudioContext, sequence: NoteSequence): Promise<void> {
  const synth = await WorkletSynth.make(context, context.destination, await fetchBank());
  await synth.play(midiFileOf(sequence));
}

function renderSimply(sequence: NoteSequence): Promise<AudioBuffer> {
  const context = new OfflineAudioContext(2, Math.ceil((endOf(sequence) + tail) * sampleRate), sampleRate);
  const synth = new SimpleSynth(context, context.destination);
  const channels = new Channels();
  const { notes } = withAllNumbers(sequence);
  for (const note of notes.sort((a, b) => a.startTime - b.startTime)) {
    const voice = voiceOf(note);
    const { channel, isNew } = channels.of(voice);
    if (isNew) synth.program(channel, voice.program);
    synth.noteOn(channel, note.pitch, note.velocity || 80, note.startTime);
    synth.noteOff(channel, note.pitch, note.endTime);
  }
  return context.startRendering();
}

/** `sequence` as a WAV file of 16 bits, stereo, 44.1 kHz, as loud as files of music are. */
export async function renderWav(sequence: NoteSequence): Promise<Blob> {
  const buffer = await render(sequence);
  const channels = [buffer.getChannelData(0), buffer.getChannelData(1)];
  return new Blob([wavOf(channels, buffer.sampleRate, gainToPeak(channels))], { type: "audio/wav" });
}
