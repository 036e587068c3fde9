import type { TaskView } from '../data';
import { plural, span } from '../model/format';
import { pictureOfTask, type Run } from '../model/run';
import { doneOf, statusWords } from '../model/status';
import { Copy, Glyph, Thumb } from '../parts/Marks';

/** A result that is not there: a blurred picture of what it would come from, and why it is missing. */
export function Absent({ run, task }: { run: Run; task: TaskView }) {
  const picture = pictureOfTask(run, task);
  const { failure } = task;
  return (
    <div class="absent">
      <Thumb src={picture} class="blurred" />
      <div class="absent-card">
        <p class={`status s-${task.status}`}><Glyph status={task.status} />{statusWords[task.status]}{failure && ` · ${failure.kind}`}</p>
        <h2>{failure ? failure.sentence : sentence(task)}</h2>
        {!failure && <p class="dim">{awaited(run, task)}</p>}
        {failure?.decisiveLine && <pre class="decisive">{failure.decisiveLine}</pre>}
        {failure && <p class="dim">{[
          failure.exitCode !== undefined && `exit code ${failure.exitCode}`,
          failure.blocks > 0 && `blocks ${plural(failure.blocks, 'task')}`,
          failure.kept && `kept: ${failure.kept}`,
        ].filter(Boolean).join(' · ')}</p>}
        {failure?.next && <p class="command-line"><code>{failure.next}</code><Copy text={failure.next} /></p>}
      </div>
    </div>
  );
}

function sentence(task: TaskView): string {
  const made = task.outputs[0]?.path ?? task.task;
  const why = task.reasons[0]?.text;
  return why ? `${made} is not there: ${why}` : `${made} is not there yet.`;
}

/** What kind of thing it will be, what it waits for, and how long that may take. */
function awaited(run: Run, task: TaskView): string {
  const step = run.steps.get(task.step);
  const open = (step?.needs ?? []).map((id) => run.steps.get(id)).filter((need) => need !== undefined && doneOf(need.counts) < need.total);
  const { status, etaSeconds } = run.data.run;
  return [
    step?.kind,
    task.progress !== undefined && `${Math.floor(task.progress * 100)} %`,
    task.status !== 'running' && open.length > 0 && `waits for ${open.slice(0, 4).map((need) => `${need?.label ?? need?.id} (${doneOf(need?.counts ?? {})}/${need?.total})`).join(', ')}${open.length > 4 ? ' …' : ''}`,
    status === 'running' && etaSeconds !== undefined && `the run: about ${span(etaSeconds)} left`,
  ].filter(Boolean).join(' · ');
}
