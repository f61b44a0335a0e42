// Which MIDI channel a voice sounds on: each voice has one of its own, drums share channel 10 (9, counted from 0).

/** Who plays: voices of one name and program sound alike and end each other's notes of the same pitch. */
export interface Voice {
  /** "player", "machine", "piece/2": keeps the notes of several voices apart. */
  name: string;
  /** General MIDI, 0 to 127; of drums nothing. */
  program: number;
  isDrum?: boolean;
}

export const drumChannel = 9;

interface Slot {
  key: string;
  program: number;
  channel: number;
  used: number;
}

export class Channels {
  private slots: Slot[] = [];
  private uses = 0;

  /** The channel of `voice`; isNew: its program has to be said first. */
  of(voice: Voice): { channel: number; isNew: boolean } {
    if (voice.isDrum) return { channel: drumChannel, isNew: false };
    const key = `${voice.name}/${voice.program}`;
    const own = this.slots.find((slot) => slot.key === key);
    if (own) {
      own.used = ++this.uses;
      return { channel: own.channel, isNew: false };
    }
    if (this.slots.length < 15) {
      const channel = this.slots.length < drumChannel ? this.slots.length : this.slots.length + 1;
      this.slots.push({ key, program: voice.program, channel, used: ++this.uses });
      return { channel, isNew: true };
    }
    const alike = this.slots.find((slot) => slot.program === voice.program);
    if (alike) return { channel: alike.channel, isNew: false };
    const oldest = this.slots.reduce((a, b) => (a.used < b.used ? a : b));
    Object.assign(oldest, { key, program: voice.program, used: ++this.uses });
    return { channel: oldest.channel, isNew: true };
  }

  /** All are forgotten: another synthesizer plays. */
  clear(): void {
    this.slots = [];
  }
}
