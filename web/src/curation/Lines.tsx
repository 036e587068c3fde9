import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { count, plural } from '../model/format';
import { Copy } from '../parts/Marks';
import type { PartProps } from './Curation';
import { FrameTile } from './FrameFace';
import { Histogram } from './Histogram';
import { commandFor, yamlFor } from './model/commands';
import { countLine, histogram, nearestLine, type LineCounts } from './model/counts';
import { idleStretches } from './model/idle';
import { axisOf, scoreKinds, scoreWords, type ScoreKind } from './model/scores';
import type { Stream } from './model/stream';
import { Plot } from './Plot';
import { useWidth } from './useWidth';

const nearest = 12;

/** Thresholds: where a line between good and bad frames lies, and what lies on both sides of it. */
export function Lines(props: PartProps) {
  const { stream, place, go } = props;
  const kinds = scoreKinds.filter((kind) => stream.view.columns[kind.name]);
  const kind = kinds.find((one) => one.id === place.score) ?? kinds[0];
  const scores = kind && stream.scores(kind.name);
  if (!kind || !scores) return <p class="empty">No score is on this page.</p>;
  return (
    <div class="curation-scroll lines">
      <div class="score-choice" role="group" aria-label="Scores">
        {kinds.map((one) => <button key={one.id} type="button" class="small" aria-pressed={one === kind} onClick={() => go({ score: one.id })}>{one.title}</button>)}
      </div>
      <Line key={kind.id} {...props} kind={kind} scores={scores} />
    </div>
  );
}

function Line({ stream, place, go, input, onFrame, kind, scores }: PartProps & { kind: ScoreKind; scores: Float64Array }) {
  const before = stream.view.lines[kind.name];
  const [line, setLine] = useState(place.lines[kind.id] ?? before ?? kind.usual);
  const settled = useSettled(line);
  const [ref, width] = useWidth<HTMLDivElement>();
  // The axis holds the line that the page began with, and does not move while another is looked for.
  const axis = useMemo(() => axisOf(scores, kind, before ?? kind.usual), [scores, kind, before]);
  const bins = Math.max(20, Math.min(160, Math.floor(width / 4)));
  const counts = useMemo(() => histogram(scores, axis, kind.whole ? Math.min(128, bins) : bins), [scores, axis, bins, kind]);
  const found = useMemo(() => countLine(scores, stream.flags, kind.side, line, before), [scores, stream, kind, line, before]);
  const near = useMemo(() => nearestLine(scores, settled, nearest), [scores, settled]);
  const span = { from: stream.numbers[0] ?? 0, to: stream.numbers[stream.count - 1] ?? 0 };
  const moved = (id: string, value: number) => {
    const lines = { ...place.lines, [id]: value };
    if (value === before) delete lines[id];
    return lines;
  };
  const onLine = (value: number, done: boolean) => {
    setLine(value);
    if (done) go({ lines: moved(kind.id, value) });
  };
  useEffect(() => { // the way back in the address moves the line too
    const wanted = place.lines[kind.id] ?? before ?? kind.usual;
    if (wanted !== line) setLine(wanted);
  }, [place.lines]);

  const said = `${count(found.hit)} ${kind.word}`;
  const lines = moved(kind.id, line);
  const known = kind.cli !== undefined;
  const command = commandFor(input, { ...lines, [kind.id]: line });
  const yaml = kind.yaml && yamlFor(stream.view.kind, { ...lines, [kind.id]: line });
  return (
    <div class="line-part" ref={ref}>
      <p class="line-what"><b>{kind.title}</b> <span class="dim">{kind.what}; {plural(found.measured, 'frame')} measured{found.measured < stream.count && `, ${count(stream.count - found.measured)} without`}</span></p>
      <div class="line-say">
        <label>{kind.side === 'below' ? 'Below' : 'From'}{' '}
          <input type="number" min={0} step="any" value={line} aria-label={`Line for ${kind.word} frames as a number`}
            onChange={(event) => { const value = Number.parseFloat(event.currentTarget.value); if (Number.isFinite(value) && value >= 0) onLine(value, true); }} />
        </label>
        <output class="line-count" aria-live="polite"><b>{said}</b> ({percent(found.hit, found.measured)}){changeWords(found, before, line)}</output>
        {before !== undefined && before !== line && <button type="button" class="small" onClick={() => onLine(before, true)}>Back to {scoreWords(before)}</button>}
      </div>
      {kind.id === 'motion' && <IdleSay stream={stream} motion={scores} line={line} />}
      {width > 0 && <Histogram kind={kind} axis={axis} counts={counts} width={width} height={140} line={line} before={before} said={said} onLine={onLine} />}
      {width > 0 && <Plot stream={stream} kind={kind} scores={scores} axis={axis} span={span} width={width} height={110} line={line} before={before} cursor={place.frame} onLine={onLine} onIndex={(index) => go({ frame: clampIndex(stream, index) })} />}
      {known ? (
        <div class="line-copy">
          <p><code>{command}</code><Copy text={command} label="Copy as CLI" /></p>
          {yaml && <p><code>{yaml}</code><Copy text={yaml} label="Copy as YAML" /></p>}
        </div>
      ) : <p class="dim line-copy">No rule of the selection reads this score.</p>}
      <Near title={kind.side === 'below' ? `Just below: ${kind.word}` : 'Just below: not flagged'} stream={stream} scores={scores} ordinals={near.under} width={width} at={place.frame} onFrame={onFrame} />
      <Near title={kind.side === 'below' ? 'From the line on: not flagged' : `From the line on: ${kind.word}`} stream={stream} scores={scores} ordinals={near.over} width={width} at={place.frame} onFrame={onFrame} />
    </div>
  );
}

const percent = (part: number, whole: number) => (whole > 0 ? `${((part / whole) * 100).toFixed(1)} %` : '0 %');
const clampIndex = (stream: Stream, index: number) => Math.max(stream.numbers[0] ?? 0, Math.min(stream.numbers[stream.count - 1] ?? 0, index));

function changeWords(found: LineCounts, before: number | undefined, line: number): string {
  if (before === undefined || before === line) return before === undefined ? '' : '; the line of the run';
  const parts = [found.added > 0 && `${count(found.added)} more, ${count(found.addedKept)} of them kept now`, found.gone > 0 && `${count(found.gone)} fewer`].filter(Boolean);
  return parts.length > 0 ? `; ${parts.join(', ')} than at ${scoreWords(before)}` : `; the same frames as at ${scoreWords(before)}`;
}

/** Idle is not a line through frames but what it makes of stretches, so those are found anew. */
function IdleSay({ stream, motion, line }: { stream: Stream; motion: Float64Array; line: number }) {
  const rule = stream.view.idle?.rule;
  const found = useMemo(() => {
    if (!rule) return undefined;
    // A motion to leave with that was given of its own stays when the line is moved.
    const leave = rule.leave === rule.enter ? line : Math.max(rule.leave, line);
    const stretches = idleStretches(motion, { ...rule, enter: line, leave }, stream.seconds);
    return { stretches: stretches.length, frames: stretches.reduce((sum, one) => sum + one.last - one.first + 1, 0) };
  }, [stream, motion, line, rule]);
  if (!found) return null;
  return <p class="idle-say">With this line: <b>{plural(found.stretches, 'idle stretch', 'idle stretches')}</b>, {plural(found.frames, 'frame')} (mean over {rule?.window} frames, at least {rule?.minFrames} still ones)</p>;
}

interface NearProps { title: string; stream: Stream; scores: Float64Array; ordinals: number[]; width: number; at: number | undefined; onFrame: (ordinal: number) => void }

function Near({ title, stream, scores, ordinals, width, at, onFrame }: NearProps) {
  const tile = width < 480 ? Math.floor((width - 16) / 3) : Math.max(96, Math.min(140, Math.floor((width - 40) / 6)));
  return (
    <section class="near" aria-label={title}>
      <h3>{title}</h3>
      {ordinals.length === 0 ? <p class="dim">no frame</p> : (
        <div class="frame-tiles">
          {ordinals.map((ordinal) => <FrameTile key={ordinal} stream={stream} ordinal={ordinal} width={tile} note={scoreWords(scores[ordinal])} at={stream.numbers[ordinal] === at} onChoose={onFrame} />)}
        </div>
      )}
    </section>
  );
}

/** A value once it has stayed for a moment: pictures are not looked for while a line is dragged. */
function useSettled(value: number): number {
  const [settled, setSettled] = useState(value);
  const timer = useRef(0);
  useEffect(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setSettled(value), 120);
    return () => clearTimeout(timer.current);
  }, [value]);
  return settled;
}
