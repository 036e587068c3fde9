import { expect, test } from 'vitest';
import type { LaneSpan } from '../src/data';
import { endOf, placeLane, spanAt, ticks } from '../src/model/lanes';

const span = (task: string, start: number, end: number): LaneSpan => ({ task, start, end, status: 'succeeded' });
const lane = { resource: 'cpu', capacity: 2, spans: [span('b', 1, 4), span('a', 0, 3), span('c', 3, 5)] };

test('overlapping spans get rows of their own, a free row is used again', () => {
  const placed = placeLane(lane);
  expect(placed.spans.map((s) => [s.task, s.row])).toEqual([['a', 0], ['b', 1], ['c', 0]]);
  expect(placed.rows).toBe(2);
});

test('a point finds its span, with some slack for thin ones', () => {
  const placed = placeLane(lane);
  expect(spanAt(placed, 2, 0, 0)?.task).toBe('a');
  expect(spanAt(placed, 2, 1, 0)?.task).toBe('b');
  expect(spanAt(placed, 4.1, 1, 0)).toBeUndefined();
  expect(spanAt(placed, 4.1, 1, 0.2)?.task).toBe('b');
});

test('the axis has round moments that do not touch', () => {
  expect(ticks(24, 700)).toEqual([0, 5, 10, 15, 20]);
  expect(ticks(0.5, 700).length).toBeLessThanOrEqual(11);
  expect(ticks(1e7, 700).length).toBeLessThanOrEqual(11);
  expect(endOf([lane], 99)).toBe(5);
  expect(endOf([], 7)).toBe(7);
});
