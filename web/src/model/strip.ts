import type { StripCell } from '../data';
import { rankOf } from './status';

export const mostCells = 400;

/** One drawn cell: one cell of the result, or several merged into one with the worst state among them. */
export interface Cell extends StripCell { merged: number; index: number }
export interface StripLayout { cells: Cell[]; lefts: number[]; rights: number[]; width: number; scrolls: boolean }

/** At most `most` cells; neighbours are merged, and the worst of them gives state, picture and target. */
export function mergeCells(cells: StripCell[], most = mostCells): Cell[] {
  if (cells.length <= most) return cells.map((cell, index) => ({ ...cell, merged: cell.count ?? 1, index }));
  const merged: Cell[] = [];
  for (let i = 0; i < most; i++) {
    const from = Math.floor((i * cells.length) / most);
    const to = Math.floor(((i + 1) * cells.length) / most);
    const group = cells.slice(from, to);
    const head = group.reduce((a, b) => (rankOf(b.status) < rankOf(a.status) ? b : a));
    const first = group[0] ?? head;
    const last = group[group.length - 1] ?? head;
    merged.push({
      ...head,
      label: group.length === 1 ? head.label : `${first.label} – ${last.label}`,
      start: first.start,
      seconds: group.reduce((sum, cell) => sum + cell.seconds, 0),
      changed: group.some((cell) => cell.changed),
      merged: partsOf(group),
      index: i,
    });
  }
  return merged;
}

/** Where the first part of a drawn cell stands among all cells of the result. */
export const firstOf = (cell: Cell, all: number, most = mostCells): number => (all <= most ? cell.index : Math.floor((cell.index * all) / most));

/** How many parts cells stand for; the server may have merged some of them already. */
export function partsOf(cells: readonly StripCell[]): number {
  return cells.reduce((sum, cell) => sum + (cell.count ?? 1), 0);
}

/**
 * Widths follow durations. Everything fits when no cell would become narrower than `least`;
 * else the shortest cells get `least` and the strip scrolls.
 */
export function layStrip(cells: Cell[], view: number, least = 76, gap = 2): StripLayout {
  const total = cells.reduce((sum, cell) => sum + Math.max(0, cell.seconds), 0);
  const room = Math.max(0, view - gap * Math.max(0, cells.length - 1));
  const even = total <= 0;
  const share = (cell: Cell) => (even ? 1 / Math.max(1, cells.length) : Math.max(0, cell.seconds) / total);
  const fits = cells.every((cell) => share(cell) * room >= least) || cells.length * (least + gap) <= view;
  const widths = fits ? spread(cells.map(share), room, least) : cells.map((cell) => stretch(cell.seconds, total / cells.length, least));
  const lefts: number[] = [];
  const rights: number[] = [];
  let x = 0;
  for (const width of widths) {
    lefts.push(x);
    rights.push(x + width);
    x += width + gap;
  }
  const width = Math.max(0, x - gap);
  return { cells, lefts, rights, width, scrolls: width > view + 0.5 };
}

/** Shares of `room`, none below `least`: what the small ones need is taken from the large ones. */
function spread(shares: number[], room: number, least: number): number[] {
  const widths = shares.map((share) => share * room);
  let small = shares.map(() => false);
  for (;;) {
    const taken = small.filter(Boolean).length * least;
    const open = shares.reduce((sum, share, i) => sum + (small[i] ? 0 : share), 0);
    const next = widths.map((_, i) => small[i] || (shares[i] ?? 0) / (open || 1) * (room - taken) < least);
    if (next.every((value, i) => value === small[i])) {
      return shares.map((share, i) => (small[i] ? least : share / (open || 1) * (room - taken)));
    }
    small = next;
  }
}

function stretch(seconds: number, mean: number, least: number): number {
  if (mean <= 0) return least;
  return Math.max(least, Math.min(least * 4, least * (seconds / mean)));
}

/** Where a moment of the result lies on the strip, inside its cell in proportion. */
export function xOfTime(layout: StripLayout, time: number): number {
  const { cells, lefts, rights } = layout;
  for (let i = cells.length - 1; i >= 0; i--) {
    const cell = cells[i];
    if (cell && time >= cell.start) {
      const part = cell.seconds > 0 ? Math.min(1, (time - cell.start) / cell.seconds) : 0;
      return (lefts[i] ?? 0) + part * ((rights[i] ?? 0) - (lefts[i] ?? 0));
    }
  }
  return 0;
}

/** The moment under a position of the strip: the inverse of `xOfTime`. */
export function timeOfX(layout: StripLayout, x: number): number {
  const { cells, lefts, rights } = layout;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    const left = lefts[i] ?? 0;
    const right = rights[i] ?? 0;
    if (cell && (x <= right || i === cells.length - 1)) {
      const part = right > left ? Math.max(0, Math.min(1, (x - left) / (right - left))) : 0;
      return cell.start + part * cell.seconds;
    }
  }
  return 0;
}

/** Neighbouring cells of equal state as one run each, as parts of the whole width: the overview of a long strip. */
export function stateRuns(layout: StripLayout): { status: StripCell['status']; from: number; to: number }[] {
  const runs: { status: StripCell['status']; from: number; to: number }[] = [];
  layout.cells.forEach((cell, i) => {
    const last = runs[runs.length - 1];
    const to = (rightOf(layout, i)) / (layout.width || 1);
    if (last && last.status === cell.status) last.to = to;
    else runs.push({ status: cell.status, from: (layout.lefts[i] ?? 0) / (layout.width || 1), to });
  });
  return runs;
}

const rightOf = (layout: StripLayout, i: number) => layout.rights[i] ?? 0;
