import type { ArtifactView } from '../data';
import { fewerPeaks, waveform } from '../parts/Marks';
import { Controls } from './Controls';
import { NotBeside } from './NotBeside';
import type { StageProps } from './Stage';
import { useMedia } from './useMedia';

export function Audio({ artifact, place, go, playhead }: StageProps & { artifact: ArtifactView }) {
  const media = useMedia<HTMLAudioElement>({ path: artifact.path, seconds: artifact.seconds ?? 0, fps: 25, place, go, playhead });
  const peaks = fewerPeaks(artifact.peaks ?? [], 400);
  const part = media.length > 0 ? media.time / media.length : 0;
  const gone = artifact.url === undefined || media.missing;
  const onClick = (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    media.transport.seek(((event.clientX - box.left) / box.width) * media.length);
  };
  const path = waveform(peaks, 1000, 200);
  return (
    <div class="player sound">
      <div class="wave" onClick={gone ? undefined : onClick}>
        {peaks.length === 0 ? <p class="empty">No waveform was kept.</p> : (
          <svg viewBox="0 0 1000 200" preserveAspectRatio="none" role="img" aria-label={`Waveform of ${artifact.path}`}>
            <path class="wave-all" d={path} />
            <path class="wave-played" d={path} style={{ clipPath: `inset(0 ${100 - part * 100}% 0 0)` }} />
          </svg>
        )}
        {place.from !== undefined && <span class="wave-edge" style={{ left: `${(place.from / (media.length || 1)) * 100}%` }} />}
        {place.to !== undefined && <span class="wave-edge" style={{ left: `${(place.to / (media.length || 1)) * 100}%` }} />}
        {!gone && <span class="wave-now" style={{ left: `${part * 100}%` }} />}
      </div>
      {gone ? <NotBeside artifact={artifact} slim /> : (
        <>
          <audio ref={media.ref} src={artifact.url} preload="metadata" onError={media.onMissing} />
          <Controls media={media} place={place} go={go} />
        </>
      )}
    </div>
  );
}
