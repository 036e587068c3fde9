import type { ComponentChildren } from 'preact';
import type { ReportData } from '../data';
import type { Place } from '../model/place';
import { runAsTask, runWords } from '../model/status';
import { span } from '../model/format';
import { Copy, Glyph } from './Marks';
import type { Go } from './hooks';

interface Props { data: ReportData; place: Place; go: Go; actions?: ComponentChildren; onHelp: () => void; onOutline: () => void }

/** One sentence of state and the one action it asks for. */
export function Header({ data, place, go, actions, onHelp, onOutline }: Props) {
  const { run } = data;
  const status = runAsTask[run.status];
  const toggle = (panel: Place['panel']) => () => go({ panel: place.panel === panel ? 'off' : panel });
  return (
    <header class="head">
      {actions && <a class="head-runs" href="/runs" title="All runs (g r)">Runs</a>}
      <h1 class="head-name">
        <button type="button" class="plain" onClick={() => go({ task: undefined, step: undefined, path: undefined, time: undefined })}
          title="Back to the result (F)">{run.workflow}</button>
        <span class="dim">run {run.id}</span>
      </h1>
      <p class={`head-state s-${status}`}>
        <span class={`status pill s-${status}`}><Glyph status={status} />{runWords[run.status]}</span>
        <span class="headline" title={data.headline}>{data.headline}</span>
        <span class="dim head-time">{span(run.seconds)}</span>
      </p>
      {actions}
      {data.next && !actions && (
        <div class="head-next">
          <code title={data.next}>{data.next}</code>
          <Copy text={data.next} label="Copy command" />
        </div>
      )}
      <div class="head-views" role="group" aria-label="Views">
        <button type="button" class="only-narrow" onClick={onOutline}>Outline</button>
        <button type="button" aria-pressed={place.panel === 'graph'} onClick={toggle('graph')}>Graph<kbd>G</kbd></button>
        <button type="button" aria-pressed={place.panel === 'lanes'} onClick={toggle('lanes')}>Lanes<kbd>L</kbd></button>
        <button type="button" onClick={onHelp} aria-label="Keyboard help">?</button>
      </div>
    </header>
  );
}
