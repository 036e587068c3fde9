import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CurationView } from '../curation/data';
import type { ReportData } from '../data';
import { Problem, troubleOf, Unreachable } from './api';
import { useInside } from './context';
import { follow } from './events';
import { LiveRun, withAddresses, type Facts } from './model/live';
import { isOver, type RunRow } from './model/runs';

export interface Followed {
  live: LiveRun;
  data?: ReportData;
  row?: RunRow;
  lostSince?: Date;
  trouble?: string;
  /** Reads all anew: after something was done. */
  again(): void;
  /** Draws anew after something was added to `live`. */
  draw(): void;
}

/** At most four times a second, however much is told. */
const drawPause = 250;
const pagePause = 1000;

/** A run as it goes on: read once, then kept up to date by its events. */
export function useRun(id: string): Followed {
  const { api, onLocked } = useInside();
  const live = useMemo(() => new LiveRun(), [id]);
  const [data, setData] = useState<ReportData>();
  const [row, setRow] = useState<RunRow>();
  const [lostSince, setLost] = useState<Date>();
  const [trouble, setTrouble] = useState<string>();
  const again = useRef<() => void>(() => undefined);
  const draw = useRef<() => void>(() => undefined);

  useEffect(() => {
    let stopped = false;
    let looking = false;
    let drawing: ReturnType<typeof setTimeout> | undefined;
    let reading: ReturnType<typeof setTimeout> | undefined;
    let unfollow: (() => void) | undefined;
    let last: ReportData | undefined;

    const drawSoon = () => {
      drawing ??= setTimeout(() => {
        drawing = undefined;
        if (!stopped) setData(live.data());
      }, drawPause);
    };
    draw.current = drawSoon;
    const told = (error: unknown) => {
      if (stopped) return;
      if (error instanceof Problem && error.status === 401) onLocked();
      else if (!(error instanceof Unreachable)) setTrouble(troubleOf(error));
    };
    const read = async () => {
      clearTimeout(reading);
      reading = undefined;
      const asked = live.mark();
      try {
        const [fresh, page] = await Promise.all([api.get<RunRow>(`/runs/${id}`), api.get<ReportData>(`/runs/${id}/page`).catch(absent)]);
        if (stopped) return;
        setRow(fresh);
        setTrouble(undefined);
        const curation = page?.steps.some((step) => step.kind.startsWith('curate.')) ? await api.get<CurationView>(`/runs/${id}/curation`).catch(absent) : undefined;
        if (stopped) return;
        if (page && page !== last) live.rebase(withAddresses(curation ? { ...page, curation: withSheets(curation, id) } : page), asked);
        last = page ?? last;
        drawSoon();
        void look();
        if (!unfollow && !isOver(fresh)) unfollow = start();
      } catch (error) {
        told(error);
        if (!stopped && (!unfollow || last === undefined)) readSoon(3000);
      }
    };
    // One after the other: each look starts a program on the server, once for the same bytes.
    const look = async () => {
      if (looking) return;
      looking = true;
      for (let [digest] = live.unknown(); digest !== undefined && !stopped; [digest] = live.unknown()) {
        const preview = await api.get<Facts>(`/artifacts/${digest.replace(/^sha256:/, '')}/preview`).catch(() => ({}) as Facts);
        const { seconds, fps, width, height, codecs } = preview;
        live.know(digest, { seconds, fps, width, height, codecs });
        drawSoon();
      }
      looking = false;
    };
    const readSoon = (pause = pagePause) => { reading ??= setTimeout(() => void read(), pause); };
    again.current = () => void read();

    // Of a run that goes on only what comes is listened to; the page is read when the listening has begun, so nothing falls between.
    let heardBefore = false;
    const start = () => follow(api, `/runs/${id}/events?from=now`, {
      event: (value) => {
        if (live.take(value)) drawSoon();
        if (value.type === 'page' || value.type === 'run' || value.type === 'problems') readSoon(value.type === 'page' ? pagePause : 100);
      },
      heard: (there, seen) => {
        setLost(there ? undefined : seen);
        if (there) readSoon(heardBefore ? 200 : 0);
        heardBefore ||= there;
      },
      end: () => { unfollow = undefined; setLost(undefined); void read(); },
      refused: told,
    });
    const begin = async () => {
      try {
        const fresh = await api.get<RunRow>(`/runs/${id}`);
        if (stopped) return;
        setRow(fresh);
        if (isOver(fresh)) void read();
        else unfollow = start();
      } catch (error) {
        told(error);
        if (!stopped) readSoon(3000);
      }
    };
    void begin();
    return () => {
      stopped = true;
      clearTimeout(drawing);
      clearTimeout(reading);
      unfollow?.();
    };
  }, [api, id, live]);

  return { live, data, row, lostSince, trouble, again: () => again.current(), draw: () => draw.current() };
}

/** The sheets of small pictures lie in the workspace; the server gives them from there. */
function withSheets(view: CurationView, id: string): CurationView {
  const streams = view.streams.map((stream) => ({ ...stream, sheets: stream.sheets.map((sheet) => ({ ...sheet, address: sheet.address.replace(/^thumbs\//, `/api/v1/runs/${id}/sheets/`) })) }));
  return { ...view, streams };
}

/** No page yet is no trouble: the run has not begun. */
function absent(error: unknown): undefined {
  if (error instanceof Problem && error.status === 404) return undefined;
  throw error;
}
