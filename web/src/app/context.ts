import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useRef, useState } from 'preact/hooks';
import { Problem, troubleOf, Unreachable, type Api } from './api';
import type { Me } from './may';

interface Inside { api: Api; me: Me; onLocked: () => void }

export const ApiContext = createContext<Inside | undefined>(undefined);

export function useApi(): Api {
  return useInside().api;
}

export function useInside(): Inside {
  const inside = useContext(ApiContext);
  if (!inside) throw new Error('no API above this component');
  return inside;
}

export interface Asked<T> {
  value?: T;
  /** A sentence, when the last try was refused. */
  trouble?: string;
  /** When the server stopped answering. */
  lostSince?: Date;
  again(): void;
}

/** Reads an address of the API, again every `every` milliseconds while the page is looked at; what is there stays while the server is away. */
export function useAsked<T>(path: string | undefined, every = 0): Asked<T> {
  const { api, onLocked } = useInside();
  const [state, setState] = useState<{ path?: string; value?: T; trouble?: string; lostSince?: Date }>({});
  const seen = useRef(new Date());
  const latest = useRef<() => void>(() => undefined);

  useEffect(() => {
    if (path === undefined) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      clearTimeout(timer);
      try {
        const value = await api.get<T>(path, stop.signal);
        seen.current = new Date();
        setState((old) => (old.path === path && old.value === value && !old.trouble && !old.lostSince ? old : { path, value }));
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error instanceof Problem && error.status === 401) return onLocked();
        const lost = error instanceof Unreachable;
        setState((old) => ({ path, value: old.path === path ? old.value : undefined, ...(lost ? { lostSince: seen.current } : { trouble: troubleOf(error) }) }));
      }
      if (!stop.signal.aborted && every > 0) timer = setTimeout(() => void (document.hidden ? wait() : read()), every);
    };
    const wait = () => { timer = setTimeout(() => void (document.hidden ? wait() : read()), every); };
    latest.current = () => void read();
    void read();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [api, path, every]);

  const again = useCallback(() => latest.current(), []);
  return { ...(state.path === path ? state : {}), again };
}
