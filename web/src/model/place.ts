import { curationStart, readCuration, writeCuration, type CurationPlace } from '../curation/model/place';

/** Where the reader is: selection, open parts, time, range and scroll. It lives in the address, so a link shows the same. */
export interface Place {
  /** `undefined` follows the result. */
  task?: string;
  step?: string;
  path?: string;
  panel: 'off' | 'graph' | 'lanes';
  /** The one outline row that is open: a step, or a queue (`!failed`). */
  open?: string;
  /** How many pages of 50 items the open row shows. */
  pages: number;
  search: string;
  /** Seconds in the medium on stage. */
  time?: number;
  from?: number;
  to?: number;
  loop: boolean;
  /** Graph group that is open. */
  group?: string;
  /** How large the graph is drawn; nothing: as it fits. */
  zoom?: number;
  scroll: number;
  /** The log of the task over the stage: `end` follows it, a number is the line at that byte. */
  log?: string;
  /** The digest of an older version on stage. */
  version?: string;
  compare: 'off' | 'wipe' | 'side';
  /** How large the pictures of a grid are, 0 to 3, and the one that is looked at, from 0. */
  size: number;
  tile?: number;
  /** How a text or a table is looked at; nothing: rendered. */
  look?: 'plots' | 'source';
  curation: CurationPlace;
}

export const start: Place = { panel: 'off', pages: 1, search: '', loop: false, scroll: 0, compare: 'off', size: 1, curation: curationStart };

const tidy = (n: number) => String(Math.round(n * 1000) / 1000);

export function writePlace(place: Place): string {
  const parts = new URLSearchParams();
  if (place.task !== undefined) parts.set('task', place.task);
  if (place.step !== undefined) parts.set('step', place.step);
  if (place.path !== undefined) parts.set('file', place.path);
  if (place.panel !== 'off') parts.set('view', place.panel);
  if (place.open !== undefined) parts.set('open', place.open);
  if (place.pages > 1) parts.set('pages', String(place.pages));
  if (place.search !== '') parts.set('find', place.search);
  if (place.time !== undefined && place.time > 0) parts.set('t', tidy(place.time));
  if (place.from !== undefined) parts.set('in', tidy(place.from));
  if (place.to !== undefined) parts.set('out', tidy(place.to));
  if (place.loop) parts.set('loop', '1');
  if (place.group !== undefined) parts.set('group', place.group);
  if (place.zoom !== undefined) parts.set('zoom', tidy(place.zoom));
  if (place.scroll > 0) parts.set('scroll', String(Math.round(place.scroll)));
  if (place.log !== undefined) parts.set('log', place.log);
  if (place.version !== undefined) parts.set('version', place.version);
  if (place.compare !== 'off') parts.set('compare', place.compare);
  if (place.size !== 1) parts.set('tiles', String(place.size));
  if (place.tile !== undefined) parts.set('tile', String(place.tile + 1));
  if (place.look !== undefined) parts.set('look', place.look);
  writeCuration(place.curation, parts);
  return parts.toString().replaceAll('%3A', ':').replaceAll('%2F', '/');
}

export function readPlace(hash: string): Place {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  const text = (name: string) => parts.get(name) ?? undefined;
  const number = (name: string) => {
    const value = Number.parseFloat(parts.get(name) ?? '');
    return Number.isFinite(value) && value >= 0 ? value : undefined;
  };
  const view = parts.get('view');
  const compare = parts.get('compare');
  return {
    task: text('task'), step: text('step'), path: text('file'),
    panel: view === 'graph' || view === 'lanes' ? view : 'off',
    open: text('open'), pages: Math.max(1, Math.min(1000, Math.floor(number('pages') ?? 1))),
    search: text('find') ?? '', time: number('t'), from: number('in'), to: number('out'),
    loop: parts.get('loop') === '1', group: text('group'), zoom: zoomIn(number('zoom')), scroll: number('scroll') ?? 0,
    log: /^(end|\d{1,15})$/.exec(text('log') ?? '')?.[0], version: /^(sha256:)?[0-9a-f]{64}$/.exec(text('version') ?? '')?.[0],
    compare: compare === 'wipe' || compare === 'side' ? compare : 'off',
    size: Math.min(3, Math.floor(number('tiles') ?? 1)), tile: tileIn(number('tile')),
    look: parts.get('look') === 'plots' ? 'plots' : parts.get('look') === 'source' ? 'source' : undefined,
    curation: readCuration(parts),
  };
}

const zoomIn = (number: number | undefined) => (number === undefined || number < 0.3 || number > 2 ? undefined : number);

/** In the address the first is 1. */
const tileIn = (number: number | undefined) => (number === undefined || number < 1 ? undefined : Math.floor(number) - 1);

/** Another selection is another place to go back to; time, scroll and typing are not. */
export function isNewPlace(a: Place, b: Place): boolean {
  return a.task !== b.task || a.step !== b.step || a.path !== b.path
    || a.curation.part !== b.curation.part || a.curation.stream !== b.curation.stream;
}
