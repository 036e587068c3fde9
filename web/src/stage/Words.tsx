import { useMemo } from 'preact/hooks';
import type { ArtifactView } from '../data';
import type { Here } from '../live';
import { clock, count } from '../model/format';
import { mayBeTable, readTable } from '../model/table';
import { readCues, readMarkdown, tidyJson, type Block } from '../model/words';
import { DataPlots } from './DataPlots';
import { DataTable } from './DataTable';
import { NotBeside } from './NotBeside';

const cuesShown = 100;

/** Text, subtitles, JSON and tables: rendered where that helps, and always as they are. */
export function Words({ artifact, place, go }: Pick<Here, 'place' | 'go'> & { artifact: ArtifactView }) {
  const { text } = artifact;
  const cut = useMemo(() => text !== undefined && new TextEncoder().encode(text).length < artifact.bytes, [artifact, text]);
  const table = useMemo(() => (text !== undefined && mayBeTable(artifact.path) ? readTable(artifact.path, text, cut) : undefined), [artifact.path, text, cut]);
  if (text === undefined) return <NotBeside artifact={artifact} picture={artifact.thumbnail} />;
  const rendered = table ? undefined : render(artifact, text);
  const plots = table?.numbers.some((column) => column !== undefined) ?? false;
  const look = place.look === 'plots' && !plots ? undefined : place.look;
  const button = (name: typeof place.look, words: string) => <button type="button" class="small" aria-pressed={look === name} onClick={() => go({ look: name })}>{words}</button>;
  return (
    <div class="player words">
      {table && look === undefined ? <DataTable table={table} label={artifact.path} />
        : table && look === 'plots' ? <DataPlots table={table} />
          : (
            <div class="sheet" tabIndex={0} aria-label={artifact.path}>
              {rendered && look !== 'source' ? rendered : <Source text={/\.json$/i.test(artifact.path) ? tidyJson(text) : text} />}
              {cut && <p class="dim">An excerpt; the file holds {count(artifact.bytes)} bytes.</p>}
            </div>
          )}
      {(rendered || table) && (
        <div class="controls"><div class="buttons">
          <span class="space" />
          {button(undefined, table ? 'Table' : 'Rendered')}
          {plots && button('plots', 'Plots')}
          {button('source', 'Source')}
        </div></div>
      )}
    </div>
  );
}

function render(artifact: ArtifactView, text: string) {
  if (artifact.type === 'subtitles') {
    const cues = readCues(text);
    return cues.length === 0 ? undefined : (
      <>
        <ol class="cues">{cues.slice(0, cuesShown).map((cue) => <li key={cue.start}><span>{clock(cue.start, true)}</span>{cue.text}</li>)}</ol>
        {cues.length > cuesShown && <p class="dim">The first {cuesShown} of {count(cues.length)}.</p>}
      </>
    );
  }
  return /\.(md|markdown)$/i.test(artifact.path) ? <article class="prose">{readMarkdown(text).map((block, i) => <Prose key={i} block={block} />)}</article> : undefined;
}

function Source({ text }: { text: string }) {
  const lines = text.split('\n').slice(0, 400);
  return (
    <div class="source">
      <pre class="numbers" aria-hidden="true">{lines.map((_, i) => i + 1).join('\n')}</pre>
      <pre>{lines.join('\n')}</pre>
    </div>
  );
}

function Prose({ block }: { block: Block }) {
  if (block.kind === 'heading') return <p class={`heading h${block.level}`} role="heading" aria-level={Math.min(6, block.level + 2)}>{spans(block.text)}</p>;
  if (block.kind === 'code') return <pre>{block.text}</pre>;
  if (block.kind === 'quote') return <blockquote>{spans(block.text)}</blockquote>;
  if (block.kind === 'paragraph') return <p>{spans(block.text)}</p>;
  const items = block.items.map((item, i) => <li key={i}>{spans(item)}</li>);
  return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
}

/** Bold, emphasis and code inside a line; links show their text only. */
function spans(text: string) {
  return text.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').split(/(\*\*[^*]+\*\*|\*[^*\s][^*]*\*|`[^`]+`)/).map((part, i) => {
    if (part.startsWith('**') && part.length > 4) return <strong key={i}>{part.slice(2, -2)}</strong>;
    if (part.startsWith('`') && part.length > 2) return <code key={i}>{part.slice(1, -1)}</code>;
    if (part.startsWith('*') && part.length > 2) return <em key={i}>{part.slice(1, -1)}</em>;
    return part;
  });
}
