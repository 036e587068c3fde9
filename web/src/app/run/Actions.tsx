import { useRef, useState } from 'preact/hooks';
import type { Here } from '../../live';
import { focusNow } from '../../parts/focus';
import { troubleOf } from '../api';
import { useApi } from '../context';
import { useRefusal } from '../may';
import { costWords, isOver, leftWords } from '../model/runs';
import { useShared } from './RunContext';

/** What can be done with the whole run, and what remains of it. */
export function Actions({ run, say }: Here) {
  const api = useApi();
  const { id, row, reviews, again, complain } = useShared();
  const [busy, setBusy] = useState('');
  const [sure, setSure] = useState(false);
  const refused = useRefusal();
  const backs = useRef(false);
  // Not disabled while the server is asked: a button that is loses the keyboard.
  const ask = async (what: string, said: string) => {
    if (busy !== '') return;
    setBusy(what);
    setSure(false);
    try {
      await api.send('POST', `/runs/${id}/${what}`);
      say(said);
    } catch (error) {
      complain(troubleOf(error));
    } finally {
      setBusy('');
      again();
    }
  };
  if (!row) return null;
  const { etaSeconds, costUsd, budgetUsd } = run.data.run;
  const left = row.status === 'running' ? leftWords({ ...row, eta_s: etaSeconds ?? row.eta_s }) : leftWords(row);
  const cost = costWords({ cost_usd: costUsd ?? row.cost_usd, budget_usd: budgetUsd ?? row.budget_usd });
  const open = reviews.filter((one) => one.state === 'open').length;
  return (
    <div class="head-actions" role="group" aria-label="Run">
      {(left || cost) && <span class="dim head-left">{[left, cost].filter(Boolean).join(' · ')}</span>}
      {open > 0 && <button type="button" class="accent" onClick={() => dispatchEvent(new KeyboardEvent('keydown', { key: 'n' }))}>Decide{open > 1 ? ` (${open})` : ''}</button>}
      {(row.status === 'paused' || row.status === 'running' || row.status === 'queued') && (
        <button type="button" id="run-pause" class={row.status === 'paused' ? 'accent' : undefined} disabled={refused !== undefined} title={refused}
          onClick={() => void (row.status === 'paused' ? ask('resume', 'The run goes on') : ask('pause', 'The run pauses: what runs ends first'))}>{row.status === 'paused' ? 'Resume' : 'Pause'}</button>
      )}
      {!isOver(row) && !sure && <button type="button" disabled={refused !== undefined} title={refused} ref={(button) => { if (button && backs.current) button.focus(); backs.current = false; }} onClick={() => setSure(true)}>Cancel</button>}
      {!isOver(row) && sure && (
        <span role="group" aria-label="Really cancel?" class="sure">
          <button type="button" class="danger" ref={focusNow} onClick={() => void ask('cancel', 'The run is being cancelled; what is finished is kept')}>Cancel the run</button>
          <button type="button" onClick={() => { backs.current = true; setSure(false); }}>No</button>
        </span>
      )}
      {(row.status === 'failed' || row.status === 'cancelled') && <button type="button" class={open > 0 ? undefined : 'accent'} disabled={refused !== undefined} title={refused} onClick={() => void ask('retry', 'The run is queued again; what is finished is reused')}>Run again</button>}
    </div>
  );
}
