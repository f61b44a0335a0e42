// What the server says (docs/server.md), as TypeScript knows it.
import type { NoteSequence } from "../music/note_sequence";

/** One of GeneratorDetails.arguments: what a request may say to this generator. */
export interface Argument {
  name: string;
  type: "BOOL" | "INT" | "FLOAT" | "STRING";
  low?: number;
  high?: number;
  lowExcluded?: boolean;
  choices?: string[];
  defaultValue?: ArgValue;
  help?: string;
}

export interface ArgValue {
  intValue?: number;
  floatValue?: number;
  boolValue?: boolean;
  stringValue?: string;
}

/** A generator, as it tells of itself. */
export interface GeneratorDetails {
  id: string;
  description?: string;
  /** "melody", "drum track", "lead sheet", or what a later model makes. */
  kind?: string;
  stepsPerQuarter?: number;
  stepsPerSecond?: number;
  hasControl?: boolean;
  /** "chords": the input's chord symbols condition it. */
  control?: string;
  arguments?: Argument[];
}

export interface Section {
  /** Seconds. */
  startTime: number;
  endTime: number;
  /** Of models of several parts: those that are written there, by number; missing: all. */
  parts?: string[];
}

export interface GenerateSequenceRequest {
  inputSequence?: NoteSequence;
  generatorOptions?: { generateSections?: Section[]; inputSections?: Section[]; args?: Record<string, ArgValue> };
}

/** How probable each next event is, at one step; pitches as they sound. */
export interface Distribution {
  time: number;
  step: number;
  pitches: Record<string, number>;
  hold: number;
  rest: number;
  /** Of models with attention: how much each step before the last one was looked back at, newest first; they sum to 1. */
  attention?: number[];
}

export interface ScoreEvent {
  time: number;
  endTime: number;
  step: number;
  event: string;
  pitches?: number[];
  /** Infinity: the model held it for impossible. */
  bits: number;
  distribution?: Omit<Distribution, "time" | "step">;
}

export interface Score {
  model: string;
  /** Natural logarithm; null: minus infinity. */
  logLikelihood: number | null;
  bits: number;
  /** null: no note is scored. */
  bitsPerNote: number | null;
  notes: string[];
  events: ScoreEvent[];
}

export interface ConvertedPiece {
  title: string;
  sequence: NoteSequence;
  remarks: string[];
}

export interface ModelInfo {
  id: string;
  name: string;
  kind: string;
  description: string;
  /** Markdown; "" where there is none. */
  card: string;
  origin: "bundled" | "studio";
  canRemove: boolean;
  canTeach: boolean;
  bytes: number;
  config: string;
}

export interface ModelList {
  models: ModelInfo[];
  /** Whether magenta-train is there, and what installs it. */
  train: { available: boolean; remedy?: string };
}

export type JobState = "waiting" | "running" | "stopped" | "done" | "failed";

export interface DiscardReason {
  reason: string;
  count: number;
  text: string;
  remedy: { text: string; option: string; value: number | boolean } | null;
}

export interface DatasetReport {
  files: number;
  kept: number;
  examples: number;
  heldOut: number;
  discarded: DiscardReason[];
  leftOut: { file: string; why: string }[];
}

/** Losses in nats a step of music, by training step. */
export interface Curves {
  training: [step: number, loss: number][];
  heldOut: [step: number, loss: number][];
  /** The held-out loss of the model it began from. */
  before: number | null;
}

export interface Job {
  id: string;
  kind: "dataset" | "train";
  name: string;
  model: string;
  state: JobState;
  progress: number;
  etaSeconds: number | null;
  createdAt: string;
  error: { message: string; remedy?: string } | null;
  report: DatasetReport | null;
  curves: Curves | null;
  step: number;
  steps: number;
  checkpoints: number[];
  /** The model that came of it. */
  result: string | null;
  /** Of a dataset job: what it read, and how. */
  collection: string | null;
  options: Record<string, number | boolean>;
  /** Of a train job: the dataset job it learns from. */
  dataset: string | null;
}
