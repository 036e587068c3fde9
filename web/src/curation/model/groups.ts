import type { GroupsView } from '../data';
import { bytesOf, int32sOf } from './bytes';

/** The groups of near-equal frames, as columns. */
export interface Groups {
  count: number;
  starts: Int32Array;
  members: Int32Array;
  distances: Uint8Array;
  kept: Int32Array;
}

export interface Member { ordinal: number; distance: number; kept: boolean }

const nothing: Groups = { count: 0, starts: new Int32Array(1), members: new Int32Array(0), distances: new Uint8Array(0), kept: new Int32Array(0) };

export function groupsOf(view: GroupsView | undefined): Groups {
  if (!view) return nothing;
  const starts = new Int32Array(view.shown.length + 1);
  view.shown.forEach((size, i) => { starts[i + 1] = (starts[i] ?? 0) + size; });
  return { count: view.shown.length, starts, members: int32sOf(view.members), distances: bytesOf(view.distances), kept: int32sOf(view.kept) };
}

/** The members of a group, the one kept first, the others in their order. */
export function membersOf(groups: Groups, group: number): Member[] {
  const found: Member[] = [];
  const kept = groups.kept[group];
  for (let i = groups.starts[group] ?? 0; i < (groups.starts[group + 1] ?? 0); i++) {
    const ordinal = groups.members[i] ?? 0;
    const member = { ordinal, distance: groups.distances[i] ?? 0, kept: ordinal === kept };
    if (member.kept) found.unshift(member);
    else found.push(member);
  }
  return found;
}

/** Places of groups: as frames come, or the largest first. */
export function orderOf(sizes: number[], order: 'frame' | 'size'): number[] {
  const places = sizes.map((_, i) => i);
  return order === 'frame' ? places : places.sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || a - b);
}

/** The group that a frame is in, if it is listed. */
export function groupOf(groups: Groups, ordinal: number): number | undefined {
  const at = groups.members.indexOf(ordinal);
  if (at < 0) return undefined;
  let low = 0;
  let high = groups.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((groups.starts[middle + 1] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
