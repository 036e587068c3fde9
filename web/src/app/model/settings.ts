export interface SettingGroup { name: string; rows: [string, string][] }

/** Nested values as groups of rows with names such as `budget.day`: whatever the server tells is shown, also what this page does not know. */
export function settingRows(value: Record<string, unknown>): SettingGroup[] {
  const groups: SettingGroup[] = [];
  const own: [string, string][] = [];
  for (const [name, inner] of Object.entries(value)) {
    if (isMap(inner)) groups.push({ name: title(name), rows: flat(inner, '') });
    else if (Array.isArray(inner) && inner.some(isMap)) groups.push({ name: title(name), rows: inner.map((one, i) => rowOf(one, i)) });
    else own.push([title(name), wordsOf(inner)]);
  }
  return own.length > 0 ? [{ name: 'Server', rows: own }, ...groups] : groups;
}

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function rowOf(one: unknown, index: number): [string, string] {
  if (!isMap(one)) return [String(index + 1), wordsOf(one)];
  const { name, id, ...rest } = one;
  return [String(name ?? id ?? index + 1), flat(rest, '').map(([key, text]) => (text === '' ? '' : `${key}: ${text}`)).filter(Boolean).join(' · ')];
}

function flat(value: Record<string, unknown>, before: string): [string, string][] {
  return Object.entries(value).flatMap(([name, inner]): [string, string][] => (isMap(inner) ? flat(inner, `${before}${title(name)}.`) : [[before + title(name), wordsOf(inner)]]));
}

function wordsOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(wordsOf).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const title = (name: string) => name.replaceAll('_', ' ');
