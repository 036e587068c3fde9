import type { ArtifactView, StepView } from '../data';
import type { Here, Live } from '../live';
import { largeAtMost, wholeList, type GridItems } from '../model/grid';
import { mainPath, pictureOf, pictureOfTask, withStatus, type Run } from '../model/run';
import { qualityMark, statusWords } from '../model/status';
import { Gallery, type Tile } from './Gallery';
import { Grid } from './Grid';

/** What a step or a queue holds: a few large, many as a grid. */
export function Items({ step, live, ...props }: Here & { step: string; live: Live | undefined }) {
  const { run } = props;
  const known = run.steps.get(step);
  // A server has all items of a step; the page itself knows only some of many.
  if (live && known && known.total > Math.max(largeAtMost, run.tasksOf.get(step)?.length ?? 0)) return <ServedItems {...props} step={known} useItems={live.useItems} />;
  return <Tiles {...props} label={step} tiles={tilesOf(run, step)} onChoose={props.onTask} />;
}

function ServedItems({ step, useItems, ...props }: Here & { step: StepView; useItems: Live['useItems'] }) {
  const { run } = props;
  const served = useItems(run, step);
  const items: GridItems<Tile> = {
    ...served,
    at: (index) => {
      const item = served.at(index);
      if (!item) return undefined;
      const artifact = item.artifacts.find((file) => file.thumbnail !== undefined) ?? item.artifacts[0];
      return { id: item.task, name: item.name, status: item.status, word: statusWords[item.status], artifact, picture: artifact?.thumbnail };
    },
  };
  return <Grid label={step.label ?? step.id} items={items} place={props.place} go={props.go} onChoose={props.onTask} />;
}

export function Tiles({ label, tiles, place, go, onChoose }: Pick<Here, 'place' | 'go'> & { label: string; tiles: Tile[]; onChoose: (id: string) => void }) {
  return tiles.length > largeAtMost ? <Grid label={label} items={wholeList(tiles)} place={place} go={go} onChoose={onChoose} /> : <Gallery label={label} tiles={tiles} onChoose={onChoose} />;
}

const natural = new Intl.Collator('en', { numeric: true });

/** Of a queue and of a few the worst come first; a grid is in the order of its names, so that a place in it means something. */
function tilesOf(run: Run, step: string): Tile[] {
  const tasks = step === '!failed' ? withStatus(run, 'failed') : step === '!waiting' ? withStatus(run, 'waiting')
    : step === '!running' ? withStatus(run, 'running', 'ready') : run.tasksOf.get(step) ?? [];
  const sorted = !step.startsWith('!') && tasks.length > largeAtMost ? [...tasks].sort((a, b) => natural.compare(a.task, b.task)) : tasks;
  return sorted.map((task) => {
    const artifact = run.artifacts.get(mainPath(run, task.outputs) ?? '');
    return {
      id: task.task, name: step.startsWith('!') ? task.task : task.item ?? task.task, status: task.status, word: statusWords[task.status],
      mark: qualityMark(task.quality), artifact, picture: artifact ? pictureOf(run, artifact.path) : pictureOfTask(run, task),
    };
  });
}

export function childTiles(run: Run, folder: ArtifactView): Tile[] {
  return (folder.children ?? []).map((path) => ({
    id: path, name: path.slice(folder.path.length).replace(/^\//, ''), artifact: run.artifacts.get(path), picture: pictureOf(run, path),
  }));
}
