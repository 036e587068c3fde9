/** The scores that can have a line, and how a line is said to the program. */
export interface ScoreKind {
  /** As in metrics.jsonl. */
  name: string;
  /** In the address. */
  id: string;
  title: string;
  what: string;
  /** Frames on this side of the line are the ones meant. */
  side: 'below' | 'above';
  word: string;
  log: boolean;
  /** The whole range, where it is fixed. */
  range?: [number, number];
  /** Lines are whole numbers. */
  whole: boolean;
  /** Where the line starts when the run had none. */
  usual: number;
  cli?: (value: string) => string;
  yaml?: (value: string, film: boolean) => string;
}

export const scoreKinds: ScoreKind[] = [
  {
    name: 'laplacian_variance', id: 'blur', title: 'Sharpness', what: 'Laplacian variance; low is blurred', side: 'below', word: 'blurry', log: true, whole: false, usual: 80,
    cli: (value) => `--blur-below ${value}`, yaml: (value, film) => `${film ? 'film-' : ''}blur-below: ${value}`,
  },
  {
    name: 'luma_percentile', id: 'dark', title: 'Darkness', what: 'luma of the dark pixels, 0 to 255', side: 'below', word: 'dark', log: false, range: [0, 255], whole: true, usual: 25,
    cli: (value) => `--set flag.dark-below=${value}`, yaml: (value) => `dark-below: ${value}`,
  },
  { name: 'overexposed', id: 'over', title: 'Overexposed', what: 'part of the pixels at 250 and above', side: 'above', word: 'overexposed', log: false, range: [0, 1], whole: false, usual: 0.5 },
  {
    name: 'motion', id: 'motion', title: 'Motion', what: 'mean difference to the frame before, 0 to 1', side: 'below', word: 'still', log: true, whole: false, usual: 0.02,
    cli: (value) => `--set idle.motion=${value}`, yaml: (value) => `motion: ${value}`,
  },
  {
    name: 'cut_content', id: 'cut', title: 'Change of content', what: 'score of the content detector, a cut is a peak', side: 'above', word: 'possible cuts', log: false, whole: false, usual: 27,
    cli: (value) => `--set cuts.detector=content --set cuts.threshold=${value}`,
  },
];

/** An axis of scores: places between 0 and 1, in the logarithm of a small part of the range where scores span powers of ten. */
export interface Axis { least: number; most: number; log: boolean; floor: number }

export function axisOf(scores: Float64Array, kind: ScoreKind, line: number): Axis {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let small = Number.POSITIVE_INFINITY;
  for (const score of scores) {
    if (Number.isNaN(score)) continue;
    if (score < least) least = score;
    if (score > most) most = score;
    if (score > 0 && score < small) small = score;
  }
  if (kind.range) [least, most] = kind.range;
  else if (least > most) [least, most] = [0, 1];
  [least, most] = [Math.min(least, line), Math.max(most, line)];
  if (!kind.log && !kind.range) least = Math.min(0, least);
  if (most <= least) most = least + 1;
  const floor = Math.max(Math.min(most * 1e-5, line > 0 ? line / 10 : most), Math.min(small, line > 0 ? line / 10 : small, most / 10));
  return { least: Math.max(least, kind.log ? 0 : least), most, log: kind.log, floor };
}

export function placeOf(axis: Axis, score: number): number {
  const at = axis.log ? Math.log(Math.max(score, axis.floor) / logLeast(axis)) / Math.log(axis.most / logLeast(axis)) : (score - axis.least) / (axis.most - axis.least);
  return Math.min(1, Math.max(0, at));
}

export function scoreAt(axis: Axis, place: number): number {
  const at = Math.min(1, Math.max(0, place));
  if (!axis.log) return axis.least + at * (axis.most - axis.least);
  return logLeast(axis) * Math.exp(at * Math.log(axis.most / logLeast(axis)));
}

const logLeast = (axis: Axis) => Math.max(axis.least, axis.floor);

/** A line as people write it: three digits that count, whole where scores are. */
export function tidyLine(value: number, kind: Pick<ScoreKind, 'whole'>): number {
  if (kind.whole) return Math.round(value);
  if (value === 0 || !Number.isFinite(value)) return 0;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 2);
  return Number((Math.round(value / unit) * unit).toPrecision(3));
}

/** The next line one step (a two-hundredth of the axis) up or down; always another one. */
export function stepLine(axis: Axis, kind: Pick<ScoreKind, 'whole'>, line: number, steps: number): number {
  if (steps === 0) return line;
  const place = placeOf(axis, line);
  for (let more = 1; more <= 400; more++) {
    const next = tidyLine(scoreAt(axis, place + (steps * more) / 200), kind);
    if (next !== line) return next;
    if (place + (steps * more) / 200 < 0 || place + (steps * more) / 200 > 1) break;
  }
  return line;
}

/** Where lines of a grid stand: powers of ten, or round numbers. */
export function gridOf(axis: Axis): number[] {
  const found: number[] = [];
  if (axis.log) {
    const powers = Math.log10(axis.most / logLeast(axis));
    // Of a short axis also the numbers between two powers.
    const between = powers > 2.5 ? [1] : powers > 1 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8];
    for (let power = Math.floor(Math.log10(logLeast(axis))); 10 ** power <= axis.most && found.length < 14; power++) {
      for (const part of between) {
        const at = Number((part * 10 ** power).toPrecision(2));
        if (at >= logLeast(axis) && at <= axis.most) found.push(at);
      }
    }
    return found;
  }
  const rough = (axis.most - axis.least) / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * (rough / unit >= 5 ? 5 : rough / unit >= 2 ? 2 : 1);
  for (let at = Math.ceil(axis.least / step) * step; at <= axis.most + step * 1e-6 && found.length < 12; at += step) found.push(Number(at.toPrecision(6)));
  return found;
}

/** A score in few characters. */
export function scoreWords(score: number | undefined): string {
  if (score === undefined || Number.isNaN(score)) return 'none';
  if (score === 0) return '0';
  const size = Math.abs(score);
  if (size >= 10_000) return String(Math.round(score)).replace(/\B(?=(\d{3})+$)/g, ',');
  if (size >= 100) return String(Math.round(score * 10) / 10);
  return size < 0.00005 ? score.toExponential(1) : String(Number(score.toPrecision(3)));
}
