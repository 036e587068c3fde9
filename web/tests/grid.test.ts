import { expect, test } from 'vitest';
import { jumpTo, marksOf, wholeList } from '../src/model/grid';
import { readPlace, writePlace } from '../src/model/place';

const list = wholeList(Array.from({ length: 1001 }, (_, i) => ({ name: `scene-${i + 1}`, status: i === 700 ? 'failed' as const : 'succeeded' as const })));

test('a jump goes to a number, a part or a name, and nowhere else', () => {
  expect(jumpTo(list, '#1')).toBe(0);
  expect(jumpTo(list, ' 1001 ')).toBe(1000);
  expect(jumpTo(list, '37 %')).toBe(370);
  expect(jumpTo(list, '12,5%')).toBe(125);
  expect(jumpTo(list, 'scene-42')).toBe(41);
  for (const nowhere of ['', '#0', '#1002', 'scene-', '%', '-3']) expect(jumpTo(list, nowhere)).toBeUndefined();
});

test('marks stand for neighbours in the state of the worst, and good ones have none', () => {
  expect(list.marks).toEqual([{ from: 699, count: 3, status: 'failed' }]);
  expect(marksOf(['succeeded', 'blocked', undefined, 'waiting'])).toEqual([{ from: 1, count: 1, status: 'blocked' }, { from: 3, count: 1, status: 'waiting' }]);
  expect(marksOf(Array.from({ length: 100_000 }, () => 'failed' as const)).length).toBe(400);
});

test('the tile and the density of a grid stand in the address', () => {
  const place = readPlace('#step=frames&tiles=3&tile=120');
  expect([place.size, place.tile]).toEqual([3, 119]);
  expect(writePlace(place)).toBe('step=frames&tiles=3&tile=120');
  expect(readPlace('#tiles=9&tile=0').tile).toBeUndefined();
  expect(readPlace('#tiles=9').size).toBe(3);
});
