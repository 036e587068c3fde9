import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ArtifactView, TaskView } from '../data';
import { DecidingContext } from '../curation/deciding';
import { LiveContext } from '../live';
import { RunPage } from '../RunPage';
import { clock } from '../model/format';
import { runWords } from '../model/status';
import { query, troubleOf } from './api';
import { useApi } from './context';
import { useRefusal } from './may';
import { Decisions, type Review } from './model/decisions';
import { isOver, leftWords, nameOf } from './model/runs';
import { Lost, Nav } from './Nav';
import { makeLive } from './run/makeLive';
import { PendingBar } from './run/PendingBar';
import { RunContext, type Shared } from './run/RunContext';
import { useDeciding } from './run/useDeciding';
import { useReviews } from './run/useReviews';
import { useRun } from './useRun';

interface Page { tasks: Partial<TaskView>[]; next?: string | null }

const queues: Record<string, string> = { '!waiting': 'waiting', '!failed': 'failed', '!running': 'running' };

/** One run, live: the same screen as its report. */
export function RunView({ id }: { id: string }) {
  const api = useApi();
  const run = useRun(id);
  const [complaint, setComplaint] = useState<string>();
  const reviews = useReviews(id, run);
  const refused = useRefusal();
  const latest = useRef<{ reviews: readonly Review[]; run: typeof run }>({ reviews: reviews.list, run });
  latest.current = { reviews: reviews.list, run };
  const again = () => { latest.current.run.again(); reviews.again(); };

  const decisions = useMemo(() => new Decisions(async (verdict, leaving) => {
    const { task, note, at, input, digest, over } = verdict;
    const body = { ...(note && { note }), ...(at !== undefined && { at: clock(at, true) }), ...(input && { input }), ...(digest && { digest }), ...(over && { over }) };
    await api.send('POST', `/reviews/${encodeURIComponent(`${id}:${task}`)}/${verdict.verdict}`, body, { keepalive: leaving });
    again();
  }, (verdict, error) => { setComplaint(`${verdict.task} was not ${verdict.verdict === 'approve' ? 'approved' : 'rejected'}: ${troubleOf(error)}.${verdict.note ? ` Your note was: “${verdict.note}”` : ''}`); again(); }), [api, id]);
  useEffect(() => {
    const leave = () => void decisions.flush(true, true);
    addEventListener('pagehide', leave);
    return () => { removeEventListener('pagehide', leave); leave(); };
  }, [decisions]);

  const live = useMemo(() => {
    const next = new Map<string, string | null>();
    const asked = new Set<string>();
    return makeLive({
      api, id, refused,
      reviews: () => latest.current.reviews.filter((one) => !decisions.isDecided(one)),
      write: (task, at) => decisions.write(task, { at }),
      more: (owner, known) => {
        if (known === 0) next.delete(owner);
        if (next.get(owner) === null) return;
        const which = queues[owner] ? { status: queues[owner] } : { step: owner };
        void api.get<Page>(`/runs/${id}/tasks${query({ ...which, after: next.get(owner) ?? undefined, limit: 50 })}`).then((page) => {
          next.set(owner, page.next ?? null);
          latest.current.run.live.add(page.tasks);
          latest.current.run.draw();
        }, (error: unknown) => setComplaint(troubleOf(error)));
      },
      onPlace: (place, shown) => {
        const task = place.task;
        if (task === undefined || asked.has(task) || (shown.tasks.get(task)?.outputs.length ?? 0) > 0) return;
        asked.add(task);
        void api.get<TaskView & { artifacts?: ArtifactView[] }>(`/runs/${id}/task${query({ task })}`).then((found) => {
          latest.current.run.live.add([found], found.artifacts);
          latest.current.run.draw();
        }, () => undefined); // it is not planned yet; the page says what it knows
      },
    });
  }, [api, id, refused, decisions]);

  const name = run.row ? nameOf(run.row) : `Run ${id}`;
  useEffect(() => {
    document.title = run.row ? `${name} · run ${id} · ${runWords[run.row.status]}` : `Run ${id}`;
  }, [id, name, run.row?.status]);

  // The engine counts its own runs; here the number is that of the server.
  const shown = useMemo(() => run.data && { ...run.data, run: { ...run.data.run, id, status: run.row?.status ?? run.data.run.status } }, [run.data, run.row?.status, id]);
  const deciding = useDeciding(id, shown?.curation, setComplaint);
  const shared: Shared = { id, row: run.row, reviews: reviews.list, decisions, lostSince: run.lostSince, again, complain: setComplaint };
  const told = (
    <>
      <Lost since={run.lostSince} />
      {complaint && <p class="trouble complaint" role="alert">{complaint} <button type="button" class="small" onClick={() => setComplaint(undefined)}>Close</button></p>}
      <PendingBar />
    </>
  );
  return (
    <RunContext.Provider value={shared}>
      {shown ? <LiveContext.Provider value={live}>{told}<DecidingContext.Provider value={deciding}><RunPage data={shown} /></DecidingContext.Provider></LiveContext.Provider> : (
        <div class="app">
          <Nav view={{ name: 'runs' }} />
          <main class="app-main">
            {told}
            <h1>{name} · run {id}</h1>
            {run.trouble ? <p class="trouble" role="alert">{run.trouble}</p>
              : <p role="status">{run.row ? `${runWords[run.row.status]} ${leftWords(run.row)}` : 'Reading …'}</p>}
            {run.row?.problem && <p class="trouble">{run.row.problem}</p>}
            {run.row && !isOver(run.row) && <button type="button" disabled={refused !== undefined} title={refused} onClick={() => void api.send('POST', `/runs/${id}/cancel`).then(again, (error: unknown) => setComplaint(troubleOf(error)))}>Cancel</button>}
          </main>
        </div>
      )}
    </RunContext.Provider>
  );
}
