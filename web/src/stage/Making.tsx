import type { ArtifactView } from '../data';
import type { Source } from '../live';
import { Thumb } from '../parts/Marks';

/** Before there is something to play: the proxy is being made, or it cannot be. */
export function Making({ artifact, source, picture }: { artifact: ArtifactView; source: Source; picture?: string }) {
  const { progress, trouble } = source;
  return (
    <div class="not-beside">
      <Thumb src={picture} class="stand-for" />
      {(trouble !== undefined || progress !== undefined) && (
        <div class="not-beside-card">
          {trouble !== undefined ? <p role="alert">{trouble}</p> : (
            <>
              <p role="status">No browser plays this file itself, so a copy is being made: {Math.floor((progress ?? 0) * 100)} %</p>
              <progress max={1} value={progress} aria-label={`Copy of ${artifact.path}`} />
            </>
          )}
          <code>{artifact.path}</code>
        </div>
      )}
    </div>
  );
}
