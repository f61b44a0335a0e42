// spessasynth's worklet, spoken to by its own messages. The library's page half does the same, but brings the whole
// synthesizer into the page a second time.
import processorUrl from "spessasynth_lib/dist/spessasynth_processor.min.js?url";
import { ApiError } from "../api/client";
import { texts } from "../texts";

/** What the worklet says of itself: that something it was asked for is done, or that a bank can't be read. */
interface Said {
  type: string;
  data?: { type?: string } | null;
}

type Done = "sf3Decoder" | "soundBankManager" | "synthesizerSnapshot";

const readySeconds = 15;
/** The effects, and each MIDI channel. */
const outputs = 17;
const everyChannel = -1;

/** What is awaited, or an error with `message` after a while. */
async function within<T>(awaited: Promise<T>, message: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ApiError(message, texts.sound.tryAnotherBrowser)), readySeconds * 1000);
  });
  try {
    return await Promise.race([awaited, late]);
  } finally {
    clearTimeout(timer);
  }
}

export class WorkletSynth {
  private readonly node: AudioWorkletNode;
  private waiting: { what: Done; resolve: () => void; reject: (error: Error) => void }[] = [];

  private constructor(context: BaseAudioContext, output: AudioNode) {
    this.node = new AudioWorkletNode(context, "spessasynth-worklet-processor", {
      numberOfOutputs: outputs,
      outputChannelCount: new Array<number>(outputs).fill(2),
      processorOptions: { oneOutput: false, eventsEnabled: false },
    });
    this.node.port.onmessage = (message: MessageEvent<Said>) => this.hear(message.data);
    for (let i = 0; i < outputs; ++i) this.node.connect(output, i);
  }

  /** A synthesizer with `bank` (whose buffer is empty afterwards), sounding into `output`; an ApiError says why not. */
  static async make(context: BaseAudioContext, output: AudioNode, bank: ArrayBuffer): Promise<WorkletSynth> {
    await within(context.audioWorklet.addModule(processorUrl), texts.sound.noSynthesizer);
    const synth = new WorkletSynth(context, output);
    await within(synth.done("sf3Decoder"), texts.sound.noSynthesizer);
    const read = synth.done("soundBankManager");
    synth.post(
      "soundBankManager",
      { type: "addSoundBank", data: { soundBankBuffer: bank, id: "main", bankOffset: 0 } },
      [bank],
    );
    await within(read, texts.sound.brokenBank);
    return synth;
  }

  private post(type: string, data: unknown, transfer: Transferable[] = []): void {
    this.node.port.postMessage({ channelNumber: everyChannel, type, data }, transfer);
  }

  private done(what: Done): Promise<void> {
    return new Promise((resolve, reject) => this.waiting.push({ what, resolve, reject }));
  }

  private hear(said: Said): void {
    if (said.type === "soundBankError") {
      for (const one of this.waiting) one.reject(new ApiError(texts.sound.brokenBank));
      this.waiting = [];
    } else if (said.type === "isFullyInitialized") {
      const first = this.waiting.find(({ what }) => what === said.data?.type);
      this.waiting = this.waiting.filter((one) => one !== first);
      first?.resolve();
    }
  }

  /** A MIDI message at `at` (seconds of the context's clock; what has passed is now). */
  send(message: readonly number[], at = 0): void {
    this.post("midiMessage", { messageData: message, channelOffset: 0, options: { time: at } });
  }

  /** Ends all that sounds at once. */
  silence(): void {
    this.post("stopAll", 1);
  }

  /** Plays a MIDI file from the context's beginning on: before an OfflineAudioContext starts to render. */
  async play(file: ArrayBuffer): Promise<void> {
    const sequencer = (type: string, data: unknown) => this.post("sequencerSpecific", { id: 0, type, data });
    this.post("setGlobalSystemParameter", { parameter: "autoAllocateVoices", value: true });
    this.post("requestNewSequencer", null);
    sequencer("setSkipToFirstNote", false);
    sequencer("loadNewSongList", [{ binary: file }]);
    sequencer("setLoopCount", 0);
    sequencer("play", null);
    await this.heard();
  }

  /** Resolves when all that was said before has been done. */
  async heard(): Promise<void> {
    // Messages are read in order, and this one is answered.
    const read = this.done("synthesizerSnapshot");
    this.post("requestSynthesizerSnapshot", null);
    await within(read, texts.sound.noSynthesizer);
  }
}
