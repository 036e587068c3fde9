import type { ArtifactView } from '../data';
import type { Here, ItemsWanted, Live } from '../live';
import { largeAtMost, wholeList, type GridItems } from '../model/grid';
import { queueOf, queueTotal, queueWords } from '../model/queue';
import { mainPath, pictureOf, pictureOfTask, withStatus, type Run } from '../model/run';
import { qualityMark, statusWords } from '../model/status';
import { Gallery, type Tile } from './Gallery';
import { Grid } from './Grid';

/** What a step or a queue holds: a few large, many as a grid. */
export function Items({ step, live, ...props }: Here & { step: string; live: Live | undefined }) {
  const { run } = props;
  const known = run.steps.get(step);
  const queue = queueOf(step);
  const label = queue ? queueWords(queue) : known?.label ?? step;
  const tiles = tilesOf(run, step);
  const total = queue ? queueTotal(run, queue) : known?.total ?? 0;
  // A server has all of them; the page itself knows only some of many.
  if (live && total > Math.max(largeAtMost, tiles.length)) return <ServedItems {...props} label={label} wanted={queue ? { ...queue, total } : { step, total }} useItems={live.useItems} />;
  if (tiles.length === 0) return <p class="empty">{queue ? `Nothing is ${label} now.` : 'There is nothing here yet.'}</p>;
  return <Tiles {...props} label={label} tiles={tiles} onChoose={props.onTask} />;
}

function ServedItems({ label, wanted, useItems, ...props }: Here & { label: string; wanted: ItemsWanted; useItems: Live['useItems'] }) {
  const served = useItems(props.run, wanted);
  const items: GridItems<Tile> = {
    ...served,
    at: (index) => {
      const item = served.at(index);
      if (!item) return undefined;
      const artifact = item.artifacts.find((file) => file.thumbnail !== undefined) ?? item.artifacts[0];
      return { id: item.task, name: wanted.step === undefined ? item.task : item.name, status: item.status, word: statusWords[item.status], artifact, picture: artifact?.thumbnail };
    },
  };
  return <Grid label={label} items={items} place={props.place} go={props.go} onChoose={props.onTask} />;
}

export function Tiles({ label, tiles, place, go, onChoose }: Pick<Here, 'place' | 'go'> & { label: string; tiles: Tile[]; onChoose: (id: string) => void }) {
  return tiles.length > largeAtMost ? <Grid label={label} items={wholeList(tiles)} place={place} go={go} onChoose={onChoose} /> : <Gallery label={label} tiles={tiles} onChoose={onChoose} />;
}

const natural = new Intl.Collator('en', { numeric: true });

/** Of a queue and of a few the worst come first; a grid is in the order of its names, so that a place in it means something. */
function tilesOf(run: Run, step: string): Tile[] {
  const queue = queueOf(step);
  const found = queue && withStatus(run, queue.status);
  const tasks = found ? found.filter((task) => queue?.step === undefined || task.step === queue.step) : run.tasksOf.get(step) ?? [];
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
