import type { ArtifactView } from '../../data';

export interface Version { digest: string; run: string; at: string }

/** The same file as it was in another version: other bytes, so what is known of these does not hold. */
export function artifactAt(artifact: ArtifactView, digest: string): ArtifactView {
  if (digest === artifact.digest || digest === '') return artifact;
  const at = `/api/v1/artifacts/${digest.replace(/^sha256:/, '')}`;
  const media = artifact.type === 'video' || artifact.type === 'audio' || artifact.type === 'image';
  return {
    ...artifact, digest, url: media ? `${at}/play` : at, text: undefined, peaks: undefined, seconds: undefined,
    thumbnail: artifact.type === 'video' || artifact.type === 'image' ? `${at}/thumbnail` : undefined,
  };
}

/** The version that V goes to: the one before, round to the newest. */
export function nextVersion(versions: readonly Version[], shown: string): string | undefined {
  if (versions.length < 2) return undefined;
  const at = versions.findIndex((one) => one.digest === shown);
  return versions[(at <= 0 ? versions.length : at) - 1]?.digest;
}

/** The two that are compared: what is shown, and what was before it (or, for the oldest, after it). */
export function comparedWith(versions: readonly Version[], shown: string): { old: string; fresh: string } | undefined {
  if (versions.length < 2) return undefined;
  const at = versions.findIndex((one) => one.digest === shown);
  const fresh = at <= 0 ? (at === 0 ? 1 : versions.length - 1) : at;
  const a = versions[fresh - 1];
  const b = versions[fresh];
  return a && b && { old: a.digest, fresh: b.digest };
}
