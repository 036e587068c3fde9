import { useContext, useMemo } from 'preact/hooks';
import type { CurationView } from './data';
import { DecidingContext } from './deciding';
import { FrameCard } from './FrameCard';
import { Frames } from './Frames';
import { Groups } from './Groups';
import { Lines } from './Lines';
import type { CurationPlace, Part } from './model/place';
import { scoreKinds } from './model/scores';
import { nearestOrdinal, readStream, type Stream } from './model/stream';
import { Shots } from './Shots';
import { Summary } from './Summary';
import { Timeline } from './Timeline';

export type CurationGo = (change: Partial<CurationPlace>) => void;

export interface PartProps { stream: Stream; place: CurationPlace; go: CurationGo; input: string | undefined; onFrame: (ordinal: number) => void }

const titles: Record<Part, string> = { summary: 'Summary', lines: 'Thresholds', timeline: 'Timeline', duplicates: 'Duplicates', shots: 'Shots and idle', frames: 'Frames' };

/** The streams of a curation: what was found and dropped, and where the lines could lie instead. Takes plain values and fetches nothing. */
export function Curation({ view, place, go }: { view: CurationView; place: CurationPlace; go: CurationGo }) {
  const deciding = useContext(DecidingContext);
  const chosen = view.streams.find((stream) => stream.name === place.stream) ?? view.streams[0];
  const stream = useMemo(() => chosen && readStream(chosen), [chosen]);
  const known = useMemo(() => (stream ? partsOf(stream) : []), [stream]);
  if (!stream) return <p class="empty">Nothing was curated.</p>;
  const part = known.includes(place.part) ? place.part : 'summary';
  const at = place.frame === undefined ? -1 : nearestOrdinal(stream.numbers, place.frame);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || place.frame === undefined) return;
    go({ frame: undefined });
    event.preventDefault();
    event.stopPropagation();
  };
  const props: PartProps = { stream, place, go, input: view.input, onFrame: (ordinal) => go({ frame: stream.numbers[ordinal] }) };
  return (
    <div class="curation" onKeyDown={onKeyDown}>
      <div class="curation-head">
        {view.streams.length > 1 && (
          <label class="stream-choice">Stream{' '}
            <select value={stream.view.name} onChange={(event) => go({ stream: event.currentTarget.value, frame: undefined, group: 0, show: 'all' })}>
              {view.streams.map((one) => <option key={one.name} value={one.name}>{one.name}</option>)}
            </select>
          </label>
        )}
        <nav class="curation-parts" aria-label="Parts of the curation">
          {known.map((one) => <button key={one} type="button" class="small" aria-pressed={one === part} onClick={() => go({ part: one })}>{titles[one]}</button>)}
        </nav>
        {deciding && (
          <span class="decisions">
            <span role="status">{deciding.said}</span>
            <button type="button" class="small" disabled={deciding.refused !== undefined} title={deciding.refused} onClick={() => deciding.undo()}>Undo</button>
            <button type="button" class="small" disabled={deciding.refused !== undefined} onClick={() => deciding.runAgain()} title={deciding.refused ?? 'A new run, with the same variables, profile and budget, takes the decisions'}>Run with them</button>
          </span>
        )}
      </div>
      <div class={`curation-body part-${part}`} key={`${stream.view.name} ${part}`}>
        {part === 'summary' && (
          <>
            <Summary {...props} />
            {known.includes('timeline') && <section class="overview-plots" aria-label="Scores over time"><Timeline {...props} /></section>}
          </>
        )}
        {part === 'lines' && <Lines {...props} />}
        {part === 'timeline' && <Timeline {...props} />}
        {part === 'duplicates' && <Groups {...props} />}
        {part === 'shots' && <Shots {...props} />}
        {part === 'frames' && <Frames {...props} />}
      </div>
      {at >= 0 && part !== 'summary' && <FrameCard stream={stream} ordinal={at} go={go} />}
    </div>
  );
}

/** The parts that have something to show. */
function partsOf({ view }: Stream): Part[] {
  const scored = scoreKinds.some((kind) => view.columns[kind.name]);
  const has: Record<Part, boolean> = {
    summary: true, lines: scored, timeline: scored, duplicates: (view.groups?.ids.length ?? 0) > 0,
    shots: (view.cuts?.scenes.total ?? 0) > 0 || (view.idle?.stretches.total ?? 0) > 0, frames: (view.numbers?.count ?? 0) > 0,
  };
  return (Object.keys(titles) as Part[]).filter((part) => has[part]);
}
