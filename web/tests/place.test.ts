import { expect, test } from 'vitest';
import { commandOf } from '../src/model/keys';
import { isNewPlace, readPlace, start, writePlace } from '../src/model/place';

test('a place survives the address', () => {
  const place = {
    ...start, task: 'variants/inner:a b', path: 'work/é & more.mp4', panel: 'graph' as const, open: '!failed', pages: 3, search: 'x=1',
    time: 14.2, from: 3, to: 9.5, loop: true, group: 'scan', scroll: 120,
  };
  expect(readPlace(`#${writePlace(place)}`)).toEqual({ ...place, step: undefined });
});

test('nothing said is the start, nonsense is ignored', () => {
  expect(writePlace(start)).toBe('');
  expect(readPlace('')).toMatchObject(start);
  expect(readPlace('#view=dance&t=-4&pages=x')).toMatchObject({ panel: 'off', time: undefined, pages: 1 });
});

test('another selection is another place, scroll and time are not', () => {
  expect(isNewPlace(start, { ...start, task: 'a' })).toBe(true);
  expect(isNewPlace(start, { ...start, scroll: 50, time: 2, panel: 'lanes' })).toBe(false);
});

test('keys are commands, except while typing or with a modifier', () => {
  const press = (key: string, more = {}) => commandOf({ key, ctrlKey: false, metaKey: false, altKey: false, target: null, ...more });
  expect(press('j')).toBe('next');
  expect(press('G')).toBe('graph');
  expect(press('c', { ctrlKey: true })).toBeUndefined();
  expect(press('[', { altKey: true })).toBe('in');
  expect(press('j', { target: { tagName: 'INPUT', type: 'search' } })).toBeUndefined();
  expect(press('Escape', { target: { tagName: 'INPUT', type: 'search' } })).toBe('close');
  expect(press('.', { target: { tagName: 'INPUT', type: 'range' } })).toBe('forward');
  expect(press(' ', { target: { tagName: 'BUTTON' } })).toBeUndefined();
});
