import type { ArtifactView } from '../data';
import { bytes, clock } from '../model/format';
import type { InspectorProps } from './Inspector';
import { Facts, Section } from './parts';
import { Copy } from '../parts/Marks';

export function AboutFile({ run, file, onTask }: InspectorProps & { file: ArtifactView }) {
  const readers = run.readers.get(file.path) ?? [];
  return (
    <>
      <header class="about-head">
        <h2>{file.path}</h2>
        <p class="dim">{file.producer === undefined ? 'A source file: Spool reads it and never changes it.' : `Made by ${file.producer}`}</p>
      </header>
      <Section title="Facts" note={<Copy text={file.path} label="Copy path" />}><AboutFileFacts file={file} /></Section>
      {file.producer !== undefined && (
        <Section title="Made by"><ul class="links"><li><button type="button" class="link" onClick={() => onTask(file.producer ?? '')}>{file.producer}</button></li></ul></Section>
      )}
      {readers.length > 0 && (
        <Section title="Read by"><ul class="links">
          {readers.slice(0, 40).map((task) => <li key={task}><button type="button" class="link" onClick={() => onTask(task)}>{task}</button></li>)}
          {readers.length > 40 && <li class="dim">and {readers.length - 40} more</li>}
        </ul></Section>
      )}
      <details class="about"><summary>Digest</summary><p class="hash"><span>sha256</span><code>{file.digest}</code></p></details>
    </>
  );
}

export function AboutFileFacts({ file }: { file: ArtifactView }) {
  return (
    <Facts facts={[
      ['type', file.type],
      ['length', file.seconds === undefined ? undefined : clock(file.seconds, true)],
      ['picture', file.width && file.height ? `${file.width} × ${file.height}` : undefined],
      ['frames a second', file.fps],
      ['codecs', file.codecs?.join(', ')],
      ['files', file.children?.length],
      ['size', bytes(file.bytes)],
    ]} />
  );
}
