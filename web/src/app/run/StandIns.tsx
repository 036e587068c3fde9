import { useState } from 'preact/hooks';
import type { StandInView, TaskView } from '../../data';
import type { Here } from '../../live';
import { pictureOfTask } from '../../model/run';
import { Thumb } from '../../parts/Marks';
import { troubleOf } from '../api';
import { useApi } from '../context';
import { useRefusal } from '../may';
import { BringingState, UploadButton, useBringing } from './Bring';
import { useShared } from './RunContext';

const most = 8;

/** A result that waits because files are missing that the workflow has something for: they are brought, or it is made without them. */
export function StandIns({ run, task, say }: Here & { task: TaskView }) {
  const api = useApi();
  const { id, again } = useShared();
  const [done, setDone] = useState('');
  const [trouble, setTrouble] = useState<string>();
  const refused = useRefusal();
  const missing = task.standIns ?? [];
  const skips = missing.every((one) => one.instead === 'left out');
  const go = async () => {
    try {
      await api.send('POST', `/runs/${id}/stand-ins`);
      setTrouble(undefined);
      setDone(skips ? 'It is made without them; the run goes on.' : 'It is made with stand-ins, and says so; the run goes on.');
      say('The run goes on');
      again();
    } catch (error) {
      setTrouble(troubleOf(error));
    }
  };
  return (
    <div class="absent">
      <Thumb src={pictureOfTask(run, task)} class="blurred" />
      <div class="absent-card">
        <p class="status s-waiting">missing input</p>
        <h2>{missing.length === 1 ? `${missing[0]?.what} is not there` : `${missing.length} files are not there`}</h2>
        <ul class="missing-files">{missing.slice(0, most).map((one) => <MissingFile key={one.what} file={one} />)}</ul>
        {missing.length > most && <p class="dim">and {missing.length - most} more</p>}
        {done ? <p role="status">{done}</p> : (
          <>
            <p class="dim">{refused ?? (skips ? 'What is missing is optional: the result can be made without it.' : 'Bring what is missing, or have the result made with stand-ins. It says so, and is made anew when they are there.')}</p>
            <div class="decide">
              <button type="button" id="stand-in" class="accent" disabled={refused !== undefined} title={refused} onClick={() => void go()}>{skips ? 'Skip' : 'Generate'}</button>
            </div>
          </>
        )}
        {trouble && <p class="trouble" role="alert">{trouble}</p>}
      </div>
    </div>
  );
}

function MissingFile({ file }: { file: StandInView }) {
  const bringing = useBringing(file.what);
  return (
    <li>
      <code>{file.what}</code> <span class="dim">{file.instead === 'left out' ? 'can be left out' : `stand-in: ${file.instead}`}</span>{' '}
      {bringing.done ? <span role="status">{bringing.done}</span> : <UploadButton path={file.what} bringing={bringing} />}
      <BringingState bringing={bringing} />
    </li>
  );
}
