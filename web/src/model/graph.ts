import dagre from '@dagrejs/dagre';
import type { StepView, TaskStatus } from '../data';
import { doneOf, worst, worstOfCounts } from './status';

export const mostNodes = 300;
export const nodeWidth = 196;
export const nodeHeight = 56;
const rankGap = 48;

/** One box: a step, or a group of steps when there are too many to show. */
export interface GraphNode {
  id: string;
  name: string;
  group: boolean;
  steps: string[];
  status: TaskStatus;
  done: number;
  total: number;
  picture?: string;
}
export interface Graph { nodes: GraphNode[]; edges: [string, string][] }
export interface PlacedNode extends GraphNode { x: number; y: number }
export interface PlacedGraph { nodes: PlacedNode[]; edges: { from: string; to: string; points: Point[] }[]; width: number; height: number }

/** Steps as nodes; above `most`, groups by segment or name prefix, of which one can be open. */
export function groupSteps(steps: StepView[], open?: string, most = mostNodes): Graph {
  if (steps.length <= most) return join(steps, (step) => step.id, () => false);
  const groups = groupNames(steps, most);
  return join(steps, (step) => {
    const group = groups.get(step.id) ?? step.id;
    return group === open ? step.id : group;
  }, (step) => (groups.get(step.id) ?? step.id) !== open);
}

/** By segment where there is one, else by the part of the name before the first separator, else in even parts. */
export function groupNames(steps: StepView[], most = mostNodes): Map<string, string> {
  const names = new Map(steps.map((step) => [step.id, step.segment ?? /^[^-_./:\d]+/.exec(step.id)?.[0] ?? step.id]));
  if (new Set(names.values()).size <= most) return names;
  const size = Math.ceil(steps.length / most);
  return new Map(steps.map((step, i) => [step.id, `part ${Math.floor(i / size) + 1}`]));
}

function join(steps: StepView[], nameOf: (step: StepView) => string, isGroup: (step: StepView) => boolean): Graph {
  const members = new Map<string, StepView[]>();
  const owner = new Map<string, string>();
  for (const step of steps) {
    const id = isGroup(step) ? `group:${nameOf(step)}` : step.id;
    owner.set(step.id, id);
    const list = members.get(id);
    if (list) list.push(step);
    else members.set(id, [step]);
  }
  const edges = new Map<string, [string, string]>();
  for (const step of steps) {
    for (const need of step.needs) {
      const from = owner.get(need);
      const to = owner.get(step.id);
      if (from !== undefined && to !== undefined && from !== to) edges.set(`${from}\n${to}`, [from, to]);
    }
  }
  return { nodes: [...members].map(([id, list]) => nodeOf(id, list)), edges: [...edges.values()] };
}

function nodeOf(id: string, steps: StepView[]): GraphNode {
  const group = id.startsWith('group:');
  const pictures = steps.map((step) => step.picture).filter((picture) => picture !== undefined);
  return {
    id, group,
    name: group ? id.slice(6) : steps[0]?.label ?? id,
    steps: steps.map((step) => step.id),
    status: worst(steps.map((step) => worstOfCounts(step.counts))),
    done: steps.reduce((sum, step) => sum + doneOf(step.counts), 0),
    total: steps.reduce((sum, step) => sum + step.total, 0),
    picture: pictures[pictures.length - 1],
  };
}

/** Left to right, one column per rank. */
export function layGraph(graph: Graph): PlacedGraph {
  const g = new dagre.graphlib.Graph();
  g.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: rankGap, edgesep: 10, marginx: 16, marginy: 16 });
  g.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes) g.setNode(node.id, { width: nodeWidth, height: nodeHeight });
  for (const [from, to] of graph.edges) g.setEdge(from, to);
  dagre.layout(g);
  const box = g.graph();
  return {
    nodes: graph.nodes.map((node) => {
      const placed = g.node(node.id);
      return { ...node, x: placed.x - nodeWidth / 2, y: placed.y - nodeHeight / 2 };
    }),
    edges: graph.edges.map(([from, to]) => ({ from, to, points: sideToSide(g.node(from), g.node(to), g.edge(from, to).points) })),
    width: Math.max(0, box.width ?? 0),
    height: Math.max(0, box.height ?? 0),
  };
}

interface Point { x: number; y: number }

/** From the right side of one box to the left side of the next, through the bends between; a single bend is none.
 * The outer bends move to the edge of their column, so that the way there has room to be smooth. */
function sideToSide(from: Point, to: Point, points: Point[]): Point[] {
  const start = { x: from.x + nodeWidth / 2, y: from.y };
  const end = { x: to.x - nodeWidth / 2, y: to.y };
  const bends = points.slice(1, -1).filter((point) => point.x > start.x && point.x < end.x);
  const first = bends[0];
  const last = bends[bends.length - 1];
  if (!first || !last || first === last) return [start, end];
  const room = rankGap / 2;
  return [start, { x: first.x + room, y: first.y }, ...bends.slice(1, -1), { x: last.x - room, y: last.y }, end];
}

/** A smooth path through the points of an edge. */
export function edgePath(points: Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${round(first.x)} ${round(first.y)}`;
  let last = first;
  for (const point of rest) {
    const mid = (last.x + point.x) / 2;
    path += `C${round(mid)} ${round(last.y)} ${round(mid)} ${round(point.y)} ${round(point.x)} ${round(point.y)}`;
    last = point;
  }
  return path;
}

const round = (n: number) => Math.round(n * 10) / 10;
