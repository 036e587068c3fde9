import { readCsv } from './words';

/** Records as columns: every value as it is shown, and the numbers of those columns that hold nothing else. */
export interface Table {
  head: string[];
  rows: string[][];
  /** By column: its numbers, NaN where a record has none; nothing for columns with words in them. */
  numbers: (Float64Array | undefined)[];
  /** Columns that are not shown. */
  columnsLeftOut: string[];
  /** Records in the file; nothing where only its beginning was read. */
  total: number | undefined;
  /** Lines that are no record. */
  broken: number;
}

export const mostRecords = 10_000;
/** Every cell on screen is an element of the page. */
export const mostColumns = 24;

/** What may hold a table, by its name. */
export const mayBeTable = (path: string): boolean => /\.(csv|tsv|jsonl|ndjson|json)$/i.test(path);

/**
 * A table from CSV, JSON Lines or a JSON array of objects, its first 10,000 records; nothing if the text is none of these. `cut`: the text is
 * only the beginning of its file, so its last record may be torn.
 */
export function readTable(path: string, text: string, cut = false): Table | undefined {
  if (/\.(csv|tsv)$/i.test(path)) return fromCsv(text, /\.tsv$/i.test(path) ? '\t' : ',', cut);
  if (/\.(jsonl|ndjson)$/i.test(path)) return fromLines(text, cut);
  const records = parse(cut ? closed(text) : text);
  return Array.isArray(records) && records.length > 0 && records.every(isRecord) ? fromRecords(records, cut ? undefined : records.length, 0) : undefined;
}

function fromCsv(text: string, comma: string, cut: boolean): Table | undefined {
  const all = readCsv(text, comma);
  if (cut) all.pop();
  const [head, ...rows] = all;
  if (!head) return undefined;
  return tableOf(head, rows.slice(0, mostRecords), cut ? undefined : rows.length, 0);
}

function fromLines(text: string, cut: boolean): Table | undefined {
  const lines = text.split('\n');
  if (cut) lines.pop();
  const full = lines.filter((line) => line.trim() !== '');
  const read = full.slice(0, mostRecords).map(parse);
  const records = read.filter(isRecord);
  return records.length === 0 ? undefined : fromRecords(records, cut ? undefined : full.length, read.length - records.length);
}

function fromRecords(records: Record<string, unknown>[], total: number | undefined, broken: number): Table {
  const shown = records.slice(0, mostRecords);
  const head = [...new Set(shown.flatMap((record) => Object.keys(record)))];
  return tableOf(head, shown.map((record) => head.map((name) => show(record[name]))), total, broken);
}

function tableOf(head: string[], rows: string[][], total: number | undefined, broken: number): Table {
  return {
    head: head.slice(0, mostColumns), rows, total, broken, columnsLeftOut: head.slice(mostColumns),
    numbers: head.slice(0, mostColumns).map((_, column) => numbersOf(rows, column)),
  };
}

function numbersOf(rows: string[][], column: number): Float64Array | undefined {
  const numbers = new Float64Array(rows.length).fill(Number.NaN);
  let known = 0;
  for (let i = 0; i < rows.length; i++) {
    const text = rows[i]?.[column]?.trim() ?? '';
    if (text === '') continue;
    const value = Number(text);
    if (!Number.isFinite(value)) return undefined;
    numbers[i] = value;
    known++;
  }
  return known === 0 ? undefined : numbers;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function show(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The beginning of a JSON array up to its last whole element, closed. */
function closed(text: string): string {
  let depth = 0;
  let quoted = false;
  let end = -1;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '\\') i++;
      else if (c === '"') quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === '[' || c === '{') depth++;
    else if ((c === ']' || c === '}') && --depth === 1) end = i;
  }
  return end < 0 ? '' : `${text.slice(0, end + 1)}]`;
}

/** The order of the rows by a column: numbers by value, words by their letters, what is empty last. */
export function sortedRows(table: Table, column: number, falling: boolean): Int32Array {
  const order = Int32Array.from(table.rows, (_, i) => i);
  const numbers = table.numbers[column];
  const sign = falling ? -1 : 1;
  const words = new Intl.Collator('en', { numeric: true });
  return order.sort((a, b) => {
    if (numbers) {
      const [x, y] = [numbers[a] ?? Number.NaN, numbers[b] ?? Number.NaN];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
      return sign * (x - y) || a - b;
    }
    const [x, y] = [table.rows[a]?.[column] ?? '', table.rows[b]?.[column] ?? ''];
    if (x === '' || y === '') return Number(x === '') - Number(y === '') || a - b;
    return sign * words.compare(x, y) || a - b;
  });
}

/** Sentences on what the table does not show. */
export function leftOutOf(table: Table, count: (n: number) => string): string[] {
  const shown = table.rows.length;
  return [
    table.total === undefined ? `The first ${count(shown)} records; the file goes on.` : table.total > shown + table.broken ? `The first ${count(shown)} of ${count(table.total)} records.` : '',
    table.columnsLeftOut.length > 0 ? `Left out: the columns ${table.columnsLeftOut.slice(0, 12).join(', ')}${table.columnsLeftOut.length > 12 ? ' …' : ''}.` : '',
    table.broken > 0 ? `${count(table.broken)} lines are no records.` : '',
  ].filter((sentence) => sentence !== '');
}
