import type { IdleRule } from '../data';

/** A stretch without motion, as ordinals of its first and last frame. */
export interface Stretch { first: number; last: number }

/**
 * Stretches without motion for a rule, the same search as the program's (`Idle` in src/Media/Metrics/Idle.cs, which says why): the mean of a
 * trailing window finds them, the frames themselves say where they begin and end. NaN is a frame with nothing before it.
 */
export function idleStretches(motion: Float64Array, rule: IdleRule, seconds: (ordinal: number) => number | undefined): Stretch[] {
  const found: Stretch[] = [];
  for (let start = 0; start < motion.length;) {
    let end = start + 1;
    while (end < motion.length && !Number.isNaN(motion[end])) end++;
    piece(motion, start, end, rule, seconds, found);
    start = end;
  }
  return found;
}

function piece(motion: Float64Array, from: number, to: number, rule: IdleRule, seconds: (ordinal: number) => number | undefined, found: Stretch[]): void {
  const at = (i: number) => motion[i] ?? Number.NaN;
  let begun = -1;
  let sum = 0;
  for (let i = from + 1; i < to; i++) {
    sum += at(i);
    const first = i - rule.window + 1;
    if (first > from + 1) sum -= at(first - 1);
    const mean = Math.max(0, sum) / (i - Math.max(first, from + 1) + 1);
    if (begun < 0 ? mean < rule.enter : mean <= rule.leave) {
      if (begun >= 0) continue;
      begun = i;
      while (begun > from + 1 && at(begun - 1) < rule.enter) begun--;
      while (begun <= i && at(begun) >= rule.enter) begun++;
      if (begun > i) begun = -1;
    } else if (begun >= 0) {
      close(motion, begun, i, to, rule, seconds, found);
      begun = -1;
    }
  }
  if (begun >= 0) close(motion, begun, to, to, rule, seconds, found);
}

function close(motion: Float64Array, begun: number, until: number, to: number, rule: IdleRule, seconds: (ordinal: number) => number | undefined, found: Stretch[]): void {
  const at = (i: number) => motion[i] ?? Number.NaN;
  let last = until - 1;
  while (last >= begun && at(last) > rule.leave) last--;
  if (until < to) {
    for (let i = Math.max(begun, until - rule.window); i <= last; i++) {
      if (at(i) > rule.leave) {
        last = i - 1;
        break;
      }
    }
  }
  const next = last + 1 < motion.length && !Number.isNaN(at(last + 1)) ? last + 1 : Math.max(last, 0);
  const length = (seconds(next) ?? 0) - (seconds(begun - 1) ?? 0);
  if (last - begun + 1 < rule.minFrames || length < rule.minSeconds) return;
  found.push({ first: begun - 1, last });
}
