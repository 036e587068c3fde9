/** A text in parts: those that were asked for, and those between. */
export function marked(text: string, asked: string): { text: string; hit: boolean }[] {
  const words = asked.split(/\s+/).filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (words.length === 0) return [{ text, hit: false }];
  return text.split(new RegExp(`(${words.join('|')})`, 'giu')).map((part, i) => ({ text: part, hit: i % 2 === 1 })).filter((part) => part.text !== '');
}
