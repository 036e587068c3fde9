import { expect, test } from 'vitest';
import { heardOf, newsOf } from '../src/model/news';
import { colourWords, pixelAt } from '../src/model/pixel';
import { queueId, queueOf, queueTotal, queueWords } from '../src/model/queue';
import { Rates, rateWords } from '../src/model/rates';
import { readRun, stepOf } from '../src/model/run';
import { addedAbove } from '../src/model/steady';
import { firstOf, mergeCells } from '../src/model/strip';
import { report, step, task } from './support';

test('a point of a fitted picture is one of its pixels, and beside it none', () => {
  const box = { left: 100, top: 50, width: 400, height: 200 };
  const natural = { width: 40, height: 40 };
  expect(pixelAt(box, natural, 200, 50)).toEqual({ x: 0, y: 0 });
  expect(pixelAt(box, natural, 399.9, 249.9)).toEqual({ x: 39, y: 39 });
  expect(pixelAt(box, natural, 199, 60)).toBeUndefined();
  expect(pixelAt(box, { width: 0, height: 0 }, 200, 60)).toBeUndefined();
  expect(colourWords([255, 128, 0, 255])).toBe('R 255 G 128 B 0 · #ff8000');
  expect(colourWords([1, 2, 3, 51])).toBe('R 1 G 2 B 3 · #010203 · 20 % opaque');
});

test('behind a count stand exactly those that were counted', () => {
  const run = readRun(report([step('a', [], { counts: { blocked: 2, succeeded: 1 } }), step('b', [], { counts: { blocked: 3 } })], []));
  expect(queueOf('a')).toBeUndefined();
  expect(queueOf('!nothing')).toBeUndefined();
  expect(queueOf(queueId('blocked', 'a/b'))).toEqual({ status: 'blocked', step: 'a/b' });
  expect(queueTotal(run, { status: 'blocked' })).toBe(5);
  expect(queueTotal(run, { status: 'blocked', step: 'b' })).toBe(3);
  expect(queueWords({ status: 'waiting', step: 'b' })).toBe('needs you in b');
});

test('only what failed, what needs somebody, and the end of the run is told', () => {
  const of = (status: 'running' | 'succeeded', ...tasks: ReturnType<typeof task>[]) => heardOf(readRun({ ...report([step('a')], tasks), run: { ...report([], []).run, status } }));
  const before = of('running', task('a:1', 'running'), task('a:2', 'pending'));
  expect(newsOf(before, of('running', task('a:1', 'succeeded'), task('a:2', 'running')))).toBe('');
  expect(newsOf(before, of('running', task('a:1', 'failed'), task('a:2', 'waiting')))).toBe('a:1 failed. a:2 needs you');
  expect(newsOf(before, of('succeeded', task('a:1', 'failed'), task('a:2', 'failed')))).toBe('2 failed. The run is done');
});

test('how fast a step gets on is told from what was seen, and nothing where it stands', () => {
  const rates = new Rates();
  const at = (done: number, now: number) => rates.note([step('a', [], { total: 100, counts: { succeeded: done, running: 1 } })], now);
  at(0, 0);
  expect(rates.of('a')).toBeUndefined();
  at(20, 2000);
  expect(rates.of('a')).toBe(10);
  at(20, 20_000);
  expect(rates.of('a')).toBeUndefined();
  expect([rateWords(12.4), rateWords(1.24), rateWords(0.05)]).toEqual(['12/s', '1.2/s', '3/min']);
});

test('rows that come above what is looked at are counted, others are not', () => {
  expect(addedAbove(['a', 'b', 'c', 'd'], ['x', 'y', 'a', 'b', 'c', 'd'], 2)).toBe(2);
  expect(addedAbove(['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'x', 'd'], 2)).toBe(0);
  expect(addedAbove(['a', 'b', 'c', 'd'], ['b', 'd'], 2)).toBe(-2);
  expect(addedAbove(['a'], ['b'], 0)).toBe(0);
});

test('a drawn cell leads to the first of its parts, and a task to its step', () => {
  const cells = Array.from({ length: 1000 }, (_, i) => ({ label: String(i), seconds: 0, start: 0, status: 'succeeded' as const }));
  const merged = mergeCells(cells);
  expect(firstOf(merged[200]!, 1000)).toBe(500);
  expect(firstOf(mergeCells(cells.slice(0, 50))[7]!, 50)).toBe(7);
  const run = readRun(report([step('a')], []));
  expect([stepOf(run, 'a:7'), stepOf(run, 'b:7'), stepOf(run, undefined)]).toEqual(['a', undefined, undefined]);
});
