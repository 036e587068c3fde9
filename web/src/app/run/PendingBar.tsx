import { useEffect, useState } from 'preact/hooks';
import { clock } from '../../model/format';
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
  if (pending.length === 0) return null;
  return (
    <div class="pending" role="region" aria-label="Decisions that are not sent yet">
      {pending.map((one) => (
        <p key={one.task}>
          <b>{one.verdict === 'approve' ? 'Approved' : 'Rejected'} {one.task}</b>
          {one.note && <span class="dim">“{one.note.slice(0, 60)}”{one.at !== undefined && ` at ${clock(one.at, true)}`}</span>}
          <span class="dim">sent in {Math.max(0, Math.ceil((one.due - Date.now()) / 1000))} s</span>
          <button type="button" class="small" onClick={() => decisions.undo(one.task)}>Undo</button>
        </p>
      ))}
      {<button type="button" class="small" onClick={() => void decisions.flush(true)}>Send now</button>}
    </div>
  );
}
