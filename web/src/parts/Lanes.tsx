import { useMemo, useState } from 'preact/hooks';
import type { TaskStatus } from '../data';
import { clock, span as spanWords } from '../model/format';
import { endOf, placeLane, spanAt, ticks, type PlacedLane, type PlacedSpan } from '../model/lanes';
import type { Place } from '../model/place';
import type { Run } from '../model/run';
import { statusWords } from '../model/status';
import { useViewport } from './hooks';

interface Props { run: Run; place: Place; onTask: (task: string) => void }
interface Scale { width: number; seconds: number }

const xOf = (scale: Scale, seconds: number) => (seconds / scale.seconds) * scale.width;

/** What ran when, by resource; the critical path is bold. */
export function Lanes({ run, place, onTask }: Props) {
  const lanes = useMemo(() => run.data.lanes.map(placeLane), [run]);
  const [ref, view] = useViewport<HTMLDivElement>();
  const [zoom, setZoom] = useState(1);
  const [told, setTold] = useState<PlacedSpan | undefined>();
  const seconds = endOf(run.data.lanes, run.data.run.seconds);
  const width = Math.max(200, view.width - 116) * zoom;
  const scale = { width, seconds };
  const shown = told ?? lanes.flatMap((lane) => lane.spans).find((span) => span.task === place.task);

  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    const order = lanes.flatMap((lane) => lane.spans).sort((a, b) => a.start - b.start);
    const at = order.findIndex((span) => span.task === place.task);
    const next = order[Math.max(0, Math.min(order.length - 1, at + by))];
    if (next) onTask(next.task);
    event.preventDefault();
    event.stopPropagation();
  };
  if (lanes.length === 0) return <p class="empty">Nothing ran, so there is nothing to show by resource.</p>;
  return (
    <div class="panel-inner">
      <div class="panel-tools">
        <h2>Lanes</h2>
        <span class="told" aria-live="polite">{shown ? `${shown.task} · ${statusWords[shown.status]} · ${clock(shown.start, true)} + ${spanWords(shown.end - shown.start)}${shown.critical ? ' · critical path' : ''}` : 'What ran when, by resource. Bright and outlined: the critical path.'}</span>
        <button type="button" class="small" aria-label="Shorter" onClick={() => setZoom(Math.max(1, zoom / 2))}>−</button>
        <button type="button" class="small" aria-label="Fit" onClick={() => setZoom(1)}>Fit</button>
        <button type="button" class="small" aria-label="Longer" onClick={() => setZoom(Math.min(32, zoom * 2))}>+</button>
      </div>
      <div class="lanes" ref={ref} tabIndex={0} role="group" aria-label="Lanes by resource; arrow keys go from task to task" onKeyDown={onKeyDown} onMouseLeave={() => setTold(undefined)}>
        <Axis scale={scale} />
        {lanes.map((lane) => <Lane key={lane.resource} lane={lane} scale={scale} from={view.x} view={view.width} at={place.task} onTask={onTask} onTell={setTold} />)}
        {run.data.run.status === 'running' && <i class="now-line" style={{ left: `${104 + xOf(scale, run.data.run.seconds)}px` }} />}
      </div>
    </div>
  );
}

function Axis({ scale }: { scale: Scale }) {
  return (
    <div class="lane axis">
      <span class="lane-name" />
      <svg width={scale.width} height={18} aria-hidden="true">
        {ticks(scale.seconds, scale.width).slice(0, 200).map((tick) => <text key={tick} x={xOf(scale, tick)} y={12}>{clock(tick, tick % 1 !== 0)}</text>)}
      </svg>
    </div>
  );
}

interface LaneProps { lane: PlacedLane; scale: Scale; from: number; view: number; at?: string; onTask: (task: string) => void; onTell: (span: PlacedSpan | undefined) => void }

/** One resource: a path per state, so that thousands of spans stay a handful of elements. */
function Lane({ lane, scale, from, view, at, onTask, onTell }: LaneProps) {
  const row = lane.rows > 12 ? 6 : lane.rows > 5 ? 12 : 18;
  const height = lane.rows * (row + 2) + 6;
  const box = (span: PlacedSpan) => ({ x: xOf(scale, span.start), y: 3 + span.row * (row + 2), w: Math.max(1.5, xOf(scale, span.end - span.start) - 1) });
  const paths = new Map<string, string>();
  for (const span of lane.spans) {
    const { x, y, w } = box(span);
    const key = `${span.status} ${span.critical ? 'critical' : ''}`;
    paths.set(key, `${paths.get(key) ?? ''}M${x.toFixed(1)} ${y}h${w.toFixed(1)}v${row}h${(-w).toFixed(1)}z`);
  }
  const find = (event: MouseEvent) => {
    const area = (event.currentTarget as Element).getBoundingClientRect();
    const time = ((event.clientX - area.left) / scale.width) * scale.seconds;
    return spanAt(lane, time, Math.floor((event.clientY - area.top - 3) / (row + 2)), (3 / scale.width) * scale.seconds);
  };
  const labelled = row < 18 ? [] : lane.spans.filter((span) => {
    const { x, w } = box(span);
    return w > 52 && x + w > from && x < from + view;
  }).slice(0, 80);
  const chosen = lane.spans.find((span) => span.task === at);
  const outline = chosen && box(chosen);
  return (
    <div class="lane">
      <span class="lane-name"><b>{lane.resource}</b><small>{lane.capacity === 1 ? '1 at once' : `${lane.capacity} at once`}</small></span>
      <svg width={scale.width} height={height} onMouseMove={(event) => onTell(find(event))}
        onClick={(event) => { const span = find(event); if (span) onTask(span.task); }}>
        {[...paths].map(([key, d]) => {
          const [status, critical] = key.split(' ') as [TaskStatus, string];
          return <path key={key} class={`span f-${status} ${critical}`} d={d} />;
        })}
        {outline && <rect class="span-at" x={outline.x} y={outline.y} width={outline.w} height={row} />}
        {labelled.map((span) => {
          const { x, y, w } = box(span);
          const left = Math.max(x, from > 0 ? from : 0);
          const room = Math.floor((w - (left - x) - 10) / 6.2);
          return room > 3 ? <text key={`${span.task} ${span.start}`} class={span.critical ? 'span-name critical' : 'span-name'} x={left + 6} y={y + 13}>{span.task.length > room ? `${span.task.slice(0, room - 1)}…` : span.task}</text> : null;
        })}
      </svg>
    </div>
  );
}
