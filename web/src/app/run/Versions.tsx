import { useEffect } from 'preact/hooks';
import type { ArtifactView } from '../../data';
import type { Here } from '../../live';
import { dateTime } from '../../model/format';
import { useAsked } from '../context';
import type { Version } from '../model/versions';
import { useShared } from './RunContext';

export function useVersions(artifact: ArtifactView): readonly Version[] {
  const { id } = useShared();
  const { value, again } = useAsked<{ versions: Version[] }>(`/runs/${id}/versions?path=${encodeURIComponent(artifact.path)}`);
  useEffect(() => again(), [artifact.digest]);
  return value?.versions ?? [];
}

/** Which version is on stage, and how two are compared. */
export function Versions({ artifact, place, go }: Here & { artifact: ArtifactView }) {
  const versions = useVersions(artifact);
  if (versions.length < 2) return null;
  const shown = place.version ?? artifact.digest;
  const compare = (how: 'wipe' | 'side') => () => go({ compare: place.compare === how ? 'off' : how });
  return (
    <span class="others" role="group" aria-label="Versions">
      {versions.slice(-5).map((version, i, all) => {
        const number = versions.length - all.length + i + 1;
        return (
          <button key={version.digest} type="button" class="small version" aria-pressed={version.digest === shown} title={`run ${version.run}, ${dateTime(version.at)}`}
            onClick={() => go({ version: version.digest === artifact.digest ? undefined : version.digest })}>v{number}</button>
        );
      })}
      <button type="button" class="small" id="wipe" aria-pressed={place.compare === 'wipe'} onClick={compare('wipe')}>Wipe<kbd>W</kbd></button>
      <button type="button" class="small" id="side" aria-pressed={place.compare === 'side'} onClick={compare('side')}>Side</button>
      {(place.compare !== 'off' || shown !== artifact.digest) && <button type="button" class="small" id="only-new" onClick={() => go({ compare: 'off', version: undefined })}>Only new</button>}
    </span>
  );
}
