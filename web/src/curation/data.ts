/**
 * What is told of a curation. Values of frames are columns in the order of the frames, little-endian, in base64. An *ordinal* is a place in that
 * order, an *index* the number of a frame, as in its name or counted from 0 in a film.
 */
export interface CurationView {
  /** What was curated, as the workflow names it. */
  input?: string;
  streams: StreamView[];
}

export interface StreamView {
  name: string;
  kind: 'pictures' | 'film';
  frames: number;
  fps?: number;
  seconds?: number;
  sizes: { width: number; height: number; frames: number }[];
  /** Ranges of indices that no file has, both ends included. */
  missing: Listed<[number, number]>;
  missingFrames: number;
  doubles: Listed<NotedFile>;
  unreadable: Listed<NotedFile>;
  notFrames: Listed<NotedFile>;
  /** Absent where what is told frame by frame was left out. */
  numbers?: { first: number; count: number; pairs: string };
  columns: Partial<Record<string, ColumnView>>;
  timeShift?: ColumnView;
  /** One byte a frame, see `flag`. */
  flags?: string;
  /** One byte a frame: the place of its rule in `selection.rules` plus one, 0 for none. */
  rules?: string;
  paths?: { before: string; digits: number; after: string; others?: Record<string, string> };
  /** Where the flags of the run lie, by score. */
  lines: Partial<Record<string, number>>;
  /** Stretches: start frame, end frame, start second, end second, mean motion. */
  idle?: { rule?: IdleRule; stretches: Listed<[number, number, number | null, number | null, number | null]>; frames: number };
  /** Scenes: start frame, first frame of the next, start second, end second. */
  cuts?: { detector: string; threshold: number; fps?: number; scenes: Listed<[number, number, number, number]> };
  groups?: GroupsView;
  selection?: { kept: number; dropped: number; rules: { rule: string; matched: number; first: number }[] };
  sheets: SheetView[];
  /** Sentences on what could not be found out. */
  notes: string[];
  /** Sentences on what is not here. */
  leftOut: string[];
}

export interface Listed<T> { total: number; first: T[] }
export interface NotedFile { frame?: number; path?: string; why?: string }
export interface IdleRule { enter: number; leave: number; window: number; minFrames: number; minSeconds: number }

/** Float32 with NaN for none, or uint16 codes with 65535 for none: `from + code * step`, of a logarithmic column e to that minus 1. */
export interface ColumnView { floats?: string; codes?: string; from: number; step: number; log: boolean }

export interface GroupsView {
  distance: number;
  linkage?: string;
  masked: number;
  total: number;
  spare: number;
  ids: string[];
  reasons: string[];
  sizes: number[];
  shown: number[];
  members: string;
  distances: string;
  kept: string;
  merged: Listed<[string, string]>;
}

/** A folder with sheets of 100 tiles each; `frames` are triples: first index, count, step. */
export interface SheetView { address: string; columns: number; tile: [number, number]; frames: number[] }
