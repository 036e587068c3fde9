import { useEffect, useRef, useState } from 'preact/hooks';
import { clock } from '../../model/format';
import { isFocusLost } from '../../parts/focus';
import { useDecisions } from './RunContext';

/** Decisions that can still be taken back. */
export function PendingBar() {
  const decisions = useDecisions();
  const [, tick] = useState(0);
  const { pending } = decisions;
  useEffect(() => {
    if (pending.length === 0) return undefined;
    const timer = setInterval(() => tick((n) => n + 1), 500);
    return () => clearInterval(timer);
  }, [pending.length]);
  // A decision takes its own field away: the keyboard comes here, so that Tab reaches Undo, and goes back when nothing is left to undo.
  const bar = useRef<HTMLDivElement>(null);
  const before = useRef(0);
  useEffect(() => {
    const changed = before.current !== pending.length;
    before.current = pending.length;
    if (!changed || !(isFocusLost() || document.activeElement?.matches('.decision *, .inspector'))) return;
    (bar.current ?? document.querySelector<HTMLElement>('.inspector'))?.focus();
  }, [pending.length]);
  if (pending.length === 0) return null;
  return (
    <div class="pending" ref={bar} tabIndex={-1} role="region" aria-label="Decisions that are not sent yet">
      {pending.map((one) => (
        <p key={one.task}>
          <b>{one.verdict === 'approve' ? 'Approved' : 'Rejected'} {one.task}</b>
          {one.note && <span class="dim">“{one.note.slice(0, 60)}”{one.at !== undefined && ` at ${clock(one.at, true)}`}</span>}
          <span class="dim">sent in {Math.max(0, Math.ceil((one.due - Date.now()) / 1000))} s</span>
          <button type="button" class="small" onClick={() => decisions.undo(one.task)}>Undo</button>
        </p>
      ))}
      <button type="button" class="small" onClick={() => void decisions.flush(true)}>Send now</button>
    </div>
  );
}
