import { useState } from 'preact/hooks';
import { count } from '../model/format';
import { runWords } from '../model/status';
import type { RunStatus } from '../data';
import { query, troubleOf } from './api';
import { useApi, useAsked } from './context';
import { useRefusal } from './may';
import { filters, readFilter, type Filter, type RunRow } from './model/runs';
import { Lost } from './Nav';
import { goTo, useAddress } from './router';
import { RunLine } from './RunLine';

interface Page { runs: RunRow[]; next?: string | null }
interface Queue { paused: boolean; held: string | null; running: number; queued: number; max_concurrent: number }

const words: RunStatus[] = ['queued', 'running', 'waiting', 'paused', 'succeeded', 'failed', 'cancelled'];

/** All runs: the queue in its order, then the newest first, live. What is asked for stands in the address. */
export function Runs() {
  const { search } = useAddress();
  const filter = readFilter(search);
  const before = new URLSearchParams(search).get('before') ?? undefined;
  const list = useAsked<Page>(`/runs${query({ ...filter, before, limit: 50 })}`, 1500);
  const queue = useAsked<Queue>('/queue', 3000);
  const set = (change: Partial<Filter>) => goTo(`/runs${query({ ...filter, ...change })}`, 'replace');
  const runs = list.value?.runs ?? [];
  const again = () => { list.again(); queue.again(); };
  const filtered = filters.some((name) => filter[name] !== '');
  const queued = runs.filter((run) => run.status === 'queued').sort((a, b) => (a.position ?? 0) - (b.position ?? 0));
  const rest = runs.filter((run) => run.status !== 'queued');
  const next = list.value?.next ? runs.at(-1)?.id : undefined;
  return (
    <>
      <Lost since={list.lostSince} />
      <h1>Runs</h1>
      {queue.value && <QueueLine queue={queue.value} again={again} />}
      <form class="bar-tools" role="search" onSubmit={(event) => event.preventDefault()}>
        <label class="field"><span>Text</span><input type="search" id="filter-text" value={filter.text} placeholder="in names, labels, problems" onInput={(event) => set({ text: event.currentTarget.value })} /></label>
        <label class="field"><span>State</span>
          <select id="filter-status" value={filter.status} onChange={(event) => set({ status: event.currentTarget.value })}>
            <option value="">all</option>
            {words.map((word) => <option key={word} value={word}>{runWords[word]}</option>)}
          </select>
        </label>
        <label class="field"><span>Workflow</span><input type="search" value={filter.workflow} placeholder="part of its path" onInput={(event) => set({ workflow: event.currentTarget.value })} /></label>
        <label class="field"><span>Workspace</span><input type="search" value={filter.workspace} placeholder="part of its path" onInput={(event) => set({ workspace: event.currentTarget.value })} /></label>
        {filtered && <button type="button" onClick={() => goTo('/runs', 'replace')}>Show all</button>}
      </form>
      {list.trouble && <p class="trouble" role="alert">{list.trouble}</p>}
      {list.value && runs.length === 0 && <p class="empty">{filtered ? 'No run is like that.' : <>Nothing was run here yet. <a href="/new">Begin with a template</a>, or type: <code>spool submit FILE</code></>}</p>}
      {runs.length > 0 && (
        <div class="table-scroll">
          <table class="list-table">
            <thead><tr><th scope="col">Run</th><th scope="col">State</th><th scope="col">Tasks</th><th scope="col">When</th><th scope="col">Left</th><th scope="col"><span class="sr-only">What to do</span></th></tr></thead>
            <tbody>
              {queued.map((run, i) => <RunLine key={run.id} run={run} above={queued[i - 1]} below={queued[i + 2]} last={i === queued.length - 1} again={again} />)}
              {rest.map((run) => <RunLine key={run.id} run={run} again={again} />)}
            </tbody>
          </table>
        </div>
      )}
      <p class="pager">
        {before !== undefined && <a href={`/runs${query({ ...filter })}`}>Newest</a>}
        {next !== undefined && <a href={`/runs${query({ ...filter, before: next })}`}>Older</a>}
      </p>
    </>
  );
}

function QueueLine({ queue, again }: { queue: Queue; again: () => void }) {
  const api = useApi();
  const refused = useRefusal('administer');
  const [trouble, setTrouble] = useState<string>();
  const toggle = () => api.send('POST', `/queue/${queue.paused ? 'resume' : 'pause'}`).then(() => { setTrouble(undefined); again(); }, (error: unknown) => setTrouble(troubleOf(error)));
  return (
    <div class="queue-line" role="region" aria-label="Queue">
      <b>{queue.paused ? 'The queue is paused' : 'Queue'}</b>
      <span>{count(queue.running)} running of at most {count(queue.max_concurrent)} · {count(queue.queued)} queued</span>
      {queue.held && <span class="row-said">{queue.held}</span>}
      <span class="space" />
      <button type="button" class={queue.paused ? 'accent' : undefined} disabled={refused !== undefined} title={refused} onClick={() => void toggle()}>{queue.paused ? 'Resume the queue' : 'Pause the queue'}</button>
      {trouble && <span class="trouble" role="alert">{trouble}</span>}
    </div>
  );
}
