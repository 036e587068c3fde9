import { expect, test } from 'vitest';
import { barParts, outlineRows } from '../src/model/outline';
import { readRun } from '../src/model/run';
import { report, step, task } from './support';

const asked = { pages: 1, search: '' };

test('queues appear only when they hold something, before the steps in their order', () => {
  const calm = readRun(report([step('a'), step('b', ['a'])], [task('a'), task('b')]));
  expect(outlineRows(calm, asked).map((row) => row.id)).toEqual(['a', 'b']);
  const busy = readRun(report([step('a'), step('b')], [task('a', 'failed'), task('b', 'waiting')]));
  expect(outlineRows(busy, asked).map((row) => row.id)).toEqual(['!waiting', '!failed', 'a', 'b']);
});

test('an open step lists its items worst first, in natural order, fifty a page', () => {
  const tasks = Array.from({ length: 120 }, (_, i) => task(`f:${i}`, i === 77 ? 'failed' : 'succeeded'));
  const run = readRun(report([step('f', [], { total: 120, counts: { succeeded: 119, failed: 1 } })], tasks));
  const rows = outlineRows(run, { ...asked, open: 'f' });
  expect(rows[2]).toMatchObject({ kind: 'task', task: { task: 'f:77' } });
  expect(rows[3]).toMatchObject({ task: { task: 'f:0' } });
  expect(rows[13]).toMatchObject({ task: { task: 'f:10' } });
  expect(rows).toHaveLength(2 + 50 + 1);
  expect(rows.at(-1)).toMatchObject({ kind: 'more', shown: 50, of: 120 });
  expect(outlineRows(run, { ...asked, open: 'f', pages: 3 }).at(-1)).toMatchObject({ kind: 'task' });
});

test('a click on a count lists exactly those', () => {
  const run = readRun(report([step('f', [], { total: 3 })], [task('f:a', 'failed'), task('f:b'), task('f:c', 'failed')]));
  const rows = outlineRows(run, { ...asked, open: '!failed' });
  expect(rows.filter((row) => row.kind === 'task').map((row) => row.kind === 'task' && row.task.task)).toEqual(['f:a', 'f:c']);
});

test('search looks at steps, items and files, every word must be found', () => {
  const run = readRun(report(
    [step('voice', [], { total: 2 }), step('join')],
    [task('voice:intro', 'succeeded', { outputs: [{ role: 'audio', path: 'work/intro.wav' }] }), task('voice:end'), task('join')],
  ));
  expect(outlineRows(run, { ...asked, search: 'wav' }).map((row) => row.id)).toEqual(['voice', 'voice/voice:intro']);
  expect(outlineRows(run, { ...asked, search: 'JOIN' }).map((row) => row.id)).toEqual(['join']);
  expect(outlineRows(run, { ...asked, search: 'voice nothing' })).toEqual([]);
});

test('the state bar is shares of the whole, also of what is not there yet', () => {
  expect(barParts({ succeeded: 3, failed: 1 }, 8)).toEqual([{ status: 'succeeded', share: 0.375 }, { status: 'failed', share: 0.125 }]);
  expect(barParts({}, 0)).toEqual([]);
});
