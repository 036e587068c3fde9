import type { ArtifactView, ReportData, RolePath, StepView, TaskStatus, TaskView } from '../data';
import { rankOf } from './status';

/** The report with the look-ups every part of the page needs, made once. */
export interface Run {
  data: ReportData;
  steps: Map<string, StepView>;
  tasks: Map<string, TaskView>;
  /** Of each step, worst first, then by name in natural order. */
  tasksOf: Map<string, TaskView[]>;
  artifacts: Map<string, ArtifactView>;
  /** Tasks that read a path. */
  readers: Map<string, string[]>;
}

const natural = new Intl.Collator('en', { numeric: true });

export function byNeed(a: TaskView, b: TaskView): number {
  return rankOf(a.status) - rankOf(b.status) || natural.compare(a.task, b.task);
}

export function readRun(data: ReportData): Run {
  const tasksOf = new Map<string, TaskView[]>(data.steps.map((step) => [step.id, []]));
  const readers = new Map<string, string[]>();
  for (const task of data.tasks) {
    const list = tasksOf.get(task.step);
    if (list) list.push(task);
    else tasksOf.set(task.step, [task]);
    for (const input of task.inputs) {
      const known = readers.get(input.path);
      if (known) known.push(task.task);
      else readers.set(input.path, [task.task]);
    }
  }
  for (const list of tasksOf.values()) list.sort(byNeed);
  return {
    data,
    steps: new Map(data.steps.map((step) => [step.id, step])),
    tasks: new Map(data.tasks.map((task) => [task.task, task])),
    tasksOf,
    artifacts: new Map(data.artifacts.map((artifact) => [artifact.path, artifact])),
    readers,
  };
}

/** The step of a task, also of one that the page does not know: its address begins with it. */
export function stepOf(run: Run, task: string | undefined): string | undefined {
  if (task === undefined) return undefined;
  const name = run.tasks.get(task)?.step ?? task.split(':')[0] ?? '';
  return run.steps.has(name) ? name : undefined;
}

export function withStatus(run: Run, ...statuses: TaskStatus[]): TaskView[] {
  return run.data.tasks.filter((task) => statuses.includes(task.status)).sort(byNeed);
}

const order = ['video', 'image', 'audio', 'subtitles', 'text', 'data', 'folder', 'file'];

/** The file a person would want to see first: pictures before sound before words. */
export function mainPath(run: Run, files: RolePath[]): string | undefined {
  let best: ArtifactView | undefined;
  for (const file of files) {
    const artifact = run.artifacts.get(file.path);
    if (artifact && (!best || order.indexOf(artifact.type) < order.indexOf(best.type))) best = artifact;
  }
  return best?.path;
}

/** The film itself: the first final that can be shown, else the newest result there is. */
export function headlinePath(run: Run): string | undefined {
  const finals = run.data.finals.filter((path) => run.artifacts.has(path));
  const main = mainPath(run, finals.map((path) => ({ role: '', path })));
  if (main) return main;
  const newest = run.data.tasks
    .filter((task) => task.outputs.some((output) => run.artifacts.has(output.path)))
    .sort((a, b) => ((b.start ?? 0) + (b.seconds ?? 0)) - ((a.start ?? 0) + (a.seconds ?? 0)))[0];
  return newest && mainPath(run, newest.outputs);
}

/** A picture that stands for a path: its own, its first child's, or none. */
export function pictureOf(run: Run, path: string | undefined, depth = 0): string | undefined {
  const artifact = path === undefined ? undefined : run.artifacts.get(path);
  if (!artifact) return undefined;
  if (artifact.thumbnail) return artifact.thumbnail;
  if (depth > 2) return undefined;
  for (const child of artifact.children ?? []) {
    const picture = pictureOf(run, child, depth + 1);
    if (picture) return picture;
  }
  return undefined;
}

/** A picture for a task: of its outputs, else of what it was made from. */
export function pictureOfTask(run: Run, task: TaskView): string | undefined {
  for (const file of [...task.outputs, ...task.inputs]) {
    const picture = pictureOf(run, file.path);
    if (picture) return picture;
  }
  return undefined;
}

/** Steps reachable from one step along `needs` (up) or against it (down), without the step itself. */
export function kin(steps: StepView[], from: string, direction: 'up' | 'down'): Set<string> {
  const next = new Map<string, string[]>();
  for (const step of steps) {
    for (const need of step.needs) {
      const [a, b] = direction === 'up' ? [step.id, need] : [need, step.id];
      const list = next.get(a);
      if (list) list.push(b);
      else next.set(a, [b]);
    }
  }
  const seen = new Set<string>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const other of next.get(id) ?? []) {
      if (!seen.has(other) && other !== from) {
        seen.add(other);
        open.push(other);
      }
    }
  }
  return seen;
}
