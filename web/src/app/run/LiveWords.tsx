import { useEffect, useState } from 'preact/hooks';
import type { ArtifactView } from '../../data';
import type { Here } from '../../live';
import { mayBeTable } from '../../model/table';
import { Words } from '../../stage/Words';
import { useApi } from '../context';
import { useShared } from './RunContext';
import { TextEdit } from './TextEdit';

const most = 262_144;
/** Enough for ten thousand records of some hundred characters. */
const mostOfTable = 4_194_304;

/** The text itself, where the page's data holds an excerpt of it or nothing; and a way to change it. */
export function LiveWords(props: Here & { artifact: ArtifactView }) {
  const api = useApi();
  const { id } = useShared();
  const { artifact } = props;
  const [text, setText] = useState<string>();
  const source = artifact.producer === undefined;
  const whole = artifact.text !== undefined && new TextEncoder().encode(artifact.text).length >= artifact.bytes;
  useEffect(() => {
    if (whole || artifact.url === undefined || !/^(sha256:)?[0-9a-f]{64}$/.test(artifact.digest)) return undefined;
    const stop = new AbortController();
    (source ? Promise.reject(new Error('a source')) : api.ask(`/artifacts/${artifact.digest.replace(/^sha256:/, '')}`, { signal: stop.signal, headers: { Range: `bytes=0-${(mayBeTable(artifact.path) ? mostOfTable : most) - 1}` } }))
      .then((answer) => answer.text())
      // A source is in no store; it is read where it lies. Where neither can be read the excerpt stays.
      .catch(async () => (await api.get<{ text: string }>(`/runs/${id}/text?path=${encodeURIComponent(artifact.path)}`, stop.signal)).text)
      .then(setText, () => undefined);
    return () => stop.abort();
  }, [api, artifact.digest, whole]);
  return <TextEdit {...props}><Words {...props} artifact={text === undefined ? artifact : { ...artifact, text }} /></TextEdit>;
}
