import { useMemo, useState } from 'preact/hooks';
import { count } from '../model/format';
import { barPath, histogram, linePath, nearest, rangeOf, roomy, shortNumber, ticks } from '../model/plot';
import { leftOutOf, type Table } from '../model/table';
import { useViewport } from '../parts/hooks';

const height = 150;
const left = 58;
const mostAtOnce = 6;

/** Columns of numbers over their place or over time, and how often each value is. */
export function DataPlots({ table }: { table: Table }) {
  const numeric = table.head.map((name, column) => ({ name, column })).filter(({ column }) => table.numbers[column] !== undefined);
  const timed = numeric.find(({ name }) => name === 'pts_s');
  const [chosen, setChosen] = useState<number[]>(() => numeric.filter(({ name }) => name !== 'pts_s' && name !== 'frame_idx').slice(0, 3).map(({ column }) => column));
  const [over, setOver] = useState<'index' | 'pts_s' | 'values'>(timed ? 'pts_s' : 'index');
  const [ref, view] = useViewport<HTMLDivElement>();
  const width = Math.max(120, Math.floor(view.width - left - 30));
  const places = useMemo(() => Float64Array.from(table.rows, (_, i) => i + 1), [table]);
  const xs = (over === 'pts_s' && timed && table.numbers[timed.column]) || places;
  const toggle = (column: number) => setChosen((old) => (old.includes(column) ? old.filter((one) => one !== column) : [...old, column].slice(-mostAtOnce)));
  return (
    <div class="data">
      <div class="frames-tools">
        <span role="group" aria-label="Columns" class="densities">
          {numeric.map(({ name, column }) => <button key={column} type="button" class="small" aria-pressed={chosen.includes(column)} onClick={() => toggle(column)}>{name}</button>)}
        </span>
        <label>over{' '}
          <select id="plot-over" value={over} onChange={(event) => setOver(event.currentTarget.value as typeof over)}>
            <option value="index">index</option>
            {timed && <option value="pts_s">pts_s</option>}
            <option value="values">how often (histogram)</option>
          </select>
        </label>
      </div>
      <div class="data-plots" ref={ref} tabIndex={0} aria-label="Plots">
        {chosen.length === 0 && <p class="empty">Choose a column of numbers.</p>}
        {view.width > 0 && [...chosen].sort((a, b) => a - b).map((column) => {
          const numbers = table.numbers[column];
          const name = table.head[column] ?? '';
          if (!numbers) return null;
          return over === 'values' ? <Bars key={column} name={name} numbers={numbers} width={width} /> : <Line key={column} name={name} xs={xs} ys={numbers} over={over} width={width} />;
        })}
        {leftOutOf(table, count).map((sentence) => <p key={sentence} class="dim data-note">{sentence}</p>)}
      </div>
    </div>
  );
}

function Line({ name, xs, ys, over, width }: { name: string; xs: Float64Array; ys: Float64Array; over: string; width: number }) {
  const [told, setTold] = useState(-1);
  const found = useMemo(() => ({ x: rangeOf(xs), y: rangeOf(ys) }), [xs, ys]);
  const x = roomy(found.x ?? { least: 0, most: 1 });
  const y = roomy(found.y ?? { least: 0, most: 1 });
  const path = useMemo(() => linePath(xs, ys, x, y, width, height), [xs, ys, width]);
  const onMove = (event: MouseEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    setTold(nearest(xs, ys, x.least + ((event.clientX - box.left - left) / width) * (x.most - x.least)));
  };
  const at = told >= 0 ? { x: ((xs[told] ?? 0) - x.least) / (x.most - x.least) * width, y: height - ((ys[told] ?? 0) - y.least) / (y.most - y.least) * height } : undefined;
  return (
    <figure class="plot-box">
      <figcaption><b>{name}</b> <span class="dim">{found.y && `${shortNumber(found.y.least)} to ${shortNumber(found.y.most)}`}{told >= 0 && ` · ${over} ${shortNumber(xs[told] ?? 0)}: ${shortNumber(ys[told] ?? 0)}`}</span></figcaption>
      <svg class="data-plot" width={width + left + 12} height={height + 26} role="img" aria-label={`${name} over ${over}, ${found.y ? `from ${shortNumber(found.y.least)} to ${shortNumber(found.y.most)}` : 'no values'}`} onMouseMove={onMove} onMouseLeave={() => setTold(-1)}>
        <g transform={`translate(${left} 6)`}>
          {ticks(y, 3).map((value) => <Tick key={value} value={value} y={height - ((value - y.least) / (y.most - y.least)) * height} width={width} />)}
          {ticks(x, Math.max(2, Math.floor(width / 120))).map((value) => <text key={value} class="plot-label" x={((value - x.least) / (x.most - x.least)) * width} y={height + 15} text-anchor="middle">{shortNumber(value)}</text>)}
          <path class="plot-score" d={path} />
          {at && <path class="plot-cursor" d={`M${at.x} 0V${height}M${at.x - 4} ${at.y}h8`} />}
        </g>
      </svg>
    </figure>
  );
}

function Bars({ name, numbers, width }: { name: string; numbers: Float64Array; width: number }) {
  const found = useMemo(() => rangeOf(numbers), [numbers]);
  if (!found) return null;
  const range = roomy(found);
  const bins = Math.max(8, Math.min(80, Math.floor(width / 8)));
  const counts = histogram(numbers, range, bins);
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  return (
    <figure class="plot-box">
      <figcaption><b>{name}</b> <span class="dim">{`${shortNumber(found.least)} to ${shortNumber(found.most)}, ${bins} parts, the fullest ${count(most)}`}</span></figcaption>
      <svg class="data-plot" width={width + left + 12} height={height + 26} role="img" aria-label={`How often values of ${name} are, from ${shortNumber(found.least)} to ${shortNumber(found.most)}; the fullest of ${bins} parts holds ${count(most)}`}>
        <g transform={`translate(${left} 6)`}>
          {ticks({ least: 0, most: Math.max(1, most) }, 3).map((value) => <Tick key={value} value={value} y={height - (value / Math.max(1, most)) * height} width={width} />)}
          {ticks(range, Math.max(2, Math.floor(width / 120))).map((value) => <text key={value} class="plot-label" x={((value - range.least) / (range.most - range.least)) * width} y={height + 15} text-anchor="middle">{shortNumber(value)}</text>)}
          <path class="bars" d={barPath(counts, width, height)} />
        </g>
      </svg>
    </figure>
  );
}

function Tick({ value, y, width }: { value: number; y: number; width: number }) {
  return <><path class="plot-grid" d={`M0 ${y}H${width}`} /><text class="plot-label" x={-6} y={y + 4} text-anchor="end">{shortNumber(value)}</text></>;
}
