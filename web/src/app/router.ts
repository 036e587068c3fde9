import { useEffect, useState } from 'preact/hooks';

export type View =
  | { name: 'runs' } | { name: 'run'; id: string } | { name: 'new' } | { name: 'gallery' } | { name: 'search' }
  | { name: 'services' } | { name: 'settings' } | { name: 'none'; path: string };

const plain = ['new', 'gallery', 'search', 'services', 'settings'] as const;

/** The view that a path names; `/` is the runs. */
export function viewOf(path: string): View {
  const trimmed = path.replace(/^\/+|\/+$/g, '');
  if (trimmed === '' || trimmed === 'runs') return { name: 'runs' };
  const run = /^runs\/(\d{1,18})$/.exec(trimmed);
  if (run?.[1] !== undefined) return { name: 'run', id: run[1] };
  const name = plain.find((one) => one === trimmed);
  return name ? { name } : { name: 'none', path };
}

/** Goes to an address of this page without loading it again. */
export function goTo(address: string, how: 'push' | 'replace' = 'push'): void {
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
}

/** The address now: path and query. */
export function useAddress(): { path: string; search: string } {
  const read = () => ({ path: location.pathname, search: location.search });
  const [at, setAt] = useState(read);
  useEffect(() => {
    const onChange = () => setAt((old) => (old.path === location.pathname && old.search === location.search ? old : read()));
    addEventListener('popstate', onChange);
    return () => removeEventListener('popstate', onChange);
  }, []);
  return at;
}

/** Links inside the page change the view; new tabs, downloads and other sites stay with the browser. */
export function onLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (viewOf(link.pathname).name === 'none' || link.pathname.startsWith('/api/')) return;
  event.preventDefault();
  goTo(link.pathname + link.search + link.hash);
}
