import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { count } from '../model/format';
import { outlineRows, pageSize, rowHeight, type Row } from '../model/outline';
import type { Place } from '../model/place';
import { withStatus, type Run } from '../model/run';
import { scrollTo, visibleRows } from '../model/window';
import { Rates } from '../model/rates';
import { useViewport, type Go } from './hooks';
import { OutlineRow } from './OutlineRow';
import { useSteady } from './useSteady';

interface Props { run: Run; place: Place; go: Go; onChoose?: () => void; /** Asks a server for more than the page knows. */ onMore?: (owner: string, known: number) => void }

/** What choosing a row selects. */
export function selectionOf(row: Row, run: Run): Partial<Place> | undefined {
  if (row.kind === 'task') return { task: row.task.task, step: undefined, path: undefined, time: undefined, from: undefined, to: undefined };
  if (row.kind === 'queue') return { step: row.id, task: undefined, path: undefined, tile: undefined };
  if (row.kind === 'more') return undefined;
  const only = row.expands ? undefined : run.tasksOf.get(row.id)?.[0];
  return { task: only?.task, step: only ? undefined : row.id, path: undefined, tile: undefined, time: undefined, from: undefined, to: undefined };
}

/** The row that holds the selection: the task itself, else its step. */
export function cursorOf(rows: Row[], place: Place, run: Run): number {
  if (place.task !== undefined) {
    const own = rows.findIndex((row) => row.kind === 'task' && row.task.task === place.task);
    if (own >= 0) return own;
    const step = run.tasks.get(place.task)?.step;
    return rows.findIndex((row) => row.kind === 'step' && row.id === step);
  }
  return place.step === undefined ? -1 : rows.findIndex((row) => row.id === place.step);
}

export function Outline({ run, place, go, onChoose, onMore }: Props) {
  const rows = outlineRows(run, place, onMore !== undefined);
  const cursor = cursorOf(rows, place, run);
  const [ref, view] = useViewport<HTMLDivElement>();
  const restored = useRef(false);

  useLayoutEffect(() => {
    if (restored.current || !ref.current || view.height === 0) return;
    restored.current = true;
    ref.current.scrollTop = place.scroll;
  });
  useEffect(() => {
    if (restored.current && Math.abs(view.y - place.scroll) > 1) go({ scroll: view.y });
  }, [view.y]);
  // Only a new selection moves the list: rows that come or change state never do.
  useEffect(() => {
    const list = ref.current;
    if (list && cursor >= 0 && list.clientHeight > 0) list.scrollTop = scrollTo(cursor, rowHeight, list.scrollTop, list.clientHeight);
  }, [cursor >= 0, place.task, place.step]);
  const fresh = useSteady(ref, rows.map((row) => row.id), `${place.open} ${place.pages} ${place.search}`, view.y);
  const rates = useRef(new Rates());
  if (run.data.run.status === 'running') rates.current.note(run.data.steps, Date.now());

  const toggle = (row: Row) => go({ open: place.open === row.id ? undefined : row.id, pages: 1 });
  const choose = (row: Row) => {
    if (row.kind === 'more') {
      if (row.shown + pageSize > row.known) onMore?.(row.owner, row.known);
      return go({ open: row.owner, pages: place.pages + 1 });
    }
    const selection = selectionOf(row, run);
    const opens = row.kind === 'queue' || (row.kind === 'step' && row.expands);
    if (row.kind === 'step' && opens && row.step.total > (run.tasksOf.get(row.id)?.length ?? 0)) onMore?.(row.id, 0);
    if (row.kind === 'queue' && row.total > withStatus(run, row.status).length) onMore?.(row.id, 0);
    go({ ...selection, ...(opens && { open: place.open === row.id && cursor === rows.indexOf(row) ? undefined : row.id, pages: 1 }) });
    if (!opens) onChoose?.();
  };
  const move = (by: number) => {
    let next = cursor + by;
    while (rows[next]?.kind === 'more') next += by;
    const row = rows[Math.max(0, next)];
    if (row) go(selectionOf(row, run) ?? {});
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[cursor];
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'ArrowRight' && row && isClosed(row)) toggle(row);
    else if (event.key === 'ArrowLeft' && row && isOpen(row)) toggle(row);
    else if (event.key === 'ArrowLeft' && row?.kind === 'task') go({ task: undefined, step: row.owner });
    else if (event.key === 'Enter' && row) choose(row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const { first, last, before, after } = visibleRows(rows.length, rowHeight, view.y, view.height || 800);
  return (
    <nav class="outline" aria-label="Outline">
      <div class="search">
        <input id="search" type="search" placeholder="Search steps, items, files" aria-label="Search the outline"
          value={place.search} onInput={(event) => go({ search: event.currentTarget.value, pages: 1 })} />
        {place.search === '' && <kbd>/</kbd>}
      </div>
      <div class="rows" ref={ref} role="tree" tabIndex={0} aria-label="Steps and items" onKeyDown={onKeyDown}
        aria-activedescendant={cursor >= first && cursor < last ? `row-${cursor}` : undefined}>
        <div style={{ height: `${before}px` }} />
        {rows.slice(first, last).map((row, i) => (
          <OutlineRow key={row.id} row={row} run={run} id={`row-${first + i}`} chosen={first + i === cursor}
            rate={run.data.run.status === 'running' && row.kind === 'step' ? rates.current.of(row.id) : undefined} onChoose={() => choose(row)} onToggle={() => toggle(row)} />
        ))}
        <div style={{ height: `${after}px` }} />
        {rows.length === 0 && <p class="empty">Nothing is called “{place.search}”.</p>}
      </div>
      {fresh > 0 && <button type="button" class="small fresh" onClick={() => ref.current?.scrollTo({ top: 0 })}>{count(fresh)} new ↑</button>}
      <p class="outline-foot">{count(run.data.steps.length)} steps · {count(run.data.run.tasks.total)} tasks</p>
    </nav>
  );
}

const isOpen = (row: Row) => (row.kind === 'step' || row.kind === 'queue') && row.open;
const isClosed = (row: Row) => (row.kind === 'queue' && !row.open) || (row.kind === 'step' && row.expands && !row.open);
