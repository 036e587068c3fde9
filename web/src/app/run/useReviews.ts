import { useCallback, useEffect, useState } from 'preact/hooks';
import { useApi } from '../context';
import type { Review } from '../model/decisions';
import type { Followed } from '../useRun';

/** The reviews of a run; read again whenever other tasks wait than before. The server asks a program for them, so not more often. */
export function useReviews(id: string, run: Followed): { list: readonly Review[]; again(): void } {
  const api = useApi();
  const [list, setList] = useState<readonly Review[]>([]);
  const [asked, setAsked] = useState(0);
  const waiting = (run.data?.tasks ?? []).filter((task) => task.status === 'waiting').map((task) => task.task).sort().join('\n');
  // A rejection, and nobody's answer in time, can end a run: it may be decided on after all.
  const ended = (run.data?.tasks ?? []).some((task) => task.failure?.kind === 'Rejected' || task.failure?.kind === 'TimedOut');
  const status = run.row?.status;
  useEffect(() => {
    if (status === undefined || (waiting === '' && status !== 'waiting' && !ended)) return setList([]);
    let stopped = false;
    const read = () => api.get<{ reviews: Review[] }>(`/runs/${id}/reviews`).then(({ reviews }) => { if (!stopped) setList(reviews); }, () => undefined);
    const timer = setTimeout(() => void read(), asked === 0 ? 0 : 250);
    return () => { stopped = true; clearTimeout(timer); };
  }, [api, id, waiting, status, ended, asked]);
  return { list, again: useCallback(() => setAsked((n) => n + 1), []) };
}
