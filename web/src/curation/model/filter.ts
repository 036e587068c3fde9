import type { Stream } from './stream';
import { flag, nearestOrdinal } from './stream';

/** What a grid can show: everything, what was kept, what one rule dropped, or what carries a flag. */
export interface Choice { id: string; words: string; count: number }

const flagged: [string, string, number][] = [
  ['blurry', 'blurry', flag.blurry], ['dark', 'dark', flag.dark], ['idle', 'idle', flag.idle], ['duplicate', 'duplicates', flag.duplicate], ['unreadable', 'unreadable', flag.unreadable],
];

/** The choices that have frames, with how many. */
export function choices(stream: Stream): Choice[] {
  const byFlag = new Int32Array(flagged.length);
  const rules = stream.view.selection?.rules ?? [];
  const byRule = new Int32Array(256);
  let kept = 0;
  for (let i = 0; i < stream.count; i++) {
    const flags = stream.flags[i] ?? 0;
    if (flags & flag.kept) kept++;
    const rule = stream.rules[i] ?? 0;
    if (rule > 0) byRule[rule] = (byRule[rule] ?? 0) + 1;
    flagged.forEach(([, , bit], at) => { if (flags & bit) byFlag[at] = (byFlag[at] ?? 0) + 1; });
  }
  const all: Choice[] = [{ id: 'all', words: 'all frames', count: stream.count }];
  if (stream.view.selection) all.push({ id: 'kept', words: 'kept', count: kept }, { id: 'dropped', words: 'dropped', count: stream.count - kept });
  rules.forEach((rule, i) => all.push({ id: `rule:${rule.rule}`, words: rule.rule === 'person: keep' ? 'kept by a person' : `dropped: ${rule.rule}`, count: byRule[i + 1] ?? 0 }));
  flagged.forEach(([id, words], at) => all.push({ id: `flag:${id}`, words: `flag: ${words}`, count: byFlag[at] ?? 0 }));
  return all.filter((choice) => choice.id === 'all' || choice.count > 0);
}

/** The ordinals of a choice in order; nothing stands for all of them. */
export function chosen(stream: Stream, id: string): Int32Array | undefined {
  const holds = testOf(stream, id);
  if (!holds) return undefined;
  const found = new Int32Array(stream.count);
  let count = 0;
  for (let i = 0; i < stream.count; i++) if (holds(i)) found[count++] = i;
  return found.slice(0, count);
}

function testOf(stream: Stream, id: string): ((ordinal: number) => boolean) | undefined {
  const { flags, rules } = stream;
  if (id === 'kept') return (i) => ((flags[i] ?? 0) & flag.kept) !== 0;
  if (id === 'dropped') return (i) => ((flags[i] ?? 0) & flag.kept) === 0;
  const bit = flagged.find(([name]) => id === `flag:${name}`)?.[2];
  if (bit !== undefined) return (i) => ((flags[i] ?? 0) & bit) !== 0;
  const rule = (stream.view.selection?.rules ?? []).findIndex((one) => id === `rule:${one.rule}`);
  return rule < 0 ? undefined : (i) => rules[i] === rule + 1;
}

/** Where `#1234`, `1234`, `37 %` or `1:30` (in films) leads: an ordinal; nothing for anything else. */
export function jumpTo(stream: Stream, text: string): number | undefined {
  if (stream.count === 0) return undefined;
  const share = /^\s*(\d+(?:[.,]\d+)?)\s*%\s*$/.exec(text);
  if (share) return Math.round((Math.min(100, Number(share[1]?.replace(',', '.'))) / 100) * (stream.count - 1));
  const index = /^\s*#?\s*(\d+)\s*$/.exec(text);
  if (index) return nearestOrdinal(stream.numbers, Number(index[1]));
  const clock = /^\s*(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)\s*$/.exec(text);
  if (!clock || !stream.view.fps) return undefined;
  const seconds = Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3]);
  return nearestOrdinal(stream.numbers, Math.round(seconds * stream.view.fps));
}

/** Rows of a long grid: browsers have no boxes of ten million pixels and more, so beyond that scrolling runs faster than the rows. */
export interface GridRows { rows: number; height: number; first: number; last: number; top: number }

export const tallest = 8_000_000;

export function gridRows(count: number, columns: number, row: number, scroll: number, view: number, extra = 1): GridRows {
  const rows = Math.ceil(count / Math.max(1, columns));
  const whole = rows * row;
  const height = Math.min(whole, tallest);
  const share = height > view ? Math.min(1, Math.max(0, scroll / (height - view))) : 0;
  const offset = height < whole ? share * (whole - view) : Math.min(scroll, Math.max(0, whole - view));
  const first = Math.max(0, Math.floor(offset / row) - extra);
  const last = Math.min(rows, Math.ceil((offset + view) / row) + extra);
  return { rows, height, first, last, top: (height < whole ? scroll - offset : 0) + first * row };
}

/** The scroll position that brings a row to the middle. */
export function scrollToRow(count: number, columns: number, row: number, wanted: number, view: number): number {
  const rows = Math.ceil(count / Math.max(1, columns));
  const whole = rows * row;
  const height = Math.min(whole, tallest);
  const offset = Math.max(0, Math.min(whole - view, wanted * row - (view - row) / 2));
  return whole <= height ? offset : (offset / (whole - view)) * (height - view);
}
