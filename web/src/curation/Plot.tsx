import { useMemo, useRef } from 'preact/hooks';
import { bandPath, markPath, scorePath, type Span } from './model/envelope';
import { gridOf, placeOf, scoreAt, scoreWords, tidyLine, type Axis, type ScoreKind } from './model/scores';
import type { Stream } from './model/stream';

interface Props {
  stream: Stream;
  kind: ScoreKind;
  scores: Float64Array;
  axis: Axis;
  span: Span;
  width: number;
  height: number;
  line?: number;
  /** Where the line of the run lies, when this one was moved. */
  before?: number;
  cursor?: number;
  /** While the line is dragged, and once when it is let go. */
  onLine?: (line: number, done: boolean) => void;
  onIndex?: (index: number) => void;
}

/** A score over the numbers of the frames: gaps hatched, idle stretches shaded, cuts as marks, the line to drag across. */
export function Plot({ stream, kind, scores, axis, span, width, height, line, before, cursor, onLine, onIndex }: Props) {
  const dragging = useRef(false);
  const { view, numbers } = stream;
  const yOf = (score: number) => (1 - placeOf(axis, score)) * (height - 2) + 1;
  const layers = useMemo(() => ({
    score: width > 0 ? scorePath(numbers, scores, span, width, yOf) : '',
    gaps: bandPath(view.missing.first, span, width, height),
    idle: bandPath((view.idle?.stretches.first ?? []).map(([from, to]) => [from, to] as const), span, width, height),
    cuts: markPath((view.cuts?.scenes.first ?? []).slice(1).map(([from]) => from), span, width, height),
  }), [stream, scores, axis, span.from, span.to, width, height]);
  const grid = gridOf(axis);
  // Only labels that have room: inside, and apart from each other.
  const apart = Math.ceil(14 / Math.max(1, Math.abs(yOf(grid[0] ?? 0) - yOf(grid[1] ?? axis.most))));
  const labelled = grid.filter((at, i) => i % apart === 0 && yOf(at) > 12 && yOf(at) < height - 1);
  const xOf = (index: number) => ((index - span.from + 0.5) / (span.to - span.from + 1)) * width;

  const lineAt = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return tidyLine(scoreAt(axis, 1 - (event.clientY - box.top - 1) / (height - 2)), kind);
  };
  const indexAt = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return Math.round(span.from + ((event.clientX - box.left) / box.width) * (span.to - span.from + 1) - 0.5);
  };
  const onPointerDown = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const near = line !== undefined && Math.abs(event.clientY - box.top - yOf(line)) <= (event.pointerType === 'touch' ? 16 : 7);
    if (near && onLine) {
      dragging.current = true;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      event.preventDefault();
    } else onIndex?.(indexAt(event));
  };
  const onPointerMove = (event: PointerEvent) => {
    if (dragging.current) onLine?.(lineAt(event), false);
    else if (event.buttons === 1) onIndex?.(indexAt(event));
  };
  const onPointerUp = (event: PointerEvent) => {
    if (!dragging.current) return;
    dragging.current = false;
    onLine?.(lineAt(event), true);
  };
  return (
    <svg class={onLine ? 'plot dragged' : 'plot'} width={width} height={height} viewBox={`0 0 ${Math.max(1, width)} ${height}`} role="img" aria-label={`${kind.title} over the frames ${span.from} to ${span.to}`}
      onPointerDown={onPointerDown} onPointerMove={onPointerMove} onPointerUp={onPointerUp} onPointerCancel={onPointerUp}>
      <path class="plot-idle" d={layers.idle} />
      <path class="plot-gaps" d={layers.gaps} />
      {grid.map((at) => <path key={at} class="plot-grid" d={`M0 ${Math.round(yOf(at)) + 0.5}H${width}`} />)}
      <path class="plot-cuts" d={layers.cuts} />
      <path class="plot-score" d={layers.score} />
      {labelled.map((at) => <text key={at} class="plot-label" x={4} y={yOf(at) - 3}>{scoreWords(at)}</text>)}
      {before !== undefined && before !== line && <path class="plot-before" d={`M0 ${yOf(before)}H${width}`} />}
      {line !== undefined && <path class="plot-line" d={`M0 ${yOf(line)}H${width}`} />}
      {line !== undefined && <path class="plot-grip" d={`M${width} ${yOf(line)}l-8 -6v12z`} />}
      {cursor !== undefined && cursor >= span.from && cursor <= span.to && <path class="plot-cursor" d={`M${xOf(cursor)} 0V${height}`} />}
    </svg>
  );
}
