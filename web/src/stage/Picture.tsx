import { useState } from 'preact/hooks';
import type { ArtifactView } from '../data';
import { NotBeside } from './NotBeside';

/** A picture, whole or at one picture pixel per screen pixel. */
export function Picture({ artifact }: { artifact: ArtifactView }) {
  const [real, setReal] = useState(false);
  const [missing, setMissing] = useState(false);
  const address = missing || artifact.url === undefined ? artifact.thumbnail : artifact.url;
  const scale = devicePixelRatio || 1;
  if (address === undefined) return <NotBeside artifact={artifact} />;
  const exact = artifact.width !== undefined && address === artifact.url ? artifact.width / scale : undefined;
  return (
    <div class="player">
      <div class={real ? 'picture real' : 'picture'} tabIndex={real ? 0 : undefined}>
        <img src={address} alt={artifact.path} style={real && exact ? { width: `${exact}px` } : undefined} onError={() => setMissing(true)} />
      </div>
      <div class="controls">
        <div class="buttons">
          <span class="frame">{artifact.width && artifact.height ? `${artifact.width} × ${artifact.height}` : ''}</span>
          {address !== artifact.url && <span class="frame">thumbnail; the file itself is not beside this page</span>}
          <span class="space" />
          <button type="button" class="small" aria-pressed={!real} onClick={() => setReal(false)}>Fit</button>
          <button type="button" class="small" aria-pressed={real} onClick={() => setReal(true)}>100 %</button>
        </div>
      </div>
    </div>
  );
}
