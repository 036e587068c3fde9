import { createContext, type ComponentType } from 'preact';
import type { ArtifactView, TaskStatus, TaskView } from './data';
import type { GridItems } from './model/grid';
import type { Place } from './model/place';
import type { Run } from './model/run';
import type { Go } from './parts/hooks';
import type { Playhead } from './parts/playhead';

/** What the page has at hand when something is done with a key or a button. */
export interface Here { run: Run; place: Place; go: Go; playhead: Playhead; say: (text: string) => void; onTask: (task: string) => void }

/** What a player plays: the file itself, or what stands for it where no browser plays the file. */
export interface Source {
  url?: string;
  poster?: string;
  fps?: number;
  seconds?: number;
  peaks?: number[];
  /** For example `proxy 720p`. */
  label?: string;
  /** 0..1 while the proxy is made. */
  progress?: number;
  /** Pictures over the time, for the position under the pointer. */
  sprite?: Sprite;
  /** Asks for these pictures; they are made when somebody first wants them. */
  onHover?: () => void;
  /** A sentence, when there is nothing to play. */
  trouble?: string;
  spectrogram?: string;
}

export interface ItemsWanted { step?: string; status?: TaskStatus; total: number }

/** What is known of an item that is not on the page itself. */
export interface ItemView { name: string; task: string; status: TaskStatus; artifacts: ArtifactView[] }

export interface Sprite { url: string; columns: number; rows: number; width: number; height: number; secondsPerTile: number }

/**
 * What a server adds to the page of a run. The parts of the page ask for it and do without: a report has none of it and is the same screen,
 * read only.
 */
export interface Live {
  /** Buttons of the header. */
  Actions: ComponentType<Here>;
  /** What is decided about a task, in the inspector. */
  Decision: ComponentType<Here & { task: TaskView }>;
  /** A log over the stage. */
  Log: ComponentType<Here & { task: TaskView }>;
  /** A file that is missing: how to bring it. */
  Missing: ComponentType<{ path: string; task: TaskView }>;
  /** A result that waits because it would be made with stand-ins. */
  StandIns: ComponentType<Here & { task: TaskView }>;
  /** Buttons over the stage: versions, and how two are compared. */
  Versions: ComponentType<Here & { artifact: ArtifactView }>;
  /** Two versions at once. */
  Compare: ComponentType<Here & { artifact: ArtifactView }>;
  /** A text that may be changed here; draws `children` where it may not. */
  Words: ComponentType<Here & { artifact: ArtifactView }>;
  useSource(artifact: ArtifactView): Source;
  /** All items of a step, or all in a state, in the order of their names; read as they are looked at. */
  useItems(run: Run, wanted: ItemsWanted): GridItems<ItemView>;
  /** The file as it was in another version. */
  at(artifact: ArtifactView, digest: string): ArtifactView;
  /** What the keys A R C V W do. */
  approve(here: Here): void;
  reject(here: Here): void;
  note(here: Here): void;
  versions(here: Here): void;
  wipe(here: Here): void;
  runs(): void;
  /** Asks for more tasks of a step or a queue; they come with the next data. */
  more(owner: string, known: number): void;
  /** Tasks that ask a person, also where the page has not been told of them yet. */
  needs(): string[];
  /** Called when another place is shown. */
  onPlace(place: Place, run: Run): void;
}

export const LiveContext = createContext<Live | undefined>(undefined);

/** The file whose absence a task waits for. */
export function missingInput(task: TaskView): string | undefined {
  if (task.status !== 'waiting' && task.status !== 'blocked') return undefined;
  const reason = task.reasons.find((one) => one.code === 'missing-input');
  const named = reason && /^missing input: (.+?)(?: \(.*\))?$/.exec(reason.text)?.[1];
  // "X made no Y" and "no file matches *.png" name nothing that could be brought.
  return named === undefined || / made no |^no file matches |[*?{]/.test(named) || named.includes(', which ') ? undefined : named;
}

/** True where a result would be made with stand-ins, and waits to be told to. */
export const waitsForStandIns = (task: TaskView): boolean =>
  task.status === 'waiting' && (task.standIns?.length ?? 0) > 0 && task.reasons.some((one) => one.code === 'stand-in');
