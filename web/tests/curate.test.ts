import { expect, test } from 'vitest';
import { FrameDecisions, type Wish } from '../src/app/model/curate';
import { rangeOf } from '../src/curation/deciding';

const settle = () => new Promise((done) => setTimeout(done, 0));

test('decisions about frames are seen at once, sent in order, and taken back one by one', async () => {
  const sent: Wish[] = [];
  const decisions = new FrameDecisions(async (wishes) => void sent.push(...wishes), () => undefined);
  decisions.known('cam', { keep: [1], drop: [2] }, 2);
  decisions.decide('cam', 'drop', [1, 3]);
  expect(decisions.verdictOf('cam', 1)).toBe('drop');
  expect(decisions.said).toBe('4 decisions, saving …');
  await settle();
  expect(decisions.said).toBe('4 decisions, saved');
  expect(decisions.undo()).toBe(true);
  expect([decisions.verdictOf('cam', 1), decisions.verdictOf('cam', 3)]).toEqual(['keep', undefined]);
  await settle();
  expect(sent).toEqual([{ decision: 'drop', stream: 'cam', frames: [1, 3] }, { decision: 'drop', stream: 'cam', frames: [1, 3], take_back: true }]);
  expect(decisions.undo()).toBe(false);
});

test('what could not be saved says so, stays, and goes with the next', async () => {
  const sent: Wish[] = [];
  let away = true;
  const decisions = new FrameDecisions(async (wishes) => { if (away) throw new Error('the server does not answer'); sent.push(...wishes); }, () => undefined);
  decisions.decide('cam', 'keep', [5]);
  await settle();
  expect(decisions.said).toBe('1 decision, not saved: the server does not answer');
  away = false;
  decisions.decide('cam', 'keep', [6]);
  await settle();
  expect(sent.map((wish) => wish.frames)).toEqual([[5], [6]]);
  expect(decisions.said).toBe('2 decisions, saved');
});

test('a range holds both its ends, whichever was first', () => {
  expect(rangeOf(4, 2)).toEqual([2, 3, 4]);
  expect(rangeOf(2, 2)).toEqual([2]);
});
