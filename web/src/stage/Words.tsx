import { useState } from 'preact/hooks';
import type { ArtifactView } from '../data';
import { clock, count } from '../model/format';
import { readCues, readMarkdown, readTable, tidyJson, type Block } from '../model/words';
import { NotBeside } from './NotBeside';

const rowsShown = 100;

/** Text, subtitles, JSON and tables: rendered where that helps, and always as they are. */
export function Words({ artifact }: { artifact: ArtifactView }) {
  const [source, setSource] = useState(false);
  const text = artifact.text;
  if (text === undefined) return <NotBeside artifact={artifact} picture={artifact.thumbnail} />;
  const rendered = render(artifact, text);
  return (
    <div class="player words">
      <div class="sheet" tabIndex={0} aria-label={artifact.path}>
        {rendered && !source ? rendered : <Source text={/\.json$/i.test(artifact.path) ? tidyJson(text) : text} />}
        {cut(artifact, text) && <p class="dim">An excerpt; the file holds {count(artifact.bytes)} bytes.</p>}
      </div>
      {rendered && (
        <div class="controls"><div class="buttons">
          <span class="space" />
          <button type="button" class="small" aria-pressed={!source} onClick={() => setSource(false)}>Rendered</button>
          <button type="button" class="small" aria-pressed={source} onClick={() => setSource(true)}>Source</button>
        </div></div>
      )}
    </div>
  );
}

const cut = (artifact: ArtifactView, text: string) => new TextEncoder().encode(text).length < artifact.bytes;

function render(artifact: ArtifactView, text: string) {
  if (artifact.type === 'subtitles') {
    const cues = readCues(text);
    return cues.length === 0 ? undefined : (
      <ol class="cues">{cues.slice(0, rowsShown).map((cue) => <li key={cue.start}><span>{clock(cue.start, true)}</span>{cue.text}</li>)}</ol>
    );
  }
  if (/\.(md|markdown)$/i.test(artifact.path)) return <article class="prose">{readMarkdown(text).map((block, i) => <Prose key={i} block={block} />)}</article>;
  const table = readTable(artifact.path, text);
  return table && (
    <>
      <table>
        <thead><tr>{table.head.map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
        <tbody>{table.rows.slice(0, rowsShown).map((row, i) => (
          <tr key={i}>{row.map((value, j) => <td key={j} class={/^-?[\d.,]+$/.test(value) ? 'number' : undefined}>{value}</td>)}</tr>
        ))}</tbody>
      </table>
      {table.rows.length > rowsShown && <p class="dim">The first {rowsShown} of {count(table.rows.length)} rows.</p>}
    </>
  );
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
