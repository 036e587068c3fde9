import type { StreamView } from '../data';
import { bytesOf, int32sOf, scoresOf } from './bytes';
import { groupsOf, type Groups } from './groups';
import { tilesOf, type Tiles } from './sheets';

/** What is true of a frame, as bits. */
export const flag = { blurry: 1, dark: 2, idle: 4, duplicate: 8, representative: 16, unreadable: 32, kept: 64 } as const;

/** A stream with its columns ready to be looked into; a score is unpacked when it is first asked for. */
export interface Stream {
  view: StreamView;
  count: number;
  /** The index of each frame. */
  numbers: Float64Array;
  flags: Uint8Array;
  rules: Uint8Array;
  scores: (name: string) => Float64Array | undefined;
  seconds: (ordinal: number) => number | undefined;
  path: (ordinal: number) => string | undefined;
  groups: Groups;
  tiles: Tiles;
}

export function readStream(view: StreamView): Stream {
  const numbers = numbersOf(view);
  const count = numbers.length;
  const known = new Map<string, Float64Array | undefined>();
  const lazily = (name: string, read: () => Float64Array | undefined) => {
    if (!known.has(name)) known.set(name, read());
    return known.get(name);
  };
  const columnOf = (name: string) => {
    const column = view.columns[name];
    return column && scoresOf(column);
  };
  return {
    view, count, numbers,
    flags: sized(view.flags, count), rules: sized(view.rules, count),
    scores: (name) => lazily(name, () => columnOf(name)),
    seconds: (ordinal) => {
      if (view.kind !== 'film' || !view.fps) return undefined;
      const shift = lazily('time shift', () => view.timeShift && scoresOf(view.timeShift))?.[ordinal] ?? 0;
      return (numbers[ordinal] ?? 0) / view.fps + (Number.isNaN(shift) ? 0 : shift);
    },
    path: (ordinal) => pathOf(view, ordinal, numbers[ordinal] ?? 0),
    groups: groupsOf(view.groups),
    tiles: tilesOf(view.sheets),
  };
}

function numbersOf(view: StreamView): Float64Array {
  if (!view.numbers) return new Float64Array(0);
  const numbers = new Float64Array(view.numbers.count);
  const pairs = int32sOf(view.numbers.pairs);
  let next = view.numbers.first;
  let at = 0;
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    next += pairs[i] ?? 0;
    for (let left = pairs[i + 1] ?? 0; left > 0 && at < numbers.length; left--) numbers[at++] = next++;
  }
  return numbers;
}

function sized(base64: string | undefined, count: number): Uint8Array {
  const bytes = base64 === undefined ? new Uint8Array(0) : bytesOf(base64);
  return bytes.length === count ? bytes : new Uint8Array(count);
}

function pathOf({ paths }: StreamView, ordinal: number, index: number): string | undefined {
  if (!paths) return undefined;
  const other = paths.others?.[ordinal];
  if (other !== undefined) return other;
  return paths.digits < 0 ? paths.before : `${paths.before}${String(index).padStart(paths.digits, '0')}${paths.after}`;
}

/** The first ordinal whose index is not below; the count where there is none. */
export function ordinalFrom(numbers: ArrayLike<number>, index: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The ordinal of the frame that is nearest to an index; -1 in an empty stream. */
export function nearestOrdinal(numbers: Float64Array, index: number): number {
  const after = ordinalFrom(numbers, index);
  if (after === 0) return numbers.length === 0 ? -1 : 0;
  if (after === numbers.length) return after - 1;
  return index - (numbers[after - 1] ?? 0) <= (numbers[after] ?? 0) - index ? after - 1 : after;
}

/** The letters of a frame: B blurry, D dark, I idle, = a duplicate, ! unreadable. */
export function letters(flags: number): string {
  return (flags & flag.blurry ? 'B' : '') + (flags & flag.dark ? 'D' : '') + (flags & flag.idle ? 'I' : '')
    + (flags & flag.duplicate ? '=' : '') + (flags & flag.unreadable ? '!' : '');
}

/** The same in words, for those who cannot see the letters. */
export function flagWords(flags: number): string {
  const words = [
    flags & flag.blurry && 'blurry', flags & flag.dark && 'dark', flags & flag.idle && 'idle', flags & flag.duplicate && 'duplicate',
    flags & flag.representative && 'kept of its group', flags & flag.unreadable && 'unreadable',
  ];
  return words.filter(Boolean).join(', ');
}
