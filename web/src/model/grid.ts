import type { TaskStatus } from '../data';
import { rankOf } from './status';

/** A stretch of a list in the state of its worst member. */
export interface Mark { from: number; count: number; status: TaskStatus }

/** A long list of which only a part may be known: who draws it says what is looked at. */
export interface GridItems<T> {
  total: number;
  /** Nothing where it is not known yet. */
  at(index: number): T | undefined;
  /** These will be seen, the last excluded. */
  want(first: number, last: number): void;
  marks: readonly Mark[];
}

interface Named { name: string; status?: TaskStatus }

/** More than this is a grid; fewer are shown large. */
export const largeAtMost = 12;

const mostMarks = 400;
const bad: readonly TaskStatus[] = ['failed', 'waiting', 'blocked', 'cancelled'];

/** A list that is known as a whole. */
export function wholeList<T extends Named>(tiles: readonly T[]): GridItems<T> {
  return { total: tiles.length, at: (index) => tiles[index], want: () => undefined, marks: marksOf(tiles.map((tile) => tile.status)) };
}

/** Stretches of a list with something wrong in them; at most 400, so that each stands for some neighbours where there are more. */
export function marksOf(statuses: readonly (TaskStatus | undefined)[]): Mark[] {
  const size = Math.max(1, Math.ceil(statuses.length / mostMarks));
  const marks: Mark[] = [];
  for (let from = 0; from < statuses.length; from += size) {
    const wrong = statuses.slice(from, from + size).filter((status) => status !== undefined && bad.includes(status)) as TaskStatus[];
    if (wrong.length === 0) continue;
    marks.push({ from, count: Math.min(size, statuses.length - from), status: wrong.reduce((a, b) => (rankOf(b) < rankOf(a) ? b : a)) });
  }
  return marks;
}

/** Where `#120`, `120`, `37 %` or a name leads: a place in the list, from 0; nothing for anything else. */
export function jumpTo<T extends Named>(items: GridItems<T>, text: string): number | undefined {
  const { total } = items;
  const asked = text.trim();
  if (total === 0 || asked === '') return undefined;
  const share = /^(\d+(?:[.,]\d+)?)\s*%$/.exec(asked);
  if (share) return Math.round((Math.min(100, Number(share[1]?.replace(',', '.'))) / 100) * (total - 1));
  const index = /^#?\s*(\d+)$/.exec(asked);
  if (index) {
    const number = Number(index[1]);
    return number >= 1 && number <= total ? number - 1 : undefined;
  }
  for (let i = 0; i < total; i++) if (items.at(i)?.name === asked) return i;
  return undefined;
}
