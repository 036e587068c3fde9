import { expect, test } from 'vitest';
import page from '../report.html?raw';
import sample from '../sample.json?raw';
import { readEmbedded } from '../src/model/embedded';
import { headlinePath, readRun } from '../src/model/run';

const mark = '/*SPOOL_DATA*/null/*END_SPOOL_DATA*/';

test('the page has one place for data', () => {
  expect(page.split(mark)).toHaveLength(2);
});

test('data is read in place of the marks or between them, an empty page holds nothing', () => {
  expect(readEmbedded(mark)).toBeUndefined();
  expect(readEmbedded(mark.replace('null', '{"format":1}'))).toEqual({ format: 1 });
  expect(readEmbedded('{"format":2}')).toBeUndefined();
  expect(readEmbedded('{"format":')).toBeUndefined();
});

test('the sample is whole: every reference leads somewhere', () => {
  const data = readEmbedded(sample);
  if (!data) throw new Error('the sample is not readable');
  const run = readRun(data);
  expect(headlinePath(run)).toBe('out/explainer.mp4');
  for (const cell of data.strip) expect(run.tasks.has(cell.task ?? '')).toBe(true);
  for (const step of data.steps) for (const need of step.needs) expect(run.steps.has(need)).toBe(true);
  for (const lane of data.lanes) for (const span of lane.spans) expect(run.tasks.has(span.task)).toBe(true);
  for (const artifact of data.artifacts) if (artifact.producer) expect(run.tasks.has(artifact.producer)).toBe(true);
  const { total, ran, reused, failed, blocked } = data.run.tasks;
  expect(ran + reused + failed + blocked).toBe(total);
});
