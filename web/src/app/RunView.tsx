import { useEffect } from 'preact/hooks';
import { RunPage } from '../RunPage';
import { runWords } from '../model/status';
import { leftWords, nameOf } from './model/runs';
import { Lost, Nav } from './Nav';
import { useRun } from './useRun';

/** One run, live: the same screen as its report. */
export function RunView({ id }: { id: string }) {
  const run = useRun(id);
  const name = run.row ? nameOf(run.row) : `Run ${id}`;
  useEffect(() => {
    document.title = run.row ? `${name} · run ${id} · ${runWords[run.row.status]}` : `Run ${id}`;
  }, [id, name, run.row?.status]);
  if (run.data) return <><Lost since={run.lostSince} /><RunPage data={run.data} /></>;
  return (
    <div class="app">
      <Nav view={{ name: 'runs' }} />
      <main class="app-main">
        <Lost since={run.lostSince} />
        <h1>{name} · run {id}</h1>
        {run.trouble ? <p class="trouble" role="alert">{run.trouble}</p>
          : <p role="status">{run.row ? `${runWords[run.row.status]} ${leftWords(run.row)}` : 'Reading …'}</p>}
        {run.row?.problem && <p class="trouble">{run.row.problem}</p>}
      </main>
    </div>
  );
}
