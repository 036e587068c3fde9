import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { gridRows, scrollToRow } from '../curation/model/filter';
import type { TaskStatus } from '../data';
import { count } from '../model/format';
import { jumpTo, type GridItems } from '../model/grid';
import type { Place } from '../model/place';
import { statusWords } from '../model/status';
import { useViewport, type Go } from '../parts/hooks';
import { GridFlags } from './GridFlags';
import { Face, type Tile } from './Gallery';
import { Glyph, QualityMark } from '../parts/Marks';

const widths = [96, 140, 200, 280];
/** A tile is up to ten elements, so a view of tiles stays far under 1,500 whatever the screen. */
const mostTiles = 80;
const gap = 6;
const words = 30;

interface Props { label: string; items: GridItems<Tile>; place: Place; go: Go; onChoose: (id: string) => void }

/** Any number of results: four densities, a jump to any of them, and marks beside the scroll bar where something is wrong. */
export function Grid({ label, items, place, go, onChoose }: Props) {
  const { total } = items;
  const [ref, view] = useViewport<HTMLDivElement>();
  const box = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState('');
  const room = Math.max(160, view.width - 8);
  const wanted = Math.max(widths[place.size] ?? 140, Math.sqrt((room * view.height) / (mostTiles * 0.7)));
  const columns = Math.max(1, Math.floor((room + gap) / (wanted + gap)));
  const width = Math.floor((room - gap * (columns - 1)) / columns);
  const row = Math.round(width * 0.5625) + words + gap;
  const rows = gridRows(total, columns, row, view.y, view.height || 600);
  const first = rows.first * columns;
  const last = Math.min(total, rows.last * columns);
  const cursor = Math.min(total - 1, place.tile ?? -1);

  const show = (at: number) => {
    const list = ref.current;
    if (list) list.scrollTop = scrollToRow(total, columns, row, Math.floor(at / columns), list.clientHeight);
  };
  const choose = (at: number) => go({ tile: Math.max(0, Math.min(total - 1, at)) });
  const onJump = (event: Event) => {
    event.preventDefault();
    const at = jumpTo(items, box.current?.value ?? '');
    if (at === undefined) return setSaid(`Type a number from #1 to #${count(total)}, a name, or a part, such as 37 %`);
    setSaid(`#${count(at + 1)} of ${count(total)}`);
    choose(at);
    show(at);
    ref.current?.focus();
  };
  // The tile in the address is brought into view once; after that only the keyboard moves what is seen.
  const brought = useRef(false);
  useLayoutEffect(() => {
    if (brought.current || view.height === 0) return;
    brought.current = true;
    if (cursor >= 0) show(cursor);
  }, [view.height]);
  // Another density is another number of columns: what was in the middle stays there.
  const middle = useRef({ columns, at: 0 });
  useLayoutEffect(() => {
    if (view.height === 0) return;
    const before = middle.current;
    if (before.columns !== columns && before.at > 0) show(before.at);
    middle.current = { columns, at: before.columns === columns ? Math.floor((first + last) / 2) : before.at };
  });
  const asked = useRef(cursor);
  useEffect(() => {
    const moved = asked.current !== cursor;
    asked.current = cursor;
    const at = Math.floor(cursor / columns);
    if (moved && cursor >= 0 && (at <= rows.first || at >= rows.last - 1)) show(cursor);
  }, [cursor]);
  useEffect(() => { if (last > first) items.want(first, last); });

  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, PageDown: columns * 4, PageUp: -columns * 4, Home: -total, End: total }[event.key];
    const tile = cursor < 0 ? undefined : items.at(cursor);
    if (by !== undefined && total > 0) choose(cursor < 0 ? first : cursor + by);
    else if (event.key === 'Enter' && tile) onChoose(tile.id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const places = useMemo(() => Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i), [first, last]);
  return (
    <div class="frames stage-grid">
      <div class="frames-tools">
        <span>{count(total)} results</span>
        <form onSubmit={onJump}>
          <input ref={box} id="grid-jump" type="text" placeholder="#index or 37 %" aria-label={`Jump to one of ${count(total)}: its number, its name, or a part such as 37 %`} />
          <button type="submit" class="small">Go</button>
        </form>
        <span class="densities" role="group" aria-label="Size of pictures">
          {widths.map((one, i) => <button key={one} type="button" class="small" aria-pressed={i === place.size} onClick={() => go({ size: i })} aria-label={`Pictures ${one} pixels wide`}>{'SMLX'[i]}</button>)}
        </span>
        <span class="dim" role="status">{said}</span>
      </div>
      <div class="grid-box">
        <div class="grid" ref={ref} role="listbox" tabIndex={0} aria-label={`${label}, ${count(total)} results`} onKeyDown={onKeyDown}
          aria-activedescendant={cursor >= first && cursor < last ? `tile-${cursor}` : undefined}>
          <div style={{ height: `${rows.height}px`, position: 'relative' }}>
            <div class="grid-rows" style={{ transform: `translateY(${rows.top}px)`, gridTemplateColumns: `repeat(${columns}, ${width}px)`, gridAutoRows: `${row - gap}px` }}>
              {view.height > 0 && places.map((at) => <GridTile key={at} at={at} tile={items.at(at)} total={total} chosen={at === cursor} onChoose={(id) => { choose(at); onChoose(id); }} />)}
            </div>
          </div>
        </div>
        <GridFlags marks={items.marks} total={total} height={view.height} />
      </div>
    </div>
  );
}

interface TileProps { at: number; tile: Tile | undefined; total: number; chosen: boolean; onChoose: (id: string) => void }

function GridTile({ at, tile, total, chosen, onChoose }: TileProps) {
  const state = tile?.status && statusWords[tile.status];
  return (
    <div id={`tile-${at}`} class={chosen ? 'tile at' : 'tile'} role="option" aria-selected={chosen} aria-posinset={at + 1} aria-setsize={total}
      aria-label={tile ? [tile.name, state, tile.mark].filter(Boolean).join(', ') : 'not read yet'} title={tile && [tile.id, state].filter(Boolean).join(': ')} onClick={() => tile && onChoose(tile.id)}>
      <div class="tile-face">{tile && <Face tile={tile} />}<QualityMark mark={tile?.mark} /></div>
      <div class="tile-name">{tile?.status && <Glyph status={tile.status} />}<span>{tile?.name ?? `#${at + 1}`}</span>{tile?.status && isBad(tile.status) && <small>{state}</small>}</div>
    </div>
  );
}

const isBad = (status: TaskStatus) => status !== 'succeeded' && status !== 'reused';
