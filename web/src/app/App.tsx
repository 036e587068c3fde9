import { useEffect, useMemo, useState } from 'preact/hooks';
import { Api, Problem, tokenIn, troubleOf } from './api';
import { ApiContext } from './context';
import { Gallery } from './Gallery';
import type { Me } from './may';
import { Nav } from './Nav';
import { NewRun } from './NewRun';
import { onLink, useAddress, viewOf, type View } from './router';
import { RunView } from './RunView';
import { Runs } from './Runs';
import { Search } from './Search';
import { Services } from './Services';
import { Settings } from './Settings';

type Entry = 'entering' | 'locked' | { me: Me } | { trouble: string };

/** The page of the server: who is let in, and which view the address names. */
export function App() {
  const api = useMemo(() => new Api(), []);
  const [entry, setEntry] = useState<Entry>('entering');
  const { path } = useAddress();

  useEffect(() => {
    void enter(api).then(setEntry);
    document.addEventListener('click', onLink);
    return () => document.removeEventListener('click', onLink);
  }, [api]);
  useEffect(() => {
    const view = viewOf(path);
    if (view.name !== 'run') document.title = `${titles[view.name]} · Spool`;
  }, [path]);

  if (entry === 'entering') return <p class="empty-page" role="status">Opening …</p>;
  if (entry === 'locked') return <Locked />;
  if ('trouble' in entry) return <main class="empty-page"><h1>The server cannot be asked</h1><p>{entry.trouble}</p><p><button type="button" onClick={() => location.reload()}>Try again</button></p></main>;
  return <ApiContext.Provider value={{ api, me: entry.me, onLocked: () => setEntry('locked') }}><Shown view={viewOf(path)} /></ApiContext.Provider>;
}

const titles: Record<View['name'], string> = {
  runs: 'Runs', run: 'Run', new: 'New run', gallery: 'Gallery', search: 'Search', services: 'Services', settings: 'Settings', none: 'Not here',
};

async function enter(api: Api): Promise<Entry> {
  const token = tokenIn(location.hash);
  // The token leaves the address at once, so that it stands in no history and no copied link.
  if (token !== undefined) history.replaceState(null, '', location.pathname + location.search);
  try {
    if (token !== undefined) await api.enter(token);
    return { me: await api.get<Me>('/me') };
  } catch (error) {
    return error instanceof Problem && (error.status === 401 || error.status === 403) ? 'locked' : { trouble: troubleOf(error) };
  }
}

function Locked() {
  return (
    <main class="empty-page">
      <h1>This page is locked</h1>
      <p>The server lets in whoever holds its link. To get it again, type in a terminal:</p>
      <p><code>spool open</code></p>
    </main>
  );
}

function Shown({ view }: { view: View }) {
  if (view.name === 'run') return <RunView key={view.id} id={view.id} />;
  return (
    <div class="app">
      <Nav view={view} />
      <main class="app-main" tabIndex={-1}>{bodyOf(view)}</main>
    </div>
  );
}

function bodyOf(view: View) {
  switch (view.name) {
    case 'runs': return <Runs />;
    case 'new': return <NewRun />;
    case 'gallery': return <Gallery />;
    case 'search': return <Search />;
    case 'services': return <Services />;
    case 'settings': return <Settings />;
    default: return <p class="empty">There is no such page. <a href="/runs">All runs</a></p>;
  }
}
