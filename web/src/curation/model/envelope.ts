import { ordinalFrom } from './stream';

/** The least and the greatest score of the frames that share a pixel; NaN where there are none. */
export interface Envelope { least: Float64Array; most: Float64Array }

/** A part of the index axis, both ends included. */
export interface Span { from: number; to: number }

/** Scores over the index axis, one pair for each pixel. */
export function envelope(numbers: Float64Array, scores: Float64Array, span: Span, pixels: number): Envelope {
  const least = new Float64Array(pixels).fill(Number.NaN);
  const most = new Float64Array(pixels).fill(Number.NaN);
  const scale = pixels / (span.to - span.from + 1);
  for (let i = ordinalFrom(numbers, span.from); i < numbers.length; i++) {
    const index = numbers[i] ?? 0;
    if (index > span.to) break;
    const score = scores[i] ?? Number.NaN;
    if (Number.isNaN(score)) continue;
    const pixel = Math.min(pixels - 1, Math.floor((index - span.from) * scale));
    if (!((least[pixel] ?? 0) <= score)) least[pixel] = score;
    if (!((most[pixel] ?? 0) >= score)) most[pixel] = score;
  }
  return { least, most };
}

/**
 * A path through scores. With more frames than pixels a bar from the least to the greatest score in each pixel, joined to the one before; with
 * fewer a line from frame to frame, which breaks where numbers are missing.
 */
export function scorePath(numbers: Float64Array, scores: Float64Array, span: Span, width: number, yOf: (score: number) => number): string {
  const from = ordinalFrom(numbers, span.from);
  const to = ordinalFrom(numbers, span.to + 1);
  const parts: string[] = [];
  if (to - from > width) {
    const { least, most } = envelope(numbers, scores, span, width);
    for (let x = 0; x < width; x++) {
      const low = least[x] ?? Number.NaN;
      if (Number.isNaN(low)) continue;
      parts.push(`M${x + 0.5} ${round(yOf(most[x] ?? low))}V${round(yOf(low) + 0.75)}`);
    }
    return parts.join('');
  }
  const scale = width / (span.to - span.from + 1);
  let before = Number.NaN;
  for (let i = from; i < to; i++) {
    const score = scores[i] ?? Number.NaN;
    const index = numbers[i] ?? 0;
    if (Number.isNaN(score)) {
      before = Number.NaN;
      continue;
    }
    const x = round((index - span.from + 0.5) * scale);
    const y = round(yOf(score));
    parts.push(index === before + 1 ? `L${x} ${y}` : `M${round(x - Math.min(0.5, scale / 3))} ${y}L${x} ${y}`);
    before = index;
  }
  return parts.join('');
}

/** Ranges of indices as boxes over the whole height, those that share pixels as one; at most one box a pixel. */
export function bandPath(ranges: Iterable<readonly [number, number]>, span: Span, width: number, height: number): string {
  const scale = width / (span.to - span.from + 1);
  const parts: string[] = [];
  let left = Number.NaN;
  let right = Number.NaN;
  const close = () => {
    if (!Number.isNaN(left)) parts.push(`M${round(left)} 0H${round(Math.max(right, left + 1))}V${height}H${round(left)}z`);
  };
  for (const [first, last] of ranges) {
    if (last < span.from || first > span.to) continue;
    const a = (Math.max(first, span.from) - span.from) * scale;
    const b = (Math.min(last, span.to) + 1 - span.from) * scale;
    if (a <= right + 0.5) right = Math.max(right, b);
    else {
      close();
      [left, right] = [a, b];
    }
  }
  close();
  return parts.join('');
}

/** Marks at indices, at most one a pixel. */
export function markPath(indices: Iterable<number>, span: Span, width: number, height: number): string {
  const scale = width / (span.to - span.from + 1);
  const parts: string[] = [];
  let before = Number.NaN;
  for (const index of indices) {
    if (index < span.from || index > span.to) continue;
    const x = Math.round((index - span.from) * scale);
    if (x !== before) parts.push(`M${x + 0.5} 0V${height}`);
    before = x;
  }
  return parts.join('');
}

const round = (value: number) => Math.round(value * 10) / 10;

/** A part of the whole, around a place, never outside of it and never shorter than 20 frames. */
export function zoomed(whole: Span, span: Span, factor: number, around: number): Span {
  const length = Math.min(whole.to - whole.from + 1, Math.max(20, Math.round((span.to - span.from + 1) * factor)));
  const share = (around - span.from) / (span.to - span.from + 1);
  return within(whole, Math.round(around - share * length), length);
}

/** So many indices from a start, moved into the whole. */
export function within(whole: Span, from: number, length: number): Span {
  const start = Math.max(whole.from, Math.min(whole.to - length + 1, from));
  return { from: start, to: Math.min(whole.to, start + length - 1) };
}
