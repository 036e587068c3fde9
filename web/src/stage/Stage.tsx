import { useContext } from 'preact/hooks';
import { Curation } from '../curation/Curation';
import type { ArtifactView, TaskView } from '../data';
import { LiveContext, missingInput, waitsForStandIns, type Here, type Live } from '../live';
import { bytes, clock } from '../model/format';
import type { Place } from '../model/place';
import { headlinePath, mainPath, type Run } from '../model/run';
import { queueOf, queueWords } from '../model/queue';
import { qualityMark, statusWords } from '../model/status';
import type { Go } from '../parts/hooks';
import { Glyph, QualityMark, TypeMark } from '../parts/Marks';
import type { Playhead } from '../parts/playhead';
import { Absent } from './Absent';
import { Audio } from './Audio';
import { Items, Tiles, childTiles } from './Items';
import { LogOver } from './Log';
import { NotBeside } from './NotBeside';
import { Picture } from './Picture';
import { Video } from './Video';
import { Words } from './Words';

export interface StageProps { run: Run; place: Place; go: Go; playhead: Playhead; live?: Live }
interface Props extends Here { onLog: (open: boolean) => void; onPath: (path: string) => void }

/** The file on stage: the one asked for, else the main output of the selected task, else the result. */
export function stagePath(run: Run, place: Place): string | undefined {
  if (place.path !== undefined) return place.path;
  const task = place.task === undefined ? undefined : run.tasks.get(place.task);
  if (task) return task.failure ? undefined : mainPath(run, task.outputs) ?? (isReview(run, task) ? mainPath(run, task.inputs) : undefined);
  return place.step === undefined && place.task === undefined ? headlinePath(run) : undefined;
}

/** A review makes nothing: what it shows is what it reads. */
const isReview = (run: Run, task: TaskView) => run.steps.get(task.step)?.kind === 'review';

/** True where the page shows the curation: it is the result of the run, so it stands where nothing else is asked for. */
export function showsCuration(run: Run, place: Place): boolean {
  return run.data.curation !== undefined && place.task === undefined && place.step === undefined && place.path === undefined;
}

export function Stage(props: Props) {
  const { run, place, go } = props;
  const live = useContext(LiveContext);
  const { curation } = run.data;
  if (curation && showsCuration(run, place)) {
    return (
      <section class="stage" aria-label="Stage">
        <Curation view={curation} place={place.curation} go={(change) => go({ curation: { ...place.curation, ...change } })} />
      </section>
    );
  }
  const path = stagePath(run, place);
  const artifact = path === undefined ? undefined : run.artifacts.get(path);
  const task = run.tasks.get(place.task ?? artifact?.producer ?? '');
  return (
    <section class="stage" aria-label="Stage">
      <StageHead {...props} live={live} artifact={artifact} task={task} />
      <div class="stage-body">{body(props, live, artifact, task)}</div>
    </section>
  );
}

function body(props: Props, live: Live | undefined, artifact: ArtifactView | undefined, task: TaskView | undefined) {
  const { run, place } = props;
  if (place.log !== undefined && live && task) return <live.Log key={task.task} {...props} task={task} />;
  if (place.log !== undefined && task?.logTail) return <LogOver task={task.task} text={task.logTail} decisive={task.failure?.decisiveLine} onClose={() => props.onLog(false)} />;
  const missing = task && missingInput(task);
  if (missing !== undefined && live && task && !artifact) return <live.Missing key={missing} path={missing} task={task} />;
  if (live && task && !artifact && waitsForStandIns(task)) return <live.StandIns key={task.task} {...props} task={task} />;
  if (artifact && live && place.compare !== 'off') return <live.Compare key={artifact.path} {...props} artifact={artifact} />;
  if (artifact) {
    const shown = live && place.version !== undefined ? live.at(artifact, place.version) : artifact;
    // A text keeps its place when its content changes: somebody may be writing in it.
    return <Artifact key={isWords(shown) ? shown.path : `${shown.path} ${shown.digest}`} {...props} live={live} artifact={shown} />;
  }
  if (place.path !== undefined) return <p class="empty">{place.path} is not part of this report.</p>;
  if (place.task !== undefined) return task ? <Absent run={run} task={task} /> : <p class="empty">{place.task} is not part of this report.</p>;
  if (place.step !== undefined) return <Items key={place.step} {...props} step={place.step} live={live} />;
  return <p class="empty">Nothing has been made yet.</p>;
}

const isWords = (artifact: ArtifactView) => artifact.type === 'text' || artifact.type === 'subtitles' || artifact.type === 'data';

function Artifact(props: Props & { artifact: ArtifactView; live: Live | undefined }) {
  const { artifact, run, live } = props;
  switch (artifact.type) {
    case 'video': return <Video {...props} />;
    case 'audio': return <Audio {...props} />;
    case 'image': return <Picture artifact={artifact} />;
    case 'text': case 'subtitles': case 'data': return live ? <live.Words {...props} /> : <Words {...props} artifact={artifact} />;
    case 'folder': return (artifact.children ?? []).length === 0
      ? <NotBeside artifact={artifact} picture={artifact.thumbnail} />
      : <Tiles {...props} label={artifact.path} tiles={childTiles(run, artifact)} onChoose={props.onPath} />;
    case 'file': return artifact.text === undefined ? <NotBeside artifact={artifact} picture={artifact.thumbnail} /> : <Words {...props} artifact={artifact} />;
  }
}

function StageHead(props: Props & { live?: Live; artifact?: ArtifactView; task?: TaskView }) {
  const { run, place, live, artifact, task, onPath } = props;
  const following = place.task === undefined && place.step === undefined && place.path === undefined;
  const others = place.task !== undefined && task && task.outputs.length > 1 ? task.outputs.filter((file) => run.artifacts.has(file.path)) : [];
  const queue = place.step === undefined ? undefined : queueOf(place.step);
  const title = artifact?.path ?? place.task ?? (queue ? queueWords(queue) : place.step) ?? '';
  return (
    <div class="stage-head">
      {artifact && <TypeMark type={artifact.type} />}
      <h2 title={title}>{title}</h2>
      {task && <QualityMark mark={qualityMark(task.quality)} />}
      {task && !artifact && <span class={`status s-${task.status}`}><Glyph status={task.status} />{statusWords[task.status]}</span>}
      <span class="space" />
      {others.length > 1 && (
        <span class="others" role="group" aria-label="Outputs">
          {others.map((file) => <button key={file.path} type="button" class="small" aria-pressed={file.path === artifact?.path} onClick={() => onPath(file.path)}>{file.role}</button>)}
        </span>
      )}
      {live && artifact && <live.Versions key={artifact.path} {...props} artifact={artifact} />}
      {artifact && <span class="stage-facts">{factsOf(artifact)}</span>}
      {following && <span class="following" title="Until you choose something; F comes back here">{artifact && run.data.finals.includes(artifact.path) ? 'the result' : 'following: the newest'}</span>}
    </div>
  );
}

export function factsOf(artifact: ArtifactView): string {
  return [
    artifact.seconds !== undefined && clock(artifact.seconds, artifact.seconds < 60),
    artifact.width && artifact.height && `${artifact.width}×${artifact.height}`,
    artifact.fps && `${Math.round(artifact.fps * 100) / 100} fps`,
    artifact.codecs?.join(' + '),
    artifact.type !== 'folder' ? bytes(artifact.bytes) : `${artifact.children?.length ?? 0} files`,
  ].filter(Boolean).join(' · ');
}
