import { expect, test } from 'vitest';
import { scrollTo, visibleBetween, visibleRows } from '../src/model/window';

test('only rows near the view are drawn, and the rest keeps its height', () => {
  const part = visibleRows(2000, 32, 3200, 640, 6);
  expect(part).toEqual({ first: 94, last: 126, before: 94 * 32, after: (2000 - 126) * 32 });
});

test('ends of the list, a short list, a list scrolled too far', () => {
  expect(visibleRows(3, 32, 0, 640)).toEqual({ first: 0, last: 3, before: 0, after: 0 });
  expect(visibleRows(0, 32, 0, 640)).toEqual({ first: 0, last: 0, before: 0, after: 0 });
  expect(visibleRows(3, 32, 9999, 640).last).toBe(3);
});

test('things at rising positions are found by halving', () => {
  const starts = [0, 10, 30, 60];
  const ends = [9, 29, 59, 100];
  expect(visibleBetween(starts, ends, 12, 31)).toEqual([1, 3]);
  expect(visibleBetween(starts, ends, 200, 300)).toEqual([4, 4]);
});

test('a row is brought into view with the least movement', () => {
  expect(scrollTo(2, 32, 0, 320)).toBe(0);
  expect(scrollTo(2, 32, 100, 320)).toBe(64);
  expect(scrollTo(20, 32, 0, 320)).toBe(352);
});
