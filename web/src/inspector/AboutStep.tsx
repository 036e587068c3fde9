import type { StepView } from '../data';
import { count, span } from '../model/format';
import { queueId } from '../model/queue';
import { statusWords, worstFirst, worstOfCounts } from '../model/status';
import { Status } from '../parts/Marks';
import type { InspectorProps } from './Inspector';
import { Facts, Section } from './parts';

export function AboutStep({ run, step, onStep, onTask }: InspectorProps & { step: StepView }) {
  const readers = run.data.steps.filter((other) => other.needs.includes(step.id));
  const present = worstFirst.filter((status) => (step.counts[status] ?? 0) > 0);
  const bad = (run.tasksOf.get(step.id) ?? []).filter((task) => task.status === 'failed' || task.status === 'waiting').slice(0, 8);
  return (
    <>
      <header class="about-head">
        <h2>{step.label ?? step.id}</h2>
        <p><Status status={worstOfCounts(step.counts)} /><span class="dim">{step.kind}</span></p>
      </header>
      <Section title="Tasks">
        <ul class="tallies column">{present.map((status) => <li key={status}><Status status={status} /><button type="button" class="link" aria-label={`${count(step.counts[status] ?? 0)} ${statusWords[status]}`} onClick={() => onStep(queueId(status, step.id))}>{count(step.counts[status] ?? 0)}</button></li>)}</ul>
        {bad.length > 0 && <ul class="links">{bad.map((task) => (
          <li key={task.task}><button type="button" class="link" onClick={() => onTask(task.task)}>{task.task}</button></li>
        ))}</ul>}
      </Section>
      {(step.needs.length > 0 || readers.length > 0) && <Section title="Place in the workflow">
        <Links title="← Needs" steps={step.needs} onStep={onStep} />
        <Links title="→ Read by" steps={readers.map((reader) => reader.id)} onStep={onStep} />
      </Section>}
      <Section title="Facts">
        <Facts facts={[['step', step.id], ['segment', step.segment], ['all tasks', count(step.total)], ['took together', step.seconds > 0 ? span(step.seconds) : undefined]]} />
      </Section>
    </>
  );
}

function Links({ title, steps, onStep }: { title: string; steps: string[]; onStep: (step: string) => void }) {
  if (steps.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <ul class="links">{steps.slice(0, 40).map((id) => <li key={id}><button type="button" class="link" onClick={() => onStep(id)}>{id}</button></li>)}</ul>
    </>
  );
}
