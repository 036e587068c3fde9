import type { ArtifactView } from '../data';
import type { Source } from '../live';
import { Controls } from './Controls';
import { Making } from './Making';
import { NotBeside } from './NotBeside';
import type { StageProps } from './Stage';
import { useMedia } from './useMedia';

interface Props extends StageProps { artifact: ArtifactView }

export function Video(props: Props) {
  const { live, artifact } = props;
  return live ? <LiveFilm {...props} useSource={live.useSource} /> : <Film {...props} source={{ url: artifact.url, poster: artifact.thumbnail }} />;
}

function LiveFilm({ useSource, ...props }: Props & { useSource: (artifact: ArtifactView) => Source }) {
  return <Film {...props} source={useSource(props.artifact)} />;
}

function Film({ artifact, source, place, go, playhead, live }: Props & { source: Source }) {
  const fps = artifact.fps ?? source.fps ?? 25;
  const media = useMedia<HTMLVideoElement>({ path: artifact.path, url: source.url, seconds: artifact.seconds ?? source.seconds ?? 0, fps, place, go, playhead });
  const full = () => void media.ref.current?.requestFullscreen?.().catch(() => undefined);
  const picture = source.poster ?? artifact.thumbnail;
  if (live && source.url === undefined) return <Making artifact={artifact} source={source} picture={picture} />;
  if (source.url === undefined || media.missing) return <NotBeside artifact={artifact} picture={picture} />;
  return (
    <div class="player">
      <div class="picture" onClick={media.transport.toggle}>
        <video ref={media.ref} src={source.url} poster={picture} preload={live ? 'auto' : 'metadata'} playsInline
          aria-label={artifact.path} onError={media.onMissing} />
        {source.label && <span class="proxy" title="No browser plays the file itself; this copy has the same frames at the same times.">{source.label}</span>}
      </div>
      <Controls media={media} place={place} go={go} fps={fps} sprite={source.sprite} onHover={source.onHover} onFull={full} />
    </div>
  );
}
