import { createContext } from 'preact';

export type Verdict = 'keep' | 'drop' | 'representative';

/** Where a server takes decisions about frames. Without one the page only shows. */
export interface Deciding {
  /** What a person decided about a frame; later decisions count. */
  verdictOf(stream: string, frame: number): Verdict | undefined;
  decide(stream: string, verdict: Verdict, frames: readonly number[]): void;
  /** Takes the last decision back; any number of times. */
  undo(): void;
  /** `143 decisions, saved`. */
  said: string;
  /** Why this person may decide nothing. */
  refused?: string;
  /** Begins a run that takes the decisions. */
  runAgain(): void;
}

export const DecidingContext = createContext<Deciding | undefined>(undefined);

/** The frames between two places of a list, both included. */
export function rangeOf(a: number, b: number): number[] {
  const from = Math.min(a, b);
  return Array.from({ length: Math.abs(a - b) + 1 }, (_, i) => from + i);
}
