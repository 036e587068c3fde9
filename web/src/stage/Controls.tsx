import type { ComponentChildren } from 'preact';
import type { Sprite } from '../live';
import { clock } from '../model/format';
import type { Place } from '../model/place';
import type { Go } from '../parts/hooks';
import { Scrub } from './Scrub';
import type { Media } from './useMedia';

interface Props {
  media: Media<HTMLMediaElement>;
  place: Place;
  go: Go;
  fps?: number;
  sprite?: Sprite;
  onHover?: () => void;
  more?: ComponentChildren;
  onFull?: () => void;
}

/** Position, frame steps, play, range and loop; the same keys work from anywhere on the page. */
export function Controls({ media, place, go, fps, sprite, onHover, more, onFull }: Props) {
  const { time, length, playing, transport } = media;
  const percent = (seconds: number) => `${length > 0 ? Math.min(100, (seconds / length) * 100) : 0}%`;
  const ranged = place.from !== undefined || place.to !== undefined;
  return (
    <div class="controls">
      <Scrub sprite={sprite} onHover={onHover} length={length} style={{ '--at': percent(time), '--from': percent(place.from ?? 0), '--to': percent(place.to ?? length) }}>
        {ranged && <span class={place.loop ? 'range looping' : 'range'} />}
        <input type="range" min={0} max={length || 1} step={0.001} value={time} aria-label="Position"
          aria-valuetext={clock(time, true)} onInput={(event) => transport.seek(Number(event.currentTarget.value))} />
      </Scrub>
      <div class="buttons">
        {fps !== undefined && <IconButton label="One frame back ( , )" path="M11 3.5L5.5 8l5.5 4.5zM4 3.5v9" onClick={() => transport.stepFrames(-1)} />}
        <IconButton label={playing ? 'Pause (Space)' : 'Play (Space)'} strong
          path={playing ? 'M5 3.5v9M11 3.5v9' : 'M5 3l8 5-8 5z'} onClick={transport.toggle} />
        {fps !== undefined && <IconButton label="One frame forward ( . )" path="M5 3.5L10.5 8L5 12.5zM12 3.5v9" onClick={() => transport.stepFrames(1)} />}
        <span class="time"><b>{clock(time, true)}</b> / {clock(length, true)}</span>
        {fps !== undefined && <span class="frame">frame {Math.floor(time * fps + 0.01)}</span>}
        <span class="space" />
        {more}
        <button type="button" class="small" aria-pressed={place.from !== undefined} title="Range from here ( [ )"
          onClick={() => go({ from: place.from === undefined ? transport.now() : undefined })}>
          {place.from === undefined ? 'In' : `In ${clock(place.from, true)}`}</button>
        <button type="button" class="small" aria-pressed={place.to !== undefined} title="Range to here ( ] )"
          onClick={() => go({ to: place.to === undefined ? transport.now() : undefined })}>
          {place.to === undefined ? 'Out' : `Out ${clock(place.to, true)}`}</button>
        <button type="button" class="small" aria-pressed={place.loop} title="Loop ( \ )" onClick={() => go({ loop: !place.loop })}>Loop</button>
        <button type="button" class="small speed" title="Speed" onClick={() => media.setRate(media.rate === 1 ? 2 : media.rate === 2 ? 0.5 : 1)}>{media.rate}×</button>
        <IconButton label={media.muted ? 'Sound on' : 'Sound off'} onClick={() => media.setMuted(!media.muted)}
          path={media.muted ? 'M2.5 6v4h2.5l3.5 3V3L5 6zM11 6l3.5 4M14.5 6L11 10' : 'M2.5 6v4h2.5l3.5 3V3L5 6zM11 5.5a4 4 0 0 1 0 5M12.8 3.8a6.5 6.5 0 0 1 0 8.4'} />
        {onFull && <IconButton label="Full screen" path="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" onClick={onFull} />}
      </div>
    </div>
  );
}

function IconButton({ label, path, strong, onClick }: { label: string; path: string; strong?: boolean; onClick: () => void }) {
  return (
    <button type="button" class={strong ? 'icon strong' : 'icon'} aria-label={label} title={label} onClick={onClick}>
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d={path} fill="none" /></svg>
    </button>
  );
}
