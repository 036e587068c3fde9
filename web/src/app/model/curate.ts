import type { Verdict } from '../../curation/deciding';

export interface Step { stream: string; verdict: Verdict; frames: readonly number[]; before: (Verdict | undefined)[] }
export interface Wish { decision: Verdict; stream: string; frames: readonly number[]; take_back?: true }

/**
 * Decisions about frames as a person makes them: seen at once, sent one after the other in their order, and each can be taken back. What
 * could not be sent stays and is tried again with the next.
 */
export class FrameDecisions {
  private readonly verdicts = new Map<string, Verdict>();
  private readonly done: Step[] = [];
  private queue: Wish[] = [];
  private busy = false;
  private made = 0;
  trouble = '';

  constructor(private readonly send: (wishes: readonly Wish[]) => Promise<void>, private readonly changed: () => void) {}

  /** What was decided before this page was opened. */
  known(stream: string, decided: Partial<Record<Verdict, number[]>>, total: number): void {
    for (const verdict of ['keep', 'drop', 'representative'] as const) for (const frame of decided[verdict] ?? []) this.verdicts.set(key(stream, frame), verdict);
    this.made = Math.max(this.made, total);
    this.changed();
  }

  verdictOf(stream: string, frame: number): Verdict | undefined {
    return this.verdicts.get(key(stream, frame));
  }

  decide(stream: string, verdict: Verdict, frames: readonly number[]): void {
    if (frames.length === 0) return;
    this.done.push({ stream, verdict, frames, before: frames.map((frame) => this.verdictOf(stream, frame)) });
    for (const frame of frames) this.verdicts.set(key(stream, frame), verdict);
    this.made += frames.length;
    this.push({ decision: verdict, stream, frames });
  }

  undo(): boolean {
    const step = this.done.pop();
    if (!step) return false;
    step.frames.forEach((frame, i) => {
      const before = step.before[i];
      if (before === undefined) this.verdicts.delete(key(step.stream, frame));
      else this.verdicts.set(key(step.stream, frame), before);
    });
    this.made -= step.frames.length;
    this.push({ decision: step.verdict, stream: step.stream, frames: step.frames, take_back: true });
    return true;
  }

  /** `143 decisions, saved`. */
  get said(): string {
    const state = this.trouble !== '' ? `not saved: ${this.trouble}` : this.queue.length > 0 || this.busy ? 'saving …' : 'saved';
    return `${this.made} ${this.made === 1 ? 'decision' : 'decisions'}, ${state}`;
  }

  private push(wish: Wish): void {
    this.queue.push(wish);
    this.changed();
    void this.flush();
  }

  private async flush(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    while (this.queue.length > 0) {
      const sending = this.queue.slice(0, 50);
      try {
        await this.send(sending);
        this.queue = this.queue.slice(sending.length);
        this.trouble = '';
      } catch (error) {
        this.trouble = error instanceof Error ? error.message : String(error);
        break;
      }
    }
    this.busy = false;
    this.changed();
  }
}

const key = (stream: string, frame: number) => `${stream}\n${frame}`;
