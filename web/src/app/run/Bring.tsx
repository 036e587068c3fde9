import { useState } from 'preact/hooks';
import { percent } from '../model/words';
import { troubleOf } from '../api';
import { useApi } from '../context';
import { useRefusal } from '../may';
import { upload } from '../model/upload';
import { useShared } from './RunContext';

export interface Bringing {
  /** 0..1 while a file is on its way. */
  share?: number;
  trouble?: string;
  /** What came of it. */
  done: string;
  refused?: string;
  bring(file: File | undefined): void;
}

/** Puts a file from somebody's disk where a task looks for it. */
export function useBringing(path: string): Bringing {
  const api = useApi();
  const { id, again } = useShared();
  const [share, setShare] = useState<number>();
  const [trouble, setTrouble] = useState<string>();
  const [done, setDone] = useState('');
  const refused = useRefusal();
  const put = async (file: File) => {
    setTrouble(undefined);
    setShare(0);
    try {
      const digest = await upload(api, file, setShare);
      await api.send('POST', `/runs/${id}/inputs`, { path, upload: digest });
      setDone(`${file.name} is in its place; the run goes on.`);
      again();
    } catch (error) {
      setTrouble(troubleOf(error));
    } finally {
      setShare(undefined);
    }
  };
  return { share, trouble, done, refused, bring: (file) => { if (file && refused === undefined && share === undefined) void put(file); } };
}

/** The button that opens the disk. */
export function UploadButton({ path, id, bringing }: { path: string; id?: string; bringing: Bringing }) {
  const { share, refused, bring } = bringing;
  return (
    <label class="upload-button" title={refused}>
      Upload
      <input type="file" id={id} aria-label={`Upload ${path}`} disabled={share !== undefined || refused !== undefined} title={refused} onChange={(event) => bring(event.currentTarget.files?.[0])} />
    </label>
  );
}

export function BringingState({ bringing }: { bringing: Bringing }) {
  const { share, trouble } = bringing;
  return (
    <>
      {share !== undefined && <p role="status"><progress max={1} value={share} aria-label="Uploaded" /> {percent(share)} brought</p>}
      {trouble && <p class="trouble" role="alert">{trouble}</p>}
    </>
  );
}
