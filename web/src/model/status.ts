import type { RunStatus, TaskStatus } from '../data';

/** From worst to best: the order of lists, and the colour of a group is that of its worst member. */
export const worstFirst: readonly TaskStatus[] = [
  'failed', 'waiting', 'blocked', 'cancelled', 'running', 'ready', 'pending', 'skipped', 'succeeded', 'reused',
];

const rank = new Map(worstFirst.map((status, index) => [status, index]));

export function rankOf(status: TaskStatus): number {
  return rank.get(status) ?? worstFirst.length;
}

export function worst(statuses: Iterable<TaskStatus>): TaskStatus {
  let result: TaskStatus = 'reused';
  for (const status of statuses) if (rankOf(status) < rankOf(result)) result = status;
  return result;
}

export const statusWords: Record<TaskStatus, string> = {
  succeeded: 'done', reused: 'reused', failed: 'failed', blocked: 'blocked', waiting: 'needs you',
  skipped: 'skipped', cancelled: 'cancelled', running: 'running', pending: 'pending', ready: 'ready',
};

export const runWords: Record<RunStatus, string> = {
  queued: 'queued', running: 'running', succeeded: 'done', failed: 'failed',
  cancelled: 'cancelled', waiting: 'waiting for you', paused: 'paused',
};

/** The task status that wears the same glyph and colour as a run's status. */
export const runAsTask: Record<RunStatus, TaskStatus> = {
  queued: 'pending', running: 'running', succeeded: 'succeeded', failed: 'failed',
  cancelled: 'cancelled', waiting: 'waiting', paused: 'skipped',
};

type Counts = Partial<Record<TaskStatus, number>>;

/** How many of a step's tasks have a result. */
export function doneOf(counts: Counts): number {
  return (counts.succeeded ?? 0) + (counts.reused ?? 0);
}

/** The worst status among those counted; a step with nothing counted is pending. */
export function worstOfCounts(counts: Counts): TaskStatus {
  const present = worstFirst.filter((status) => (counts[status] ?? 0) > 0);
  return present[0] ?? 'pending';
}

/** `3 done, 1 failed`: the counts as words, worst first. */
export function countWords(counts: Counts): string {
  return worstFirst
    .filter((status) => (counts[status] ?? 0) > 0)
    .map((status) => `${counts[status]} ${statusWords[status]}`)
    .join(', ');
}

const qualityNames: Record<string, string> = { placeholder: 'stand-in', preview: 'preview' };

/** The mark of a result that is not final; nothing for final ones. */
export function qualityMark(quality: string | undefined): string | undefined {
  return quality === undefined ? undefined : qualityNames[quality];
}
