/** An input of a template, as `spool templates --json` has it. */
export interface TemplateInput {
  name: string;
  type: string;
  needed: boolean;
  default: unknown;
  description?: string | null;
  prompt?: string;
  choices?: string[];
  extensions?: string[];
  items?: string;
  least?: number;
  most?: number;
  env?: string;
}

export interface Template { name: string; alias: string[]; description: string; from?: string | null; files: string[]; inputs: TemplateInput[]; problems?: { message: string }[] }

/** The text that a field begins with. */
export function startOf(input: TemplateInput): string {
  const value = input.default;
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(String).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What a field may hold, in words. */
export function rangeOf(input: TemplateInput): string {
  const unit = input.type === 'list' ? ' items' : input.type === 'string' || input.type === 'text' ? ' characters' : '';
  if (input.least !== undefined && input.most !== undefined) return input.least === input.most ? `exactly ${input.least}${unit}` : `${input.least} to ${input.most}${unit}`;
  if (input.least !== undefined) return `at least ${input.least}${unit}`;
  return input.most !== undefined ? `at most ${input.most}${unit}` : '';
}

/** Why a value does not fit, or nothing. The server has the last word; this says it before anything is sent. */
export function wrongWith(input: TemplateInput, text: string): string | undefined {
  const value = text.trim();
  if (value === '') return input.needed && input.type !== 'secret' ? 'A value is needed.' : undefined;
  if (input.type === 'integer' && !/^[+-]?\d+$/.test(value)) return `“${value}” is no whole number.`;
  if (input.type === 'number' && !Number.isFinite(Number(value))) return `“${value}” is no number.`;
  if (input.type === 'boolean' && value !== 'true' && value !== 'false') return 'It is true or false.';
  const parts = input.type === 'list' ? value.split(',').map((part) => part.trim()).filter(Boolean) : [value];
  const odd = input.choices && input.choices.length > 0 ? parts.find((part) => !input.choices?.includes(part)) : undefined;
  if (odd !== undefined) return `“${odd}” is none of ${input.choices?.join(', ')}.`;
  if (input.type === 'file' && input.extensions && input.extensions.length > 0 && !input.extensions.some((one) => value.toLowerCase().endsWith(one.toLowerCase()))) return `It ends in ${input.extensions.join(' or ')}.`;
  const size = input.type === 'integer' || input.type === 'number' ? Number(value) : input.type === 'list' ? parts.length : value.length;
  const outside = (input.least !== undefined && size < input.least) || (input.most !== undefined && size > input.most);
  return outside && input.type !== 'boolean' && input.type !== 'file' ? `It must have ${rangeOf(input)}.`.replace('have', /integer|number/.test(input.type) ? 'be' : 'have') : undefined;
}

/** Only what differs from the defaults is sent; a list as its items. */
export function changedInputs(inputs: readonly TemplateInput[], values: Record<string, string>): Record<string, string | string[]> {
  const changed = inputs.filter((input) => input.type !== 'secret' && (values[input.name] ?? '').trim() !== '' && values[input.name] !== startOf(input));
  return Object.fromEntries(changed.map((input) => {
    const text = values[input.name] ?? '';
    return [input.name, input.type === 'list' ? text.split(',').map((part) => part.trim()).filter(Boolean) : text];
  }));
}
