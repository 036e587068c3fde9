import type { RunStatus } from '../data';
import type { Run } from './run';
import { runWords } from './status';

/** What somebody who does not look wants to hear of. */
export interface Heard { status: RunStatus; failed: ReadonlySet<string>; waiting: ReadonlySet<string> }

export function heardOf(run: Run): Heard {
  const named = (status: 'failed' | 'waiting') => new Set(run.data.tasks.filter((task) => task.status === status).map((task) => task.task));
  return { status: run.data.run.status, failed: named('failed'), waiting: named('waiting') };
}

/** What is new, in one sentence: what failed, what needs somebody, that the run is over. Nothing else is ever said. */
export function newsOf(before: Heard, now: Heard): string {
  const fresh = (old: ReadonlySet<string>, all: ReadonlySet<string>, one: string, many: string) => {
    const names = [...all].filter((name) => !old.has(name));
    return names.length === 0 ? '' : names.length === 1 ? `${names[0]} ${one}` : `${names.length} ${many}`;
  };
  const over = now.status !== before.status && (now.status === 'succeeded' || now.status === 'failed' || now.status === 'cancelled');
  return [
    fresh(before.failed, now.failed, 'failed', 'failed'),
    fresh(before.waiting, now.waiting, 'needs you', 'need you'),
    over && `The run is ${runWords[now.status]}`,
  ].filter(Boolean).join('. ');
}
