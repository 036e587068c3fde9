import type { ComponentChildren } from 'preact';
import type { RolePath } from '../data';
import { baseName, bytes, clock } from '../model/format';
import { pictureOf, type Run } from '../model/run';
import { Thumb, TypeMark } from '../parts/Marks';

export function Section({ title, note, children }: { title: string; note?: ComponentChildren; children: ComponentChildren }) {
  return <section class="about"><h3>{title}{note !== undefined && <span class="note">{note}</span>}</h3>{children}</section>;
}

export function Facts({ facts }: { facts: [string, ComponentChildren][] }) {
  const known = facts.filter(([, value]) => value !== undefined && value !== '' && value !== null);
  if (known.length === 0) return null;
  return <dl class="facts">{known.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}

/** A section of facts; none where nothing is known. */
export function FactsSection({ title, facts }: { title: string; facts: [string, ComponentChildren][] }) {
  return facts.some(([, value]) => value !== undefined && value !== '' && value !== null) ? <Section title={title}><Facts facts={facts} /></Section> : null;
}

interface FilesProps { run: Run; files: RolePath[]; at?: string; onPath: (path: string) => void; most?: number }

/** Files as links with a picture of what is in them. */
export function Files({ run, files, at, onPath, most = 24 }: FilesProps) {
  return (
    <ul class="files">
      {files.slice(0, most).map((file) => <FileLink key={`${file.role} ${file.path}`} run={run} file={file} at={file.path === at} onPath={onPath} />)}
      {files.length > most && <li class="dim">and {files.length - most} more</li>}
    </ul>
  );
}

function FileLink({ run, file, at, onPath }: { run: Run; file: RolePath; at: boolean; onPath: (path: string) => void }) {
  const artifact = run.artifacts.get(file.path);
  const picture = pictureOf(run, file.path);
  const words = artifact && [
    artifact.seconds !== undefined && clock(artifact.seconds, artifact.seconds < 60),
    artifact.type === 'folder' ? `${artifact.children?.length ?? 0} files` : bytes(artifact.bytes),
    artifact.producer === undefined && 'source file',
  ].filter(Boolean).join(' · ');
  return (
    <li>
      <button type="button" class={at ? 'file at' : 'file'} disabled={!artifact} onClick={() => onPath(file.path)} title={file.path} aria-current={at || undefined}>
        <span class="file-face"><Thumb src={picture}><TypeMark type={artifact?.type ?? 'file'} /></Thumb></span>
        <span class="file-name">{baseName(file.path)}</span>
        <span class="file-note">{[file.role, words ?? 'not there'].filter(Boolean).join(' · ')}</span>
      </button>
    </li>
  );
}
