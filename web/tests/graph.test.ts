import { expect, test } from 'vitest';
import { edgePath, groupNames, groupSteps, layGraph } from '../src/model/graph';
import { kin } from '../src/model/run';
import { step } from './support';

const many = (n: number, name: (i: number) => string) => Array.from({ length: n }, (_, i) => step(name(i), i > 0 ? [name(i - 1)] : []));

test('few steps stay steps', () => {
  const graph = groupSteps([step('a'), step('b', ['a'], { counts: { failed: 1, succeeded: 2 }, total: 3 })]);
  expect(graph.nodes.map((node) => [node.id, node.status, node.done, node.total])).toEqual([['a', 'pending', 0, 1], ['b', 'failed', 2, 3]]);
  expect(graph.edges).toEqual([['a', 'b']]);
});

test('too many become groups by name prefix, the worst member gives the state, one can be open', () => {
  const steps = many(400, (i) => `${i < 200 ? 'scan' : 'build'}-${i}`);
  steps[250] = { ...(steps[250] as (typeof steps)[0]), counts: { failed: 1 } };
  const closed = groupSteps(steps);
  expect(closed.nodes.map((node) => node.id)).toEqual(['group:scan', 'group:build']);
  expect(closed.nodes[1]?.status).toBe('failed');
  expect(closed.edges).toEqual([['group:scan', 'group:build']]);
  const open = groupSteps(steps, 'build');
  expect(open.nodes).toHaveLength(201);
});

test('segments go before names, and names that do not group become even parts', () => {
  expect(new Set(groupNames(many(400, (i) => `s${i}`).map((s) => ({ ...s, segment: 'one' }))).values())).toEqual(new Set(['one']));
  const words = many(400, (i) => `${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}x`);
  expect(new Set(groupNames(words).values()).size).toBeLessThanOrEqual(300);
});

test('left to right, and what leads to a step and follows from it', () => {
  const steps = [step('a'), step('b', ['a']), step('c', ['b']), step('d', ['a'])];
  const placed = layGraph(groupSteps(steps));
  const x = Object.fromEntries(placed.nodes.map((node) => [node.id, node.x]));
  expect(x.a).toBeLessThan(x.b ?? 0);
  expect(x.b).toBeLessThan(x.c ?? 0);
  expect(kin(steps, 'b', 'up')).toEqual(new Set(['a']));
  expect(kin(steps, 'a', 'down')).toEqual(new Set(['b', 'c', 'd']));
  expect(edgePath(placed.edges[0]?.points ?? [])).toMatch(/^M[\d.]+ [\d.]+C/);
});
