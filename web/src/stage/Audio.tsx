import { useState } from 'preact/hooks';
import type { ArtifactView } from '../data';
import type { Source } from '../live';
import { fewerPeaks, waveform } from '../parts/Marks';
import { Controls } from './Controls';
import { Making } from './Making';
import { NotBeside } from './NotBeside';
import type { StageProps } from './Stage';
import { useMedia } from './useMedia';

interface Props extends StageProps { artifact: ArtifactView }

export function Audio(props: Props) {
  const { live, artifact } = props;
  return live ? <LiveSound {...props} useSource={live.useSource} /> : <Sound {...props} source={{ url: artifact.url, peaks: artifact.peaks }} />;
}

function LiveSound({ useSource, ...props }: Props & { useSource: (artifact: ArtifactView) => Source }) {
  return <Sound {...props} source={useSource(props.artifact)} />;
}

function Sound({ artifact, source, place, go, playhead, live }: Props & { source: Source }) {
  const media = useMedia<HTMLAudioElement>({ path: artifact.path, url: source.url, seconds: artifact.seconds ?? source.seconds ?? 0, fps: 25, place, go, playhead });
  const [spectrum, setSpectrum] = useState(false);
  const peaks = fewerPeaks(artifact.peaks ?? source.peaks ?? [], 400);
  const part = media.length > 0 ? media.time / media.length : 0;
  const gone = source.url === undefined || media.missing;
  const onClick = (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    media.transport.seek(((event.clientX - box.left) / box.width) * media.length);
  };
  const path = waveform(peaks, 1000, 200);
  if (live && source.url === undefined) return <Making artifact={artifact} source={source} />;
  return (
    <div class="player sound">
      <div class="wave" onClick={gone ? undefined : onClick}>
        {spectrum && source.spectrogram ? <img class="spectrogram" src={source.spectrogram} alt={`Spectrogram of ${artifact.path}`} /> : peaks.length === 0 ? <p class="empty">{live ? 'The waveform is being read.' : 'No waveform was kept.'}</p> : (
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
          <audio ref={media.ref} src={source.url} preload="metadata" onError={media.onMissing} />
          <Controls media={media} place={place} go={go}
            more={source.spectrogram && <button type="button" class="small" aria-pressed={spectrum} onClick={() => setSpectrum(!spectrum)}>Spectrogram</button>} />
        </>
      )}
    </div>
  );
}
