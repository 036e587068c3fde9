import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Decisions, Review } from '../model/decisions';
import type { RunRow } from '../model/runs';

/** What the parts of a live run share beside its data. */
export interface Shared {
  id: string;
  row?: RunRow;
  reviews: readonly Review[];
  decisions: Decisions;
  lostSince?: Date;
  /** Reads the run and its reviews anew: after something was done. */
  again(): void;
  /** Says something that went wrong, until it is closed. */
  complain(text: string): void;
}

export const RunContext = createContext<Shared | undefined>(undefined);

export function useShared(): Shared {
  const shared = useContext(RunContext);
  if (!shared) throw new Error('no run above this component');
  return shared;
}

/** Draws anew whenever a decision is made, taken back or sent. */
export function useDecisions(): Decisions {
  const { decisions } = useShared();
  const [, draw] = useState(0);
  useEffect(() => decisions.listen(() => draw((n) => n + 1)), [decisions]);
  return decisions;
}
