import { clock, count } from '../model/format';
import { Copy } from '../parts/Marks';
import type { CurationGo } from './Curation';
import { FrameFace } from './FrameFace';
import { groupOf } from './model/groups';
import { scoreKinds, scoreWords } from './model/scores';
import { flag, flagWords, type Stream } from './model/stream';

/** All that is known of one frame. */
export function FrameCard({ stream, ordinal, go }: { stream: Stream; ordinal: number; go: CurationGo }) {
  const index = stream.numbers[ordinal] ?? 0;
  const flags = stream.flags[ordinal] ?? 0;
  const seconds = stream.seconds(ordinal);
  const path = stream.path(ordinal);
  const rule = stream.view.selection?.rules[(stream.rules[ordinal] ?? 0) - 1]?.rule;
  const group = flags & (flag.duplicate | flag.representative) ? groupOf(stream.groups, ordinal) : undefined;
  const words = [flagWords(flags), verdict(stream, flags, rule)].filter(Boolean).join(' · ');
  const by = (step: number) => () => go({ frame: stream.numbers[Math.max(0, Math.min(stream.count - 1, ordinal + step))] });
  return (
    <aside class="frame-card" aria-label={`Frame ${index}`}>
      <FrameFace stream={stream} ordinal={ordinal} width={192} />
      <div class="frame-card-words">
        <h3>#{count(index)}{seconds !== undefined && <span class="dim"> {clock(seconds, true)}</span>} <span class="dim">{count(ordinal + 1)} of {count(stream.count)}</span></h3>
        <p>{words}</p>
        <dl class="frame-scores">
          {scoreKinds.map((kind) => {
            const scores = stream.scores(kind.name);
            return scores && <div key={kind.id}><dt>{kind.title.toLowerCase()}</dt><dd>{scoreWords(scores[ordinal])}</dd></div>;
          })}
        </dl>
        {path && <p class="frame-path"><code title={path}>{path}</code><Copy text={path} label="Copy path" /></p>}
      </div>
      <div class="frame-card-tools">
        <button type="button" class="small" onClick={by(-1)} aria-label="Frame before">‹</button>
        <button type="button" class="small" onClick={by(1)} aria-label="Frame after">›</button>
        {group !== undefined && <button type="button" class="small" onClick={() => go({ part: 'duplicates', group, order: 'frame' })}>Its group</button>}
        <button type="button" class="small" onClick={() => go({ part: 'frames', show: 'all', frame: index })}>Among all</button>
        <button type="button" class="small" onClick={() => go({ frame: undefined })} aria-label="Close (Escape)">✕</button>
      </div>
    </aside>
  );
}

function verdict(stream: Stream, flags: number, rule: string | undefined): string {
  if (!stream.view.selection) return '';
  if (flags & flag.kept) return rule === undefined ? 'kept' : `kept (${rule})`;
  return `dropped${rule === undefined ? '' : ` by ${rule}`}`;
}
