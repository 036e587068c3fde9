import { bandPath } from '../curation/model/envelope';
import type { Mark } from '../model/grid';

/** Beside the scroll bar: where in the list something failed, waits, is blocked or was cancelled. */
export function GridFlags({ marks, total, height }: { marks: readonly Mark[]; total: number; height: number }) {
  if (marks.length === 0 || total === 0 || height < 2) return null;
  const states = [...new Set(marks.map((mark) => mark.status))];
  return (
    <svg class="flag-marks" width={8} height={height} aria-hidden="true">
      {states.map((status) => (
        // Drawn as a row and turned to stand, so that one way of drawing bands serves both.
        <path key={status} class={`f-${status}`} transform="matrix(0 1 1 0 0 0)"
          d={bandPath(marks.filter((mark) => mark.status === status).map((mark) => [mark.from, mark.from + mark.count - 1] as const), { from: 0, to: total - 1 }, height, 8)} />
      ))}
    </svg>
  );
}
