import { expect, test } from 'vitest';
import { barPath, histogram, linePath, nearest, rangeOf, roomy, ticks } from '../src/model/plot';
import { leftOutOf, mostRecords, readTable, sortedRows } from '../src/model/table';

const count = (n: number) => String(n);

test('CSV, JSON Lines and arrays of objects are tables, other JSON is none', () => {
  expect(readTable('a.csv', 'n,t\n1,"a, ""b"""\n')).toMatchObject({ head: ['n', 't'], rows: [['1', 'a, "b"']], total: 1 });
  expect(readTable('a.json', '[{"a":1},{"b":[2]}]')).toMatchObject({ head: ['a', 'b'], rows: [['1', ''], ['', '[2]']], total: 2 });
  expect(readTable('a.jsonl', '{"a":1}\n{"a":2}\n{"a":')).toMatchObject({ head: ['a'], rows: [['1'], ['2']], broken: 1 });
  expect(readTable('a.json', '{"a":1}')).toBeUndefined();
  expect(readTable('a.json', '[1,2]')).toBeUndefined();
});

test('of a file that was read in part the torn record is dropped, and nothing is said of how many there are', () => {
  expect(readTable('a.jsonl', '{"a":1}\n{"a":2}\n{"a":', true)).toMatchObject({ rows: [['1'], ['2']], broken: 0, total: undefined });
  expect(readTable('a.csv', 'a,b\n1,2\n3,', true)).toMatchObject({ rows: [['1', '2']] });
  expect(readTable('a.json', '[{"a":"]}"},{"a":{"b":[1]}},{"a":', true)).toMatchObject({ rows: [[']}'], ['{"b":[1]}']] });
});

test('the first ten thousand records are shown, and what is left out is told', () => {
  const table = readTable('a.jsonl', Array.from({ length: 10_412 }, (_, i) => `{"frame_idx":${i},"score":${i / 10}}`).join('\n'))!;
  expect(table.rows.length).toBe(mostRecords);
  expect(leftOutOf(table, count)).toEqual(['The first 10000 of 10412 records.']);
  const wide = readTable('a.json', JSON.stringify([Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`c${i}`, i]))]))!;
  expect(wide.head.length).toBe(24);
  expect(leftOutOf(wide, count)).toEqual(['Left out: the columns c24, c25, c26, c27, c28, c29.']);
});

test('columns of numbers sort by value, others by words, and what is empty is last either way', () => {
  const table = readTable('a.csv', 'n,t\n10,b\n,a10\n9,a9\n')!;
  expect(table.numbers.map((column) => column !== undefined)).toEqual([true, false]);
  expect([...sortedRows(table, 0, false)]).toEqual([2, 0, 1]);
  expect([...sortedRows(table, 0, true)]).toEqual([0, 2, 1]);
  expect([...sortedRows(table, 1, false)]).toEqual([2, 1, 0]);
});

test('axes have round numbers', () => {
  expect(ticks({ least: 0, most: 10 }, 5)).toEqual([0, 2, 4, 6, 8, 10]);
  expect(ticks({ least: -0.13, most: 0.31 }, 4)).toEqual([0, 0.2]);
  expect(ticks({ least: 3, most: 3 }, 4)).toEqual([3]);
  expect(roomy({ least: 3, most: 3 })).toEqual({ least: 1.5, most: 4.5 });
});

test('a line keeps every spike when there are more points than pixels, and breaks where values are missing', () => {
  const xs = Float64Array.from({ length: 10_000 }, (_, i) => i);
  const ys = new Float64Array(10_000);
  ys[5003] = 1;
  expect(rangeOf(ys)).toEqual({ least: 0, most: 1 });
  const path = linePath(xs, ys, { least: 0, most: 9999 }, { least: 0, most: 1 }, 100, 50);
  expect(path.match(/M/g)?.length).toBe(100);
  expect(path).toContain('M50.5 -0.5V50.5');
  expect(linePath(Float64Array.of(0, 1, 2, 3), Float64Array.of(0, Number.NaN, 1, 0), { least: 0, most: 3 }, { least: 0, most: 1 }, 30, 10)).toBe('M0 10h.8M20 0h.8L30 10');
});

test('a histogram counts every value once', () => {
  const values = Float64Array.of(0, 0.5, 1, 2, 4, Number.NaN);
  expect([...histogram(values, { least: 0, most: 4 }, 4)]).toEqual([2, 1, 1, 1]);
  expect(barPath(Int32Array.of(2, 0, 1), 30, 10)).toBe('M0 10V0H9V10zM20 10V5H29V10z');
  expect(nearest(Float64Array.of(0, 1, 5), Float64Array.of(1, Number.NaN, 2), 1.2)).toBe(0);
});
