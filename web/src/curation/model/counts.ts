import type { Axis, ScoreKind } from './scores';
import { placeOf } from './scores';
import { flag } from './stream';

/** Frames by their place on an axis. */
export function histogram(scores: Float64Array, axis: Axis, bins: number): Int32Array {
  const counts = new Int32Array(bins);
  for (const score of scores) {
    if (Number.isNaN(score)) continue;
    const bin = Math.min(bins - 1, Math.floor(placeOf(axis, score) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

export interface LineCounts {
  /** Frames with a score. */
  measured: number;
  /** On the meant side of the line. */
  hit: number;
  /** Of those, not on that side of the line of the run. */
  added: number;
  /** On that side of the line of the run, not of this one. */
  gone: number;
  /** Of the added ones, kept by the selection of the run. */
  addedKept: number;
}

/** Below means less than the line, above means at least the line, as the program flags. */
export const isHit = (score: number, line: number, side: ScoreKind['side']) => (side === 'below' ? score < line : score >= line);

export function countLine(scores: Float64Array, flags: Uint8Array, side: ScoreKind['side'], line: number, before: number | undefined): LineCounts {
  const counts = { measured: 0, hit: 0, added: 0, gone: 0, addedKept: 0 };
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] ?? Number.NaN;
    if (Number.isNaN(score)) continue;
    counts.measured++;
    const now = isHit(score, line, side);
    const then = before === undefined ? now : isHit(score, before, side);
    if (now) counts.hit++;
    if (now && !then) {
      counts.added++;
      if ((flags[i] ?? 0) & flag.kept) counts.addedKept++;
    } else if (then && !now) counts.gone++;
  }
  return counts;
}

/** Ordinals of the frames nearest to a line: those under it, the nearest last, and those from it on, the nearest first. */
export function nearestLine(scores: Float64Array, line: number, each: number): { under: number[]; over: number[] } {
  const under = new Nearest(each);
  const over = new Nearest(each);
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] ?? Number.NaN;
    if (score < line) under.offer(i, line - score);
    else if (score >= line) over.offer(i, score - line);
  }
  return { under: under.ordinals.reverse(), over: over.ordinals };
}

/** The few smallest distances of many, in order; of equal ones the first that came. */
class Nearest {
  ordinals: number[] = [];
  private readonly distances: number[] = [];

  constructor(private readonly most: number) {}

  offer(ordinal: number, distance: number): void {
    if (this.ordinals.length === this.most && distance >= (this.distances[this.most - 1] ?? 0)) return;
    let at = this.distances.length;
    while (at > 0 && (this.distances[at - 1] ?? 0) > distance) at--;
    this.distances.splice(at, 0, distance);
    this.ordinals.splice(at, 0, ordinal);
    if (this.ordinals.length > this.most) {
      this.ordinals.pop();
      this.distances.pop();
    }
  }
}
