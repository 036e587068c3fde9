import { useEffect, useRef, useState } from 'preact/hooks';
import type { ArtifactView } from '../../data';
import type { Here } from '../../live';
import { clock } from '../../model/format';
import { lineDiff } from '../model/diff';
import { artifactAt, comparedWith } from '../model/versions';
import { useApi } from '../context';
import { useSource } from './useSource';
import { useVersions } from './Versions';

/** Two versions at once: one over the other with a line to drag, or side by side. Both play at the same time. */
export function Compare({ artifact, place, playhead }: Here & { artifact: ArtifactView }) {
  const versions = useVersions(artifact);
  const pair = comparedWith(versions, place.version ?? artifact.digest);
  if (!pair) return <p class="empty">There is only one version of {artifact.path}.</p>;
  const numberOf = (digest: string) => versions.findIndex((one) => one.digest === digest) + 1;
  const [old, fresh] = [artifactAt(artifact, pair.old), artifactAt(artifact, pair.fresh)];
  const names: [string, string] = [`v${numberOf(pair.old)}`, `v${numberOf(pair.fresh)}`];
  if (artifact.type === 'video' || artifact.type === 'audio' || artifact.type === 'image') return <Two key={pair.old + pair.fresh} old={old} fresh={fresh} names={names} wipe={place.compare === 'wipe' && artifact.type !== 'audio'} playhead={playhead} />;
  return <TextTwo key={pair.old + pair.fresh} old={old} fresh={fresh} names={names} />;
}

interface Pair { old: ArtifactView; fresh: ArtifactView; names: [string, string] }

function Two({ old, fresh, names, wipe, playhead }: Pair & { wipe: boolean; playhead: Here['playhead'] }) {
  const [line, setLine] = useState(50);
  const [time, setTime] = useState(0);
  const [length, setLength] = useState(0);
  const [playing, setPlaying] = useState(false);
  const left = useRef<HTMLMediaElement>(null);
  const right = useRef<HTMLMediaElement>(null);
  const moves = fresh.type !== 'image';
  const both = () => [left.current, right.current].filter((one) => one !== null);
  const seek = (seconds: number) => {
    for (const media of both()) media.currentTime = seconds;
    setTime(seconds);
  };
  const toggle = () => {
    const play = right.current?.paused ?? true;
    if (play && left.current && right.current) left.current.currentTime = right.current.currentTime;
    for (const media of both()) if (play) void media.play().catch(() => undefined); else media.pause();
    setPlaying(play);
  };
  useEffect(() => {
    if (!moves) return undefined;
    playhead.transport = { toggle, seek, now: () => right.current?.currentTime ?? 0, stepFrames: (frames) => { for (const media of both()) media.pause(); seek(Math.max(0, (right.current?.currentTime ?? 0) + frames / (fresh.fps ?? 25))); } };
    const timer = setInterval(() => {
      const [a, b] = [left.current, right.current];
      if (!a || !b) return;
      setTime(b.currentTime);
      if (Number.isFinite(b.duration)) setLength(b.duration);
      // Two players drift; beyond a frame the hidden one follows.
      if (!b.paused && Math.abs(a.currentTime - b.currentTime) > 0.08) a.currentTime = b.currentTime;
      setPlaying(!b.paused);
    }, 100);
    return () => { clearInterval(timer); playhead.transport = undefined; };
  });
  return (
    <div class="player">
      <div class={wipe ? 'compare wipe' : 'compare side'} style={{ '--line': `${line}%` }}>
        <figure class="compared old"><Shown artifact={old} media={left} muted /><figcaption>{names[0]}</figcaption></figure>
        <figure class="compared fresh"><Shown artifact={fresh} media={right} /><figcaption>{names[1]}</figcaption></figure>
      </div>
      <div class="controls"><div class="buttons">
        {moves && <button type="button" class="small" onClick={toggle}>{playing ? 'Pause' : 'Play'}</button>}
        {moves && <input type="range" class="grow" min={0} max={length || 1} step={0.001} value={time} aria-label="Position in both" aria-valuetext={clock(time, true)} onInput={(event) => seek(Number(event.currentTarget.value))} />}
        {moves && <span class="time"><b>{clock(time, true)}</b> / {clock(length, true)}</span>}
        {wipe && <label class="wipe-line">Line <input type="range" id="wipe-line" min={0} max={100} value={line} aria-label={`Left of the line ${names[0]}, right of it ${names[1]}`} onInput={(event) => setLine(Number(event.currentTarget.value))} /></label>}
      </div></div>
    </div>
  );
}

function Shown({ artifact, media, muted }: { artifact: ArtifactView; media: { current: HTMLMediaElement | null }; muted?: boolean }) {
  const source = useSource(artifact);
  if (artifact.type === 'image') return <img src={artifact.url} alt={artifact.path} />;
  if (source.trouble) return <p class="empty">{source.trouble}</p>;
  if (artifact.type === 'audio') return <audio ref={(one) => { media.current = one; }} src={source.url} controls muted={muted} />;
  return <video ref={(one) => { media.current = one; }} src={source.url} poster={source.poster} muted={muted} preload="auto" playsInline />;
}

function TextTwo({ old, fresh, names }: Pair) {
  const api = useApi();
  const [texts, setTexts] = useState<[string, string]>();
  useEffect(() => {
    const read = async (one: ArtifactView) => (await api.ask(`/artifacts/${one.digest.replace(/^sha256:/, '')}`, { headers: { Range: 'bytes=0-262143' } })).text();
    Promise.all([read(old), read(fresh)]).then(setTexts, () => setTexts(undefined));
  }, [old.digest, fresh.digest]);
  if (!texts) return <p class="empty">Reading both versions …</p>;
  return (
    <div class="player words"><div class="sheet" tabIndex={0} aria-label={`${names[0]} and ${names[1]}`}>
      <pre class="line-diff">{lineDiff(texts[0], texts[1]).map((line, i) => <div key={i} class={`d-${line.kind}`}>{{ same: '  ', old: `− `, new: '+ ' }[line.kind]}{line.text}</div>)}</pre>
    </div></div>
  );
}
