import { expect, test } from 'vitest';
import { lineDiff } from '../src/app/model/diff';
import { changedInputs, rangeOf, startOf, wrongWith, type TemplateInput } from '../src/app/model/form';
import { ansiPieces, append, prepend, shownLines, startLog } from '../src/app/model/log';
import { marked } from '../src/app/model/search';
import { settingRows } from '../src/app/model/settings';
import { partsOf, mergeCells } from '../src/model/strip';
import { previewWords } from '../src/app/RunLine';
import { addressOf } from '../src/app/Search';

test('colours of a terminal become styles; what no style says is dropped, and progress lines show their last state', () => {
  expect(ansiPieces('a \u001b[1;31mred\u001b[0m b')).toEqual([{ text: 'a ', style: '' }, { text: 'red', style: 'a-bold a-red' }, { text: ' b', style: '' }]);
  expect(ansiPieces('\u001b[38;5;196mx\u001b[2K\u001b[39my').map((piece) => piece.text).join('')).toBe('xy');
  expect(ansiPieces(' 10 %\r 50 %\r100 %')).toEqual([{ text: '100 %', style: '' }]);
  expect(ansiPieces('\u001b]8;;http://x\u0007link\u0007')).toEqual([{ text: 'link', style: '' }]);
});

test('a log grows at its end and at its beginning, and every line knows its byte', () => {
  const text = 'one\ntwö\nthree\nfour\n';
  const bytes = new TextEncoder().encode(text);
  const cut = (from: number, to: number) => ({ text: new TextDecoder().decode(bytes.slice(from, to)), from, next: to, size: bytes.length, over: to === bytes.length });
  let log = startLog(cut(6, 12));
  expect(shownLines(log).map((line) => line.text)).toEqual(['thr']);
  log = append(log, cut(12, bytes.length));
  expect(shownLines(log)).toEqual([{ offset: 9, text: 'three' }, { offset: 15, text: 'four' }]);
  log = prepend(log, cut(0, 9));
  expect(shownLines(log)).toEqual([{ offset: 0, text: 'one' }, { offset: 4, text: 'twö' }, { offset: 9, text: 'three' }, { offset: 15, text: 'four' }]);
  expect(log.from).toBe(0);
});

test('a difference of texts tells old and new lines where they stand', () => {
  expect(lineDiff('a\nb\nc\n', 'a\nx\nc\nd\n').map((line) => `${line.kind} ${line.text}`)).toEqual(['same a', 'old b', 'new x', 'same c', 'new d']);
  expect(lineDiff('a\n', 'a\n')).toEqual([{ kind: 'same', text: 'a' }]);
});

const input = (type: string, more: Partial<TemplateInput> = {}): TemplateInput => ({ name: 'n', type, needed: false, default: null, ...more });

test('a value that does not fit its input is told before it is sent', () => {
  expect(wrongWith(input('string', { needed: true }), ' ')).toBe('A value is needed.');
  expect(wrongWith(input('integer'), '1.5')).toContain('no whole number');
  expect(wrongWith(input('number', { least: 1, most: 3 }), '4')).toBe('It must be 1 to 3.');
  expect(wrongWith(input('list', { choices: ['a', 'b'] }), 'a, c')).toContain('“c” is none of a, b');
  expect(wrongWith(input('list', { most: 2 }), 'a, b, c')).toBe('It must have at most 2 items.');
  expect(wrongWith(input('file', { extensions: ['.png'] }), 'a.jpg')).toBe('It ends in .png.');
  expect(wrongWith(input('boolean'), 'true')).toBeUndefined();
  expect(rangeOf(input('string', { least: 2, most: 2 }))).toBe('exactly 2 characters');
});

test('only what differs from the defaults is sent, and secrets never', () => {
  const inputs = [input('list', { name: 'a', default: ['x', 'y'] }), input('integer', { name: 'b', default: 3 }), input('secret', { name: 'c' })];
  expect(inputs.map(startOf)).toEqual(['x, y', '3', '']);
  expect(changedInputs(inputs, { a: 'x, y', b: '4', c: 'hidden' })).toEqual({ b: '4' });
});

test('found words are marked, whatever they hold', () => {
  expect(marked('A (new) path', '(NEW)')).toEqual([{ text: 'A ', hit: false }, { text: '(new)', hit: true }, { text: ' path', hit: false }]);
  expect(addressOf({ run: '4', task: 'a:b', path: 'x y.txt' })).toBe('/runs/4#task=a%3Ab&file=x+y.txt');
});

test('settings are shown whatever they are', () => {
  expect(settingRows({ cores: 2, budget: { day: { usd: 5 } }, checks: [{ name: 'ffmpeg', ok: true }] })).toEqual([
    { name: 'Server', rows: [['cores', '2']] },
    { name: 'budget', rows: [['day.usd', '5']] },
    { name: 'checks', rows: [['ffmpeg', 'ok: yes']] },
  ]);
  expect(previewWords({ id: '4' }, { files: 3, bytes: 1500 })).toBe('Deletes the record of run 4: 3 files, 1.5 kB. What stays: the workspace and its results.');
});

test('cells that the server merged count as what they stand for', () => {
  const cell = { label: 'a', seconds: 1, start: 0, status: 'succeeded' as const, count: 250 };
  expect(partsOf([cell, { ...cell, count: undefined }])).toBe(251);
  expect(mergeCells([cell])[0]?.merged).toBe(250);
});
