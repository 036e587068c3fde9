import { useState } from 'preact/hooks';
import { clock, count } from '../model/format';
import { statusWords } from '../model/status';
import type { Cell } from '../model/strip';

interface Props { cells: Cell[]; chosen: number; onCell: (cell: Cell) => void }

/** Many parts as one picture: a column for each cell, in the colour of its worst part. A handful of elements, whatever their number. */
export function HeatMap({ cells, chosen, onCell }: Props) {
  const [cursor, setCursor] = useState(-1);
  const at = cursor >= 0 ? cursor : chosen;
  const paths = new Map<string, string>();
  cells.forEach((cell, i) => paths.set(cell.status, `${paths.get(cell.status) ?? ''}M${i} 0h1v1h-1z`));
  const changed = cells.map((cell, i) => (cell.changed ? `M${i} 0h1v.1h-1z` : '')).join('');
  const under = (event: MouseEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return Math.max(0, Math.min(cells.length - 1, Math.floor(((event.clientX - box.left) / (box.width || 1)) * cells.length)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, PageDown: at + 20, PageUp: at - 20, Home: 0, End: cells.length - 1 }[event.key];
    const cell = cells[at];
    if (next !== undefined) setCursor(Math.max(0, Math.min(cells.length - 1, next)));
    else if (event.key === 'Enter' && cell) onCell(cell);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const told = cells[at];
  return (
    <div class="heat" role="listbox" tabIndex={0} aria-label="The result in its order; arrow keys go from part to part, Enter opens" onKeyDown={onKeyDown}
      aria-activedescendant={told ? 'heat-at' : undefined} onMouseLeave={() => setCursor(-1)}>
      <svg viewBox={`0 0 ${cells.length} 1`} preserveAspectRatio="none" aria-hidden="true"
        onMouseMove={(event) => setCursor(under(event))} onClick={(event) => { const cell = cells[under(event)]; if (cell) onCell(cell); }}>
        {[...paths].map(([status, d]) => <path key={status} class={`f-${status}`} d={d} />)}
        {changed && <path class="heat-changed" d={changed} />}
        {chosen >= 0 && <rect class="heat-chosen" x={chosen} width={1} height={1} y={0} />}
        {cursor >= 0 && <rect class="heat-at" x={cursor} width={1} height={1} y={0} />}
      </svg>
      <p class="heat-told" id="heat-at" role={told ? 'option' : undefined} aria-selected={told ? at === chosen : undefined}>
        {told ? [told.label, statusWords[told.status], told.merged > 1 && `${count(told.merged)} parts, the worst of them`, told.changed && 'changed', told.seconds > 0 && `${clock(told.start)} + ${clock(told.seconds, true)}`].filter(Boolean).join(' · ') : 'Each column is a group of neighbouring parts in the state of its worst one.'}
      </p>
    </div>
  );
}
