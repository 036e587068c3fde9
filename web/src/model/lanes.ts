import type { LaneSpan, LaneView } from '../data';

export interface PlacedSpan extends LaneSpan { row: number }
export interface PlacedLane { resource: string; capacity: number; rows: number; spans: PlacedSpan[] }

/** Gives overlapping spans of one resource rows of their own, the lowest free row first. */
export function placeLane(lane: LaneView): PlacedLane {
  const ends: number[] = [];
  const spans = [...lane.spans].sort((a, b) => a.start - b.start || b.end - a.end).map((span) => {
    let row = ends.findIndex((end) => end <= span.start + 1e-9);
    if (row < 0) row = ends.length;
    ends[row] = span.end;
    return { ...span, row };
  });
  return { resource: lane.resource, capacity: lane.capacity, rows: Math.max(1, ends.length), spans };
}

export function endOf(lanes: LaneView[], runSeconds: number): number {
  let end = 0;
  for (const lane of lanes) for (const span of lane.spans) end = Math.max(end, span.end);
  return Math.max(end, end > 0 ? 0 : runSeconds, 0.001);
}

const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];

/** Round moments for an axis, at most one per `least` pixels. */
export function ticks(seconds: number, width: number, least = 70): number[] {
  const most = Math.max(1, Math.floor(width / least));
  const step = steps.find((candidate) => seconds / candidate <= most) ?? 86400 * Math.ceil(seconds / 86400 / most);
  const result: number[] = [];
  for (let i = 0; i * step <= seconds + 1e-9; i++) result.push(Math.round(i * step * 10) / 10);
  return result;
}

/** The span under a point of a lane, the shortest if several touch it within `slack` seconds. */
export function spanAt(lane: PlacedLane, time: number, row: number, slack: number): PlacedSpan | undefined {
  let best: PlacedSpan | undefined;
  for (const span of lane.spans) {
    if (span.row !== row || time < span.start - slack || time > span.end + slack) continue;
    if (!best || span.end - span.start < best.end - best.start) best = span;
  }
  return best;
}
