/** What the server answers where it cannot do as asked (RFC 9457). */
export class Problem extends Error {
  constructor(readonly status: number, readonly title: string, readonly detail?: string) {
    super(detail === undefined ? title : `${title}: ${detail}`);
  }
}

/** The server cannot be reached at all. */
export class Unreachable extends Error {}

export type Fetch = (address: string, how?: RequestInit) => Promise<Response>;

interface Kept { etag: string; value: unknown }

const root = '/api/v1';

/** The API of the server. Who asks is told by a cookie; what changes something carries the header that only this page can send. */
export class Api {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly fetch: Fetch = (address, how) => globalThis.fetch(address, how)) {}

  /** Trades the token of the address for a cookie. */
  async enter(token: string): Promise<void> {
    await this.ask('/session', { method: 'POST', headers: { Authorization: `Bearer ${token}`, 'X-Spool-Client': 'page' } });
  }

  /** Reads; what has not changed comes from memory, as the very same object. */
  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    const known = this.kept.get(path);
    const answer = await this.ask(path, { headers: known ? { 'If-None-Match': known.etag } : {}, signal });
    if (answer.status === 304 && known) return known.value as T;
    const value = (await answer.json()) as T;
    const etag = answer.headers.get('ETag');
    if (etag !== null) this.keep(path, { etag, value });
    return value;
  }

  /** Changes something; gives what the answer holds, if anything. */
  async send<T = unknown>(method: string, path: string, body?: unknown, how: RequestInit = {}): Promise<T | undefined> {
    const headers: Record<string, string> = { 'X-Spool-Client': 'page' };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const answer = await this.ask(path, { ...how, method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    return text === '' ? undefined : (JSON.parse(text) as T);
  }

  /** Any request; throws `Problem` for a refusal and `Unreachable` when nobody answers. */
  async ask(path: string, how: RequestInit = {}): Promise<Response> {
    let answer: Response;
    try {
      answer = await this.fetch(root + path, { credentials: 'same-origin', cache: 'no-store', ...how });
    } catch (trouble) {
      if (how.signal?.aborted) throw trouble;
      throw new Unreachable('the server does not answer');
    }
    if (answer.ok || answer.status === 304) return answer;
    throw await problemOf(answer);
  }

  private keep(path: string, kept: Kept): void {
    this.kept.delete(path);
    this.kept.set(path, kept);
    // A page that is open for days looks at many runs; only the last ones are worth the memory.
    const oldest = this.kept.size > 24 ? this.kept.keys().next().value : undefined;
    if (oldest !== undefined) this.kept.delete(oldest);
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    const told = (await answer.json()) as { title?: string; detail?: string };
    return new Problem(answer.status, told.title ?? `the server answered ${answer.status}`, told.detail);
  } catch {
    return new Problem(answer.status, `the server answered ${answer.status}`);
  }
}

/** The token in an address such as `/#t=…`; nothing where the fragment is a place on the page. */
export function tokenIn(hash: string): string | undefined {
  return /^#t=([0-9A-Za-z_-]{32,})$/.exec(hash)?.[1];
}

/** A sentence on what went wrong. */
export function troubleOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A query of the values that are there. */
export function query(values: Record<string, string | number | undefined>): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== '') parts.set(name, String(value));
  const text = parts.toString();
  return text === '' ? '' : `?${text}`;
}
