import { scoreKinds } from './scores';

/** A word as a POSIX shell takes it. */
export function quoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The command that curates again with these lines; scores that no rule reads are not in it. */
export function commandFor(input: string | undefined, lines: Record<string, number>): string {
  const options = scoreKinds.flatMap((kind) => (kind.cli && lines[kind.id] !== undefined ? [kind.cli(String(lines[kind.id]))] : []));
  return ['spool curate', quoted(input ?? 'INPUT'), ...options].join(' ');
}

/** The same as variables of the workflow file. */
export function yamlFor(stream: 'pictures' | 'film', lines: Record<string, number>): string {
  const vars = scoreKinds.flatMap((kind) => (kind.yaml && lines[kind.id] !== undefined ? [`  ${kind.yaml(String(lines[kind.id]), stream === 'film')}`] : []));
  return ['vars:', ...vars].join('\n');
}
