import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { RefObject } from 'preact';
import { heardOf, newsOf, type Heard } from '../model/news';
import type { Run } from '../model/run';
import { isNewPlace, readPlace, writePlace, type Place } from '../model/place';

export type Go = (change: Partial<Place>) => void;

/** The place in the address: a new selection can be gone back from, everything else replaces. */
export function usePlace(): [Place, Go] {
  const [place, setPlace] = useState(() => readPlace(location.hash));
  const latest = useRef(place);
  const timer = useRef(0);

  useEffect(() => {
    const onChange = () => {
      const next = readPlace(location.hash);
      if (writePlace(next) === writePlace(latest.current)) return;
      latest.current = next;
      setPlace(next);
    };
    addEventListener('popstate', onChange);
    addEventListener('hashchange', onChange);
    return () => {
      removeEventListener('popstate', onChange);
      removeEventListener('hashchange', onChange);
    };
  }, []);

  const go = useCallback((change: Partial<Place>) => {
    const before = latest.current;
    const next = { ...before, ...change };
    latest.current = next;
    setPlace(next);
    clearTimeout(timer.current);
    if (isNewPlace(before, next)) {
      address('pushState', next);
    } else {
      timer.current = setTimeout(() => address('replaceState', latest.current), 250);
    }
  }, []);

  return [place, go];
}

function address(how: 'pushState' | 'replaceState', place: Place): void {
  const hash = `#${writePlace(place)}`;
  try {
    history[how](null, '', hash);
  } catch {
    if (how === 'pushState') location.hash = hash;
  }
}

export interface Viewport { x: number; y: number; width: number; height: number }

/** Size and scroll position of an element, at most once a frame. */
export function useViewport<T extends HTMLElement>(): [RefObject<T | null>, Viewport] {
  const ref = useRef<T>(null);
  const [view, setView] = useState<Viewport>({ x: 0, y: 0, width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    let frame = 0;
    const read = () => {
      frame = 0;
      setView((old) => {
        const next = { x: element.scrollLeft, y: element.scrollTop, width: element.clientWidth, height: element.clientHeight };
        return old.x === next.x && old.y === next.y && old.width === next.width && old.height === next.height ? old : next;
      });
    };
    const later = () => {
      if (frame === 0) frame = requestAnimationFrame(read);
    };
    read();
    const observer = new ResizeObserver(later);
    observer.observe(element);
    element.addEventListener('scroll', later, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      element.removeEventListener('scroll', later);
    };
  }, []);
  return [ref, view];
}

/** What a reader of screens is told while a run goes on. */
export function useNews(run: Run): string {
  const before = useRef<Heard | undefined>(undefined);
  const [news, setNews] = useState('');
  useEffect(() => {
    const now = heardOf(run);
    const told = before.current ? newsOf(before.current, now) : '';
    before.current = now;
    if (told !== '') setNews(told);
  }, [run]);
  return news;
}

/** Whether a media query holds, live. */
export function useMatch(query: string): boolean {
  const [holds, setHolds] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const onChange = () => setHolds(list.matches);
    list.addEventListener('change', onChange);
    return () => list.removeEventListener('change', onChange);
  }, [query]);
  return holds;
}

/** Puts text on the clipboard; pages opened from a disk may not have the modern way. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.style.position = 'fixed';
    area.style.opacity = '0';
    const focused = document.activeElement as HTMLElement | null;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    focused?.focus();
    return done;
  }
}
