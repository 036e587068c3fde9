import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Sprite } from '../live';
import { clock } from '../model/format';

interface Props { sprite?: Sprite; onHover?: () => void; length: number; style: Record<string, string>; children: ComponentChildren }

/** The line of the position; with a pointer over it, the picture of that moment, where there are some. */
export function Scrub({ sprite, onHover, length, style, children }: Props) {
  const [part, setPart] = useState<number>();
  const onMove = (event: PointerEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    setPart(Math.max(0, Math.min(1, (event.clientX - box.left) / (box.width || 1))));
  };
  return (
    <div class="scrub" style={style} onPointerEnter={onHover} onPointerMove={sprite ? onMove : undefined} onPointerLeave={() => setPart(undefined)}>
      {children}
      {sprite && part !== undefined && <Moment sprite={sprite} seconds={part * length} part={part} />}
    </div>
  );
}

function Moment({ sprite, seconds, part }: { sprite: Sprite; seconds: number; part: number }) {
  const index = Math.max(0, Math.min(sprite.columns * sprite.rows - 1, Math.floor(seconds / (sprite.secondsPerTile || 1))));
  const [x, y] = [(index % sprite.columns) * sprite.width, Math.floor(index / sprite.columns) * sprite.height];
  return (
    <span class="moment" style={{ left: `${part * 100}%` }}>
      <i style={{ width: `${sprite.width}px`, height: `${sprite.height}px`, backgroundImage: `url("${sprite.url}")`, backgroundPosition: `-${x}px -${y}px` }} />
      {clock(seconds, true)}
    </span>
  );
}
