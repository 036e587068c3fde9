import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { TaskView } from '../../data';
import type { Here } from '../../live';
import { bytes, count, plural } from '../../model/format';
import { visibleRows } from '../../model/window';
import { decisiveIndex } from '../../model/words';
import { useViewport } from '../../parts/hooks';
import { query, troubleOf } from '../api';
import { useApi } from '../context';
import { ansiPieces, append, prepend, shownLines, startLog, type LogPart, type LogText } from '../model/log';
import { useShared } from './RunContext';

const rowHeight = 19;
const part = 65_536;

interface Found { matches: { line: number; offset: number; text: string }[]; more: boolean }

/** The log of a task over the stage: its end as it grows, any part of it on demand, and a search over all of it on the server. */
export function LiveLog({ task, place, go, say }: Here & { task: TaskView }) {
  const api = useApi();
  const { id } = useShared();
  const [log, setLog] = useState<LogText>();
  const [trouble, setTrouble] = useState<string>();
  const [follows, setFollows] = useState(place.log === 'end');
  const [asked, setAsked] = useState('');
  const [found, setFound] = useState<Found>();
  const [ref, view] = useViewport<HTMLDivElement>();
  const state = useRef({ follows, busy: false, log, task: '' });
  state.current = { ...state.current, follows, log };
  const jumped = useRef<number | undefined>(undefined);
  const at = place.log === undefined || place.log === 'end' ? undefined : Number(place.log);

  const read = (from: number, limit = part) => api.get<LogPart>(`/runs/${id}/log${query({ task: task.task, from, limit })}`);

  useEffect(() => {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // What is here already is not read again, so nothing moves under the reader.
    const here = state.current.log;
    const covers = here !== undefined && state.current.task === task.task && at !== undefined && at >= here.from && at < here.next;
    state.current.task = task.task;
    let mine: LogText | undefined = covers ? here : undefined;
    const round = async () => {
      try {
        mine = mine === undefined ? startLog(await read(at === undefined ? -1 : Math.max(0, at - part / 4))) : append(state.current.log ?? mine, await read((state.current.log ?? mine).next));
        if (stopped) return;
        setLog(mine);
        setTrouble(undefined);
      } catch (error) {
        if (!stopped) setTrouble(troubleOf(error));
      }
      const more = mine === undefined || !mine.over || mine.next < mine.size;
      if (!stopped && more) timer = setTimeout(() => void round(), mine && mine.next < mine.size ? 30 : 900);
    };
    void round();
    return () => { stopped = true; clearTimeout(timer); };
  }, [api, id, task.task, at]);

  const lines = log ? shownLines(log) : [];
  useLayoutEffect(() => {
    const box = ref.current;
    if (!box) return;
    if (follows) box.scrollTop = box.scrollHeight;
  }, [lines.length, log?.next, follows]);
  useLayoutEffect(() => {
    const box = ref.current;
    if (!box || at === undefined || jumped.current === at || (lines[0]?.offset ?? Infinity) > at) return;
    const index = lines.findIndex((line) => line.offset >= at);
    if (index < 0) return;
    jumped.current = at;
    box.scrollTop = Math.max(0, index * rowHeight - box.clientHeight / 3);
  }, [at, log]);

  const onScroll = () => {
    const box = ref.current;
    if (!box || !log) return;
    const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - rowHeight * 1.5;
    if (atEnd !== state.current.follows && (!atEnd || at === undefined)) setFollows(atEnd);
    if (box.scrollTop < rowHeight * 4 && log.from > 0 && !state.current.busy) void earlier();
  };
  const earlier = async () => {
    const now = state.current.log;
    if (!now) return;
    state.current.busy = true;
    try {
      const from = Math.max(0, now.from - part);
      const fuller = prepend(now, await read(from, now.from - from));
      const more = fuller.lines.length - now.lines.length;
      setLog(fuller);
      requestAnimationFrame(() => { if (ref.current) ref.current.scrollTop += more * rowHeight; });
    } catch (error) {
      setTrouble(troubleOf(error));
    } finally {
      state.current.busy = false;
    }
  };
  useEffect(() => {
    const timer = setTimeout(() => void search(), 400);
    return () => clearTimeout(timer);
  }, [asked]);
  const search = async (event?: Event) => {
    event?.preventDefault();
    if (asked.trim() === '') return setFound(undefined);
    try {
      setFound(await api.get<Found>(`/runs/${id}/log${query({ task: task.task, q: asked })}`));
    } catch (error) {
      setTrouble(troubleOf(error));
    }
  };
  const toLine = (offset: number) => {
    setFollows(false);
    go({ log: String(offset) });
  };
  const toEnd = () => {
    setFollows(true);
    go({ log: 'end' });
  };
  const marked = decisiveIndex(lines.map((line) => line.text), task.failure?.decisiveLine);
  const trouble1 = task.status === 'failed' || task.failure ? marked : -1;
  const { first, last, before, after } = visibleRows(lines.length, rowHeight, view.y, view.height || 500, 10);
  return (
    <div class="player over live-log">
      <div class="over-head">
        <b>Log of {task.task}</b>
        <form role="search" onSubmit={(event) => void search(event)}>
          <input type="search" id="log-search" aria-label="Search the whole log" placeholder="Search the whole log" value={asked} onInput={(event) => { setAsked(event.currentTarget.value); }} />
        </form>
        <span class="space" />
        {log && <span class="dim">{bytes(log.size)}{log.over ? '' : ' · goes on'}</span>}
        {trouble1 >= 0 && <button type="button" class="small" onClick={() => toLine(lines[trouble1]?.offset ?? 0)}>First error</button>}
        {!follows && <button type="button" class="small" onClick={toEnd}>Jump to end</button>}
        <button type="button" class="small" onClick={() => go({ log: undefined })}>Close</button>
      </div>
      {found && (
        <div class="found" role="region" aria-label="Found in the log">
          <p>{found.matches.length === 0 ? `“${asked}” is not in the log.` : `${plural(found.matches.length, 'line')}${found.more ? ' or more' : ''}`} <button type="button" class="link" onClick={() => setFound(undefined)}>close</button></p>
          <ul>{found.matches.slice(0, 200).map((match) => <li key={match.offset}><button type="button" class="link" onClick={() => toLine(match.offset)}>{count(match.line)}</button> <code>{ansiPieces(match.text.slice(0, 400)).map((piece) => piece.text).join('')}</code></li>)}</ul>
        </div>
      )}
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      <div class="log-lines" ref={ref} tabIndex={0} role="log" aria-live="off" aria-label={`Log of ${task.task}`} onScroll={onScroll}>
        {log && log.from > 0 && <p class="dim log-note">What is before this is read when you scroll up.</p>}
        <div style={{ height: `${before}px` }} />
        {lines.slice(first, last).map((line, i) => {
          const wanted = at !== undefined && line.offset >= at && (lines[first + i - 1]?.offset ?? -1) < at;
          const isTrouble = first + i === trouble1;
          return (
            <div key={line.offset} class={`log-line${isTrouble ? ' marked' : ''}${wanted ? ' wanted' : ''}`} style={{ height: `${rowHeight}px` }}>
              <button type="button" class="log-link" tabIndex={-1} title="Link to this line" aria-label={`Link to the line at byte ${line.offset}`} onClick={() => { toLine(line.offset); say('The address now names this line'); }}>#</button>
              {isTrouble && <span class="log-mark">first error</span>}
              {ansiPieces(line.text).map((piece, j) => (piece.style ? <span key={j} class={piece.style}>{piece.text}</span> : piece.text))}
            </div>
          );
        })}
        <div style={{ height: `${after}px` }} />
        {log && lines.length === 0 && <p class="empty">{log.over ? 'It wrote nothing.' : 'Nothing was written yet.'}</p>}
      </div>
    </div>
  );
}
