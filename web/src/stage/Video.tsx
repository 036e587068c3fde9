import type { ArtifactView } from '../data';
import { Controls } from './Controls';
import { NotBeside } from './NotBeside';
import type { StageProps } from './Stage';
import { useMedia } from './useMedia';

export function Video({ artifact, place, go, playhead }: StageProps & { artifact: ArtifactView }) {
  const fps = artifact.fps ?? 25;
  const media = useMedia<HTMLVideoElement>({ path: artifact.path, seconds: artifact.seconds ?? 0, fps, place, go, playhead });
  const full = () => void media.ref.current?.requestFullscreen?.().catch(() => undefined);
  if (artifact.url === undefined || media.missing) return <NotBeside artifact={artifact} picture={artifact.thumbnail} />;
  return (
    <div class="player">
      <div class="picture" onClick={media.transport.toggle}>
        <video ref={media.ref} src={artifact.url} poster={artifact.thumbnail} preload="metadata" playsInline
          aria-label={artifact.path} onError={media.onMissing} />
      </div>
      <Controls media={media} place={place} go={go} fps={fps} onFull={full} />
    </div>
  );
}
