/** A review as the server lists it. */
export interface Review {
  review: string;
  state: 'open' | 'rejected' | 'approved';
  message: string;
  shown: string;
  files: { role: string; path: string; digest: string; edited: boolean }[];
  notes: string[];
}

export interface Verdict { task: string; verdict: 'approve' | 'reject'; note: string; at?: number; input?: string; digest?: string; /** Also what was rejected before. */ over?: boolean }

export interface Pending extends Verdict { due: number }

export const undoMs = 8000;

type Send = (verdict: Verdict, leaving: boolean) => Promise<void>;

/**
 * Decisions that were made and not sent yet: for eight seconds each can be taken back. What is written about a task stays with it, also
 * when another one is looked at. Leaving the page sends what waits.
 */
export class Decisions {
  private waiting: Pending[] = [];
  private readonly drafts = new Map<string, { note: string; at?: number }>();
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly sent = new Set<string>();
  /** What was taken, by review and what it showed: the list of reviews may say for a moment that it is open. */
  private readonly taken = new Set<string>();

  constructor(private readonly send: Send, private readonly failed: (verdict: Verdict, error: unknown) => void, private readonly now: () => number = Date.now) {}

  get pending(): readonly Pending[] {
    return this.waiting;
  }

  draft(task: string): { note: string; at?: number } {
    return this.drafts.get(task) ?? { note: '' };
  }

  write(task: string, change: { note?: string; at?: number }): void {
    this.drafts.set(task, { ...this.draft(task), ...change });
    this.tell();
  }

  /** Decided, but not sent: another decision about the same takes its place. */
  decide(verdict: Verdict): void {
    this.waiting = [...this.waiting.filter((one) => one.task !== verdict.task), { ...verdict, due: this.now() + undoMs }];
    this.tell();
  }

  undo(task: string): void {
    this.waiting = this.waiting.filter((one) => one.task !== task);
    this.tell();
  }

  /** Sends what is due, or all of it. */
  async flush(all = false, leaving = false): Promise<void> {
    const due = this.waiting.filter((one) => all || one.due <= this.now());
    this.waiting = this.waiting.filter((one) => !due.includes(one));
    for (const one of due) this.sent.add(one.task);
    this.tell();
    await Promise.all(due.map(async ({ due: _, ...verdict }) => {
      try {
        await this.send(verdict, leaving);
        this.drafts.delete(verdict.task);
        this.taken.add(`${verdict.task}\n${verdict.digest}`);
      } catch (error) {
        this.failed(verdict, error);
      } finally {
        this.sent.delete(verdict.task);
        this.tell();
      }
    }));
  }

  /** Decided here, whether sent or not: nothing is asked again. */
  isDecided(review: Pick<Review, 'review' | 'state' | 'shown'>): boolean {
    return this.sent.has(review.review) || this.waiting.some((one) => one.task === review.review) || (review.state === 'open' && this.taken.has(`${review.review}\n${review.shown}`));
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(): void {
    clearTimeout(this.timer);
    const next = Math.min(...this.waiting.map((one) => one.due));
    if (Number.isFinite(next)) this.timer = setTimeout(() => void this.flush(), Math.max(0, next - this.now()) + 5);
    for (const listener of this.listeners) listener();
  }
}

/** The review that concerns a task: its own, or the open one that shows what it made. */
export function reviewOf(reviews: readonly Review[], task: { task: string; outputs: { path: string }[] }): Review | undefined {
  return reviews.find((one) => one.review === task.task)
    ?? reviews.find((one) => one.state === 'open' && one.files.some((file) => task.outputs.some((output) => output.path === file.path)));
}
