/** The part of a long row or column that is on screen. */
export interface Visible { first: number; last: number; before: number; after: number }

/** Rows of one height: which to draw, with `extra` on both sides; `last` is exclusive. */
export function visibleRows(count: number, size: number, scroll: number, view: number, extra = 6): Visible {
  const first = Math.max(0, Math.min(count, Math.floor(scroll / size) - extra));
  const last = Math.max(first, Math.min(count, Math.ceil((scroll + view) / size) + extra));
  return { first, last, before: first * size, after: (count - last) * size };
}

/** Things at rising positions: which of them touch the view; found by halving. */
export function visibleBetween(starts: readonly number[], ends: readonly number[], from: number, to: number): [number, number] {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((ends[mid] ?? 0) < from) low = mid + 1;
    else high = mid;
  }
  let last = low;
  while (last < starts.length && (starts[last] ?? 0) <= to) last++;
  return [low, last];
}

/** The scroll position that brings a row into view with the least movement. */
export function scrollTo(index: number, size: number, scroll: number, view: number): number {
  const top = index * size;
  if (top < scroll) return top;
  if (top + size > scroll + view) return top + size - view;
  return scroll;
}
