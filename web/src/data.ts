import type { CurationView } from './curation/data';

/** What the page is fed with: plain values, all times in seconds, all paths relative to the workspace with `/`. */
export interface ReportData {
  format: 1;
  run: RunView;
  /** One sentence of state. */
  headline: string;
  /** The one action it asks for, for example a command. */
  next?: string;
  /** Paths of final artifacts. */
  finals: string[];
  /** The result in its own order. */
  strip: StripCell[];
  /** In topological order. */
  steps: StepView[];
  /** Worst first when there are too many; see `leftOut`. */
  tasks: TaskView[];
  artifacts: ArtifactView[];
  lanes: LaneView[];
  chapters?: Chapter[];
  /** Where the run curated something. */
  curation?: CurationView;
  /** Sentences on what was left out to stay under the size. */
  leftOut: string[];
}

export type RunStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'waiting' | 'paused';

export type TaskStatus =
  | 'succeeded' | 'reused' | 'failed' | 'blocked' | 'waiting' | 'skipped' | 'cancelled' | 'running' | 'pending' | 'ready';

export type Quality = 'placeholder' | 'preview' | 'final';

export type ArtifactType = 'video' | 'audio' | 'image' | 'text' | 'subtitles' | 'data' | 'file' | 'folder';

export interface RunView {
  id: string;
  workflow: string;
  status: RunStatus;
  startedAt: string;
  finishedAt?: string;
  seconds: number;
  spool: string;
  /** Only where a server tells of a run that goes on. */
  etaSeconds?: number;
  costUsd?: number;
  budgetUsd?: number;
  tasks: {
    total: number; ran: number; reused: number; failed: number;
    blocked: number; waiting: number; skipped: number; cancelled: number;
  };
}

export interface StepView {
  id: string;
  kind: string;
  label?: string;
  segment?: string;
  needs: string[];
  counts: Partial<Record<TaskStatus, number>>;
  total: number;
  seconds: number;
  /** Thumbnail of the latest output: a data URI or a relative address. */
  picture?: string;
}

export interface Reason { code: string; text: string }
export interface KeyChange { field: string; old?: string; new?: string }
export interface RolePath { role: string; path: string }

export interface FailureView {
  kind: string;
  sentence: string;
  decisiveLine?: string;
  exitCode?: number;
  kept?: string;
  blocks: number;
  next?: string;
}

export interface TaskView {
  task: string;
  step: string;
  item?: string;
  status: TaskStatus;
  quality?: Quality;
  reasons: Reason[];
  keyDiff?: KeyChange[];
  start?: number;
  seconds?: number;
  attempts: number;
  cpuSeconds?: number;
  maxRssBytes?: number;
  inputs: RolePath[];
  outputs: RolePath[];
  command?: string;
  logTail?: string;
  /** 0..1 while it runs. */
  progress?: number;
  key?: string;
  /** For example `loudness: -16.1 LUFS`. */
  facts?: Record<string, string>;
  failure?: FailureView;
  /** What is missing in it, and what stands in for that; also what was missing where its inputs were made. */
  standIns?: StandInView[];
}

/** `instead`: `left out`, `stand-in`, or what was written, as `color #203040`. */
export interface StandInView { what: string; instead: string }

export interface ArtifactView {
  path: string;
  type: ArtifactType;
  bytes: number;
  digest: string;
  /** The task that made it; absent for a source file. */
  producer?: string;
  width?: number;
  height?: number;
  seconds?: number;
  fps?: number;
  codecs?: string[];
  /** A data URI or a relative address. */
  thumbnail?: string;
  /** Relative address of the real file, for playing. */
  url?: string;
  /** Excerpt of a text file. */
  text?: string;
  /** Waveform, 0..1. */
  peaks?: number[];
  children?: string[];
}

export interface StripCell {
  label: string;
  seconds: number;
  start: number;
  task?: string;
  path?: string;
  thumbnail?: string;
  status: TaskStatus;
  quality?: string;
  changed?: boolean;
  /** So many parts in one cell, where there were too many; the state is that of the worst. */
  count?: number;
  /** 0..1 while it runs. */
  progress?: number;
}

export interface LaneSpan { task: string; start: number; end: number; status: TaskStatus; critical?: boolean }
export interface LaneView { resource: string; capacity: number; spans: LaneSpan[] }
export interface Chapter { start: number; end: number; title: string }
