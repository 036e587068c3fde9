import { useEffect, useRef, useState } from 'preact/hooks';
import { bytes, count, dateTime, plural } from '../model/format';
import { runAsTask, runWords } from '../model/status';
import { focusNow, isFocusLost } from '../parts/focus';
import { Glyph } from '../parts/Marks';
import { troubleOf } from './api';
import { useApi } from './context';
import { useRefusal } from './may';
import { ago, costWords, isOver, leftWords, nameOf, taskWords, type RunRow } from './model/runs';
import { Stars } from './Stars';

/** What deleting would take: shown before it is done. */
interface Preview { files?: number; bytes?: number; kept?: string; possible?: boolean }
interface Props { run: RunRow; above?: RunRow; below?: RunRow; last?: boolean; again: () => void }

export function RunLine({ run, above, below, last, again }: Props) {
  const api = useApi();
  const [said, setSaid] = useState<string>();
  const [preview, setPreview] = useState<Preview>();
  const ask = (method: string, path: string, body?: unknown) =>
    api.send(method, `/runs/${run.id}${path}`, body).then(() => { setSaid(undefined); again(); }, (error: unknown) => setSaid(troubleOf(error)));
  const refused = useRefusal();
  const mayNot = { disabled: refused !== undefined, title: refused };
  const forgetting = useRefusal('administer');
  // A row that moves in the table loses the keyboard; it goes back to the button that moved it.
  const moved = useRef<{ button: HTMLButtonElement; at: number } | undefined>(undefined);
  useEffect(() => {
    if (moved.current && performance.now() - moved.current.at < 5000 && isFocusLost()) moved.current.button.focus();
  });
  const move = (possible: boolean, body: unknown) => (event: MouseEvent) => {
    if (!possible) return;
    moved.current = { button: event.currentTarget as HTMLButtonElement, at: performance.now() };
    void ask('PATCH', '', body);
  };
  const remove = useRef<HTMLButtonElement>(null);
  const keep = () => { setPreview(undefined); remove.current?.focus(); };
  const first = () => api.get<Preview>(`/runs/${run.id}/delete-preview`).then(setPreview, (error: unknown) => setSaid(troubleOf(error)));
  const status = runAsTask[run.status];
  const when = run.finished_at ?? run.started_at ?? run.submitted_at;
  return (
    <>
      <tr id={`run-${run.id}`}>
        <th scope="row"><a class="run-name" href={`/runs/${run.id}`}>{nameOf(run)}</a> <span class="dim">run {run.id}</span>{run.label && <> · {run.label}</>}<small>{run.workspace}</small></th>
        <td><span class={`status s-${status}`}><Glyph status={status} />{runWords[run.status]}</span>{run.problem && <small>{run.problem}</small>}</td>
        <td>{taskWords(run)}<Share run={run} />{costWords(run) && <small>{costWords(run)}</small>}</td>
        <td title={dateTime(when)}>{ago(when, Date.now())}</td>
        <td>{leftWords(run)}{run.priority !== 0 && <small>priority {run.priority}</small>}</td>
        <td>
          <span class="row-tools">
            {run.status === 'queued' && (
              <>
                <button type="button" class="small" aria-label={`Run ${run.id} earlier`} {...mayNot} aria-disabled={!above} onClick={move(above !== undefined, { before: above?.id })}>↑</button>
                <button type="button" class="small" aria-label={`Run ${run.id} later`} {...mayNot} aria-disabled={last} onClick={move(!last, below ? { before: below.id } : { priority: run.priority - 1 })}>↓</button>
                <label><span class="sr-only">Priority of run {run.id}</span>
                  <input type="number" class="priority" {...mayNot} value={run.priority} min={-1000} max={1000} onChange={(event) => void ask('PATCH', '', { priority: Number(event.currentTarget.value) })} /></label>
              </>
            )}
            {(run.status === 'running' || run.status === 'queued' || run.status === 'paused') && (
              <button type="button" class={run.status === 'paused' ? 'small accent' : 'small'} {...mayNot} onClick={() => void ask('POST', run.status === 'paused' ? '/resume' : '/pause')}>{run.status === 'paused' ? 'Resume' : 'Pause'}</button>
            )}
            {!isOver(run) && <button type="button" class="small" {...mayNot} onClick={() => void ask('POST', '/cancel')}>Cancel</button>}
            {(run.status === 'failed' || run.status === 'cancelled') && <button type="button" class="small" {...mayNot} onClick={() => void ask('POST', '/retry')}>Run again</button>}
            {run.status === 'succeeded' && <Stars rating={run.rating ?? 0} of={`run ${run.id}`} onRate={(rating) => void ask('PATCH', '', { rating })} />}
            {isOver(run) && <button type="button" class="small" ref={remove} disabled={forgetting !== undefined} title={forgetting} onClick={() => void first()}>Delete …</button>}
          </span>
        </td>
      </tr>
      {(said || preview) && (
        <tr><td colSpan={6}>
          {said && <p class="trouble" role="alert">{said} <button type="button" class="small" onClick={() => setSaid(undefined)}>Close</button></p>}
          {preview && (
            <p class="row-said" role="alertdialog" aria-label={`Delete run ${run.id}?`}>
              {previewWords(run, preview)}{' '}
              {preview.possible !== false && <button type="button" class="small danger" onClick={() => { setPreview(undefined); void ask('DELETE', ''); }}>Delete run {run.id}</button>}{' '}
              <button type="button" class="small" ref={focusNow} onClick={keep}>Keep it</button>
            </p>
          )}
        </td></tr>
      )}
    </>
  );
}

export function previewWords(run: { id: string }, preview: Preview): string {
  if (preview.possible === false) return `Run ${run.id} is not over; cancel it first.`;
  const facts = [preview.files !== undefined && plural(preview.files, 'file'), preview.bytes !== undefined && bytes(preview.bytes)].filter(Boolean).join(', ');
  return `Deletes the record of run ${run.id}${facts ? `: ${facts}` : ''}. What stays: ${preview.kept ?? 'the workspace and its results'}.`;
}

function Share({ run }: { run: RunRow }) {
  const total = run.tasks?.total ?? 0;
  if (run.status !== 'running' || total === 0) return null;
  const done = (run.tasks?.ran ?? 0) + (run.tasks?.reused ?? 0);
  return <progress class="small-bar" max={total} value={done} aria-label={`${count(done)} of ${count(total)} tasks`} />;
}
