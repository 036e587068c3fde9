import { useRefusal } from './may';

/** One to five stars; the same star again takes them away. */
export function Stars({ rating, of, onRate }: { rating: number; of: string; onRate: (rating: number | null) => void }) {
  const refused = useRefusal();
  return (
    <span class="stars" role="group" aria-label={`Rating of ${of}: ${rating === 0 ? 'none' : `${rating} of 5`}`}>
      {[1, 2, 3, 4, 5].map((n) => (
        <button key={n} type="button" disabled={refused !== undefined} title={refused} class={n <= rating ? 'on' : undefined} aria-pressed={n === rating} aria-label={`${n} of 5`} onClick={() => onRate(n === rating ? null : n)}>{n <= rating ? '★' : '☆'}</button>
      ))}
    </span>
  );
}
