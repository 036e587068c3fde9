import { expect, test } from 'vitest';
import type { StripCell } from '../src/data';
import { layStrip, mergeCells, stateRuns, timeOfX, xOfTime } from '../src/model/strip';

const film = (seconds: number[]): StripCell[] => {
  let start = 0;
  return seconds.map((length, i) => {
    const cell: StripCell = { label: `scene ${i + 1}`, seconds: length, start, status: 'reused' };
    start += length;
    return cell;
  });
};

test('widths follow durations and fill the strip', () => {
  const layout = layStrip(mergeCells(film([10, 20, 30])), 604);
  expect(layout.rights.map((right, i) => right - (layout.lefts[i] ?? 0))).toEqual([100, 200, 300]);
  expect(layout.width).toBe(604);
  expect(layout.scrolls).toBe(false);
});

test('a short cell keeps the least width, taken from the long ones', () => {
  const layout = layStrip(mergeCells(film([1, 60, 60])), 404, 76);
  expect(layout.rights[0]).toBe(76);
  expect(layout.width).toBeCloseTo(404);
});

test('many cells scroll, none narrower than the least', () => {
  const layout = layStrip(mergeCells(film(Array.from({ length: 100 }, (_, i) => 1 + (i % 7)))), 800, 76);
  expect(layout.scrolls).toBe(true);
  expect(Math.min(...layout.rights.map((right, i) => right - (layout.lefts[i] ?? 0)))).toBeCloseTo(76);
});

test('parts without a duration are equally wide', () => {
  const layout = layStrip(mergeCells(film([0, 0])), 402);
  expect(layout.rights).toEqual([200, 402]);
});

test('moments and positions are each other’s inverse', () => {
  const layout = layStrip(mergeCells(film([10, 20, 30])), 604);
  expect(xOfTime(layout, 20)).toBe(202);
  expect(timeOfX(layout, 202)).toBe(20);
  expect(timeOfX(layout, -5)).toBe(0);
  expect(timeOfX(layout, 9999)).toBe(60);
  expect(xOfTime(layout, 999)).toBe(604);
});

test('more than the most are merged; the worst of a group shows, nothing is lost', () => {
  const cells = film(Array.from({ length: 1000 }, () => 2));
  cells[501] = { ...(cells[501] as StripCell), status: 'failed', task: 'clips:501' };
  const merged = mergeCells(cells, 400);
  expect(merged).toHaveLength(400);
  expect(merged.reduce((sum, cell) => sum + cell.merged, 0)).toBe(1000);
  expect(merged.reduce((sum, cell) => sum + cell.seconds, 0)).toBe(2000);
  const bad = merged.filter((cell) => cell.status === 'failed');
  expect(bad).toHaveLength(1);
  expect(bad[0]?.task).toBe('clips:501');
});

test('an empty strip is no trouble', () => {
  expect(layStrip([], 800).width).toBe(0);
  expect(timeOfX(layStrip([], 800), 10)).toBe(0);
});

test('the overview joins neighbours of one state', () => {
  const cells = film([1, 1, 1, 1]);
  cells[2] = { ...(cells[2] as StripCell), status: 'failed' };
  expect(stateRuns(layStrip(mergeCells(cells), 400)).map((run) => run.status)).toEqual(['reused', 'failed', 'reused']);
});
