import type { ArtifactView, FailureView, Reason, ReportData, RunStatus, RunView, StepView, StripCell, TaskStatus, TaskView } from '../../data';
import { rankOf } from '../../model/status';

/** What an event told about a task since the page's data was read. */
interface Patch { status: TaskStatus; reasons?: Reason[]; failure?: FailureView; seconds?: number; progress?: number; text?: string; at: number }

interface Told {
  type?: string; task?: string; step?: string; status?: TaskStatus; reasons?: (Reason | string)[]; failure?: Partial<FailureView>; seconds?: number;
  fraction?: number; text?: string; tasks?: Partial<RunView['tasks']>; eta_s?: number | null; cost_usd?: number | null; run?: string;
}

/** What is known of the bytes of a media file. */
export interface Facts { seconds?: number; fps?: number; width?: number; height?: number; codecs?: string[] }

const isDigest = /^(?:sha256:)?([0-9a-f]{64})$/;

const statuses: Record<string, TaskStatus> = { succeeded: 'succeeded', reused: 'reused', failed: 'failed', blocked: 'blocked', waiting: 'waiting', skipped: 'skipped', cancelled: 'cancelled', running: 'running' };

/**
 * One run as it goes on: the page's data, which the engine writes about once a second, and over it what its events have told since.
 * Events are seen at once; the data behind them replaces them when it comes.
 */
export class LiveRun {
  private readonly facts = new Map<string, Facts>();
  private base: ReportData | undefined;
  private patches = new Map<string, Patch>();
  private readonly extra = new Map<string, TaskView>();
  private readonly extraFiles = new Map<string, ArtifactView>();
  private counts: Partial<RunView['tasks']> | undefined;
  private eta: number | null | undefined;
  private cost: number | null | undefined;
  private clock = 0;

  /** The moment to give to `rebase`: what is told from now on is newer than the data that is asked for now. */
  mark(): number {
    return this.clock;
  }

  /** Takes new data, asked for at a moment; what was told before it is part of it. */
  rebase(data: ReportData, asked: number): void {
    this.base = data;
    for (const [task, patch] of this.patches) if (patch.at <= asked) this.patches.delete(task);
    for (const task of data.tasks) this.extra.delete(task.task);
    this.counts = undefined;
  }

  /** Takes a line of the run; true where something is to be drawn anew. */
  take(value: Record<string, unknown>): boolean {
    const told = value as Told;
    this.clock++;
    if (told.type === 'counts') {
      this.counts = told.tasks;
      this.eta = told.eta_s;
      this.cost = told.cost_usd;
      return true;
    }
    if (told.task === undefined) return false;
    const before = this.patches.get(told.task);
    if (told.type === 'started') this.patches.set(told.task, { status: 'running', at: this.clock });
    else if (told.type === 'progress') this.patches.set(told.task, { status: before?.status ?? 'running', progress: told.fraction, text: told.text, at: this.clock });
    else if (told.type === 'task' && told.status !== undefined) {
      this.patches.set(told.task, {
        status: statuses[told.status] ?? told.status, at: this.clock, seconds: told.seconds,
        reasons: told.reasons?.map((reason) => (typeof reason === 'string' ? { code: '', text: reason } : reason)),
        failure: told.failure && { kind: 'failed', sentence: 'It failed.', blocks: 0, ...told.failure },
      });
    } else return false;
    // What the page's data never tells of keeps what was heard last.
    const extra = this.extra.get(told.task);
    const patch = this.patches.get(told.task);
    if (extra && patch) this.extra.set(told.task, patched(extra, patch));
    return true;
  }

  /** Tasks that were asked for one by one, or by the page; the data of the run has only the worst of many. */
  add(tasks: readonly Partial<TaskView>[], files: readonly ArtifactView[] = []): void {
    for (const file of files) this.extraFiles.set(file.path, addressed(file));
    for (const task of tasks) {
      if (task.task === undefined || task.step === undefined) continue;
      const known = this.extra.get(task.task);
      this.extra.set(task.task, { status: 'pending', reasons: [], attempts: 0, inputs: [], outputs: [], ...known, ...task } as TaskView);
    }
  }

  /** What was found out about bytes; the engine does not look into them while it works. */
  know(digest: string, facts: Facts): void {
    this.facts.set(digest, facts);
  }

  /** Digests of media whose length is shown and not known yet, the first of the result first. */
  unknown(most = 60): string[] {
    const base = this.base;
    if (!base) return [];
    const files = new Map(base.artifacts.map((file) => [file.path, file]));
    const paths = [...base.strip.slice(0, most).map((cell) => cell.path), ...base.finals];
    const digests = paths.map((path) => files.get(path ?? '')).filter((file) => file !== undefined)
      .filter((file) => (file.type === 'video' || file.type === 'audio') && file.seconds === undefined && isDigest.test(file.digest) && !this.facts.has(file.digest)).map((file) => file.digest);
    return [...new Set(digests)].slice(0, most);
  }

  /** The data with everything that was told since. */
  data(): ReportData | undefined {
    const base = this.base && withFacts(this.base, this.facts);
    if (!base) return undefined;
    const known = new Set(base.tasks.map((task) => task.task));
    const all = this.extra.size === 0 ? base.tasks : [...base.tasks, ...[...this.extra.values()].filter((task) => !known.has(task.task))];
    const tasks = this.patches.size === 0 ? all : all.map((task) => patched(task, this.patches.get(task.task)));
    return {
      ...base,
      tasks,
      artifacts: this.extraFiles.size === 0 ? base.artifacts : withExtra(base.artifacts, this.extraFiles),
      steps: this.steps(base),
      strip: this.patches.size === 0 ? base.strip : base.strip.map((cell) => this.cell(cell)),
      run: {
        ...base.run, tasks: { ...base.run.tasks, ...this.counts },
        ...(this.eta !== undefined && { etaSeconds: this.eta ?? undefined }), ...(this.cost !== undefined && { costUsd: this.cost ?? undefined }),
      },
    };
  }

  private cell(cell: StripCell): StripCell {
    const patch = cell.task === undefined ? undefined : this.patches.get(cell.task);
    if (!patch) return cell;
    // Of a merged cell only a worse state of one member can be told; a better one says nothing of the others.
    if ((cell.count ?? 1) > 1 && rankOf(patch.status) > rankOf(cell.status)) return cell;
    return { ...cell, status: patch.status, progress: patch.status === 'running' ? patch.progress : undefined };
  }

  private steps(base: ReportData): StepView[] {
    if (this.patches.size === 0) return base.steps;
    const changed = new Map<string, Partial<Record<TaskStatus, number>>>();
    for (const task of base.tasks) {
      const patch = this.patches.get(task.task);
      if (!patch || patch.status === task.status) continue;
      const step = base.steps.find((one) => one.id === task.step);
      const counts = changed.get(task.step) ?? { ...step?.counts };
      counts[task.status] = Math.max(0, (counts[task.status] ?? 0) - 1);
      counts[patch.status] = (counts[patch.status] ?? 0) + 1;
      changed.set(task.step, counts);
    }
    return changed.size === 0 ? base.steps : base.steps.map((step) => { const counts = changed.get(step.id); return counts ? { ...step, counts } : step; });
  }
}

function patched(task: TaskView, patch: Patch | undefined): TaskView {
  if (!patch) return task;
  return {
    ...task, status: patch.status, progress: patch.status === 'running' ? patch.progress : undefined,
    reasons: patch.reasons && patch.reasons.length > 0 ? patch.reasons : task.reasons,
    seconds: patch.seconds ?? task.seconds, failure: patch.failure ?? (patch.status === 'failed' ? task.failure : undefined),
  };
}

/** Files with what was found out about them, and parts of the result as long as their files. */
export function withFacts(data: ReportData, facts: ReadonlyMap<string, Facts>): ReportData {
  if (facts.size === 0) return data;
  const artifacts = data.artifacts.map((file) => { const known = facts.get(file.digest); return known ? { ...known, ...file } : file; });
  const lengths = new Map(artifacts.map((file) => [file.path, file.seconds]));
  let at = 0;
  const strip = data.strip.map((cell) => {
    const seconds = cell.seconds > 0 ? cell.seconds : lengths.get(cell.path ?? '') ?? 0;
    const start = cell.start > 0 ? cell.start : at;
    at = start + seconds;
    return seconds === cell.seconds && start === cell.start ? cell : { ...cell, seconds, start };
  });
  return { ...data, artifacts, strip };
}

function withExtra(files: ArtifactView[], extra: Map<string, ArtifactView>): ArtifactView[] {
  const known = new Set(files.map((file) => file.path));
  return [...files, ...[...extra.values()].filter((file) => !known.has(file.path))];
}

/** With addresses of the bytes that its digest names. */
export function addressed(artifact: ArtifactView): ArtifactView {
  const shown = artifact.type === 'video' || artifact.type === 'image' || artifact.type === 'audio';
  const digest = isDigest.exec(artifact.digest)?.[1];
  if (digest === undefined) return artifact;
  const at = `/api/v1/artifacts/${digest}`;
  return {
    ...artifact,
    url: shown ? `${at}/play` : at,
    thumbnail: artifact.thumbnail ?? (artifact.type === 'video' || artifact.type === 'image' ? `${at}/thumbnail` : undefined),
  };
}

/** Data of the server names bytes by what they are; here they get addresses. Text and folders have none to show. */
export function withAddresses(data: ReportData): ReportData {
  const artifacts = data.artifacts.map(addressed);
  const pictures = new Map(artifacts.map((artifact) => [artifact.path, artifact.thumbnail]));
  const latest = new Map<string, string>();
  for (const task of data.tasks) for (const output of task.outputs) { const picture = pictures.get(output.path); if (picture !== undefined) latest.set(task.step, picture); }
  return {
    ...data, artifacts,
    strip: data.strip.map((cell) => (cell.thumbnail === undefined && cell.path !== undefined ? { ...cell, thumbnail: pictures.get(cell.path) } : cell)),
    steps: data.steps.map((step) => (step.picture === undefined && latest.has(step.id) ? { ...step, picture: latest.get(step.id) } : step)),
  };
}

/** Whether a run may still say something. */
export function goesOn(status: RunStatus): boolean {
  return status === 'queued' || status === 'running' || status === 'waiting' || status === 'paused';
}
