import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { count } from '../model/format';
import { useViewport } from '../parts/hooks';
import type { PartProps } from './Curation';
import { DecidingContext, rangeOf, type Verdict } from './deciding';
import { FrameFace, FrameWords } from './FrameFace';
import { bandPath } from './model/envelope';
import { groupOf } from './model/groups';
import { choices, chosen, gridRows, jumpTo, scrollToRow } from './model/filter';
import { flag, flagWords, nearestOrdinal, ordinalFrom, type Stream } from './model/stream';

const widths = [88, 128, 184, 256];
/** A tile is five elements, so a view of tiles stays under 1,500 whatever the screen. */
const mostTiles = 220;

/** All frames, or those that a rule dropped, as a grid of any length. */
export function Frames({ stream, place, go }: PartProps) {
  const all = useMemo(() => choices(stream), [stream]);
  const choice = all.find((one) => one.id === place.show) ?? all[0];
  const ordinals = useMemo(() => chosen(stream, choice?.id ?? 'all'), [stream, choice]);
  const total = ordinals?.length ?? stream.count;
  const [ref, view] = useViewport<HTMLDivElement>();
  const box = useRef<HTMLInputElement>(null);
  const [said, setSaid] = useState('');
  const room = Math.max(200, view.width - 8);
  const shape = stream.tiles.height / stream.tiles.width;
  const wanted = Math.max(widths[place.size] ?? 128, Math.sqrt((room * view.height) / (mostTiles * 0.8 * (shape + 0.15))));
  const columns = Math.max(1, Math.floor((room + 6) / (wanted + 6)));
  const width = Math.floor((room - 6 * (columns - 1)) / columns);
  const row = Math.round(width * shape) + 26 + 6;
  const grid = gridRows(total, columns, row, view.y, view.height || 600);
  const ordinalAt = (place: number) => ordinals?.[place] ?? place;
  const placeOfOrdinal = (ordinal: number) => (ordinals ? ordinalFrom(ordinals, ordinal) : ordinal);
  const cursor = place.frame === undefined ? -1 : Math.min(total - 1, placeOfOrdinal(nearestOrdinal(stream.numbers, place.frame)));

  const show = (at: number) => {
    const list = ref.current;
    if (list) list.scrollTop = scrollToRow(total, columns, row, Math.floor(at / columns), list.clientHeight);
  };
  const choose = (at: number) => go({ frame: stream.numbers[ordinalAt(Math.max(0, Math.min(total - 1, at)))] });
  const onJump = (event: Event) => {
    event.preventDefault();
    const ordinal = jumpTo(stream, box.current?.value ?? '');
    if (ordinal === undefined) {
      setSaid('Type the number of a frame, such as #1200, or a part, such as 37 %');
      return;
    }
    const at = Math.min(total - 1, placeOfOrdinal(ordinal));
    setSaid(`Frame ${stream.numbers[ordinalAt(at)]}`);
    choose(at);
    show(at);
  };
  // The frame in the address is brought into view once; after that the reader scrolls.
  const brought = useRef('');
  useLayoutEffect(() => {
    const key = `${choice?.id} ${stream.view.name}`;
    if (brought.current === key || view.height === 0) return;
    brought.current = key;
    if (cursor >= 0) show(cursor);
    else if (ref.current) ref.current.scrollTop = 0;
  }, [choice, stream, view.height]);
  // Another width is another number of columns: what was in the middle stays there.
  const middle = useRef({ columns, at: 0 });
  useLayoutEffect(() => {
    if (view.height === 0) return;
    const before = middle.current;
    if (before.columns !== columns && before.at > 0) show(before.at);
    middle.current = { columns, at: before.columns === columns ? Math.floor((grid.first + grid.last) / 2) * columns : before.at };
  });
  const asked = useRef(place.frame);
  useEffect(() => {
    const moved = asked.current !== place.frame;
    asked.current = place.frame;
    if (!moved || cursor < 0) return;
    const at = Math.floor(cursor / columns);
    if (at <= grid.first || at >= grid.last - 1) show(cursor);
  }, [place.frame]);

  // From where a range was begun with shift; the frames from there to the cursor are decided together.
  const [anchor, setAnchor] = useState(-1);
  const selected = cursor < 0 ? [] : rangeOf(anchor >= 0 && anchor < total ? anchor : cursor, cursor);
  const inRange = (at: number) => selected.length > 1 && at >= (selected[0] ?? 0) && at <= (selected[selected.length - 1] ?? -1);
  const deciding = useContext(DecidingContext);
  const onDecide = (event: KeyboardEvent): boolean => {
    if (!deciding || event.ctrlKey || event.metaKey || event.altKey) return false;
    const verdict: Verdict | undefined = { k: 'keep' as const, x: 'drop' as const }[event.key.toLowerCase()];
    if (verdict && cursor >= 0) {
      deciding.decide(stream.view.name, verdict, selected.map((at) => stream.numbers[ordinalAt(at)] ?? 0));
      setAnchor(-1);
      choose(Math.max(cursor, selected[selected.length - 1] ?? cursor) + 1);
    } else if (event.key.toLowerCase() === 'u') deciding.undo();
    else if (event.key.toLowerCase() === 'd' && cursor >= 0) {
      const group = groupOf(stream.groups, ordinalAt(cursor));
      if (group === undefined) setSaid('This frame is in no group');
      else go({ part: 'duplicates', group, order: 'frame' });
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (onDecide(event)) return;
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, PageDown: columns * 4, PageUp: -columns * 4, Home: -total, End: total }[event.key];
    if (by === undefined || total === 0) return;
    setAnchor(event.shiftKey ? (anchor >= 0 ? anchor : cursor) : -1);
    choose(cursor < 0 ? grid.first * columns : cursor + by);
    event.preventDefault();
    event.stopPropagation();
  };
  const places = Array.from({ length: Math.max(0, Math.min(total, grid.last * columns) - grid.first * columns) }, (_, i) => grid.first * columns + i);
  return (
    <div class="frames">
      <div class="frames-tools">
        <label>Show{' '}
          <select value={choice?.id} onChange={(event) => go({ show: event.currentTarget.value })}>
            {all.map((one) => <option key={one.id} value={one.id}>{one.words} ({count(one.count)})</option>)}
          </select>
        </label>
        <form onSubmit={onJump}>
          <input ref={box} type="text" placeholder="#index or 37 %" aria-label="Jump to the number of a frame or to a part" />
          <button type="submit" class="small">Go</button>
        </form>
        <span class="densities" role="group" aria-label="Size of pictures">
          {widths.map((one, i) => <button key={one} type="button" class="small" aria-pressed={i === place.size} onClick={() => go({ size: i })} aria-label={`Pictures ${one} pixels wide`}>{'SMLX'[i]}</button>)}
        </span>
        <span class="dim" role="status">{said}</span>
        {selected.length > 1 && <span>{count(selected.length)} frames chosen</span>}
      </div>
      <div class="grid-box">
        <div class="grid" ref={ref} role="listbox" tabIndex={0} aria-label={`${choice?.words ?? ''}, ${count(total)} frames`} onKeyDown={onKeyDown}
          aria-activedescendant={cursor >= grid.first * columns && cursor < grid.last * columns ? `frame-${cursor}` : undefined}>
          <div style={{ height: `${grid.height}px`, position: 'relative' }}>
            <div class="grid-rows" style={{ transform: `translateY(${grid.top}px)`, gridTemplateColumns: `repeat(${columns}, ${width}px)`, gridAutoRows: `${row - 6}px` }}>
              {view.height > 0 && places.map((at) => <GridTile key={ordinalAt(at)} {...{ stream, at, width, total }} ordinal={ordinalAt(at)} chosen={at === cursor} within={inRange(at)} verdict={deciding?.verdictOf(stream.view.name, stream.numbers[ordinalAt(at)] ?? 0)}
                onChoose={(event) => { setAnchor(event.shiftKey ? (anchor >= 0 ? anchor : cursor) : -1); choose(at); }} />)}
            </div>
          </div>
        </div>
        <FlagMarks stream={stream} ordinals={ordinals} height={view.height} />
      </div>
    </div>
  );
}

interface GridTileProps { stream: Stream; ordinal: number; at: number; width: number; total: number; chosen: boolean; within: boolean; verdict?: Verdict; onChoose: (event: MouseEvent) => void }

function GridTile({ stream, ordinal, at, width, total, chosen, within, verdict, onChoose }: GridTileProps) {
  const flags = stream.flags[ordinal] ?? 0;
  const dropped = verdict ? verdict === 'drop' : stream.view.selection !== undefined && !(flags & flag.kept);
  const index = stream.numbers[ordinal] ?? 0;
  return (
    <div id={`frame-${at}`} class={`frame-tile${chosen || within ? ' at' : ''}${dropped ? ' dropped' : ''}`} role="option" aria-selected={chosen} aria-posinset={at + 1} aria-setsize={total}
      aria-label={[`frame ${index}`, flagWords(flags), dropped && 'dropped', verdict && `you: ${verdict}`].filter(Boolean).join(', ')} onClick={onChoose}>
      <FrameFace stream={stream} ordinal={ordinal} width={width - 2} />
      <FrameWords stream={stream} ordinal={ordinal} mark={verdict && { keep: '✓ you keep', drop: '✗ you drop', representative: '★ you chose' }[verdict]} />
    </div>
  );
}

/** Beside the scroll bar: where in the list dropped frames are. */
function FlagMarks({ stream, ordinals, height }: { stream: Stream; ordinals: Int32Array | undefined; height: number }) {
  const path = useMemo(() => {
    if (!stream.view.selection || height < 2 || stream.count === 0 || ordinals) return '';
    const runs: [number, number][] = [];
    for (let i = 0; i < stream.count; i++) {
      if ((stream.flags[i] ?? 0) & flag.kept) continue;
      const last = runs[runs.length - 1];
      if (last && last[1] === i - 1) last[1] = i;
      else runs.push([i, i]);
    }
    return bandPath(runs, { from: 0, to: stream.count - 1 }, height, 6);
  }, [stream, ordinals, height]);
  // Drawn as a row and turned to stand, so that one way of drawing bands serves both.
  return path === '' ? null : <svg class="flag-marks" width={6} height={height} aria-hidden="true"><path d={path} transform="matrix(0 1 1 0 0 0)" /></svg>;
}
