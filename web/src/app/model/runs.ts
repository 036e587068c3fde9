import type { RunStatus } from '../../data';
import { count, span } from '../../model/format';

/** A run as lists have it. */
export interface RunRow {
  id: string;
  workflow: string;
  name?: string;
  workspace: string;
  status: RunStatus;
  tasks: Partial<Record<'total' | 'ran' | 'reused' | 'failed' | 'blocked' | 'waiting' | 'skipped' | 'cancelled' | 'running', number>> | null;
  submitted_at: string;
  started_at: string | null;
  finished_at: string | null;
  eta_s: number | null;
  position?: number | null;
  starts_in_s?: number | null;
  priority: number;
  cost_usd?: number | null;
  budget_usd?: number | null;
  label?: string | null;
  rating?: number | null;
  problem?: string | null;
}

export interface Filter { status: string; text: string; workflow: string; workspace: string }

export const filters = ['status', 'text', 'workflow', 'workspace'] as const;

export function readFilter(search: string): Filter {
  const parts = new URLSearchParams(search);
  return { status: parts.get('status') ?? '', text: parts.get('text') ?? '', workflow: parts.get('workflow') ?? '', workspace: parts.get('workspace') ?? '' };
}

export function isOver(run: { status: RunStatus }): boolean {
  return run.status === 'succeeded' || run.status === 'failed' || run.status === 'cancelled';
}

/** `talk`: what a person calls the run. */
export function nameOf(run: RunRow): string {
  if (run.name) return run.name;
  if (run.workflow === '(text)') return 'a text';
  const parts = run.workflow.split('/').filter(Boolean);
  const file = parts.at(-1) ?? run.workflow;
  return file === 'spool.yaml' || file === 'spool.yml' ? parts.at(-2) ?? file : file;
}

/** `31/40`, with what went wrong behind it. */
export function taskWords(run: RunRow): string {
  const tasks = run.tasks;
  if (!tasks) return '';
  const done = (tasks.ran ?? 0) + (tasks.reused ?? 0);
  const worse = [
    (tasks.failed ?? 0) > 0 && `${count(tasks.failed ?? 0)} failed`,
    (tasks.waiting ?? 0) > 0 && `${count(tasks.waiting ?? 0)} need you`,
  ].filter(Boolean);
  return `${count(done)}/${count(tasks.total ?? done)}${worse.length > 0 ? ` · ${worse.join(' · ')}` : ''}`;
}

/** What remains, or when it begins: `about 13 s left`, `2nd in the queue`. */
export function leftWords(run: RunRow): string {
  if (run.status === 'queued') {
    const place = run.position ? `${ordinal(run.position)} in the queue` : 'in the queue';
    return run.starts_in_s ? `${place}, in about ${span(run.starts_in_s)}` : place;
  }
  if (run.status === 'running' && run.eta_s !== null && run.eta_s !== undefined) return `about ${span(run.eta_s)} left`;
  return '';
}

export function ordinal(n: number): string {
  const tail = n % 100 >= 11 && n % 100 <= 13 ? 'th' : { 1: 'st', 2: 'nd', 3: 'rd' }[n % 10] ?? 'th';
  return `${n}${tail}`;
}

/** `$0.12 of $2`. */
export function costWords(run: { cost_usd?: number | null; budget_usd?: number | null }): string {
  const cost = run.cost_usd ?? 0;
  if (cost === 0 && !run.budget_usd) return '';
  return run.budget_usd ? `${dollars(cost)} of ${dollars(run.budget_usd)}` : dollars(cost);
}

function dollars(n: number): string {
  return `$${n === Math.round(n) ? n : n.toFixed(n < 0.1 ? 4 : 2)}`;
}

/** `4 min`: how long ago something was, as of a moment. */
export function ago(iso: string, now: number): string {
  const seconds = (now - new Date(iso).getTime()) / 1000;
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 45) return 'just now';
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86400)} days ago`;
}
