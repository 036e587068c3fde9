import { useState } from 'preact/hooks';
import { bytes, count, dateTime, plural } from '../model/format';
import { runAsTask, runWords } from '../model/status';
import { Glyph } from '../parts/Marks';
import { troubleOf } from './api';
import { useApi } from './context';
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
                <button type="button" class="small" aria-label={`Run ${run.id} earlier`} disabled={!above} onClick={() => void ask('PATCH', '', { before: above?.id })}>↑</button>
                <button type="button" class="small" aria-label={`Run ${run.id} later`} disabled={last} onClick={() => void ask('PATCH', '', below ? { before: below.id } : { priority: run.priority - 1 })}>↓</button>
                <label><span class="sr-only">Priority of run {run.id}</span>
                  <input type="number" class="priority" value={run.priority} min={-1000} max={1000} onChange={(event) => void ask('PATCH', '', { priority: Number(event.currentTarget.value) })} /></label>
              </>
            )}
            {(run.status === 'running' || run.status === 'queued') && <button type="button" class="small" onClick={() => void ask('POST', '/pause')}>Pause</button>}
            {run.status === 'paused' && <button type="button" class="small accent" onClick={() => void ask('POST', '/resume')}>Resume</button>}
            {!isOver(run) && <button type="button" class="small" onClick={() => void ask('POST', '/cancel')}>Cancel</button>}
            {(run.status === 'failed' || run.status === 'cancelled') && <button type="button" class="small" onClick={() => void ask('POST', '/retry')}>Run again</button>}
            {run.status === 'succeeded' && <Stars rating={run.rating ?? 0} of={`run ${run.id}`} onRate={(rating) => void ask('PATCH', '', { rating })} />}
            {isOver(run) && <button type="button" class="small" onClick={() => void first()}>Delete …</button>}
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
              <button type="button" class="small" autofocus onClick={() => setPreview(undefined)}>Keep it</button>
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
