import { count, span } from '../model/format';
import { barParts, pageSize, type Row } from '../model/outline';
import type { Run } from '../model/run';
import { rateWords } from '../model/rates';
import { countWords, qualityMark, statusWords } from '../model/status';
import { Glyph, QualityMark } from './Marks';

interface Props { row: Row; run: Run; id: string; chosen: boolean; /** Tasks a second. */ rate?: number; onChoose: () => void; onToggle: () => void }

export function OutlineRow(props: Props) {
  const { row } = props;
  if (row.kind === 'queue') return <QueueRow {...props} row={row} />;
  if (row.kind === 'step') return <StepRow {...props} row={row} />;
  if (row.kind === 'task') return <TaskRow {...props} row={row} />;
  return (
    <div class="row more" id={props.id} role="treeitem" aria-level={2} onClick={props.onChoose}>
      Show {Math.min(pageSize, row.of - row.shown)} more of {count(row.of)}
    </div>
  );
}

type Of<K extends Row['kind']> = Props & { row: Extract<Row, { kind: K }> };

function QueueRow({ row, id, chosen, onChoose }: Of<'queue'>) {
  return (
    <div class={`row queue s-${row.status}`} id={id} role="treeitem" aria-level={1} aria-expanded={row.open} aria-selected={chosen} onClick={onChoose}>
      <Glyph status={row.status} />
      <span class="row-name">{row.name}</span>
      <span class="badge">{count(row.total)}</span>
    </div>
  );
}

function StepRow({ row, id, chosen, rate, onChoose, onToggle }: Of<'step'>) {
  const { step } = row;
  const words = countWords(step.counts) || statusWords[row.status];
  // Long counts leave no room for the word; the shape of the glyph and the tooltip still tell it.
  const worded = row.status !== 'succeeded' && row.status !== 'reused' && (row.done === 0 || step.total < 100) && row.found === undefined;
  return (
    <div class="row step" id={id} role="treeitem" aria-level={1} aria-selected={chosen}
      aria-expanded={row.expands ? row.open : undefined} onClick={onChoose} title={`${step.id}: ${words}`}>
      <Glyph status={row.status} named={!worded} />
      <span class="row-name">{step.label ?? step.id}</span>
      {worded && <span class={`row-word s-${row.status}`}>{statusWords[row.status]}</span>}
      {!(worded && row.done === 0) && <span class="row-count">{row.found === undefined ? `${count(row.done)}/${count(step.total)}` : `${count(row.found)} found`}</span>}
      <Bar row={row} />
      {rate !== undefined && <span class="row-rate">{rateWords(rate)}</span>}
      <button type="button" class="twist" tabIndex={-1} aria-hidden="true" hidden={!row.expands} onClick={(event) => { event.stopPropagation(); onToggle(); }}>
        <svg viewBox="0 0 10 10"><path d={row.open ? 'M2 3.5l3 3 3-3' : 'M3.5 2l3 3-3 3'} /></svg>
      </button>
    </div>
  );
}

function Bar({ row }: { row: Extract<Row, { kind: 'step' }> }) {
  let x = 0;
  return (
    <svg class="bar" viewBox="0 0 40 6" preserveAspectRatio="none" aria-hidden="true">
      {barParts(row.step.counts, row.step.total).map((part) => {
        const rect = <rect key={part.status} class={`f-${part.status}`} x={x * 40} width={part.share * 40} height={6} />;
        x += part.share;
        return rect;
      })}
    </svg>
  );
}

function TaskRow({ row, id, chosen, onChoose }: Of<'task'>) {
  const { task } = row;
  const timed = task.seconds !== undefined && task.status === 'succeeded';
  return (
    <div class="row task" id={id} role="treeitem" aria-level={2} aria-selected={chosen} aria-posinset={row.position} aria-setsize={row.of}
      onClick={onChoose} title={task.task}>
      <Glyph status={task.status} named={timed} />
      <span class="row-name">{row.owner.startsWith('!') ? task.task : task.item ?? task.step}</span>
      <QualityMark mark={qualityMark(task.quality)} />
      <span class="row-count">{timed ? span(task.seconds ?? 0) : statusWords[task.status]}{task.progress !== undefined && ` ${Math.floor(task.progress * 100)} %`}</span>
    </div>
  );
}
