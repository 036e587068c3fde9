export interface DiffLine { kind: 'same' | 'old' | 'new'; text: string }

const mostCells = 4_000_000;

/** What changed between two texts, by lines: the longest common subsequence. Texts too large for that are told as wholly different in their middle. */
export function lineDiff(old: string, fresh: string): DiffLine[] {
  const a = old.replace(/\n$/, '').split('\n');
  const b = fresh.replace(/\n$/, '').split('\n');
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const lines = (kind: DiffLine['kind'], texts: string[]): DiffLine[] => texts.map((text) => ({ kind, text }));
  return [
    ...lines('same', a.slice(0, head)),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail), lines),
    ...lines('same', a.slice(a.length - tail)),
  ];
}

function middle(a: string[], b: string[], lines: (kind: DiffLine['kind'], texts: string[]) => DiffLine[]): DiffLine[] {
  if (a.length * b.length > mostCells) return [...lines('old', a), ...lines('new', b)];
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i * width + j] = a[i] === b[j] ? (longest[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0);
    }
  }
  const result: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) result.push({ kind: 'same', text: a[i] ?? '' }), i++, j++;
    else if (i < a.length && (j >= b.length || (longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0))) result.push({ kind: 'old', text: a[i++] ?? '' });
    else result.push({ kind: 'new', text: b[j++] ?? '' });
  }
  return result;
}
