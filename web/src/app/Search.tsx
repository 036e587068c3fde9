import { useEffect, useState } from 'preact/hooks';
import { focusNow } from '../parts/focus';
import { query } from './api';
import { useAsked } from './context';
import { ago } from './model/runs';
import { marked } from './model/search';
import { goTo, useAddress } from './router';

interface Hit { kind: 'run' | 'task' | 'text' | 'artifact' | 'review'; run: string; task?: string; path?: string; review?: string; excerpt: string; at: string }

const kinds: Record<Hit['kind'], string> = { run: 'run', task: 'task', text: 'text', artifact: 'result', review: 'review' };

/** Finds runs, tasks, texts, results and reviews by what stands in them. */
export function Search() {
  const { search } = useAddress();
  const asked = new URLSearchParams(search).get('q') ?? '';
  const [text, setText] = useState(asked);
  const found = useAsked<{ hits: Hit[] }>(asked.trim() === '' ? undefined : `/search${query({ q: asked, limit: 100 })}`);
  useEffect(() => {
    const timer = setTimeout(() => { if (text !== asked) goTo(`/search${query({ q: text })}`, 'replace'); }, 300);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <>
      <h1>Search</h1>
      <form class="bar-tools" role="search" onSubmit={(event) => { event.preventDefault(); goTo(`/search${query({ q: text })}`, 'replace'); }}>
        <label class="field"><span>Words in runs, tasks, texts, results and notes</span><input type="search" id="search-all" value={text} ref={focusNow} onInput={(event) => setText(event.currentTarget.value)} /></label>
      </form>
      {found.trouble && <p class="trouble" role="alert">{found.trouble}</p>}
      <p role="status">{asked !== '' && found.value && (found.value.hits.length === 0 ? `Nothing holds “${asked}”.` : `${found.value.hits.length} found`)}</p>
      <ul class="hits">
        {(found.value?.hits ?? []).map((hit, i) => (
          <li key={i}>
            <a href={addressOf(hit)}>{hit.path ?? hit.task ?? hit.review ?? `run ${hit.run}`}</a> <span class="dim">{kinds[hit.kind] ?? hit.kind} · run {hit.run} · {ago(hit.at, Date.now())}</span>
            <p>{marked(hit.excerpt, asked).map((part, j) => (part.hit ? <mark key={j}>{part.text}</mark> : part.text))}</p>
          </li>
        ))}
      </ul>
    </>
  );
}

export function addressOf(hit: Pick<Hit, 'run' | 'task' | 'path' | 'review'>): string {
  const at = new URLSearchParams();
  const task = hit.task ?? hit.review;
  if (task) at.set('task', task);
  if (hit.path) at.set('file', hit.path);
  const hash = at.toString();
  return `/runs/${hit.run}${hash === '' ? '' : `#${hash}`}`;
}
