import { useMemo, useState } from 'preact/hooks';
import { count } from '../model/format';
import { leftOutOf, sortedRows, type Table } from '../model/table';
import { visibleRows } from '../model/window';
import { useViewport } from '../parts/hooks';

const rowHeight = 28;
const measured = 200;

/** Records as rows, of which only those on screen are drawn; a column's name sorts by it. */
export function DataTable({ table, label }: { table: Table; label: string }) {
  const [ref, view] = useViewport<HTMLDivElement>();
  const [sort, setSort] = useState<{ column: number; falling: boolean }>();
  const order = useMemo(() => (sort ? sortedRows(table, sort.column, sort.falling) : undefined), [table, sort]);
  const widths = useMemo(() => table.head.map((name, column) => {
    const longest = table.rows.slice(0, measured).reduce((most, row) => Math.max(most, row[column]?.length ?? 0), name.length + 2);
    return `${Math.max(6, Math.min(40, longest + 3))}ch`;
  }), [table]);
  const { first, last, before, after } = visibleRows(table.rows.length, rowHeight, view.y, view.height || 600, 3);
  const onSort = (column: number) => setSort((old) => (old?.column !== column ? { column, falling: false } : old.falling ? undefined : { column, falling: true }));
  const columns = { gridTemplateColumns: `8ch ${widths.join(' ')}` };
  const places = Array.from({ length: last - first }, (_, i) => order?.[first + i] ?? first + i);
  return (
    <div class="data">
      <div class="data-table" ref={ref} role="table" tabIndex={0} aria-label={`${label}, ${count(table.rows.length)} records`} aria-rowcount={table.rows.length + 1} aria-colcount={table.head.length + 1}>
        <div class="data-head" role="row" aria-rowindex={1} style={columns}>
          <span role="columnheader">#</span>
          {table.head.map((name, column) => (
            <span key={name + column} role="columnheader" aria-sort={sort?.column === column ? (sort.falling ? 'descending' : 'ascending') : 'none'}>
              <button type="button" class="plain" title={`Sort by ${name}`} onClick={() => onSort(column)}>{name}{sort?.column === column && (sort.falling ? ' ↓' : ' ↑')}</button>
            </span>
          ))}
        </div>
        <div style={{ height: `${before}px` }} />
        {places.map((row, i) => (
          <div key={row} class="data-row" role="row" aria-rowindex={first + i + 2} style={columns}>
            <span role="rowheader" class="dim number">{row + 1}</span>
            {table.head.map((name, column) => <span key={name + column} role="cell" class={table.numbers[column] ? 'number' : undefined} title={(table.rows[row]?.[column]?.length ?? 0) > 38 ? table.rows[row]?.[column] : undefined}>{table.rows[row]?.[column]}</span>)}
          </div>
        ))}
        <div style={{ height: `${after}px` }} />
      </div>
      {leftOutOf(table, count).map((sentence) => <p key={sentence} class="dim data-note">{sentence}</p>)}
    </div>
  );
}
