import { useEffect, useRef } from 'preact/hooks';
import { curationKeys, keyHelp, liveKeys } from '../model/keys';

export function Help({ curation, live, onClose }: { curation: boolean; live: boolean; onClose: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  return (
    <dialog ref={ref} class="help" aria-label="Keyboard" onClose={onClose}
      onClick={(event) => event.target === ref.current && ref.current?.close()}>
      <div class="help-body">
        <header><h2>Keyboard</h2><button type="button" class="small" onClick={() => ref.current?.close()}>Close</button></header>
        <div class="help-groups">
          {[...keyHelp, ...(live ? [liveKeys] : []), ...(curation ? [curationKeys] : [])].map((group) => (
            <section key={group.group}>
              <h3>{group.group}</h3>
              <dl>
                {group.keys.map(([keys, does]) => (
                  <div key={keys}><dt>{keys.split(' ').map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{does}</dd></div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </dialog>
  );
}
