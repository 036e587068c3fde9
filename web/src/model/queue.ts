import type { TaskStatus } from '../data';
import { statusWords, worstFirst } from './status';
import type { Run } from './run';

/** Tasks of one state, of a step or of the whole run: what stands behind a count. Named `!failed`, or `!failed@clips` for a step. */
export interface Queue { status: TaskStatus; step?: string }

export const queueId = (status: TaskStatus, step?: string): string => `!${status}${step === undefined ? '' : `@${step}`}`;

/** The queue that an id names; nothing for a step. */
export function queueOf(id: string): Queue | undefined {
  const parts = /^!([a-z]+)(?:@(.+))?$/.exec(id);
  const status = worstFirst.find((one) => one === parts?.[1]);
  return status && { status, step: parts?.[2] };
}

export const queueWords = (queue: Queue): string => `${statusWords[queue.status]}${queue.step === undefined ? '' : ` in ${queue.step}`}`;

/** How many there are, whether the page knows them or not. */
export function queueTotal(run: Run, queue: Queue): number {
  const steps = queue.step === undefined ? run.data.steps : run.data.steps.filter((step) => step.id === queue.step);
  return steps.reduce((sum, step) => sum + (step.counts[queue.status] ?? 0), 0);
}
