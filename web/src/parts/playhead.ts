import { useEffect, useState } from 'preact/hooks';

/** What the keyboard can ask of the medium on stage. */
export interface Transport {
  toggle(): void;
  stepFrames(frames: number): void;
  seek(seconds: number): void;
  now(): number;
}

/** Where the medium on stage is. It moves many times a second, so only those who ask are told. */
export class Playhead {
  transport: Transport | undefined;
  private path: string | undefined;
  private seconds = 0;
  private readonly listeners = new Set<() => void>();

  set(path: string | undefined, seconds: number): void {
    if (path === this.path && seconds === this.seconds) return;
    this.path = path;
    this.seconds = seconds;
    for (const listener of this.listeners) listener();
  }

  /** The position in the given file; nothing when another one is on stage. */
  in(path: string | undefined): number | undefined {
    return path !== undefined && path === this.path ? this.seconds : undefined;
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

export function usePlayhead(playhead: Playhead, path: string | undefined): number | undefined {
  const [time, setTime] = useState(() => playhead.in(path));
  useEffect(() => {
    const read = () => setTime(playhead.in(path));
    read();
    return playhead.listen(read);
  }, [playhead, path]);
  return time;
}
