import { expect, test } from 'vitest';
import { decisiveIndex, plainLog, readCues, readMarkdown, tidyJson } from '../src/model/words';

test('cues of SubRip and WebVTT', () => {
  const srt = '1\r\n00:00:01,500 --> 00:00:03,000\r\n<i>Look up.</i>\r\n\r\n2\r\n00:01:03,000 --> 01:00:04,000\r\nTwo\r\nlines\r\n';
  expect(readCues(srt)).toEqual([{ start: 1.5, end: 3, text: 'Look up.' }, { start: 63, end: 3604, text: 'Two lines' }]);
  expect(readCues('WEBVTT\n\n00:02.000 --> 00:03.250 align:start\nHi')).toEqual([{ start: 2, end: 3.25, text: 'Hi' }]);
  expect(readCues('nothing')).toEqual([]);
});

test('JSON is set with two spaces', () => {
  expect(tidyJson('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(tidyJson('{"a":')).toBe('{"a":');
});

test('the line to look at first', () => {
  const lines = ['start', 'Error initializing', 'Invalid size 1350', 'end'];
  expect(decisiveIndex(lines, 'Invalid size 1350')).toBe(2);
  expect(decisiveIndex(lines, 'not in the tail')).toBe(1);
  expect(decisiveIndex(['fine'], '')).toBe(-1);
});

test('logs lose colours and overwritten progress', () => {
  expect(plainLog('\u001b[31mred\u001b[0m\n10 %\r90 %\n')).toEqual(['red', '90 %']);
});

test('simple Markdown', () => {
  expect(readMarkdown('# A\n\ntwo\nlines\n\n- x\n- y\n  more\n\n```\nco\n\nde\n```\n> q')).toEqual([
    { kind: 'heading', level: 1, text: 'A' }, { kind: 'paragraph', text: 'two lines' },
    { kind: 'list', ordered: false, items: ['x', 'y more'] }, { kind: 'code', text: 'co\n\nde' }, { kind: 'quote', text: 'q' },
  ]);
});
