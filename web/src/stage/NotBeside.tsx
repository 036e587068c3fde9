import type { ArtifactView } from '../data';
import { Copy, Thumb, TypeMark } from '../parts/Marks';

/** A file that cannot be shown: what stands for it, and where it is. */
export function NotBeside({ artifact, picture, slim }: { artifact: ArtifactView; picture?: string; slim?: boolean }) {
  return (
    <div class={slim ? 'not-beside slim' : 'not-beside'}>
      <Thumb src={picture} class="stand-for" />
      <div class="not-beside-card">
        <TypeMark type={artifact.type} />
        <p>{artifact.url === undefined ? 'This file is not part of the report.' : 'The file could not be read from beside this page.'}</p>
        <code>{artifact.path}</code>
        <Copy text={artifact.path} label="Copy path" />
      </div>
    </div>
  );
}
