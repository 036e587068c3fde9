import { useAsked } from './context';
import { nameOf, type RunRow } from './model/runs';
import { Lost } from './Nav';
import { query } from './api';

interface Page { runs: RunRow[]; next?: string }

export function Runs() {
  const { value, trouble, lostSince } = useAsked<Page>(`/runs${query({ limit: 100 })}`, 2000);
  return (
    <>
      <h1>Runs</h1>
      <Lost since={lostSince} />
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
      {value && <ul>{value.runs.map((run) => <li key={run.id}><a href={`/runs/${run.id}`}>{nameOf(run)} · run {run.id}</a> {run.status}</li>)}</ul>}
    </>
  );
}
