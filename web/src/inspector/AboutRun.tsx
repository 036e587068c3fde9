import { count, dateTime, span } from '../model/format';
import { queueId } from '../model/queue';
import { runAsTask, runWords, statusWords } from '../model/status';
import type { TaskStatus } from '../data';
import { Glyph } from '../parts/Marks';
import type { InspectorProps } from './Inspector';
import { Facts, Files, Section } from './parts';

export function AboutRun({ run, place, onStep, onPath, onTask }: InspectorProps) {
  const { data } = run;
  const { tasks } = data.run;
  const failed = data.tasks.filter((task) => task.failure).slice(0, 5);
  const changed = data.strip.filter((cell) => cell.changed && cell.task !== undefined);
  const bars: [TaskStatus, string, number][] = [
    ['failed', 'failed', tasks.failed], ['waiting', 'need you', tasks.waiting], ['blocked', 'blocked', tasks.blocked], ['cancelled', 'cancelled', tasks.cancelled],
    ['succeeded', 'ran', tasks.ran], ['reused', 'reused', tasks.reused], ['skipped', 'skipped', tasks.skipped],
  ];
  const status = runAsTask[data.run.status];
  return (
    <>
      <header class="about-head">
        <h2>{data.run.workflow} · run {data.run.id}</h2>
        <p><span class={`status s-${status}`}><Glyph status={status} />{runWords[data.run.status]}</span></p>
      </header>
      {failed.length > 0 && (
        <Section title="What failed">
          <ul class="reasons">{failed.map((task) => (
            <li key={task.task}><button type="button" class="link" onClick={() => onTask(task.task)}>{task.task}</button> {task.failure?.sentence}</li>
          ))}</ul>
        </Section>
      )}
      <Section title="Tasks" note={count(tasks.total)}>
        <div class="tally" aria-hidden="true">{bars.filter(([, , n]) => n > 0).map(([kind, , n]) => <span key={kind} class={`b-${kind}`} style={{ flexGrow: n }} />)}</div>
        <ul class="tallies">
          {bars.filter(([, , n]) => n > 0).map(([kind, word, n]) => <li key={kind} class={`s-${kind}`} title={statusWords[kind]}><Glyph status={kind} /><button type="button" class="link" onClick={() => onStep(queueId(kind))}>{count(n)} {word}</button></li>)}
        </ul>
      </Section>
      {changed.length > 0 && (
        <Section title="Changed since the last run">
          <ul class="reasons">{changed.slice(0, 12).map((cell) => (
            <li key={cell.task}><button type="button" class="link" onClick={() => onTask(cell.task ?? '')}>{cell.label}</button>{' '}
              {run.tasks.get(cell.task ?? '')?.reasons[0]?.text}</li>
          ))}</ul>
        </Section>
      )}
      {data.finals.length > 0 && <Section title="Results"><Files run={run} files={data.finals.map((path) => ({ role: '', path }))} at={place.path} onPath={onPath} /></Section>}
      <Section title="Run">
        <Facts facts={[
          ['started', dateTime(data.run.startedAt)],
          ['finished', data.run.finishedAt && dateTime(data.run.finishedAt)], ['took', span(data.run.seconds)], ['Spool', data.run.spool],
        ]} />
      </Section>
      {data.leftOut.length > 0 && <Section title="Left out of this page"><ul class="reasons">{data.leftOut.map((text) => <li key={text}>{text}</li>)}</ul></Section>}
    </>
  );
}
