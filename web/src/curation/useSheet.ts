import { useEffect, useState } from 'preact/hooks';

export type SheetState = 'waiting' | 'loaded' | 'missing';

/** Sheets that were asked for once; the browser keeps their pictures. */
const known = new Map<string, SheetState>();

/** Loads a sheet when it has been wanted for a moment, so that scrolling past thousands of them loads none. */
export function useSheet(address: string | undefined): SheetState {
  const [, redraw] = useState(0);
  const state = address === undefined ? 'missing' : known.get(address) ?? 'waiting';
  useEffect(() => {
    if (address === undefined || state !== 'waiting') return undefined;
    let wanted = true;
    const timer = setTimeout(() => {
      const picture = new Image();
      const done = (how: SheetState) => () => {
        known.set(address, how);
        if (wanted) redraw((n) => n + 1);
      };
      picture.onload = done('loaded');
      picture.onerror = done('missing');
      picture.src = address;
    }, 60);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [address, state]);
  return state;
}
