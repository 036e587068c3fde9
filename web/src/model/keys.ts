/** Everything the keyboard can do; the help is made from this list. */
export const keyHelp: { group: string; keys: [string, string][] }[] = [
  { group: 'Move', keys: [
    ['J K', 'next, previous in the list'],
    ['← → ↑ ↓', 'close, open, move in the focused part'],
    ['N', 'next that needs you'],
    ['E', 'next failure'],
    ['F', 'back to the result'],
    ['/', 'search the outline'],
  ] },
  { group: 'Play', keys: [
    ['Space', 'play, pause'],
    [', .', 'one frame back, forward'],
    ['[ ]', 'range from here, to here'],
    ['\\', 'loop the range on, off'],
  ] },
  { group: 'Look', keys: [
    ['G', 'graph of steps'],
    ['L', 'lanes: what ran when'],
    ['O', 'open the file, or copy its path'],
    ['Esc', 'close what is open'],
    ['?', 'this help'],
  ] },
];

/** What the keyboard does beside the rest where a server takes decisions. */
export const liveKeys: { group: string; keys: [string, string][] } = { group: 'Decide', keys: [
  ['A', 'approve what waits'],
  ['R', 'reject: write why, Ctrl Enter sends'],
  ['C', 'a note at this moment'],
  ['V', 'the version before'],
  ['W', 'wipe between two versions'],
  ['g r', 'all runs'],
] };

/** What the keyboard does inside a curation, beside the rest. */
export const curationKeys: { group: string; keys: [string, string][] } = { group: 'Curation', keys: [
  ['← → ⇧', 'move the line of a score, a frame, or in the grid; with shift far'],
  ['Home End', 'the ends of the scores, or of the grid'],
  ['+ − 0', 'closer, wider, all of the timeline'],
  ['Esc', 'close the frame'],
  ['K X U', 'on a server: keep, drop, take back'],
  ['D', 'on a server: the group of a frame'],
  ['1 … 9', 'on a server: the one to keep of a group'],
] };

export type Command =
  | 'next' | 'previous' | 'need' | 'failure' | 'follow' | 'search' | 'play' | 'back' | 'forward'
  | 'in' | 'out' | 'loop' | 'graph' | 'lanes' | 'open' | 'close' | 'help' | LiveCommand;

/** Commands that only a server can take. */
export type LiveCommand = 'approve' | 'reject' | 'note' | 'versions' | 'wipe';
export const liveCommands: readonly string[] = ['approve', 'reject', 'note', 'versions', 'wipe'];

const commands: Record<string, Command> = {
  j: 'next', k: 'previous', n: 'need', e: 'failure', f: 'follow', '/': 'search', ' ': 'play', ',': 'back', '.': 'forward',
  '[': 'in', ']': 'out', '\\': 'loop', g: 'graph', l: 'lanes', o: 'open',
  a: 'approve', r: 'reject', c: 'note', v: 'versions', w: 'wipe', Escape: 'close', '?': 'help',
};

interface Pressed { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; target: EventTarget | null }

/** The command of a key press; none while typing, with a modifier, or where a control uses the key itself. */
export function commandOf(press: Pressed): Command | undefined {
  // Some keyboards reach brackets and the like only with a modifier, so those are taken with one.
  const composed = '[]\\/?'.includes(press.key);
  if (press.metaKey || ((press.ctrlKey || press.altKey) && !composed)) return undefined;
  const target = press.target as { tagName?: string; type?: string; isContentEditable?: boolean } | null;
  const tag = target?.tagName ?? '';
  const field = tag === 'INPUT' && target?.type !== 'range' && target?.type !== 'checkbox';
  const typing = field || tag === 'TEXTAREA' || tag === 'SELECT' || target?.isContentEditable === true;
  if (typing && press.key !== 'Escape') return undefined;
  if (press.key === ' ' && (tag === 'BUTTON' || tag === 'A' || tag === 'SUMMARY')) return undefined;
  return commands[press.key.length === 1 ? press.key.toLowerCase() : press.key];
}
