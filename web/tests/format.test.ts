import { expect, test } from 'vitest';
import { baseName, bytes, clock, count, middle, plural, span } from '../src/model/format';

test('a position is minutes and seconds, with hours only when there are any', () => {
  expect(clock(0)).toBe('0:00');
  expect(clock(58.4)).toBe('0:58');
  expect(clock(14.2, true)).toBe('0:14.2');
  expect(clock(0.3, true)).toBe('0:00.3');
  expect(clock(59.96, true)).toBe('0:59.9');
  expect(clock(3723)).toBe('1:02:03');
  expect(clock(Number.NaN)).toBe('0:00');
  expect(clock(-1)).toBe('0:00');
});

test('a length of work is said in the two units that matter', () => {
  expect(span(0.42)).toBe('0.4 s');
  expect(span(47.3)).toBe('47 s');
  expect(span(59.6)).toBe('1 min');
  expect(span(260)).toBe('4 min 20 s');
  expect(span(7500)).toBe('2 h 5 min');
});

test('sizes, counts and names', () => {
  expect(bytes(312)).toBe('312 B');
  expect(bytes(1_440_000)).toBe('1.4 MB');
  expect(bytes(999_999)).toBe('1.0 MB');
  expect(count(1234567)).toBe('1,234,567');
  expect(plural(1, 'task')).toBe('1 task');
  expect(plural(2000, 'task')).toBe('2,000 tasks');
  expect(baseName('work/sections/')).toBe('sections');
  expect(middle('abcdefghij', 5)).toBe('ab…ij');
});
