import { expect, test } from 'vitest';
import { Api, Problem, query, tokenIn, Unreachable } from '../src/app/api';
import { EventReader, follow, type Told } from '../src/app/events';
import { viewOf } from '../src/app/router';

const json = (value: unknown, how: ResponseInit = {}) => new Response(JSON.stringify(value), how);

test('what has not changed comes from memory, as the very same object', async () => {
  const asked: (string | undefined)[] = [];
  const api = new Api(async (_, how) => {
    const tag = (how?.headers as Record<string, string>)['If-None-Match'];
    asked.push(tag);
    return tag === '"1"' ? new Response(null, { status: 304 }) : json({ a: 1 }, { headers: { ETag: '"1"' } });
  });
  const first = await api.get('/runs/1/page');
  expect(await api.get('/runs/1/page')).toBe(first);
  expect(asked).toEqual([undefined, '"1"']);
});

test('what changes something carries the header of the page, and a refusal says why', async () => {
  const api = new Api(async (address, how) => {
    expect(address).toBe('/api/v1/runs/7/cancel');
    expect(how?.method).toBe('POST');
    expect((how?.headers as Record<string, string>)['X-Spool-Client']).toBe('page');
    return json({ title: 'run 7 is over', status: 409, detail: 'succeeded' }, { status: 409 });
  });
  await expect(api.send('POST', '/runs/7/cancel')).rejects.toThrowError('run 7 is over: succeeded');
  const gone = new Api(async () => { throw new TypeError('network'); });
  await expect(gone.get('/me')).rejects.toBeInstanceOf(Unreachable);
  await expect(new Api(async () => new Response('<html>', { status: 502 })).get('/me')).rejects.toBeInstanceOf(Problem);
});

test('a token is taken from the address only where it is one; a time on the page is none', () => {
  expect(tokenIn('#t=0123456789abcdef0123456789abcdef')).toBe('0123456789abcdef0123456789abcdef');
  expect(tokenIn('#t=12.5')).toBeUndefined();
  expect(tokenIn('#task=a&t=0123456789abcdef0123456789abcdef')).toBeUndefined();
});

test('events are read however their bytes are cut', () => {
  const text = 'id: 1-20\ndata: {"a":1}\n\n: here\n\nevent: end\r\ndata: {"status":"x"}\r\n\r\nid: 1-30\ndata: {"un';
  for (const size of [1, 3, 7, 100]) {
    const told: Told[] = [];
    const reader = new EventReader((one) => told.push(one));
    for (let i = 0; i < text.length; i += size) reader.take(text.slice(i, i + size));
    expect(told).toEqual([{ id: '1-20', name: 'message', data: '{"a":1}' }, { name: 'end', data: '{"status":"x"}' }]);
  }
});

test('a listener that is cut off goes on behind the last event, says that it is lost meanwhile, and stops at the end', async () => {
  const stream = (text: string) => new Response(new Blob([text]).stream());
  const asked: (string | undefined)[] = [];
  const answers = [() => stream('id: 1-5\ndata: {"n":1}\n\n'), () => { throw new TypeError('down'); }, () => stream('id: 1-9\ndata: {"n":2}\n\nevent: end\ndata: {}\n\n')];
  const api = new Api(async (_, how) => {
    asked.push((how?.headers as Record<string, string>)['Last-Event-ID']);
    return (answers.shift() ?? (() => stream('')))();
  });
  const told: unknown[] = [];
  await new Promise<void>((end) => follow(api, '/runs/1/events', {
    event: (value) => told.push(value.n), heard: (there) => told.push(there), end, refused: (problem) => { throw problem; },
  }));
  expect(told).toEqual([true, 1, false, false, true, 2]);
  expect(asked).toEqual([undefined, '1-5', '1-5']);
});

test('a run that is not there is not asked for again', async () => {
  let asked = 0;
  const api = new Api(async () => { asked++; return json({ title: 'there is no run 9' }, { status: 404 }); });
  const problem = await new Promise<Problem>((refused) => follow(api, '/runs/9/events', { event: () => undefined, heard: () => undefined, end: () => undefined, refused }));
  expect([problem.status, asked]).toEqual([404, 1]);
});

test('an address names a view', () => {
  expect(viewOf('/')).toEqual({ name: 'runs' });
  expect(viewOf('/runs/41')).toEqual({ name: 'run', id: '41' });
  expect(viewOf('/new/')).toEqual({ name: 'new' });
  expect(viewOf('/runs/x')).toMatchObject({ name: 'none' });
  expect(query({ a: 'x y', b: undefined, c: '', d: 0 })).toBe('?a=x+y&d=0');
});
