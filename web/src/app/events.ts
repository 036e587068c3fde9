import { Problem, type Api } from './api';

/** One server-sent event. */
export interface Told { id?: string; name: string; data: string }

/** Reads server-sent events from pieces of text, however they are cut (WHATWG HTML, 9.2.6). */
export class EventReader {
  private rest = '';
  private lines: string[] = [];

  constructor(private readonly tell: (told: Told) => void) {}

  take(text: string): void {
    this.rest += text;
    for (let end = this.rest.indexOf('\n'); end >= 0; end = this.rest.indexOf('\n')) {
      this.line(this.rest.slice(0, end).replace(/\r$/, ''));
      this.rest = this.rest.slice(end + 1);
    }
  }

  private line(line: string): void {
    if (line !== '') {
      if (!line.startsWith(':')) this.lines.push(line);
      return;
    }
    const told: Told = { name: 'message', data: '' };
    const data: string[] = [];
    for (const field of this.lines) {
      const [, name, value] = /^([^:]*):? ?(.*)$/.exec(field) ?? [];
      if (name === 'data') data.push(value ?? '');
      else if (name === 'event') told.name = value ?? '';
      else if (name === 'id') told.id = value;
    }
    this.lines = [];
    if (data.length > 0) this.tell({ ...told, data: data.join('\n') });
  }
}

export interface Listener {
  /** One line of the run. */
  event(value: Record<string, unknown>): void;
  /** Whether the server is heard; `lastSeen` is when it was heard last. */
  heard(there: boolean, lastSeen: Date): void;
  /** The run is over for good. */
  end(): void;
  /** The server refuses, for good: there is no such run, or nobody is let in. */
  refused(problem: Problem): void;
}

const firstPause = 400;
const longestPause = 4000;
/** The server says that it is there at least every 15 s. */
const longestSilence = 40_000;

/**
 * Follows the events of a run over a plain request, not an EventSource: that one gives up for good on some answers, cannot tell why, and
 * starts from the beginning when it is made anew. Here every try goes on behind the last event that was heard. Gives what ends it.
 */
export function follow(api: Api, path: string, listener: Listener): () => void {
  const stop = new AbortController();
  let last: string | undefined;
  let seen = new Date();
  let pause = firstPause;

  const listen = async () => {
    const once = new AbortController();
    const both = () => once.abort();
    stop.signal.addEventListener('abort', both);
    let silence = setTimeout(both, longestSilence);
    let over = false;
    try {
      const answer = await api.ask(path, { signal: once.signal, headers: { Accept: 'text/event-stream', ...(last !== undefined && { 'Last-Event-ID': last }) } });
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      const events = new EventReader((told) => {
        if (told.id !== undefined) last = told.id;
        if (told.name === 'end') over = true;
        else if (told.name === 'message') tell(told.data);
      });
      seen = new Date();
      listener.heard(true, seen);
      pause = firstPause;
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        seen = new Date();
        clearTimeout(silence);
        silence = setTimeout(both, longestSilence);
        events.take(part.value);
        if (over) break;
      }
    } finally {
      clearTimeout(silence);
      stop.signal.removeEventListener('abort', both);
      once.abort();
    }
    return over;
  };

  const tell = (data: string) => {
    try {
      listener.event(JSON.parse(data) as Record<string, unknown>);
    } catch {
      console.warn('an event that is no JSON was passed over');
    }
  };

  void (async () => {
    while (!stop.signal.aborted) {
      try {
        if (await listen()) return listener.end();
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429) return listener.refused(error);
      }
      if (stop.signal.aborted) return;
      listener.heard(false, seen);
      await new Promise((done) => setTimeout(done, pause));
      pause = Math.min(longestPause, pause * 1.6);
    }
  })();
  return () => stop.abort();
}
