import { useEffect, useRef } from 'preact/hooks';
import { decisiveIndex, plainLog } from '../model/words';
import { Copy } from '../parts/Marks';

const most = 500;

/** Log lines with the first one that tells the trouble marked and in view. */
export function LogLines({ text, decisive, full }: { text: string; decisive?: string; full?: boolean }) {
  const ref = useRef<HTMLPreElement>(null);
  const all = plainLog(text);
  const lines = all.slice(-most);
  const marked = decisive === undefined ? -1 : decisiveIndex(lines, decisive);
  useEffect(() => {
    const box = ref.current;
    const line = box?.querySelector<HTMLElement>('.marked');
    if (box) box.scrollTop = line ? line.offsetTop - box.clientHeight / 2 : box.scrollHeight;
  }, [text, full]);
  const before = marked < 0 ? lines : lines.slice(0, marked);
  return (
    <pre ref={ref} class={full ? 'log full' : 'log'} tabIndex={0} aria-label="Log">
      {before.join('\n')}
      {marked >= 0 && <span class="marked"><span class="log-mark">first error </span>{lines[marked]}</span>}
      {marked >= 0 && lines.slice(marked + 1).join('\n')}
    </pre>
  );
}

export function LogOver({ task, text, decisive, onClose }: { task: string; text: string; decisive?: string; onClose: () => void }) {
  return (
    <div class="player over">
      <div class="over-head"><b>Log of {task}</b><span class="space" /><Copy text={text} /><button type="button" class="small" onClick={onClose}>Close</button></div>
      <LogLines text={text} decisive={decisive} full />
    </div>
  );
}
