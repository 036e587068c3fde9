import type { StepView, TaskStatus, TaskView } from '../data';
import { byNeed, withStatus, type Run } from './run';
import { doneOf, statusWords, worst, worstOfCounts } from './status';

export const pageSize = 50;
/** Pixels. */
export const rowHeight = 32;

export type Row =
  | { kind: 'queue'; id: string; name: string; status: TaskStatus; total: number; open: boolean }
  | { kind: 'step'; id: string; step: StepView; status: TaskStatus; done: number; open: boolean; expands: boolean; found?: number }
  | { kind: 'task'; id: string; owner: string; task: TaskView; position: number; of: number }
  | { kind: 'more'; id: string; owner: string; shown: number; of: number; known: number };

interface Asked { open?: string; pages: number; search: string }

const queues: { id: string; name: string; statuses: TaskStatus[] }[] = [
  { id: '!waiting', name: 'Needs you', statuses: ['waiting'] },
  { id: '!failed', name: 'Failed', statuses: ['failed'] },
  { id: '!running', name: 'Running', statuses: ['running'] },
];

/**
 * The rows of the outline: the queues that hold something, then the steps in order, with the open one's items. `whole`: all items can be had
 * from a server, so their number is that of the step, not of those that the page knows.
 */
export function outlineRows(run: Run, asked: Asked, whole = false): Row[] {
  const words = asked.search.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length > 0 ? foundRows(run, words, asked) : allRows(run, asked, whole);
}

function allRows(run: Run, asked: Asked, whole: boolean): Row[] {
  const rows: Row[] = [];
  for (const queue of queues) {
    const tasks = withStatus(run, ...queue.statuses);
    // The steps count all tasks, the page may know only some of them.
    const total = Math.max(tasks.length, run.data.steps.reduce((sum, step) => sum + queue.statuses.reduce((n, status) => n + (step.counts[status] ?? 0), 0), 0));
    if (total === 0) continue;
    const open = asked.open === queue.id;
    rows.push({ kind: 'queue', id: queue.id, name: queue.name, status: worst(tasks.length > 0 ? tasks.map((task) => task.status) : queue.statuses), total, open });
    if (open) rows.push(...taskRows(queue.id, tasks, asked.pages, pageSize, whole ? total : tasks.length));
  }
  for (const step of run.data.steps) {
    const tasks = run.tasksOf.get(step.id) ?? [];
    const open = asked.open === step.id && expands(step, tasks);
    rows.push(stepRow(step, tasks, open));
    if (open) rows.push(...taskRows(step.id, tasks, asked.pages, pageSize, whole ? step.total : tasks.length));
  }
  return rows;
}

function foundRows(run: Run, words: string[], asked: Asked): Row[] {
  const rows: Row[] = [];
  for (const step of run.data.steps) {
    const tasks = run.tasksOf.get(step.id) ?? [];
    const own = matches(words, `${step.id} ${step.kind} ${step.label ?? ''} ${step.segment ?? ''}`);
    const found = tasks.filter((task) => matches(words, textOf(task)));
    if (!own && found.length === 0) continue;
    const open = !own && found.length > 0;
    rows.push({ ...stepRow(step, tasks, open), found: own ? undefined : found.length });
    if (open && expands(step, tasks)) rows.push(...taskRows(step.id, found, asked.open === step.id ? asked.pages : 1, 20));
  }
  return rows;
}

function textOf(task: TaskView): string {
  const files = [...task.inputs, ...task.outputs].map((file) => file.path).join(' ');
  return `${task.task} ${statusWords[task.status]} ${files}`;
}

function matches(words: string[], text: string): boolean {
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
}

/** A step with one nameless task is that task: there is nothing to open. */
function expands(step: StepView, tasks: TaskView[]): boolean {
  return tasks.length > 1 || step.total > 1 || tasks.some((task) => task.item !== undefined);
}

function stepRow(step: StepView, tasks: TaskView[], open: boolean): Row & { kind: 'step' } {
  return {
    kind: 'step', id: step.id, step, status: worstOfCounts(step.counts), done: doneOf(step.counts),
    open, expands: expands(step, tasks),
  };
}

function taskRows(owner: string, tasks: TaskView[], pages: number, size = pageSize, total = tasks.length): Row[] {
  const of = Math.max(total, tasks.length);
  const shown = Math.min(tasks.length, pages * size);
  const rows: Row[] = [...tasks].sort(byNeed).slice(0, shown)
    .map((task, i) => ({ kind: 'task', id: `${owner}/${task.task}`, owner, task, position: i + 1, of }));
  if (shown < of) rows.push({ kind: 'more', id: `${owner}/more`, owner, shown, of, known: tasks.length });
  return rows;
}

/** Parts of the 40 px state bar, worst first, each as a share of the whole. */
export function barParts(counts: StepView['counts'], total: number): { status: TaskStatus; share: number }[] {
  const all = Object.values(counts).reduce((sum, n) => sum + (n ?? 0), 0);
  const whole = Math.max(total, all, 1);
  const order: TaskStatus[] = ['succeeded', 'reused', 'running', 'ready', 'failed', 'waiting', 'blocked', 'cancelled', 'skipped'];
  return order
    .map((status) => ({ status, share: (counts[status] ?? 0) / whole }))
    .filter((part) => part.share > 0);
}
