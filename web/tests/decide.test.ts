import { expect, test, vi } from 'vitest';
import { Api } from '../src/app/api';
import { Decisions, reviewOf, undoMs, type Review, type Verdict } from '../src/app/model/decisions';
import { upload } from '../src/app/model/upload';
import { artifactAt, comparedWith, nextVersion } from '../src/app/model/versions';
import { missingInput } from '../src/live';
import { task } from './support';

test('a decision is sent after eight seconds, can be taken back before, and of two about one thing the last counts', async () => {
  vi.useFakeTimers();
  const sent: Verdict[] = [];
  const decisions = new Decisions(async (verdict) => void sent.push(verdict), () => undefined);
  decisions.decide({ task: 'look:a', verdict: 'approve', note: '' });
  decisions.decide({ task: 'look:b', verdict: 'approve', note: '' });
  decisions.decide({ task: 'look:a', verdict: 'reject', note: 'too short', at: 3 });
  decisions.undo('look:b');
  await vi.advanceTimersByTimeAsync(undoMs - 100);
  expect(sent).toEqual([]);
  expect(decisions.isDecided({ review: 'look:a', state: 'open', shown: 'x' })).toBe(true);
  await vi.advanceTimersByTimeAsync(300);
  expect(sent).toEqual([{ task: 'look:a', verdict: 'reject', note: 'too short', at: 3 }]);
  expect(decisions.isDecided({ review: 'look:b', state: 'open', shown: 'x' })).toBe(false);
  decisions.decide({ task: 'look:c', verdict: 'approve', note: '' });
  await decisions.flush(true, true);
  expect(sent.map((one) => one.task)).toEqual(['look:a', 'look:c']);
  vi.useRealTimers();
});

test('what was taken is asked no more, although the list still says that it is open; other content is', async () => {
  const decisions = new Decisions(async () => undefined, () => undefined);
  decisions.decide({ task: 'look', verdict: 'reject', note: '', digest: 'one' });
  await decisions.flush(true);
  expect(decisions.isDecided({ review: 'look', state: 'open', shown: 'one' })).toBe(true);
  expect(decisions.isDecided({ review: 'look', state: 'open', shown: 'two' })).toBe(false);
  expect(decisions.isDecided({ review: 'look', state: 'rejected', shown: 'one' })).toBe(false);
});

test('a refused decision is told, and what was written stays', async () => {
  const failed: string[] = [];
  const decisions = new Decisions(async () => { throw new Error('decided by another'); }, (verdict, error) => failed.push(`${verdict.task} ${(error as Error).message}`));
  decisions.write('look', { note: 'why' });
  decisions.decide({ task: 'look', verdict: 'reject', note: 'why' });
  await decisions.flush(true);
  expect(failed).toEqual(['look decided by another']);
  expect(decisions.draft('look').note).toBe('why');
});

test('the review of a task is its own, or the open one that shows what it made', () => {
  const review = (name: string, path: string, state: Review['state'] = 'open'): Review => ({ review: name, state, message: '', shown: 'x', files: [{ role: 'file', path, digest: '', edited: false }], notes: [] });
  const reviews = [review('look:a', 'a.wav'), review('look:b', 'b.wav', 'rejected')];
  expect(reviewOf(reviews, { task: 'look:b', outputs: [] })?.review).toBe('look:b');
  expect(reviewOf(reviews, { task: 'voice:a', outputs: [{ path: 'a.wav' }] })?.review).toBe('look:a');
  expect(reviewOf(reviews, { task: 'voice:b', outputs: [{ path: 'b.wav' }] })).toBeUndefined();
});

test('a missing file is one that a person can bring', () => {
  const waits = (text: string) => task('a', 'waiting', { reasons: [{ code: 'missing-input', text }] });
  expect(missingInput(waits('missing input: assets/intro.png'))).toBe('assets/intro.png');
  expect(missingInput(waits('missing input: assets/intro.png (did you mean assets/Intro.png?)'))).toBe('assets/intro.png');
  expect(missingInput(waits('missing input: no file matches shots/*.png'))).toBeUndefined();
  expect(missingInput(waits('missing input: voice:a made no a.wav'))).toBeUndefined();
  expect(missingInput(task('a', 'waiting', { reasons: [{ code: 'review', text: 'waits' }] }))).toBeUndefined();
});

test('an upload goes on where the server stands, also after a piece was lost', async () => {
  const file = new Blob(['x'.repeat(9 << 20)]);
  let held = 0;
  let cut = true;
  const shares: number[] = [];
  const api = new Api(async (address, how) => {
    if (how?.method === 'POST') return new Response(JSON.stringify({ id: 'u1', offset: 0 }), { status: 201 });
    if (how?.method === 'HEAD') return new Response(null, { headers: { 'Upload-Offset': String(held) } });
    expect([address, (how?.headers as Record<string, string>)['Upload-Offset']]).toEqual(['/api/v1/uploads/u1', String(held)]);
    const piece = (how?.body as Blob).size;
    if (held > 0 && cut) {
      // All of the piece but its answer arrived.
      cut = false;
      held += piece;
      throw new TypeError('cut');
    }
    held += piece;
    return held === file.size ? new Response(JSON.stringify({ digest: 'd' })) : new Response(null, { status: 204, headers: { 'Upload-Offset': String(held) } });
  });
  expect(await upload(api, file, (share) => shares.push(share), undefined, 1)).toBe('d');
  expect(shares.at(-1)).toBe(1);
  const full = new Api(async () => new Response(JSON.stringify({ title: 'the disk is full' }), { status: 507 }));
  await expect(upload(full, file, () => undefined, undefined, 1)).rejects.toThrow('the disk is full');
});

test('V goes to the version before and round; two are compared, the older one first', () => {
  const versions = ['a', 'b', 'c'].map((digest) => ({ digest, run: '1', at: '' }));
  expect(['c', 'b', 'a', 'x'].map((shown) => nextVersion(versions, shown))).toEqual(['b', 'a', 'c', 'c']);
  expect(nextVersion(versions.slice(0, 1), 'a')).toBeUndefined();
  expect(comparedWith(versions, 'c')).toEqual({ old: 'b', fresh: 'c' });
  expect(comparedWith(versions, 'a')).toEqual({ old: 'a', fresh: 'b' });
  const old = artifactAt({ path: 'a.mp4', type: 'video', bytes: 1, digest: 'new', seconds: 3, fps: 25 }, 'cd'.repeat(32));
  expect(old).toMatchObject({ url: `/api/v1/artifacts/${'cd'.repeat(32)}/play`, seconds: undefined, fps: 25 });
});
