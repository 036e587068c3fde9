import { useEffect, useMemo, useState } from 'preact/hooks';
import { clock, count } from '../model/format';
import { stagePath } from '../stage/Stage';
import type { Place } from '../model/place';
import { headlinePath, type Run } from '../model/run';
import { layStrip, mergeCells, partsOf, stateRuns, timeOfX, xOfTime, type Cell, type StripLayout } from '../model/strip';
import { qualityMark, statusWords } from '../model/status';
import { visibleBetween } from '../model/window';
import { HeatMap } from './HeatMap';
import { useMatch, useViewport } from './hooks';
import { Glyph, QualityMark, Thumb } from './Marks';
import { usePlayhead, type Playhead } from './playhead';

interface Props { run: Run; place: Place; playhead: Playhead; onCell: (cell: Cell) => void; onTime: (seconds: number) => void }

/** The result in its own order: width is duration. */
export function Strip({ run, place, playhead, onCell, onTime }: Props) {
  const narrow = useMatch('(max-width: 719px)');
  const [ref, view] = useViewport<HTMLDivElement>();
  const cells = useMemo(() => mergeCells(run.data.strip), [run]);
  const layout = useMemo(() => layStrip(cells, view.width || 800, narrow ? 104 : 76), [cells, view.width, narrow]);
  const [cursor, setCursor] = useState(-1);
  const chosen = cells.findIndex((cell) => isChosen(cell, place));
  const film = headlinePath(run);
  const [from, to] = visibleBetween(layout.lefts, layout.rights, view.x - 200, view.x + (view.width || 800) + 200);
  const at = cursor >= 0 ? cursor : chosen;

  const reveal = (index: number) => {
    const box = ref.current;
    const left = layout.lefts[index];
    const right = layout.rights[index];
    if (!box || left === undefined || right === undefined) return;
    if (left < box.scrollLeft) box.scrollLeft = left - 24;
    else if (right > box.scrollLeft + box.clientWidth) box.scrollLeft = right - box.clientWidth + 24;
  };
  useEffect(() => {
    if (chosen >= 0) reveal(chosen);
  }, [chosen, layout]);

  const onKeyDown = (event: KeyboardEvent) => {
    const last = cells.length - 1;
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last }[event.key];
    const cell = cells[at];
    if (next !== undefined) {
      const index = Math.max(0, Math.min(last, next));
      setCursor(index);
      reveal(index);
    } else if (event.key === 'Enter' && cell) onCell(cell);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  if (cells.length === 0) return null;
  const merged = cells.some((cell) => cell.merged > 1);
  const timed = cells.some((cell) => cell.seconds > 0);
  return (
    <section class="strip" aria-label="Strip">
      <StripHead run={run} cells={cells} />
      {merged ? <HeatMap cells={cells} chosen={chosen} onCell={onCell} /> : <>
      {layout.scrolls && <Overview layout={layout} from={view.x} view={view.width} onJump={(x) => { if (ref.current) ref.current.scrollLeft = x - view.width / 2; }} />}
      <div class="film" ref={ref} role="listbox" aria-orientation="horizontal" aria-label="The result in its order" tabIndex={0}
        onKeyDown={onKeyDown} onBlur={() => setCursor(-1)} aria-activedescendant={at >= from && at < to ? `cell-${at}` : undefined}>
        <div class="film-inner" style={{ width: `${layout.width}px` }}>
          {timed && <Ruler run={run} layout={layout} from={view.x} view={view.width || 800} onTime={onTime} />}
          {cells.slice(from, to).map((cell, i) => (
            <CellBox key={cell.index} cell={cell} left={layout.lefts[from + i] ?? 0} right={layout.rights[from + i] ?? 0}
              chosen={from + i === chosen} at={from + i === cursor} onClick={() => onCell(cell)} />
          ))}
          {film !== undefined && timed && <Needle layout={layout} playhead={playhead} path={film} staged={stagePath(run, place) === film} />}
        </div>
      </div>
      </>}
    </section>
  );
}

/** A cell is chosen by its file when one is selected, else by its task. */
function isChosen(cell: Cell, place: Place): boolean {
  if (place.path !== undefined && cell.path !== undefined) return cell.path === place.path;
  return place.task !== undefined && cell.task === place.task;
}

function StripHead({ run, cells }: { run: Run; cells: Cell[] }) {
  const total = run.data.strip.reduce((sum, cell) => sum + cell.seconds, 0);
  const changed = run.data.strip.filter((cell) => cell.changed).length;
  const standIns = run.data.strip.filter((cell) => cell.quality === 'placeholder').length;
  const parts = partsOf(run.data.strip);
  return (
    <p class="strip-head">
      <b>The result</b>
      <span>{count(parts)} {parts === 1 ? 'part' : 'parts'}{total > 0 && ` · ${clock(total)}`}</span>
      {changed > 0 && <span><i class="dot" aria-hidden="true" /> {count(changed)} changed</span>}
      {standIns > 0 && <span class="quality">{count(standIns)} stand-in</span>}
      {parts > cells.length && <span>shown as {count(cells.length)} cells, each with its worst state</span>}
    </p>
  );
}

function CellBox({ cell, left, right, chosen, at, onClick }: { cell: Cell; left: number; right: number; chosen: boolean; at: boolean; onClick: () => void }) {
  const mark = qualityMark(cell.quality);
  const words = [cell.label, statusWords[cell.status], mark, cell.changed && 'changed since the last run', cell.seconds > 0 && clock(cell.seconds, true),
    cell.merged > 1 && `${cell.merged} parts`].filter(Boolean).join(', ');
  return (
    <div id={`cell-${cell.index}`} role="option" aria-selected={chosen} title={words} onClick={onClick}
      class={`cell s-${cell.status}${chosen ? ' chosen' : ''}${at ? ' at' : ''}${mark ? ' soft' : ''}`} style={{ left: `${left}px`, width: `${right - left}px` }}>
      <div class="cell-face">
        <Thumb src={cell.thumbnail}><Glyph status={cell.status} /></Thumb>
        {cell.changed && <i class="dot" role="img" aria-label="changed since the last run" />}
        <QualityMark mark={mark} />
      </div>
      <div class="cell-name"><Glyph status={cell.status} /><span>{cell.label}</span></div>
      <div class="cell-state">{statusWords[cell.status]}{cell.progress !== undefined && ` ${Math.floor(cell.progress * 100)} %`}{cell.seconds > 0 && ` · ${clock(cell.seconds, cell.seconds < 60 && right - left >= 110)}`}</div>
    </div>
  );
}

/** Chapters, or moments where there are none; a click goes there in the film. */
function Ruler({ run, layout, from, view, onTime }: { run: Run; layout: StripLayout; from: number; view: number; onTime: (seconds: number) => void }) {
  const chapters = run.data.chapters ?? [];
  const marks = chapters.length > 0
    ? chapters.map((chapter) => ({ time: chapter.start, text: chapter.title }))
    : layout.cells.filter((_, i) => i % Math.max(1, Math.round(90 / ((layout.rights[0] ?? 90) - (layout.lefts[0] ?? 0)))) === 0)
      .map((cell) => ({ time: cell.start, text: clock(cell.start) }));
  const onClick = (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    onTime(timeOfX(layout, event.clientX - box.left));
  };
  return (
    <div class="ruler" onClick={onClick} title="Go to this moment of the result">
      {marks.map((mark) => ({ ...mark, x: xOfTime(layout, mark.time) })).filter((mark) => mark.x > from - 200 && mark.x < from + view + 50)
        .map((mark) => <span key={mark.time} style={{ left: `${mark.x}px` }}>{chapters.length > 0 && <b>{clock(mark.time)}</b>} {mark.text}</span>)}
    </div>
  );
}

function Needle({ layout, playhead, path, staged }: { layout: StripLayout; playhead: Playhead; path: string; staged: boolean }) {
  const time = usePlayhead(playhead, path);
  return staged && time !== undefined ? <span class="needle" style={{ transform: `translateX(${xOfTime(layout, time)}px)` }} /> : null;
}

/** The whole of a long strip in one line: one path per state, and the part in view. */
function Overview({ layout, from, view, onJump }: { layout: StripLayout; from: number; view: number; onJump: (x: number) => void }) {
  const paths = new Map<string, string>();
  for (const run of stateRuns(layout)) {
    const d = `M${(run.from * 1000).toFixed(1)} 0H${(run.to * 1000).toFixed(1)}V8H${(run.from * 1000).toFixed(1)}z`;
    paths.set(run.status, (paths.get(run.status) ?? '') + d);
  }
  const onClick = (event: MouseEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    onJump(((event.clientX - box.left) / box.width) * layout.width);
  };
  return (
    <svg class="overview" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true" onClick={onClick}>
      {[...paths].map(([status, d]) => <path key={status} class={`f-${status}`} d={d} />)}
      <rect class="window" x={(from / layout.width) * 1000} width={(view / layout.width) * 1000} y={0} height={8} />
    </svg>
  );
}
