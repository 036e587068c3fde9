import { useState } from 'preact/hooks';
import { BringingState, UploadButton, useBringing } from './Bring';

/** A file that is missing, with nothing to stand in for it: it can be brought, or dropped here. */
export function Missing({ path }: { path: string }) {
  const bringing = useBringing(path);
  const [over, setOver] = useState(false);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    bringing.bring(event.dataTransfer?.files[0]);
  };
  return (
    <div class={over ? 'absent drop over-drop' : 'absent drop'} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={onDrop}>
      <div class="absent-card">
        <p class="status s-waiting">missing input</p>
        <h2>{path} is not there</h2>
        {bringing.done ? <p role="status">{bringing.done}</p> : (
          <>
            <p class="dim">{bringing.refused ?? 'Bring it from your disk, or drop it here.'}</p>
            <div class="decide"><UploadButton path={path} id="upload" bringing={bringing} /></div>
          </>
        )}
        <BringingState bringing={bringing} />
      </div>
    </div>
  );
}
