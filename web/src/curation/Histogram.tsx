import { useRef } from 'preact/hooks';
import { count } from '../model/format';
import { gridOf, placeOf, scoreAt, scoreWords, stepLine, tidyLine, type Axis, type ScoreKind } from './model/scores';

interface Props {
  kind: ScoreKind;
  axis: Axis;
  counts: Int32Array;
  width: number;
  height: number;
  line: number;
  before: number | undefined;
  /** Read out with the value of the line. */
  said: string;
  onLine: (line: number, done: boolean) => void;
}

/** How many frames have which score, and the line between them: dragged anywhere in it, or moved with the arrow keys. */
export function Histogram({ kind, axis, counts, width, height, line, before, said, onLine }: Props) {
  const dragging = useRef(false);
  // Heights follow the root: the few frames beyond a line are what it is about, and a linear scale would hide them.
  const most = Math.max(1, ...counts);
  const bar = width / counts.length;
  const path = (from: number, to: number) => {
    let d = '';
    for (let i = 0; i < counts.length; i++) {
      const n = counts[i] ?? 0;
      const left = Math.max(from, i * bar);
      const right = Math.min(to, (i + 1) * bar);
      if (n === 0 || right <= left) continue;
      const tall = Math.max(2, Math.sqrt(n / most) * (height - 4));
      d += `M${left.toFixed(1)} ${height}V${(height - tall).toFixed(1)}H${right.toFixed(1)}V${height}z`;
    }
    return d;
  };
  const x = placeOf(axis, line) * width;
  const [hitFrom, hitTo] = kind.side === 'below' ? [0, x] : [x, width];
  const at = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return tidyLine(scoreAt(axis, (event.clientX - box.left) / box.width), kind);
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    dragging.current = true;
    const area = event.currentTarget as HTMLElement;
    area.setPointerCapture(event.pointerId);
    area.querySelector<HTMLElement>('[role="slider"]')?.focus({ preventScroll: true });
    event.preventDefault();
    onLine(at(event), false);
  };
  const onPointerUp = (event: PointerEvent) => {
    if (!dragging.current) return;
    dragging.current = false;
    onLine(at(event), true);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const far = event.shiftKey ? 10 : 1;
    const steps = { ArrowRight: far, ArrowUp: far, ArrowLeft: -far, ArrowDown: -far, PageUp: 10, PageDown: -10 }[event.key];
    if (steps !== undefined) onLine(stepLine(axis, kind, line, steps), true);
    else if (event.key === 'Home') onLine(tidyLine(scoreAt(axis, 0), kind), true);
    else if (event.key === 'End') onLine(tidyLine(scoreAt(axis, 1), kind), true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="histogram" style={{ height: `${height + 32}px` }}
      onPointerDown={onPointerDown} onPointerMove={(event) => dragging.current && onLine(at(event), false)} onPointerUp={onPointerUp} onPointerCancel={onPointerUp}>
      <svg width={width} height={height + 18} aria-hidden="true">
        <path class="bars" d={path(0, width)} />
        <path class="bars hit" d={path(hitFrom, hitTo)} />
        {gridOf(axis).map((value) => {
          const place = placeOf(axis, value) * width;
          return <text key={value} class="plot-label" x={Math.min(width - 4, Math.max(4, place))} y={height + 13} text-anchor={place > width - 20 ? 'end' : place < 20 ? 'start' : 'middle'}>{scoreWords(value)}</text>;
        })}
        {before !== undefined && before !== line && <path class="plot-before" d={`M${placeOf(axis, before) * width} 0V${height}`} />}
      </svg>
      <div class="line-handle" role="slider" tabIndex={0} style={{ left: `${x}px`, height: `${height}px` }} aria-orientation="horizontal" aria-label={`Line for ${kind.word} frames`}
        aria-valuemin={tidyLine(axis.least, kind)} aria-valuemax={tidyLine(axis.most, kind)} aria-valuenow={line} aria-valuetext={`${scoreWords(line)}: ${said}`} onKeyDown={onKeyDown}>
        <span class="line-value" data-left={x > width / 2 || undefined}>{kind.side === 'below' ? '<' : '≥'} {scoreWords(line)}</span>
      </div>
      <span class="bars-note dim">highest bar: {count(most)}; heights by the square root</span>
    </div>
  );
}
