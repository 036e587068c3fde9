import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { ArtifactType, TaskStatus } from '../data';
import { statusWords } from '../model/status';
import { copy } from './hooks';

const strokes: Record<TaskStatus, string> = {
  succeeded: 'M3 8.6l3.4 3.4L13 4.6',
  reused: 'M12.9 8.4A5 5 0 1 1 11.4 4.4M11.9 1.6v3.2H8.7',
  failed: 'M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4',
  waiting: 'M8 2.6v6.6M8 12.6v.4',
  blocked: 'M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 1 0 0-11M4.2 4.2l7.6 7.6',
  running: 'M5 3.2l7.4 4.8L5 12.8z',
  ready: 'M5 3.2l7.4 4.8L5 12.8z',
  pending: 'M8 3.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9',
  skipped: 'M3 8h7M8 5.2L10.8 8L8 10.8M13.2 4.5v7',
  cancelled: 'M4 4h8v8H4z',
};

/** The shape of a state; colour comes from the surrounding class, the word is read out unless it stands beside. */
export function Glyph({ status, named = false }: { status: TaskStatus; named?: boolean }) {
  return (
    <svg class={`glyph s-${status}`} viewBox="0 0 16 16" role={named ? 'img' : undefined}
      aria-label={named ? statusWords[status] : undefined} aria-hidden={named ? undefined : true}>
      <path d={strokes[status]} fill={status === 'running' ? 'currentColor' : 'none'} />
    </svg>
  );
}

export function Status({ status }: { status: TaskStatus }) {
  return <span class={`status s-${status}`}><Glyph status={status} />{statusWords[status]}</span>;
}

const shapes: Record<ArtifactType, string> = {
  video: 'M2.5 3.5h11v9h-11zM6.8 6v4l3.2-2z',
  audio: 'M3 6.5v3M5.5 4.5v7M8 2.5v11M10.5 5v6M13 6.8v2.4',
  image: 'M2.5 3.5h11v9h-11zM2.8 11l3.4-3.6 2.6 2.6 1.8-1.6 2.6 2.6',
  text: 'M3 4h10M3 7h10M3 10h10M3 13h6',
  subtitles: 'M2.5 3.5h11v9h-11zM4.5 8.2h3M9 8.2h2.5M4.5 10.4h5M11 10.4h.5',
  data: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6.5 3.5v9',
  file: 'M4 2.5h5l3 3v8H4zM9 2.5v3h3',
  folder: 'M2 4h4.2l1.4 1.7H14v7H2z',
};

export function TypeMark({ type }: { type: ArtifactType }) {
  return <svg class="type-mark" viewBox="0 0 16 16" aria-hidden="true"><path d={shapes[type]} fill="none" /></svg>;
}

/** A picture, or what stands for it where there is none or it cannot be read. */
export function Thumb({ src, class: name, children }: { src: string | undefined; class?: string; children?: ComponentChildren }) {
  const [broken, setBroken] = useState<string | undefined>();
  if (src === undefined || src === broken) return <>{children}</>;
  return <img class={name} src={src} alt="" loading="lazy" onError={() => setBroken(src)} />;
}

/** The mark of a result that is not final. */
export function QualityMark({ mark }: { mark: string | undefined }) {
  return mark ? <span class="quality">{mark}</span> : null;
}

export function Copy({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [said, setSaid] = useState('');
  const onClick = async () => {
    setSaid((await copy(text)) ? 'Copied' : 'Select and copy by hand');
    setTimeout(() => setSaid(''), 1600);
  };
  return <button type="button" class="small" onClick={onClick} aria-label={`${label}: ${text.slice(0, 80)}`}>{said || label}</button>;
}

/** A waveform as one path, mirrored at the middle. */
export function waveform(peaks: number[], width: number, height: number): string {
  const mid = height / 2;
  const step = width / Math.max(1, peaks.length);
  let path = '';
  peaks.forEach((peak, i) => {
    const half = Math.max(0.5, Math.min(1, Math.max(0, peak)) * (mid - 1));
    path += `M${((i + 0.5) * step).toFixed(1)} ${(mid - half).toFixed(1)}V${(mid + half).toFixed(1)}`;
  });
  return path;
}

/** At most `most` peaks, each the loudest of those it stands for. */
export function fewerPeaks(peaks: number[], most: number): number[] {
  if (peaks.length <= most) return peaks;
  return Array.from({ length: most }, (_, i) => {
    const from = Math.floor((i * peaks.length) / most);
    const to = Math.max(from + 1, Math.floor(((i + 1) * peaks.length) / most));
    return Math.max(...peaks.slice(from, to));
  });
}
