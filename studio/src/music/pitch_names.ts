// Names of MIDI pitches: 60 is C4.
const names = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];

export const pitchName = (pitch: number) => `${names[((pitch % 12) + 12) % 12]!}${Math.floor(pitch / 12) - 1}`;

export const isBlackKey = (pitch: number) => [1, 3, 6, 8, 10].includes(((pitch % 12) + 12) % 12);
