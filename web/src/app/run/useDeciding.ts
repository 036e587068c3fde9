import { useEffect, useMemo, useState } from 'preact/hooks';
import type { CurationView } from '../../curation/data';
import type { Deciding, Verdict } from '../../curation/deciding';
import { troubleOf } from '../api';
import { useApi } from '../context';
import { FrameDecisions } from '../model/curate';
import { useRefusal } from '../may';
import { goTo } from '../router';

/** Decisions about the frames of a run that curated something. */
export function useDeciding(id: string, view: CurationView | undefined, complain: (text: string) => void): Deciding | undefined {
  const api = useApi();
  const refused = useRefusal();
  const [, draw] = useState(0);
  const streams = (view?.streams ?? []).map((stream) => stream.name).join('\n');
  const decisions = useMemo(() => new FrameDecisions(async (wishes) => { await api.send('POST', `/runs/${id}/decisions`, { decisions: wishes }); }, () => draw((n) => n + 1)), [api, id]);
  useEffect(() => {
    for (const stream of streams === '' ? [] : streams.split('\n')) {
      api.get<Record<Verdict, number[]> & { total: number }>(`/runs/${id}/decisions?stream=${encodeURIComponent(stream)}`)
        .then((decided) => decisions.known(stream, decided, decided.total), (error: unknown) => { decisions.trouble = error instanceof Error ? error.message : ''; draw((n) => n + 1); });
    }
  }, [api, id, streams, decisions]);
  if (!view) return undefined;
  return {
    verdictOf: (stream, frame) => decisions.verdictOf(stream, frame),
    decide: (stream, verdict, frames) => { if (refused === undefined) decisions.decide(stream, verdict, frames); },
    undo: () => { if (refused === undefined) decisions.undo(); },
    said: refused ?? decisions.said,
    refused,
    runAgain: () => void api.send<{ id: string }>('POST', `/runs/${id}/again`).then((made) => made && goTo(`/runs/${made.id}`), (error: unknown) => complain(troubleOf(error))),
  };
}
