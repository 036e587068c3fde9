import { useRef, useState } from 'preact/hooks';
import type { ArtifactView } from '../data';
import { colourWords, pixelAt } from '../model/pixel';
import { NotBeside } from './NotBeside';

/** A picture, whole or at one picture pixel per screen pixel. */
export function Picture({ artifact }: { artifact: ArtifactView }) {
  const [real, setReal] = useState(false);
  const [missing, setMissing] = useState(false);
  const address = missing || artifact.url === undefined ? artifact.thumbnail : artifact.url;
  const scale = devicePixelRatio || 1;
  const [told, setTold] = useState('');
  const one = useRef<CanvasRenderingContext2D | null>(null);
  const itself = address !== undefined && address === artifact.url;
  const onMove = (event: MouseEvent) => {
    const image = event.currentTarget as HTMLImageElement;
    const at = pixelAt(image.getBoundingClientRect(), { width: image.naturalWidth, height: image.naturalHeight }, event.clientX, event.clientY);
    setTold(at ? `${at.x}, ${at.y}${colourOf(image, at, one)}` : '');
  };
  if (address === undefined) return <NotBeside artifact={artifact} />;
  const exact = artifact.width !== undefined && address === artifact.url ? artifact.width / scale : undefined;
  return (
    <div class="player">
      <div class={real ? 'picture real' : 'picture'} tabIndex={real ? 0 : undefined}>
        <img src={address} alt={artifact.path} style={real && exact ? { width: `${exact}px` } : undefined} onError={() => setMissing(true)} onMouseMove={itself ? onMove : undefined} onMouseLeave={() => setTold('')} />
      </div>
      <div class="controls">
        <div class="buttons">
          <span class="frame">{artifact.width && artifact.height ? `${artifact.width} × ${artifact.height}` : ''}</span>
          <span class="frame pixel">{told}</span>
          {address !== artifact.url && <span class="frame">thumbnail; the file itself is not beside this page</span>}
          <span class="space" />
          <button type="button" class="small" aria-pressed={!real} onClick={() => setReal(false)}>Fit</button>
          <button type="button" class="small" aria-pressed={real} onClick={() => setReal(true)}>100 %</button>
        </div>
      </div>
    </div>
  );
}

/** One pixel is drawn and read: no copy of a large picture is kept. A page that was opened from a disk may not read pixels, and tells only the place. */
function colourOf(image: HTMLImageElement, at: { x: number; y: number }, one: { current: CanvasRenderingContext2D | null }): string {
  one.current ??= Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  if (!one.current) return '';
  try {
    one.current.clearRect(0, 0, 1, 1);
    one.current.drawImage(image, at.x, at.y, 1, 1, 0, 0, 1, 1);
    return ` · ${colourWords(one.current.getImageData(0, 0, 1, 1).data)}`;
  } catch {
    one.current = null;
    return '';
  }
}
