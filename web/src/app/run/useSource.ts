import { useEffect, useState } from 'preact/hooks';
import type { ArtifactView } from '../../data';
import type { Source, Sprite } from '../../live';
import { Problem, troubleOf } from '../api';
import { useApi } from '../context';

interface Preview { type?: string; width?: number; height?: number; seconds?: number; fps?: number; codecs?: string[]; plays?: boolean }
interface SpriteFacts { columns: number; rows: number; tile_width: number; tile_height: number; seconds_per_tile: number }

const proxyPause = 700;

/** Where the bytes of an artifact are played from. What no browser plays is played from a proxy, and the page says so. */
export function useSource(artifact: ArtifactView): Source {
  const api = useApi();
  const digest = artifact.digest.replace(/^sha256:/, '');
  const at = `/artifacts/${digest}`;
  const plays = artifact.type === 'video' || artifact.type === 'audio';
  const [source, setSource] = useState<Source>({});

  useEffect(() => {
    if (!plays || !/^[0-9a-f]{64}$/.test(digest)) return undefined;
    const stop = new AbortController();
    const add = (more: Source) => !stop.signal.aborted && setSource((old) => ({ ...old, ...more }));
    setSource({});
    const find = async () => {
      const preview = await api.get<Preview>(`${at}/preview`, stop.signal);
      add({ fps: preview.fps, seconds: preview.seconds });
      if (preview.plays !== false) return add({ url: `/api/v1${at}/play` });
      for (;;) {
        const answer = await api.ask(`${at}/proxy`, { signal: stop.signal, headers: { Range: 'bytes=0-0' } });
        if (answer.status !== 202) {
          void answer.body?.cancel();
          return add({ url: `/api/v1${at}/proxy`, label: artifact.type === 'video' ? 'proxy 720p' : 'proxy', progress: undefined });
        }
        const { progress } = (await answer.json()) as { progress?: number };
        add({ progress: progress ?? 0 });
        await new Promise((done) => setTimeout(done, proxyPause));
      }
    };
    const decorate = async () => {
      if (artifact.type === 'audio') {
        if (artifact.peaks === undefined) add({ peaks: (await api.get<{ peaks: number[] }>(`${at}/waveform`, stop.signal)).peaks });
        add({ spectrogram: `/api/v1${at}/spectrogram` });
      } else {
        let asked = false;
        const onHover = () => {
          if (asked) return;
          asked = true;
          api.get<SpriteFacts>(`${at}/sprite.json`, stop.signal).then((facts) => add({ sprite: spriteOf(`/api/v1${at}/sprite`, facts) }), () => undefined);
        };
        add({ poster: `/api/v1${at}/poster`, onHover });
      }
    };
    find().catch((error: unknown) => {
      if (stop.signal.aborted) return;
      // A server without these routes still gives the bytes; the player then says itself what it cannot play.
      add(error instanceof Problem && error.status === 404 ? { url: `/api/v1${at}/play` } : { trouble: troubleOf(error) });
    });
    decorate().catch(() => undefined); // only ornaments: what is missing is not shown
    return () => stop.abort();
  }, [api, digest, plays]);

  return plays ? source : { url: artifact.url };
}

function spriteOf(url: string, facts: SpriteFacts): Sprite {
  return { url, columns: facts.columns, rows: facts.rows, width: facts.tile_width, height: facts.tile_height, secondsPerTile: facts.seconds_per_tile };
}
