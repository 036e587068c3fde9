import { useContext } from 'preact/hooks';
import type { ArtifactView, FailureView, KeyChange, TaskView } from '../data';
import { LiveContext } from '../live';
import { bytes, clock, plural, span } from '../model/format';
import { qualityMark } from '../model/status';
import { useMatch } from '../parts/hooks';
import { Copy, QualityMark, Status } from '../parts/Marks';
import { LogLines } from '../stage/Log';
import { AboutFileFacts } from './AboutFile';
import type { InspectorProps } from './Inspector';
import { FactsSection, Files, Section } from './parts';

export function AboutTask(props: InspectorProps & { task: TaskView; file?: ArtifactView }) {
  const { run, task, file, onStep, onPath, onLog } = props;
  const live = useContext(LiveContext);
  // On a narrow page it stands right under the stage.
  const narrow = useMatch('(max-width: 719px)');
  const step = run.steps.get(task.step);
  return (
    <>
      <header class="about-head">
        <h2>{task.task}</h2>
        <p><Status status={task.status} /><QualityMark mark={qualityMark(task.quality)} />
          <button type="button" class="link" onClick={() => onStep(task.step)}>{step?.kind ?? task.step}</button></p>
      </header>
      {live && !narrow && <live.Decision {...props} />}
      {task.failure && file && <Failed failure={task.failure} />}
      <Section title="Why">
        {task.reasons.length === 0 ? <p class="dim">No reason was recorded.</p>
          : <ul class="reasons">{task.reasons.map((reason) => <li key={reason.text} title={reason.code}>{reason.text}</li>)}</ul>}
        {task.keyDiff && task.keyDiff.length > 0 && <KeyTable changes={task.keyDiff} />}
      </Section>
      {task.standIns && task.standIns.length > 0 && (
        <Section title="Missing"><ul class="reasons">{task.standIns.slice(0, 20).map((one) => (
          <li key={one.what}><code>{one.what}</code> <span class="dim">{one.instead === 'left out' ? 'left out' : `stand-in: ${one.instead}`}</span></li>
        ))}</ul></Section>
      )}
      {(task.inputs.length > 0 || task.outputs.length > 0) && (
        <Section title="Files">
          {task.inputs.length > 0 && <h4>← Inputs</h4>}
          <Files run={run} files={task.inputs} at={file?.path} onPath={onPath} />
          {task.outputs.length > 0 && <h4>→ Outputs</h4>}
          <Files run={run} files={task.outputs} at={file?.path} onPath={onPath} />
        </Section>
      )}
      <FactsSection title="Facts" facts={[
        ...Object.entries(task.facts ?? {}),
        ['took', task.seconds === undefined ? undefined : span(task.seconds)],
        ['started at', task.start === undefined ? undefined : clock(task.start, true)],
        ['attempts', task.attempts > 0 ? String(task.attempts) : undefined],
        ['CPU', task.cpuSeconds === undefined ? undefined : span(task.cpuSeconds)],
        ['memory', task.maxRssBytes === undefined ? undefined : bytes(task.maxRssBytes)],
      ]} />
      {(task.logTail || (live && task.start !== undefined)) && (
        <Section title="Log" note={<button type="button" class="small" onClick={() => onLog(true)}>Open large</button>}>
          <LogLines text={task.logTail ?? ''} decisive={task.failure ? task.failure.decisiveLine ?? '' : undefined} />
        </Section>
      )}
      {task.command && (
        <Section title="Command" note={<Copy text={task.command} />}><pre class="command">{task.command}</pre></Section>
      )}
      <details class="about">
        <summary>Key and digests</summary>
        {task.key && <p class="hash"><span>key</span><code>{task.key}</code></p>}
        {file && <AboutFileFacts file={file} />}
        {task.outputs.map((output) => run.artifacts.get(output.path)).filter((artifact) => artifact !== undefined).map((artifact) => (
          <p key={artifact.path} class="hash"><span>{artifact.path}</span><code>{artifact.digest}</code></p>
        ))}
      </details>
    </>
  );
}

function Failed({ failure }: { failure: FailureView }) {
  return (
    <section class="about failure" aria-label="Failure">
      <p><b>{failure.kind}</b>{failure.exitCode !== undefined && ` · exit code ${failure.exitCode}`}</p>
      <p>{failure.sentence}</p>
      {failure.decisiveLine && <pre class="decisive">{failure.decisiveLine}</pre>}
      {failure.kept && <p class="dim">Kept: {failure.kept}</p>}
      {failure.blocks > 0 && <p class="dim">Blocks {plural(failure.blocks, 'task')}.</p>}
      {failure.next && <p class="command-line"><code>{failure.next}</code><Copy text={failure.next} /></p>}
    </section>
  );
}

function KeyTable({ changes }: { changes: KeyChange[] }) {
  return (
    <table class="diff">
      <thead><tr><th scope="col">Changed</th><th scope="col">Before</th><th scope="col">Now</th></tr></thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.field}>
            <th scope="row">{change.field}</th>
            <td>{change.old === undefined ? <span class="dim">nothing</span> : <del title={change.old}>{change.old}</del>}</td>
            <td>{change.new === undefined ? <span class="dim">nothing</span> : <ins title={change.new}>{change.new}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
