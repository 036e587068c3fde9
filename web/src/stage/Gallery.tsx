import { useState } from 'preact/hooks';
import type { ArtifactView, TaskStatus } from '../data';
import { visibleRows } from '../model/window';
import { useViewport } from '../parts/hooks';
import { fewerPeaks, Glyph, QualityMark, Thumb, TypeMark, waveform } from '../parts/Marks';

export interface Tile { id: string; name: string; status?: TaskStatus; word?: string; mark?: string; picture?: string; artifact?: ArtifactView }

interface Props { label: string; tiles: Tile[]; onChoose: (id: string) => void }

/** Many results at once: only the rows on screen are drawn. */
export function Gallery({ label, tiles, onChoose }: Props) {
  const [ref, view] = useViewport<HTMLDivElement>();
  const [cursor, setCursor] = useState(-1);
  const wanted = tiles.length <= 6 ? 240 : tiles.length <= 12 ? 190 : 160;
  const columns = Math.max(2, Math.floor((view.width - 16) / wanted) || 2);
  const tileWidth = Math.max(80, (view.width - 16 - (columns - 1) * 10) / columns);
  const tileHeight = Math.round(tileWidth * 0.5625) + 44;
  const rows = Math.ceil(tiles.length / columns);
  const { first, last, before, after } = visibleRows(rows, tileHeight, view.y, view.height || 600, 1);

  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    const tile = tiles[cursor];
    if (by !== undefined) {
      const next = Math.max(0, Math.min(tiles.length - 1, cursor + (cursor < 0 ? 1 : by)));
      setCursor(next);
      const row = Math.floor(next / columns) * tileHeight;
      const box = ref.current;
      if (box && row < box.scrollTop) box.scrollTop = row;
      if (box && row + tileHeight > box.scrollTop + box.clientHeight) box.scrollTop = row + tileHeight - box.clientHeight;
    } else if (event.key === 'Enter' && tile) onChoose(tile.id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const shown = tiles.slice(first * columns, last * columns);
  return (
    <div class="gallery" ref={ref} role="listbox" tabIndex={0} aria-label={label} onKeyDown={onKeyDown}
      aria-activedescendant={cursor >= first * columns && cursor < last * columns ? `tile-${cursor}` : undefined}>
      <div style={{ height: `${before}px` }} />
      <div class="tiles" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, gridAutoRows: `${tileHeight - 10}px` }}>
        {shown.map((tile, i) => {
          const index = first * columns + i;
          return (
            <div key={tile.id} id={`tile-${index}`} class={index === cursor ? 'tile at' : 'tile'} role="option" aria-selected={index === cursor}
              title={tile.id} onClick={() => onChoose(tile.id)}>
              <div class="tile-face"><Face tile={tile} /><QualityMark mark={tile.mark} /></div>
              <div class="tile-name">
                {tile.status && <Glyph status={tile.status} />}
                <span>{tile.name}</span>
                {tile.word && <small>{tile.word}</small>}
              </div>
            </div>
          );
        })}
      </div>
      <div style={{ height: `${after}px` }} />
    </div>
  );
}

export function Face({ tile }: { tile: Tile }) {
  return <Thumb src={tile.picture}><Sketch artifact={tile.artifact} /></Thumb>;
}

/** What stands for a thing without a picture: its sound, its words, or its type. */
function Sketch({ artifact }: { artifact: ArtifactView | undefined }) {
  if (artifact?.peaks) return <svg class="tile-wave" viewBox="0 0 200 60" preserveAspectRatio="none"><path d={waveform(fewerPeaks(artifact.peaks, 80), 200, 60)} /></svg>;
  if (artifact?.text) return <p class="tile-text">{artifact.text.slice(0, 160)}</p>;
  return <TypeMark type={artifact?.type ?? 'file'} />;
}
