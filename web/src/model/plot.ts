export interface Range { least: number; most: number }

/** The least and the greatest number; nothing where there are none. */
export function rangeOf(numbers: Float64Array): Range | undefined {
  let least = Infinity;
  let most = -Infinity;
  for (const value of numbers) {
    if (Number.isNaN(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least > most ? undefined : { least, most };
}

/** Round numbers in a range, about so many: steps are 1, 2 or 5 times a power of ten. */
export function ticks(range: Range, about: number): number[] {
  const length = range.most - range.least;
  if (!(length > 0)) return [range.least];
  const raw = length / Math.max(1, about);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw) ?? raw;
  const found: number[] = [];
  for (let i = Math.ceil(range.least / step); i * step <= range.most + step * 1e-9; i++) found.push(Number((i * step).toPrecision(12)));
  return found;
}

/** A range that can be drawn: one number alone stands in the middle. */
export function roomy(range: Range): Range {
  if (range.most > range.least) return range;
  const half = Math.abs(range.least) / 2 || 1;
  return { least: range.least - half, most: range.most + half };
}

/**
 * A line through points in the order of `xs`, as one path. With more points than pixels each pixel is a bar from the least to the greatest
 * value in it, so a spike is never lost; with fewer a line that breaks where a value is missing.
 */
export function linePath(xs: Float64Array, ys: Float64Array, x: Range, y: Range, width: number, height: number): string {
  const xOf = (value: number) => ((value - x.least) / (x.most - x.least)) * width;
  const yOf = (value: number) => height - ((value - y.least) / (y.most - y.least)) * height;
  const parts: string[] = [];
  if (xs.length > width * 2) {
    const low = new Float64Array(width).fill(Number.NaN);
    const high = new Float64Array(width).fill(Number.NaN);
    for (let i = 0; i < xs.length; i++) {
      const value = ys[i] ?? Number.NaN;
      const at = xs[i] ?? Number.NaN;
      if (Number.isNaN(value) || Number.isNaN(at)) continue;
      const pixel = Math.max(0, Math.min(width - 1, Math.floor(xOf(at))));
      if (!((low[pixel] ?? 0) <= value)) low[pixel] = value;
      if (!((high[pixel] ?? 0) >= value)) high[pixel] = value;
    }
    for (let pixel = 0; pixel < width; pixel++) {
      const bottom = low[pixel] ?? Number.NaN;
      if (!Number.isNaN(bottom)) parts.push(`M${pixel + 0.5} ${round(yOf(high[pixel] ?? bottom) - 0.5)}V${round(yOf(bottom) + 0.5)}`);
    }
    return parts.join('');
  }
  let broken = true;
  for (let i = 0; i < xs.length; i++) {
    const value = ys[i] ?? Number.NaN;
    const at = xs[i] ?? Number.NaN;
    if (Number.isNaN(value) || Number.isNaN(at)) {
      broken = true;
      continue;
    }
    // A point without neighbours is a short stroke, else nothing of it would be seen.
    parts.push(broken ? `M${round(xOf(at))} ${round(yOf(value))}h.8` : `L${round(xOf(at))} ${round(yOf(value))}`);
    broken = false;
  }
  return parts.join('');
}

/** How many numbers fall into each of so many equal parts of a range; the greatest belongs to the last. */
export function histogram(numbers: Float64Array, range: Range, bins: number): Int32Array {
  const counts = new Int32Array(bins);
  for (const value of numbers) {
    if (Number.isNaN(value)) continue;
    const bin = Math.min(bins - 1, Math.floor(((value - range.least) / (range.most - range.least)) * bins));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** Bars from the ground up. */
export function barPath(counts: Int32Array, width: number, height: number): string {
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const step = width / counts.length;
  return [...counts].map((count, i) => (count === 0 ? '' : `M${round(i * step)} ${height}V${round(height - Math.max(1, (count / most) * height))}H${round((i + 1) * step - (step > 3 ? 1 : 0))}V${height}z`)).join('');
}

/** The point nearest to an x; -1 where there is none. */
export function nearest(xs: Float64Array, ys: Float64Array, x: number): number {
  let best = -1;
  let least = Infinity;
  for (let i = 0; i < xs.length; i++) {
    const distance = Math.abs((xs[i] ?? Number.NaN) - x);
    if (distance < least && !Number.isNaN(ys[i] ?? Number.NaN)) {
      least = distance;
      best = i;
    }
  }
  return best;
}

/** A number as a label: five digits that count. */
export const shortNumber = (value: number): string => (Number.isInteger(value) && Math.abs(value) < 1e9 ? String(value) : String(Number(value.toPrecision(5))));

const round = (value: number) => Math.round(value * 10) / 10;
