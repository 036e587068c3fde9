import { useEffect, useMemo } from 'preact/hooks';
import { count } from '../model/format';
import { edgePath, groupSteps, layGraph, nodeHeight, nodeWidth, type PlacedGraph, type PlacedNode } from '../model/graph';
import type { Place } from '../model/place';
import { kin, type Run } from '../model/run';
import { statusWords } from '../model/status';
import { useViewport, type Go } from './hooks';
import { Glyph } from './Marks';

interface Props { run: Run; place: Place; go: Go; onStep: (step: string) => void }

/** One node per step, left to right. What leads to the selection and what follows from it stays bright. */
export function Graph({ run, place, go, onStep }: Props) {
  const graph = useMemo(() => layGraph(groupSteps(run.data.steps, place.group)), [run, place.group]);
  const [ref, view] = useViewport<HTMLDivElement>();
  const zoom = place.zoom ?? 0;
  const setZoom = (to: number) => go({ zoom: to === 0 ? undefined : to });
  const fit = Math.min(1, (view.height - 4) / graph.height, (view.width - 4) / graph.width);
  const scale = zoom || (fit > 0 ? Math.max(0.75, fit) : 1);
  const selected = place.task !== undefined ? run.tasks.get(place.task)?.step : place.step;
  const lit = useMemo(() => litSteps(run, selected), [run, selected]);
  const isLit = (node: PlacedNode) => !lit || node.steps.some((step) => lit.has(step));
  const at = graph.nodes.findIndex((node) => selected !== undefined && node.steps.includes(selected));

  useEffect(() => {
    const node = graph.nodes[at];
    const box = ref.current;
    if (!node || !box) return;
    const left = node.x * scale;
    const top = node.y * scale;
    if (left < box.scrollLeft || left + nodeWidth * scale > box.scrollLeft + box.clientWidth) box.scrollLeft = left - box.clientWidth / 2 + (nodeWidth * scale) / 2;
    if (top < box.scrollTop || top + nodeHeight * scale > box.scrollTop + box.clientHeight) box.scrollTop = top - box.clientHeight / 2 + (nodeHeight * scale) / 2;
  }, [at, scale, graph]);

  if (graph.nodes.length === 0) return <p class="empty">This run has no steps.</p>;
  const choose = (node: PlacedNode) => (node.group ? go({ group: node.name }) : onStep(node.id));
  const onKeyDown = (event: KeyboardEvent) => {
    const node = graph.nodes[at];
    if (event.key === 'Enter' && node) choose(node);
    else if (event.key.startsWith('Arrow')) {
      const next = neighbour(graph, node, event.key);
      const step = next?.steps[0];
      if (step !== undefined) onStep(step);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const seen = (node: PlacedNode) => view.width === 0 || (node.x + nodeWidth) * scale > view.x - 100 && node.x * scale < view.x + view.width + 100
    && (node.y + nodeHeight) * scale > view.y - 100 && node.y * scale < view.y + view.height + 100;
  const offset = Math.max(0, (view.height - 2 - graph.height * scale) / 2);
  return (
    <div class="panel-inner">
      <div class="panel-tools">
        <h2>Graph</h2>
        <span class="told">{selected ? `Bright: what leads to ${selected} and what follows from it.` : 'One box per step, in the order of the work.'}</span>
        {place.group !== undefined && <button type="button" class="small" onClick={() => go({ group: undefined })}>Close {place.group}</button>}
        <button type="button" class="small" aria-label="Smaller" onClick={() => setZoom(Math.max(0.3, scale / 1.25))}>−</button>
        <button type="button" class="small" aria-label="Fit" onClick={() => setZoom(0)}>Fit</button>
        <button type="button" class="small" aria-label="Larger" onClick={() => setZoom(Math.min(2, scale * 1.25))}>+</button>
      </div>
      <div class="graph" ref={ref} tabIndex={0} role="listbox" aria-label="Graph of steps" onKeyDown={onKeyDown} aria-activedescendant={at >= 0 ? `node-${at}` : undefined}>
        <svg width={graph.width * scale} height={graph.height * scale} viewBox={`0 0 ${graph.width} ${graph.height}`} style={{ marginTop: `${offset}px` }}>
          <path class="edges" d={edges(graph, (a, b) => !(lit && isLit(a) && isLit(b)))} />
          <path class="edges lit" d={edges(graph, (a, b) => Boolean(lit && isLit(a) && isLit(b)))} />
          {graph.nodes.map((node, i) => seen(node) && (
            <Node key={node.id} id={`node-${i}`} node={node} at={i === at} dim={!isLit(node)} onClick={() => choose(node)} />
          ))}
        </svg>
      </div>
    </div>
  );
}

function Node({ id, node, at, dim, onClick }: { id: string; node: PlacedNode; at: boolean; dim: boolean; onClick: () => void }) {
  const shift = node.picture ? 76 : 12;
  const words = `${statusWords[node.status]} · ${count(node.done)}/${count(node.total)}`;
  return (
    <g id={id} role="option" aria-selected={at}
      class={`node s-${node.status}${at ? ' at' : ''}${dim ? ' dim-node' : ''}${node.group ? ' group' : ''}`}
      transform={`translate(${node.x} ${node.y})`} onClick={onClick}>
      {(node.group || node.name.length > 15) && <title>{node.group ? `${node.name}: ${node.steps.length} steps, opens` : node.name}</title>}
      <rect class="node-box" width={nodeWidth} height={nodeHeight} rx={6} />
      <rect class="node-edge" width={3} height={nodeHeight - 16} x={0} y={8} rx={1.5} />
      {node.picture && <svg x={8} y={8} width={60} height={40}><image href={node.picture} width={60} height={40} preserveAspectRatio="xMidYMid slice" /></svg>}
      <text class="node-name" x={shift} y={24}>{fitted(node.name, node.picture ? 15 : 23)}</text>
      <svg x={shift} y={32} width={12} height={12}><Glyph status={node.status} /></svg>
      <text class="node-words" x={shift + 16} y={42}>{words}</text>
    </g>
  );
}

const fitted = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function litSteps(run: Run, selected: string | undefined): Set<string> | undefined {
  if (selected === undefined || !run.steps.has(selected)) return undefined;
  return new Set([selected, ...kin(run.data.steps, selected, 'up'), ...kin(run.data.steps, selected, 'down')]);
}

function edges(graph: PlacedGraph, wanted: (from: PlacedNode, to: PlacedNode) => boolean): string {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  return graph.edges.map((edge) => {
    const from = nodes.get(edge.from);
    const to = nodes.get(edge.to);
    return from && to && wanted(from, to) ? edgePath(edge.points) : '';
  }).join('');
}

/** The nearest node in the direction of an arrow key; the first node when none is selected. */
function neighbour(graph: PlacedGraph, node: PlacedNode | undefined, key: string): PlacedNode | undefined {
  if (!node) return graph.nodes[0];
  const sideways = key === 'ArrowLeft' || key === 'ArrowRight';
  const sign = key === 'ArrowLeft' || key === 'ArrowUp' ? -1 : 1;
  let best: PlacedNode | undefined;
  let least = Infinity;
  for (const other of graph.nodes) {
    const dx = other.x - node.x;
    const dy = other.y - node.y;
    const along = (sideways ? dx : dy) * sign;
    if (along <= 1) continue;
    const cost = along + 3 * Math.abs(sideways ? dy : dx);
    if (cost < least) {
      least = cost;
      best = other;
    }
  }
  return best;
}
