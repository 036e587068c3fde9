/** Readers of the small text formats a page shows: subtitles, CSV, logs, simple Markdown. */
export interface Cue { start: number; end: number; text: string }

const stamp = /(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})/;
const arrow = new RegExp(`${stamp.source}\\s*-->\\s*${stamp.source}`);

/** Cues of SubRip or WebVTT text. */
export function readCues(text: string): Cue[] {
  const cues: Cue[] = [];
  for (const block of text.replaceAll('\r', '').split(/\n{2,}/)) {
    const lines = block.split('\n');
    const at = lines.findIndex((line) => arrow.test(line));
    const match = at < 0 ? null : arrow.exec(lines[at] ?? '');
    if (!match) continue;
    const body = lines.slice(at + 1).join(' ').replace(/<[^>]+>/g, '').trim();
    cues.push({ start: seconds(match.slice(1, 5)), end: seconds(match.slice(5, 9)), text: body });
  }
  return cues;
}

function seconds(parts: (string | undefined)[]): number {
  const [h, m, s, ms] = parts;
  return Number(h ?? 0) * 3600 + Number(m ?? 0) * 60 + Number(s ?? 0) + Number((ms ?? '0').padEnd(3, '0')) / 1000;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Fields of CSV text (RFC 4180), line by line. */
export function readCsv(text: string, comma: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === comma) row.push(field), (field = '');
    else if (c === '\n') row.push(field), rows.push(row), (row = []), (field = '');
    else if (c !== '\r') field += c;
  }
  if (field !== '' || row.length > 0) rows.push([...row, field]);
  return rows;
}

/** JSON with two spaces; other text as it is. */
export function tidyJson(text: string): string {
  const value = parse(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
}

const trouble = /\b(error|fatal|failed|failure|panic|exception|traceback|cannot|could not|invalid|no such)\b/i;

/** The line of a log to look at first: the one named decisive, else the first that speaks of trouble. */
export function decisiveIndex(lines: string[], decisive?: string): number {
  const wanted = decisive?.trim();
  if (wanted) {
    const exact = lines.findIndex((line) => line.includes(wanted));
    if (exact >= 0) return exact;
  }
  return lines.findIndex((line) => trouble.test(line));
}

/** Log text without terminal colours and overwritten progress lines. */
export function plainLog(text: string): string[] {
  const plain = text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '').replaceAll('\r\n', '\n').replace(/\n$/, '');
  return plain.split('\n').map((line) => line.slice(line.lastIndexOf('\r') + 1));
}

export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'quote'; text: string }
  | { kind: 'list'; ordered: boolean; items: string[] }
  | { kind: 'code'; text: string };

/** The blocks of simple Markdown: headings, paragraphs, quotes, lists, code. */
export function readMarkdown(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.replaceAll('\r', '').split('\n');
  for (let i = 0; i < lines.length; ) {
    const line = lines[i] ?? '';
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (line.trim() === '') i++;
    else if (heading) blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: heading[2] ?? '' }), i++;
    else if (line.startsWith('```')) {
      const end = lines.findIndex((other, j) => j > i && other.startsWith('```'));
      const last = end < 0 ? lines.length : end;
      blocks.push({ kind: 'code', text: lines.slice(i + 1, last).join('\n') });
      i = last + 1;
    } else {
      let end = i + 1;
      while (end < lines.length && (lines[end] ?? '').trim() !== '' && !/^(#{1,6}\s|```)/.test(lines[end] ?? '')) end++;
      blocks.push(paragraph(lines.slice(i, end)));
      i = end;
    }
  }
  return blocks;
}

function paragraph(lines: string[]): Block {
  const item = /^\s*(?:[-*+]|(\d+)[.)])\s+/;
  const first = item.exec(lines[0] ?? '');
  if (first) {
    const items: string[] = [];
    for (const line of lines) {
      if (item.test(line)) items.push(line.replace(item, ''));
      else items[items.length - 1] += ` ${line.trim()}`;
    }
    return { kind: 'list', ordered: first[1] !== undefined, items };
  }
  if ((lines[0] ?? '').startsWith('>')) return { kind: 'quote', text: lines.map((line) => line.replace(/^>\s?/, '')).join(' ') };
  return { kind: 'paragraph', text: lines.join(' ') };
}
