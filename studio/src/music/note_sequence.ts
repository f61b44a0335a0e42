// The music that page and server exchange: NoteSequence in protobuf's JSON (proto/magenta/music.proto).
// Numbers that are 0, texts that are empty and lists without entries may be missing.

export interface Note {
  pitch: number;
  velocity: number;
  /** Seconds. */
  startTime: number;
  endTime: number;
  instrument?: number;
  program?: number;
  isDrum?: boolean;
  part?: number;
  voice?: number;
}

export interface TimeSignature {
  time?: number;
  numerator: number;
  denominator: number;
}

export interface Tempo {
  time?: number;
  /** Quarter notes a minute. */
  qpm: number;
}

export interface KeySignature {
  time?: number;
  /** As the enum's names: "C", "B_FLAT"; missing: C. */
  key?: string;
  /** "MAJOR", "MINOR", ...; missing: MAJOR. */
  mode?: string;
}

export interface TextAnnotation {
  time?: number;
  text: string;
  annotationType?: "UNKNOWN" | "CHORD_SYMBOL" | "BEAT";
}

export interface InstrumentInfo {
  instrument?: number;
  name: string;
}

export interface NoteSequence {
  id?: string;
  filename?: string;
  ticksPerQuarter?: number;
  timeSignatures?: TimeSignature[];
  keySignatures?: KeySignature[];
  tempos?: Tempo[];
  notes?: Note[];
  totalTime?: number;
  textAnnotations?: TextAnnotation[];
  instrumentInfos?: InstrumentInfo[];
  /** Parts of a score, as Note.part counts them. */
  partInfos?: { part?: number; name?: string }[];
  sequenceMetadata?: { title?: string; artist?: string; composers?: string[] };
}

/** What JSON may leave out of a note. */
type SentNote = Partial<Note>;

/** `sent` with every number of its notes written out. */
export function withAllNumbers(sent: NoteSequence): NoteSequence & { notes: Note[] } {
  const notes = (sent.notes ?? []).map((note: SentNote): Note => ({
    ...note,
    pitch: note.pitch ?? 0,
    velocity: note.velocity ?? 0,
    startTime: note.startTime ?? 0,
    endTime: note.endTime ?? 0,
  }));
  return { ...sent, notes };
}

/** Protobuf's MergeFrom, as far as music needs it: lists go on, other fields are replaced. */
export function merged(a: NoteSequence, b: NoteSequence): NoteSequence {
  const result: NoteSequence = { ...a, ...b };
  if (a.notes || b.notes) result.notes = [...(a.notes ?? []), ...(b.notes ?? [])];
  if (a.tempos || b.tempos) result.tempos = [...(a.tempos ?? []), ...(b.tempos ?? [])];
  if (a.timeSignatures || b.timeSignatures) result.timeSignatures = [...(a.timeSignatures ?? []), ...(b.timeSignatures ?? [])];
  if (a.keySignatures || b.keySignatures) result.keySignatures = [...(a.keySignatures ?? []), ...(b.keySignatures ?? [])];
  if (a.textAnnotations || b.textAnnotations) result.textAnnotations = [...(a.textAnnotations ?? []), ...(b.textAnnotations ?? [])];
  return result;
}

/** When the last note ends, or totalTime where that is later; seconds. */
export function endOf(sequence: NoteSequence): number {
  return (sequence.notes ?? []).reduce((end, note) => Math.max(end, note.endTime), sequence.totalTime ?? 0);
}

/** Tempo at the beginning; 120 where none is given. */
export function firstQpm(sequence: NoteSequence): number {
  return sequence.tempos?.[0]?.qpm ?? 120;
}
