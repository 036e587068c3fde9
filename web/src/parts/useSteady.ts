import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { rowHeight } from '../model/outline';
import { addedAbove } from '../model/steady';

/**
 * Keeps what is looked at where it is when rows come or go above it, and says how many came. What the reader did himself (`asked` is then
 * another) moves nothing here.
 */
export function useSteady(ref: RefObject<HTMLElement | null>, ids: readonly string[], asked: string, scroll: number): number {
  const before = useRef({ ids, asked });
  const [fresh, setFresh] = useState(0);
  useLayoutEffect(() => {
    const old = before.current;
    before.current = { ids, asked };
    const list = ref.current;
    if (!list || old.asked !== asked || list.scrollTop < rowHeight) return;
    const added = addedAbove(old.ids, ids, Math.floor(list.scrollTop / rowHeight));
    if (added === 0) return;
    list.scrollTop += added * rowHeight;
    if (added > 0) setFresh((known) => known + added);
  }, [ids.join('\n'), asked]);
  useLayoutEffect(() => {
    if (scroll < rowHeight) setFresh(0);
  }, [scroll < rowHeight]);
  return scroll < rowHeight ? 0 : fresh;
}
