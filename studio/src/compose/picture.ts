// A picture of a piece: its notes as a piano roll, as SVG text. The smallest one stands beside a candidate.
import { isBlackKey } from "../music/pitch_names";
import type { NewNote } from "../music/edit";
import { barsOf, endOfPiece, type Piece } from "../music/piece";

export interface PictureColours {
  sheet: string;
  ink: string;
  line: string;
  blackKey: string;
  tracks: readonly string[];
}

const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const short = (value: number) => Number(value.toFixed(2));

const perQuarter = 24;
const rowHeight = 6;
const head = 48;
const margin = 16;

/** The whole piece, all tracks over each other. */
export function pictureOf(piece: Piece, colours: PictureColours): string {
  const bars = barsOf(piece);
  const end = Math.max(bars.lineFrom(endOfPiece(piece)), bars.bar(0).end);
  const pitches = piece.tracks.flatMap((track) => track.notes.map((note) => note.pitch));
  const low = pitches.reduce((least, pitch) => Math.min(least, pitch), 60) - 2;
  const high = pitches.reduce((most, pitch) => Math.max(most, pitch), 72) + 2;
  const width = end * perQuarter + 2 * margin;
  const height = (high - low + 1) * rowHeight + head + margin;
  const x = (quarters: number) => short(margin + quarters * perQuarter);
  const y = (pitch: number) => head + (high - pitch) * rowHeight;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${short(width)}" height="${height}" viewBox="0 0 ${short(width)} ${height}" font-family="sans-serif">`,
    `<title>${escaped(piece.name)}</title>`,
    `<rect width="100%" height="100%" fill="${colours.sheet}"/>`,
  ];
  for (let pitch = low; pitch <= high; ++pitch) {
    if (isBlackKey(pitch)) parts.push(`<rect x="${margin}" y="${y(pitch)}" width="${short(end * perQuarter)}" height="${rowHeight}" fill="${colours.blackKey}"/>`);
  }
  for (const bar of bars.between(0, end)) {
    parts.push(`<rect x="${x(bar.start)}" y="${head - 6}" width="1" height="${height - head - margin + 6}" fill="${colours.line}"/>`);
    parts.push(`<text x="${x(bar.start) + 3}" y="${head - 30}" font-size="11" fill="${colours.ink}" opacity="0.6">${bar.number}</text>`);
  }
  for (const chord of piece.chords) {
    parts.push(`<text x="${x(chord.at) + 3}" y="${head - 12}" font-size="12" font-weight="600" fill="${colours.ink}">${escaped(chord.text)}</text>`);
  }
  for (const track of piece.tracks) {
    const colour = colours.tracks[track.colour % colours.tracks.length] ?? colours.ink;
    for (const note of track.notes) {
      const noteWidth = Math.max(3, (note.end - note.start) * perQuarter - 1);
      parts.push(
        `<rect x="${x(note.start)}" y="${y(note.pitch) + 0.5}" width="${short(noteWidth)}" height="${rowHeight - 1}" rx="1.5" fill="${colour}" opacity="${short(0.4 + (0.6 * note.velocity) / 127)}"/>`,
      );
    }
  }
  return `${parts.join("\n")}\n</svg>\n`;
}

/** A PNG of an SVG, twice as fine; very long pictures are made smaller. */
export async function pngOf(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const scale = Math.min(2, 16000 / image.width, 16000 / image.height);
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale);
    canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("PNG"))), "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}

export interface TinyNote {
  x: number;
  y: number;
  width: number;
}

/** Notes of a stretch in a box of 1 by 1, low ones below. */
export function tinyNotes(notes: readonly NewNote[], start: number, end: number): TinyNote[] {
  const pitches = notes.map(({ pitch }) => pitch);
  const low = Math.min(...pitches);
  const span = Math.max(12, Math.max(...pitches) - low);
  return notes.map((note) => ({
    x: (note.start - start) / (end - start),
    y: 1 - (note.pitch - low) / span,
    width: Math.max(0.01, (note.end - note.start) / (end - start)),
  }));
}
