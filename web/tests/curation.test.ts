import { expect, test } from 'vitest';
import type { StreamView } from '../src/curation/data';
import { scoresOf } from '../src/curation/model/bytes';
import { commandFor, quoted, yamlFor } from '../src/curation/model/commands';
import { countLine, histogram, nearestLine } from '../src/curation/model/counts';
import { bandPath, envelope, markPath, scorePath, within, zoomed } from '../src/curation/model/envelope';
import { choices, chosen, gridRows, jumpTo, scrollToRow, tallest } from '../src/curation/model/filter';
import { groupOf, groupsOf, membersOf, orderOf } from '../src/curation/model/groups';
import { idleStretches } from '../src/curation/model/idle';
import { curationStart, readCuration, writeCuration } from '../src/curation/model/place';
import { axisOf, gridOf, placeOf, scoreAt, scoreKinds, scoreWords, stepLine, tidyLine } from '../src/curation/model/scores';
import { spriteStyle, tileOf, tilesOf } from '../src/curation/model/sheets';
import { flag, letters, nearestOrdinal, ordinalFrom, readStream } from '../src/curation/model/stream';

const base64 = (bytes: ArrayBufferView) => btoa(String.fromCharCode(...new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
const [blur, dark] = scoreKinds as [(typeof scoreKinds)[0], (typeof scoreKinds)[0]];
const nothing = { total: 0, first: [] };

/** Frames 0 to 4 and 7 to 9; frame 1 is blurry and dropped by the first rule, 8 dark and dropped by the second. */
const view = (more: Partial<StreamView> = {}): StreamView => ({
  name: 'cam7', kind: 'pictures', frames: 8, sizes: [], missing: { total: 1, first: [[5, 6]] }, missingFrames: 2, doubles: nothing, unreadable: nothing, notFrames: nothing,
  numbers: { first: 0, count: 8, pairs: base64(new Int32Array([0, 5, 2, 3])) },
  columns: { laplacian_variance: { floats: base64(new Float32Array([90, 10, 95, Number.NaN, 100, 200, 300, 80])), from: 0, step: 0, log: true } },
  flags: base64(new Uint8Array([64, 1, 64, 32, 64, 64, 2, 64 + 8])), rules: base64(new Uint8Array([0, 1, 0, 0, 0, 0, 2, 0])),
  paths: { before: 'image_', digits: 4, after: '.jpg', others: { 2: 'other.png' } }, lines: { laplacian_variance: 80 },
  selection: { kept: 5, dropped: 3, rules: [{ rule: 'blurry', matched: 1, first: 1 }, { rule: 'dark', matched: 1, first: 1 }, { rule: 'idle', matched: 0, first: 0 }] },
  sheets: [], notes: [], leftOut: [], ...more,
});

test('numbers, paths, letters and times of frames', () => {
  const stream = readStream(view());
  expect([...stream.numbers]).toEqual([0, 1, 2, 3, 4, 7, 8, 9]);
  expect([0, 2, 7].map((i) => stream.path(i))).toEqual(['image_0000.jpg', 'other.png', 'image_0009.jpg']);
  expect([ordinalFrom(stream.numbers, 5), nearestOrdinal(stream.numbers, 5), nearestOrdinal(stream.numbers, 6), nearestOrdinal(stream.numbers, 99)]).toEqual([5, 4, 5, 7]);
  expect(letters(flag.blurry | flag.dark | flag.idle | flag.duplicate)).toBe('BDI=');
  expect(stream.seconds(1)).toBeUndefined();
  const film = readStream(view({ kind: 'film', fps: 4, timeShift: { floats: base64(new Float32Array([0, 0.5, 0, 0, 0, 0, 0, Number.NaN])), from: 0, step: 0, log: false } }));
  expect([0, 1, 7].map((i) => film.seconds(i))).toEqual([0, 0.75, 2.25]);
});

test('codes become scores, in the logarithm where a column says so, and 65535 is none', () => {
  const codes = base64(new Uint16Array([0, 100, 65535]));
  expect([...scoresOf({ codes, from: 2, step: 0.5, log: false })]).toEqual([2, 52, Number.NaN]);
  const [least, score] = scoresOf({ codes, from: 0, step: Math.log(81) / 100, log: true });
  expect(least).toBe(0);
  expect(score).toBeCloseTo(80, 9);
});

test('a line counts what is below it, what it adds to the line of the run and what it lets go', () => {
  const stream = readStream(view());
  const scores = stream.scores('laplacian_variance') ?? new Float64Array();
  expect(countLine(scores, stream.flags, 'below', 80, 80)).toEqual({ measured: 7, hit: 1, added: 0, gone: 0, addedKept: 0 });
  expect(countLine(scores, stream.flags, 'below', 91, 80)).toEqual({ measured: 7, hit: 3, added: 2, gone: 0, addedKept: 2 });
  expect(countLine(scores, stream.flags, 'above', 200, 100)).toEqual({ measured: 7, hit: 2, added: 0, gone: 1, addedKept: 0 });
});

test('frames nearest to a line come from both sides, the nearest beside it', () => {
  const scores = Float64Array.from([5, 1, 9, Number.NaN, 4, 10, 6, 5.5]);
  expect(nearestLine(scores, 5, 2)).toEqual({ under: [1, 4], over: [0, 7] });
  expect(nearestLine(scores, 0, 3)).toEqual({ under: [], over: [1, 4, 0] });
});

test('bars hold every score once, also those at the ends', () => {
  const scores = Float64Array.from([0, 64, 127.4, 128, 255, Number.NaN]);
  expect([...histogram(scores, axisOf(scores, dark, 25), 4)]).toEqual([1, 2, 1, 1]);
  const wide = Float64Array.from([0, 1, 10, 100, 1000, 10_000]);
  expect([...histogram(wide, axisOf(wide, blur, 80), 5)].reduce((a, b) => a + b)).toBe(6);
});

test('axes lead there and back, and a step always moves the line', () => {
  const axis = axisOf(Float64Array.from([3, 40, 9000]), blur, 80);
  for (const score of [3, 80, 9000]) expect(scoreAt(axis, placeOf(axis, score))).toBeCloseTo(score, 6);
  expect(placeOf(axis, Math.sqrt(3 * 9000))).toBeCloseTo(0.5, 9);
  expect(gridOf(axis)).toEqual([10, 100, 1000]);
  expect(stepLine(axis, blur, 80, 1)).toBeGreaterThan(80);
  expect(stepLine(axis, blur, 80, -10)).toBeLessThan(60);
  expect(stepLine(axis, blur, 9000, 1)).toBe(9000);
  const luma = axisOf(Float64Array.from([12, 60]), dark, 25);
  expect([luma.least, luma.most, stepLine(luma, dark, 25, 1), stepLine(luma, dark, 0, -1)]).toEqual([0, 255, 26, 0]);
  expect([tidyLine(83.4567, blur), tidyLine(0.0123456, blur), tidyLine(83.4567, dark), tidyLine(0, blur)]).toEqual([83.5, 0.0123, 83, 0]);
  expect([0.0004, 12.3456, 123.45, 1_040_400, 0, Number.NaN].map(scoreWords)).toEqual(['0.0004', '12.3', '123.5', '1,040,400', '0', 'none']);
  const flat = axisOf(Float64Array.from([7, 7]), { ...dark, range: undefined }, 7);
  expect(placeOf(flat, 7)).toBeGreaterThanOrEqual(0);
});

test('an envelope keeps the least and the greatest of the frames that share a pixel, and gaps stay open', () => {
  const numbers = Float64Array.from({ length: 1000 }, (_, i) => (i < 500 ? i : i + 1000));
  const scores = Float64Array.from(numbers, (n) => (n === 123 ? 99 : n === 124 ? -5 : 1));
  const { least, most } = envelope(numbers, scores, { from: 0, to: 1999 }, 20);
  expect([least[1], most[1]]).toEqual([-5, 99]);
  expect([least[0], most[0]]).toEqual([1, 1]);
  expect([...least].map(Number.isNaN).indexOf(true)).toBe(5);
  expect([...least].filter(Number.isNaN)).toHaveLength(10);
});

test('few frames are joined by lines that break at a gap; many become one bar a pixel', () => {
  const numbers = Float64Array.from([0, 1, 2, 5, 6]);
  const few = scorePath(numbers, Float64Array.from([1, 2, 3, 4, 5]), { from: 0, to: 6 }, 70, (score) => score);
  expect(few.match(/M/g)).toHaveLength(2);
  const many = Float64Array.from({ length: 5000 }, (_, i) => i);
  expect(scorePath(many, many, { from: 0, to: 4999 }, 100, (score) => score).match(/M/g)).toHaveLength(100);
  expect(scorePath(many, many, { from: 10, to: 12 }, 100, (score) => score)).toContain('L83.3 12');
});

test('bands and marks that share a pixel are drawn once', () => {
  const ranges = Array.from({ length: 10_000 }, (_, i) => [i * 10, i * 10 + 2] as const);
  expect((bandPath(ranges, { from: 0, to: 99_999 }, 200, 10).match(/M/g) ?? []).length).toBeLessThanOrEqual(201);
  expect(bandPath([[5, 9], [90, 200]], { from: 0, to: 99 }, 100, 10)).toBe('M5 0H10V10H5zM90 0H100V10H90z');
  expect(markPath([0, 1, 2, 500], { from: 0, to: 999 }, 100, 10)).toBe('M0.5 0V10M50.5 0V10');
});

test('zooming stays inside of the whole and keeps the frame that was looked at', () => {
  const whole = { from: 0, to: 999 };
  const near = zoomed(whole, whole, 0.5, 900);
  expect(near.to - near.from + 1).toBe(500);
  expect((900 - near.from) / 500).toBeCloseTo(0.9, 2);
  expect(zoomed(whole, near, 100, 900)).toEqual(whole);
  expect(within(whole, 990, 100)).toEqual({ from: 900, to: 999 });
});

test('a tile is found by the number of its frame, over parts, gaps and the steps of films', () => {
  const tiles = tilesOf([
    { address: 'thumbs/b~300/', columns: 10, tile: [128, 72], frames: [300, 10, 1] },
    { address: 'thumbs/a~0/', columns: 10, tile: [128, 72], frames: [0, 20, 1, 25, 200, 1] },
  ]);
  expect(tileOf(tiles, 3)).toMatchObject({ sheet: 'thumbs/a~0/sheet-000.jpg', column: 3, row: 0 });
  expect(tileOf(tiles, 25)).toMatchObject({ sheet: 'thumbs/a~0/sheet-000.jpg', column: 0, row: 2 });
  expect(tileOf(tiles, 25 + 80)).toMatchObject({ sheet: 'thumbs/a~0/sheet-001.jpg', column: 0, row: 0 });
  expect(tileOf(tiles, 309)).toMatchObject({ sheet: 'thumbs/b~300/sheet-000.jpg', column: 9 });
  expect([22, 250, 310, -1].map((index) => tileOf(tiles, index))).toEqual([undefined, undefined, undefined, undefined]);
  const film = tilesOf([{ address: 'thumbs/f~0/', columns: 10, tile: [128, 72], frames: [0, 150, 12] }]);
  expect(tileOf(film, 30)).toBeUndefined();
  expect(tileOf(film, 30, 12)).toMatchObject({ index: 24, column: 2 });
  expect(tileOf(film, 12 * 149 + 5, 12)).toMatchObject({ index: 12 * 149, sheet: 'thumbs/f~0/sheet-001.jpg' });
});

test('a tile is cut out of its sheet by its place, at any width', () => {
  const tile = tileOf(tilesOf([{ address: 'thumbs/a%20b~0/', columns: 10, tile: [128, 72], frames: [0, 100, 1] }]), 57);
  expect(tile && spriteStyle(tile, 64)).toEqual({
    width: '64px', height: '36px', backgroundImage: 'url("thumbs/a%20b~0/sheet-000.jpg")', backgroundSize: '640px auto', backgroundPosition: '-448px -180px',
  });
});

test('groups begin with the frame that is kept', () => {
  const groups = groupsOf({
    distance: 6, masked: 0, total: 2, spare: 3, ids: ['a', 'b'], reasons: ['', ''], sizes: [2, 3], shown: [2, 3],
    members: base64(new Int32Array([0, 1, 4, 5, 6])), distances: base64(new Uint8Array([0, 3, 2, 0, 4])), kept: base64(new Int32Array([0, 5])), merged: nothing,
  });
  expect(membersOf(groups, 1)).toEqual([{ ordinal: 5, distance: 0, kept: true }, { ordinal: 4, distance: 2, kept: false }, { ordinal: 6, distance: 4, kept: false }]);
  expect([groupOf(groups, 6), groupOf(groups, 1), groupOf(groups, 3)]).toEqual([1, 0, undefined]);
  expect([orderOf([2, 3, 3], 'size'), orderOf([2, 3, 3], 'frame')]).toEqual([[1, 2, 0], [0, 1, 2]]);
});

test('what a rule dropped, what is kept and what is flagged can be shown alone', () => {
  const stream = readStream(view());
  expect(choices(stream).map((one) => `${one.words} ${one.count}`)).toEqual([
    'all frames 8', 'kept 5', 'dropped 3', 'dropped: blurry 1', 'dropped: dark 1', 'flag: blurry 1', 'flag: dark 1', 'flag: duplicates 1', 'flag: unreadable 1',
  ]);
  expect(chosen(stream, 'all')).toBeUndefined();
  expect([...(chosen(stream, 'dropped') ?? [])]).toEqual([1, 3, 6]);
  expect([...(chosen(stream, 'rule:dark') ?? [])]).toEqual([6]);
  expect([...(chosen(stream, 'flag:duplicate') ?? [])]).toEqual([7]);
});

test('a jump takes numbers, parts and times, and nothing else', () => {
  const stream = readStream(view());
  expect(['#7', '6', '37 %', '100%', '0,5 %', 'x', '1:00'].map((text) => jumpTo(stream, text))).toEqual([5, 5, 3, 7, 0, undefined, undefined]);
  expect(jumpTo(readStream(view({ kind: 'film', fps: 4 })), '0:02')).toBe(6);
});

test('a grid draws the rows on screen, and one too tall for a browser is scrolled faster', () => {
  expect(gridRows(100_000, 8, 110, 0, 800)).toMatchObject({ rows: 12_500, height: 1_375_000, first: 0, last: 9, top: 0 });
  const low = gridRows(100_000, 8, 110, 1_375_000 - 800, 800);
  expect(low.last).toBe(12_500);
  const huge = gridRows(1_000_000, 3, 100, tallest - 700, 700);
  expect(huge.height).toBe(tallest);
  expect(huge.last).toBe(huge.rows);
  expect(huge.top + (huge.last - huge.first) * 100).toBeCloseTo(tallest, -2);
  const row = 200_000;
  const scroll = scrollToRow(1_000_000, 3, 100, row, 700);
  const there = gridRows(1_000_000, 3, 100, scroll, 700);
  expect(there.first).toBeLessThan(row);
  expect(there.last).toBeGreaterThan(row);
  expect(scrollToRow(100, 8, 110, 0, 800)).toBe(0);
});

test('idle stretches begin with the picture that stays and end before the one that moves', () => {
  // Frames 20 to 49 do not differ from the ones before them, so the picture of 19 stays until 49.
  const motion = Float64Array.from({ length: 60 }, (_, i) => (i === 0 ? Number.NaN : i < 20 ? 0.1 : i < 50 ? 0 : 0.1));
  const rule = { enter: 0.02, leave: 0.02, window: 5, minFrames: 8, minSeconds: 0 };
  expect(idleStretches(motion, rule, () => undefined)).toEqual([{ first: 19, last: 49 }]);
  expect(idleStretches(motion, { ...rule, minFrames: 31 }, () => undefined)).toEqual([]);
  expect(idleStretches(motion, { ...rule, minSeconds: 4 }, (i) => i / 10)).toEqual([]);
  motion[35] = Number.NaN;
  expect(idleStretches(motion, rule, () => undefined)).toEqual([{ first: 19, last: 34 }, { first: 35, last: 49 }]);
});

test('lines become a command for a shell and variables of a workflow', () => {
  expect(commandFor('/mnt/cam 7', { blur: 92.5, motion: 0.01, over: 0.3 })).toBe("spool curate '/mnt/cam 7' --blur-below 92.5 --set idle.motion=0.01");
  expect(commandFor(undefined, { dark: 30 })).toBe('spool curate INPUT --set flag.dark-below=30');
  expect(yamlFor('pictures', { blur: 92.5, motion: 0.01 })).toBe('vars:\n  blur-below: 92.5\n  motion: 0.01');
  expect(yamlFor('film', { blur: 250, cut: 30 })).toBe('vars:\n  film-blur-below: 250');
  expect(commandFor('a.mp4', { cut: 30 })).toBe('spool curate a.mp4 --set cuts.detector=content --set cuts.threshold=30');
  expect([quoted("it's"), quoted('')]).toEqual(["'it'\\''s'", "''"]);
});

test('a place in a curation survives the address', () => {
  const place = { stream: 'day 1/talk.mp4', part: 'lines' as const, score: 'motion', lines: { blur: 92.5, motion: 0.01 }, show: 'rule:person: drop', frame: 1200, group: 40, order: 'size' as const, size: 2 };
  const parts = new URLSearchParams();
  writeCuration(place, parts);
  expect(readCuration(new URLSearchParams(parts.toString()))).toEqual(place);
  writeCuration(curationStart, new URLSearchParams());
  expect(readCuration(new URLSearchParams('part=dance&line=blur:x,:3&size=9&frame=-1'))).toEqual({ ...curationStart, stream: undefined, score: undefined, frame: undefined, size: 3 });
});
