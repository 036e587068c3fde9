import { useState } from 'preact/hooks';
import { percent } from '../model/words';
import { troubleOf } from '../api';
import { useApi } from '../context';
import { useRefusal } from '../may';
import { upload } from '../model/upload';
import { useShared } from './RunContext';

/** A file that is missing: it can be brought, dropped here, or made. */
export function Missing({ path }: { path: string }) {
  const api = useApi();
  const { id, again } = useShared();
  const [share, setShare] = useState<number>();
  const [trouble, setTrouble] = useState<string>();
  const [done, setDone] = useState('');
  const [over, setOver] = useState(false);
  const refused = useRefusal();

  const put = async (what: () => Promise<unknown>, said: string) => {
    setTrouble(undefined);
    try {
      await what();
      setDone(said);
      again();
    } catch (error) {
      setTrouble(troubleOf(error));
    } finally {
      setShare(undefined);
    }
  };
  const bring = (file: File | undefined) => file && refused === undefined && put(async () => {
    setShare(0);
    const digest = await upload(api, file, setShare);
    await api.send('POST', `/runs/${id}/inputs`, { path, upload: digest });
  }, `${file.name} is in its place; the run goes on.`);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void bring(event.dataTransfer?.files[0]);
  };
  return (
    <div class={over ? 'absent drop over-drop' : 'absent drop'} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={onDrop}>
      <div class="absent-card">
        <p class="status s-waiting">missing input</p>
        <h2>{path} is not there</h2>
        {done ? <p role="status">{done}</p> : (
          <>
            <p class="dim">{refused ?? 'Bring it from your disk, or drop it here.'}</p>
            <div class="decide">
              <label class="upload-button" title={refused}>
                Upload
                <input type="file" id="upload" aria-label={`Upload ${path}`} disabled={share !== undefined || refused !== undefined} title={refused} onChange={(event) => void bring(event.currentTarget.files?.[0])} />
              </label>
            </div>
          </>
        )}
        {share !== undefined && <p role="status"><progress max={1} value={share} aria-label="Uploaded" /> {percent(share)} brought</p>}
        {trouble && <p class="trouble" role="alert">{trouble}</p>}
      </div>
    </div>
  );
}
