import { expect, test } from 'vitest';
import { LiveRun, withAddresses, withFacts } from '../src/app/model/live';
import { ago, costWords, leftWords, nameOf, ordinal, readFilter, taskWords, type RunRow } from '../src/app/model/runs';
import { report, step, task } from './support';

const cell = (name: string, more = {}) => ({ label: name, seconds: 1, start: 0, status: 'pending' as const, task: name, ...more });

test('events are seen at once, and data that was asked for after them takes their place', () => {
  const live = new LiveRun();
  expect(live.data()).toBeUndefined();
  const base = report([step('a', [], { total: 2, counts: { pending: 2 } })], [task('a:1', 'pending'), task('a:2', 'pending')], { strip: [cell('a:1'), cell('a:2')] });
  live.rebase(base, live.mark());
  expect(live.take({ type: 'started', task: 'a:1', step: 'a' })).toBe(true);
  live.take({ type: 'progress', task: 'a:1', fraction: 0.5 });
  expect(live.data()?.tasks[0]).toMatchObject({ status: 'running', progress: 0.5 });
  expect(live.data()?.strip[0]).toMatchObject({ status: 'running', progress: 0.5 });
  expect(live.data()?.steps[0]?.counts).toEqual({ pending: 1, running: 1 });
  const asked = live.mark();
  live.take({ type: 'task', task: 'a:2', step: 'a', status: 'failed', reasons: ['it broke'], failure: { sentence: 'No.' } });
  live.rebase(report(base.steps, [task('a:1', 'succeeded'), task('a:2', 'pending')]), asked);
  expect(live.data()?.tasks.map((one) => one.status)).toEqual(['succeeded', 'failed']);
  expect(live.data()?.tasks[1]).toMatchObject({ reasons: [{ text: 'it broke' }], failure: { sentence: 'No.', blocks: 0 } });
  live.rebase(report(base.steps, [task('a:1', 'succeeded'), task('a:2', 'waiting')]), live.mark());
  expect(live.data()?.tasks[1]?.status).toBe('waiting');
});

test('counts of the run are those that were told last; what concerns no task of the page changes nothing', () => {
  const live = new LiveRun();
  live.rebase(report([step('a')], [task('a', 'running')]), 0);
  live.take({ type: 'counts', tasks: { ran: 7, total: 9 }, eta_s: 12.5, cost_usd: 0.25 });
  expect(live.data()?.run).toMatchObject({ tasks: { ran: 7, total: 9, failed: 0 }, etaSeconds: 12.5, costUsd: 0.25 });
  expect(live.take({ type: 'page', etag: 'x' })).toBe(false);
});

test('a merged cell becomes worse by one of its members, never better', () => {
  const live = new LiveRun();
  live.rebase(report([], [], { strip: [cell('a', { status: 'running', count: 40 })] }), 0);
  live.take({ type: 'task', task: 'a', status: 'succeeded' });
  expect(live.data()?.strip[0]?.status).toBe('running');
  live.take({ type: 'task', task: 'a', status: 'failed' });
  expect(live.data()?.strip[0]?.status).toBe('failed');
});

test('tasks that were asked for stand beside those of the page, which count first', () => {
  const live = new LiveRun();
  live.rebase(report([step('a')], [task('a:1')]), 0);
  live.add([{ task: 'a:7', step: 'a', item: '7', status: 'failed' }, { task: 'a:1', step: 'a', status: 'failed' }]);
  expect(live.data()?.tasks.map((one) => `${one.task} ${one.status}`)).toEqual(['a:1 succeeded', 'a:7 failed']);
});

test('bytes get addresses by what they are, cells and steps the picture of their file', () => {
  const digest = 'ab'.repeat(32);
  const data = withAddresses(report([step('a')], [task('a', 'succeeded', { outputs: [{ role: 'video', path: 'a.mp4' }] })], {
    artifacts: [{ path: 'a.mp4', type: 'video', bytes: 1, digest }, { path: 'b.txt', type: 'text', bytes: 1, digest: `sha256:${digest}` }, { path: 'dir', type: 'folder', bytes: 0, digest: '' }],
    strip: [cell('a', { path: 'a.mp4' })],
  }));
  expect(data.artifacts.map((one) => one.url)).toEqual([`/api/v1/artifacts/${digest}/play`, `/api/v1/artifacts/${digest}`, undefined]);
  expect(data.strip[0]?.thumbnail).toBe(`/api/v1/artifacts/${digest}/thumbnail`);
  expect(data.steps[0]?.picture).toBe(`/api/v1/artifacts/${digest}/thumbnail`);
});

test('a run in a list is told in words', () => {
  const run = { id: '4', workflow: '/home/a/talk/spool.yaml', workspace: '/home/a/talk', status: 'queued', position: 22, starts_in_s: 90, tasks: { total: 40, ran: 30, reused: 1, failed: 2 }, eta_s: null } as RunRow;
  expect(nameOf(run)).toBe('talk');
  expect(nameOf({ ...run, workflow: '(text)' })).toBe('a text');
  expect(taskWords(run)).toBe('31/40 · 2 failed');
  expect(leftWords(run)).toBe('22nd in the queue, in about 1 min 30 s');
  expect([1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal)).toEqual(['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '112th']);
  expect(costWords({ cost_usd: 0.12, budget_usd: 2 })).toBe('$0.12 of $2');
  expect(costWords({ cost_usd: 0 })).toBe('');
  expect(ago('2026-01-01T00:00:00Z', Date.parse('2026-01-01T02:00:00Z'))).toBe('2 h ago');
  expect(readFilter('?status=failed&text=why')).toEqual({ status: 'failed', text: 'why', workflow: '', workspace: '' });
});

test('parts of the result are as long as their files, one after the other', () => {
  const digest = (c: string) => c.repeat(64);
  const file = (name: string) => ({ path: `${name}.mp4`, type: 'video' as const, bytes: 1, digest: digest(name) });
  const live = new LiveRun();
  live.rebase(report([], [], { artifacts: [file('a'), file('b')], strip: ['a', 'b', 'c'].map((name) => cell(name, { path: `${name}.mp4`, seconds: 0 })) }), 0);
  expect(live.unknown()).toEqual([digest('a'), digest('b')]);
  live.know(digest('a'), { seconds: 2, fps: 25 });
  live.know(digest('b'), { seconds: 3 });
  expect(live.unknown()).toEqual([]);
  expect(live.data()?.strip.map((one) => [one.start, one.seconds])).toEqual([[0, 2], [2, 3], [5, 0]]);
  expect(live.data()?.artifacts[0]).toMatchObject({ seconds: 2, fps: 25 });
  const known = report([], [], { strip: [cell('a', { seconds: 4 })] });
  expect(withFacts(known, new Map([['x', { seconds: 9 }]])).strip[0]?.seconds).toBe(4);
});
