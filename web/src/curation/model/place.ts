/** Where the reader is in a curation; it lives in the address beside the rest. */
export interface CurationPlace {
  stream?: string;
  part: Part;
  /** The score whose line is looked at. */
  score?: string;
  /** Lines that were moved, by the id of the score. */
  lines: Record<string, number>;
  show: string;
  /** The index of the frame looked at. */
  frame?: number;
  /** Place in the list of groups. */
  group: number;
  order: 'frame' | 'size';
  size: number;
}

export const parts = ['summary', 'lines', 'timeline', 'duplicates', 'shots', 'frames'] as const;
export type Part = (typeof parts)[number];

export const curationStart: CurationPlace = { part: 'summary', lines: {}, show: 'all', group: 0, order: 'frame', size: 1 };

export function writeCuration(place: CurationPlace, to: URLSearchParams): void {
  if (place.stream !== undefined) to.set('stream', place.stream);
  if (place.part !== 'summary') to.set('part', place.part);
  if (place.score !== undefined) to.set('score', place.score);
  const lines = Object.entries(place.lines);
  if (lines.length > 0) to.set('line', lines.map(([id, value]) => `${id}:${value}`).join(','));
  if (place.show !== 'all') to.set('show', place.show);
  if (place.frame !== undefined) to.set('frame', String(place.frame));
  if (place.group > 0) to.set('at', String(place.group));
  if (place.order !== 'frame') to.set('order', place.order);
  if (place.size !== 1) to.set('size', String(place.size));
}

export function readCuration(from: URLSearchParams): CurationPlace {
  const number = (name: string) => {
    const value = Number.parseInt(from.get(name) ?? '', 10);
    return Number.isFinite(value) && value >= 0 ? value : undefined;
  };
  const lines: Record<string, number> = {};
  for (const pair of (from.get('line') ?? '').split(',')) {
    const [id, text] = pair.split(':');
    const value = Number.parseFloat(text ?? '');
    if (id && /^[a-z]+$/.test(id) && Number.isFinite(value) && value >= 0) lines[id] = value;
  }
  return {
    stream: from.get('stream') ?? undefined,
    part: parts.find((part) => part === from.get('part')) ?? 'summary',
    score: from.get('score') ?? undefined, lines, show: from.get('show') ?? 'all', frame: number('frame'),
    group: number('at') ?? 0, order: from.get('order') === 'size' ? 'size' : 'frame', size: Math.min(3, number('size') ?? 1),
  };
}
