/** A piece of a line in one style. */
export interface Piece { text: string; style: string }

const colours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** A line of a terminal as pieces; a carriage return begins it anew, what no style says is dropped (ECMA-48, SGR only). */
export function ansiPieces(line: string): Piece[] {
  const shown = line.slice(line.lastIndexOf('\r') + 1);
  const pieces: Piece[] = [];
  let style = { bold: false, dim: false, colour: '' };
  let last = 0;
  const push = (text: string) => {
    const plain = text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
    if (plain !== '') pieces.push({ text: plain, style: [style.bold && 'a-bold', style.dim && 'a-dim', style.colour && `a-${style.colour}`].filter(Boolean).join(' ') });
  };
  for (const match of shown.matchAll(/\u001b(?:\[([0-9;?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g)) {
    push(shown.slice(last, match.index));
    last = match.index + match[0].length;
    if (match[2] === 'm') style = styled(style, (match[1] ?? '').split(';').map(Number));
  }
  push(shown.slice(last));
  return pieces;
}

function styled(before: { bold: boolean; dim: boolean; colour: string }, codes: number[]): typeof before {
  let style = before;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 0) style = { bold: false, dim: false, colour: '' };
    else if (code === 1) style = { ...style, bold: true };
    else if (code === 2) style = { ...style, dim: true };
    else if (code === 22) style = { ...style, bold: false, dim: false };
    else if (code >= 30 && code <= 37) style = { ...style, colour: colours[code - 30] ?? '' };
    else if (code >= 90 && code <= 97) style = { ...style, colour: colours[code - 90] ?? '' };
    else if (code === 39) style = { ...style, colour: '' };
    // 256 and true colours carry numbers behind them that are no styles.
    else if (code === 38 || code === 48) i += codes[i + 1] === 5 ? 2 : codes[i + 1] === 2 ? 4 : 0;
  }
  return style;
}

export interface LogPart { text: string; from: number; next: number; size: number; over: boolean }
export interface LogLine { offset: number; text: string }
export interface LogText { lines: LogLine[]; from: number; next: number; size: number; over: boolean; rest: string }

export const emptyLog: LogText = { lines: [], from: 0, next: 0, size: 0, over: false, rest: '' };
export const mostLines = 20_000;

const encoder = new TextEncoder();

function linesOf(text: string, from: number): LogLine[] {
  const lines: LogLine[] = [];
  let offset = from;
  for (const line of text.split('\n')) {
    lines.push({ offset, text: line });
    offset += encoder.encode(line).length + 1;
  }
  return lines;
}

/** A part of a log as the only one; a part that does not begin at the beginning drops its first, broken line. */
export function startLog(part: LogPart): LogText {
  return append({ ...emptyLog, from: part.from, next: part.from }, part, part.from > 0);
}

/** A part behind what is there. */
export function append(log: LogText, part: LogPart, dropFirst = false): LogText {
  const all = linesOf(log.rest + part.text, log.next - encoder.encode(log.rest).length);
  const rest = all.pop()?.text ?? '';
  const fresh = dropFirst && all.length > 0 ? all.slice(1) : all;
  const lines = [...log.lines, ...fresh];
  const kept = lines.length > mostLines ? lines.slice(-mostLines) : lines;
  return { lines: kept, from: kept[0]?.offset ?? log.from, next: part.next, size: part.size, over: part.over, rest };
}

/** A part before what is there. */
export function prepend(log: LogText, part: LogPart): LogText {
  const all = linesOf(part.text, part.from);
  const fresh = (part.from > 0 ? all.slice(1) : all).filter((line) => line.offset < log.from);
  const lines = [...fresh, ...log.lines].slice(0, mostLines);
  return { ...log, lines, from: lines[0]?.offset ?? log.from };
}

/** What is shown: whole lines, and the last one that has no end yet. */
export function shownLines(log: LogText): LogLine[] {
  return log.rest === '' ? log.lines : [...log.lines, { offset: log.next - encoder.encode(log.rest).length, text: log.rest }];
}
