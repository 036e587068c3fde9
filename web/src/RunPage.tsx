import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ReportData } from './data';
import { Inspector } from './inspector/Inspector';
import { LiveContext, type Here } from './live';
import { commandOf, liveCommands, type Command } from './model/keys';
import { outlineRows } from './model/outline';
import type { Place } from './model/place';
import { headlinePath, readRun, stepOf, withStatus } from './model/run';
import { statusWords } from './model/status';
import { firstOf, partsOf, type Cell } from './model/strip';
import { Graph } from './parts/Graph';
import { Header } from './parts/Header';
import { Help } from './parts/Help';
import { copy, useMatch, useNews, usePlace } from './parts/hooks';
import { Lanes } from './parts/Lanes';
import { cursorOf, Outline, selectionOf } from './parts/Outline';
import { Playhead } from './parts/playhead';
import { Strip } from './parts/Strip';
import { showsCuration, Stage, stagePath } from './stage/Stage';

const nowhere: Partial<Place> = {
  task: undefined, step: undefined, path: undefined, time: undefined, from: undefined, to: undefined,
  log: undefined, version: undefined, compare: 'off', tile: undefined,
};

/** One run: the result first, and what explains it around it. */
export function RunPage({ data }: { data: ReportData }) {
  const run = useMemo(() => readRun(data), [data]);
  const [place, go] = usePlace();
  const [help, setHelp] = useState(false);
  const [sheet, setSheet] = useState(false);
  const [said, setSaid] = useState('');
  const playhead = useMemo(() => new Playhead(), []);
  const live = useContext(LiveContext);
  const news = useNews(run);
  const setLog = (open: boolean) => go({ log: open ? 'end' : undefined });
  const narrow = useMatch('(max-width: 719px)');

  const say = (text: string) => {
    setSaid('');
    setTimeout(() => setSaid(text), 20);
    setTimeout(() => setSaid((old) => (old === text ? '' : old)), 2600);
  };
  const onTask = (task: string) => {
    go({ ...nowhere, task });
    if (!live && !run.tasks.has(task)) say(`${task} is not part of this page`);
  };
  const onStep = (step: string) => {
    const tasks = run.tasksOf.get(step) ?? [];
    const only = tasks.length === 1 && tasks[0]?.item === undefined ? tasks[0] : undefined;
    go(only ? { ...nowhere, task: only.task } : { ...nowhere, step });
  };
  const onPath = (path: string) => {
    const producer = run.artifacts.get(path)?.producer;
    go({ ...nowhere, path, task: producer !== undefined && run.tasks.has(producer) ? producer : undefined });
  };
  const onCell = (cell: Cell) => {
    const step = stepOf(run, cell.task);
    // Many parts in one cell: all of them, from the first of these on.
    if (live && cell.merged > 1 && step !== undefined) return go({ ...nowhere, step, tile: partsOf(run.data.strip.slice(0, firstOf(cell, run.data.strip.length)).filter((one) => stepOf(run, one.task) === step)) });
    const failed = cell.task !== undefined && run.tasks.get(cell.task)?.failure !== undefined;
    const path = !failed && cell.path !== undefined && run.artifacts.has(cell.path) ? cell.path : undefined;
    go({ ...nowhere, task: cell.task ?? run.artifacts.get(path ?? '')?.producer, path });
  };
  const onTime = (seconds: number) => {
    if (stagePath(run, place) === headlinePath(run) && playhead.transport) playhead.transport.seek(seconds);
    else go({ ...nowhere, time: seconds });
  };
  const nextWith = (status: 'waiting' | 'failed') => {
    // Reviews are asked for by themselves, so one may be known before the page has heard that its task waits.
    const tasks = [...new Set([...withStatus(run, status).map((task) => task.task), ...(status === 'waiting' ? live?.needs() ?? [] : [])])];
    const at = tasks.indexOf(place.task ?? '');
    const next = tasks[(at + 1) % Math.max(1, tasks.length)];
    if (next !== undefined) {
      go({ ...nowhere, task: next });
      say(`${next}, ${statusWords[status]}, ${((at + 1) % tasks.length) + 1} of ${tasks.length}`);
    } else say(status === 'failed' ? 'Nothing failed' : 'Nothing needs you');
  };
  const move = (by: number) => {
    const rows = outlineRows(run, place, live !== undefined);
    let at = cursorOf(rows, place, run) + by;
    while (rows[at]?.kind === 'more') at += by;
    const row = rows[Math.max(0, at)];
    const selection = row && selectionOf(row, run);
    if (selection) go({ ...nowhere, ...selection });
  };
  const openFile = async () => {
    const path = stagePath(run, place);
    const url = run.artifacts.get(path ?? '')?.url;
    if (url !== undefined && new URL(url, location.href).protocol === location.protocol) window.open(url, '_blank', 'noopener');
    else if (path !== undefined) say((await copy(path)) ? `Copied ${path}` : path);
    else say('No file is on stage');
  };
  const close = () => {
    if (place.log !== undefined) setLog(false);
    else if (place.compare !== 'off') go({ compare: 'off' });
    else if (sheet) setSheet(false);
    else if (place.search !== '') go({ search: '' });
    else if (place.panel !== 'off') go({ panel: 'off' });
    else if (place.from !== undefined || place.to !== undefined) go({ from: undefined, to: undefined });
    (document.activeElement as HTMLElement | null)?.blur?.();
  };
  const search = () => {
    if (narrow) setSheet(true);
    requestAnimationFrame(() => document.getElementById('search')?.focus());
  };
  const here: Here = { run, place, go, playhead, say, onTask };
  useEffect(() => live?.onPlace(place, run), [live, place.task, run]);
  const does: Record<Command, () => void> = {
    next: () => move(1), previous: () => move(-1), need: () => nextWith('waiting'), failure: () => nextWith('failed'),
    follow: () => go(nowhere), search, open: () => void openFile(), close, help: () => setHelp(true),
    play: () => playhead.transport?.toggle(),
    back: () => playhead.transport?.stepFrames(-1), forward: () => playhead.transport?.stepFrames(1),
    in: () => go({ from: playhead.transport?.now() }), out: () => go({ to: playhead.transport?.now() }), loop: () => go({ loop: !place.loop }),
    graph: () => go({ panel: place.panel === 'graph' ? 'off' : 'graph' }), lanes: () => go({ panel: place.panel === 'lanes' ? 'off' : 'lanes' }),
    approve: () => live?.approve(here), reject: () => live?.reject(here), note: () => live?.note(here),
    versions: () => live?.versions(here), wipe: () => live?.wipe(here),
  };
  const latest = useRef(does);
  latest.current = does;
  const beforeKey = useRef({ key: '', at: 0 });
  // Before the page is painted: whoever sees a button may press its key.
  useLayoutEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
      const command = commandOf(event);
      if (!command || (!live && liveCommands.includes(command))) return;
      event.preventDefault();
      const before = beforeKey.current;
      beforeKey.current = { key: event.key, at: event.timeStamp };
      // g r: the graph that the first key opened is closed again by leaving.
      if (live && event.key === 'r' && before.key === 'g' && event.timeStamp - before.at < 900) return live.runs();
      latest.current[command]();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [live]);

  const chosen = place.task === undefined ? undefined : run.tasks.get(place.task);
  const outline = <Outline run={run} place={place} go={go} onChoose={() => setSheet(false)} onMore={live?.more} />;
  return (
    <div class={`page panel-${place.panel}`}>
      <Header data={data} place={place} go={go} actions={live && <live.Actions {...here} />} onHelp={() => setHelp(true)} onOutline={() => setSheet(!sheet)} />
      {narrow ? sheet && <div class="sheet-over" onClick={(event) => event.target === event.currentTarget && setSheet(false)}><div class="sheet-box" role="dialog" aria-label="Outline">{outline}</div></div> : outline}
      <main class="center">
        <Stage {...here} onLog={setLog} onPath={onPath} />
        {narrow && live && chosen && <live.Decision {...here} task={chosen} />}
        {!showsCuration(run, place) && <Strip run={run} place={place} playhead={playhead} onCell={onCell} onTime={onTime} />}
      </main>
      <Inspector {...here} onStep={onStep} onPath={onPath} onLog={setLog} />
      {place.panel !== 'off' && (
        <section class="panel" aria-label={place.panel === 'graph' ? 'Graph' : 'Lanes'}>
          {place.panel === 'graph' ? <Graph run={run} place={place} go={go} onStep={onStep} /> : <Lanes run={run} place={place} onTask={onTask} />}
        </section>
      )}
      {help && <Help curation={data.curation !== undefined} live={live !== undefined} onClose={() => setHelp(false)} />}
      <p class={said ? 'said' : 'said silent'} role="status" aria-live="polite">{said}</p>
      {live && <p class="sr-only" id="news" role="status" aria-live="polite">{news}</p>}
    </div>
  );
}
