import type { StepView } from '../data';
import { doneOf } from './status';

const windowMs = 10_000;
const leastMs = 1500;

/** How fast steps get on, by what was seen of them in the last ten seconds. */
export class Rates {
  private readonly seen = new Map<string, { at: number; done: number }[]>();

  note(steps: readonly StepView[], now: number): void {
    for (const step of steps) {
      const done = doneOf(step.counts);
      if (done >= step.total || (step.counts.running ?? 0) + done === 0) {
        this.seen.delete(step.id);
        continue;
      }
      const list = (this.seen.get(step.id) ?? []).filter((one) => now - one.at <= windowMs);
      list.push({ at: now, done });
      this.seen.set(step.id, list);
    }
  }

  /** Tasks a second; nothing where too little was seen to say. */
  of(step: string): number | undefined {
    const list = this.seen.get(step);
    const first = list?.[0];
    const last = list?.[list.length - 1];
    if (!first || !last || last.at - first.at < leastMs || last.done <= first.done) return undefined;
    return ((last.done - first.done) * 1000) / (last.at - first.at);
  }
}

/** `12/s`, or `3/min` where it is slow. */
export const rateWords = (rate: number): string => (rate >= 0.95 ? `${rate >= 10 ? Math.round(rate) : Math.round(rate * 10) / 10}/s` : `${Math.max(1, Math.round(rate * 60))}/min`);
