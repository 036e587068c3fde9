import { count } from '../model/format';

interface Props { what: string; from: number; size: number; total: number; onFrom: (from: number) => void }

/** Goes through a long list a page at a time. */
export function Pager({ what, from, size, total, onFrom }: Props) {
  if (total <= size) return null;
  const last = Math.floor((total - 1) / size) * size;
  return (
    <div class="pager" role="group" aria-label={`Pages of ${what}`}>
      <button type="button" class="small" disabled={from === 0} onClick={() => onFrom(0)} aria-label="First page">«</button>
      <button type="button" class="small" disabled={from === 0} onClick={() => onFrom(Math.max(0, from - size))}>Previous</button>
      <span class="dim" aria-live="polite">{count(from + 1)} to {count(Math.min(total, from + size))} of {count(total)}</span>
      <button type="button" class="small" disabled={from >= last} onClick={() => onFrom(from + size)}>Next</button>
      <button type="button" class="small" disabled={from >= last} onClick={() => onFrom(last)} aria-label="Last page">»</button>
    </div>
  );
}
