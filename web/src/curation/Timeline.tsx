import { useMemo, useState } from 'preact/hooks';
import { clock, count } from '../model/format';
import type { PartProps } from './Curation';
import { within, zoomed, type Span } from './model/envelope';
import { axisOf, scoreKinds } from './model/scores';
import { nearestOrdinal, type Stream } from './model/stream';
import { Plot } from './Plot';
import { useWidth } from './useWidth';

/** All scores over the numbers of the frames, one under the other. */
export function Timeline({ stream, place, go }: PartProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const whole: Span = { from: stream.numbers[0] ?? 0, to: stream.numbers[stream.count - 1] ?? 0 };
  const [span, setSpan] = useState(whole);
  const kinds = scoreKinds.filter((kind) => stream.view.columns[kind.name]);
  const axes = useMemo(() => kinds.map((kind) => axisOf(stream.scores(kind.name) ?? new Float64Array(0), kind, stream.view.lines[kind.name] ?? kind.usual)), [stream]);
  const length = span.to - span.from + 1;
  const cursor = place.frame;
  const around = cursor !== undefined && cursor >= span.from && cursor <= span.to ? cursor : (span.from + span.to) / 2;
  const zoom = (factor: number) => setSpan(zoomed(whole, span, factor, around));
  const shift = (share: number) => setSpan(within(whole, span.from + Math.round(share * length), length));
  const onIndex = (index: number) => {
    const ordinal = nearestOrdinal(stream.numbers, index);
    if (ordinal >= 0) go({ frame: stream.numbers[ordinal] });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, PageDown: 100, PageUp: -100 }[event.key];
    if (by !== undefined) {
      const at = nearestOrdinal(stream.numbers, cursor ?? span.from);
      const next = stream.numbers[Math.max(0, Math.min(stream.count - 1, at + by * (event.shiftKey ? 10 : 1)))] ?? 0;
      if (next < span.from || next > span.to) setSpan(within(whole, Math.round(next - length / 2), length));
      go({ frame: next });
    } else if (event.key === '+' || event.key === '=') zoom(0.5);
    else if (event.key === '-') zoom(2);
    else if (event.key === '0') setSpan(whole);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const full = length >= whole.to - whole.from + 1;
  return (
    <div class="curation-scroll timeline" tabIndex={0} role="group" aria-label="Timeline; arrow keys go from frame to frame, plus and minus zoom" onKeyDown={onKeyDown}>
      <div class="timeline-tools">
        <span class="dim" aria-live="polite">{spanWords(stream, span)}</span>
        <span class="space" />
        <button type="button" class="small" disabled={full} onClick={() => shift(-0.5)} aria-label="Earlier">‹</button>
        <button type="button" class="small" disabled={full} onClick={() => shift(0.5)} aria-label="Later">›</button>
        <button type="button" class="small" disabled={full} onClick={() => zoom(2)} aria-label="Show more">−</button>
        <button type="button" class="small" disabled={full} onClick={() => setSpan(whole)}>All</button>
        <button type="button" class="small" onClick={() => zoom(0.5)} aria-label="Show less">+</button>
      </div>
      <div class="plots" ref={ref}>
        {width > 0 && kinds.map((kind, i) => {
          const scores = stream.scores(kind.name);
          const axis = axes[i];
          return scores && axis && (
            <figure key={kind.id} class="plot-box">
              <figcaption>{kind.title} <span class="dim">{kind.what}</span></figcaption>
              <Plot stream={stream} kind={kind} scores={scores} axis={axis} span={span} width={width} height={96} line={place.lines[kind.id] ?? stream.view.lines[kind.name]} before={stream.view.lines[kind.name]} cursor={cursor} onIndex={onIndex} />
            </figure>
          );
        })}
      </div>
      <p class="legend dim">
        {stream.view.idle && <span><i class="key idle" />idle</span>}
        {stream.view.missing.total > 0 && <span><i class="key gap" />no frame with these numbers</span>}
        {(stream.view.cuts?.scenes.total ?? 0) > 1 && <span><i class="key cut" />cut</span>}
        <span><i class="key line" />line of the flag</span>
        {stream.count > width && <span>bars reach from the least to the greatest score of the frames that share a pixel</span>}
      </p>
    </div>
  );
}

function spanWords(stream: Stream, span: Span): string {
  const { fps, kind } = stream.view;
  const time = kind === 'film' && fps ? ` (${clock(span.from / fps)} to ${clock(span.to / fps)})` : '';
  return `frames ${count(span.from)} to ${count(span.to)}${time}`;
}
