import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { count, plural } from '../model/format';
import type { PartProps } from './Curation';
import { isFocusLost } from '../parts/focus';
import { DecidingContext } from './deciding';
import { FrameTile } from './FrameFace';
import { membersOf, orderOf, type Member } from './model/groups';
import { Pager } from './Pager';
import { useWidth } from './useWidth';

/** Groups on one page, members of a group at first, and on a page of an open one: at most 20 x 8 + 48 pictures at once. */
const groupsAtOnce = 20, membersAtFirst = 8, membersAtOnce = 48;

/** Near-equal frames side by side, the one kept first. */
export function Groups({ stream, place, go, onFrame }: PartProps) {
  const view = stream.view.groups;
  const [ref, width] = useWidth<HTMLDivElement>();
  const order = useMemo(() => orderOf(view?.sizes ?? [], place.order), [view, place.order]);
  const [open, setOpen] = useState<number | undefined>();
  // Whoever came from a frame with D goes on with 1 to 9 in its group.
  useEffect(() => {
    if (width > 0 && place.frame !== undefined && isFocusLost()) ref.current?.querySelectorAll<HTMLElement>('section.group')[place.group % groupsAtOnce]?.focus();
  }, [width > 0]);
  if (!view) return <p class="empty">No duplicates were looked for.</p>;
  // A place inside a page shows its page.
  const from = Math.floor(Math.min(place.group, order.length - 1) / groupsAtOnce) * groupsAtOnce;
  const pager = <Pager what="groups" from={from} size={groupsAtOnce} total={order.length} onFrom={(next) => go({ group: next })} />;
  return (
    <div class="curation-scroll groups">
      <div class="groups-head">
        <p>{plural(view.total, 'group')} of frames within {plural(view.distance, 'bit')} of the one kept; {count(view.spare)} to spare{view.masked > 0 && `; ${count(view.masked)} blurry, dark or unreadable frames were not compared`}</p>
        <label>Order{' '}
          <select value={place.order} onChange={(event) => go({ order: event.currentTarget.value === 'size' ? 'size' : 'frame', group: 0 })}>
            <option value="frame">as frames come</option>
            <option value="size">largest first</option>
          </select>
        </label>
      </div>
      {pager}
      <div ref={ref}>
        {width > 0 && order.slice(from, from + groupsAtOnce).map((group, i) => (
          <Group key={group} {...{ stream, onFrame, width, group }} at={place.frame} wanted={from + i === place.group && place.group > 0} open={open === group} onOpen={(yes) => setOpen(yes ? group : undefined)} />
        ))}
      </div>
      {pager}
      {view.merged.total > 0 && (
        <details class="noted">
          <summary>{plural(view.merged.total, 'group')} of earlier runs became part of another</summary>
          <ul class="reasons merged">{view.merged.first.slice(0, 100).map(([old, now]) => <li key={old}><code>{old}</code> is now in <code>{now}</code></li>)}
            {view.merged.total > 100 && <li class="dim">and {count(view.merged.total - 100)} more; they are in clusters.json</li>}
          </ul>
        </details>
      )}
    </div>
  );
}

interface GroupProps extends Pick<PartProps, 'stream' | 'onFrame'> { width: number; group: number; at: number | undefined; wanted: boolean; open: boolean; onOpen: (open: boolean) => void }

function Group({ stream, onFrame, width, group, at, wanted, open, onOpen }: GroupProps) {
  const view = stream.view.groups;
  const [from, setFrom] = useState(0);
  const members = useMemo(() => membersOf(stream.groups, group), [stream, group]);
  const size = view?.sizes[group] ?? members.length;
  const kept = members[0];
  const shown = open ? members.slice(from, from + membersAtOnce) : members.slice(0, membersAtFirst);
  const tile = width < 480 ? Math.floor((width - 28) / 3) : Math.max(96, Math.min(150, Math.floor((width - 60) / 6)));
  const note = (member: Member) => (member.kept ? undefined : `${plural(member.distance, 'bit')} · ${(1 - member.distance / 64).toFixed(2)}`);
  const deciding = useContext(DecidingContext);
  const verdictOf = (member: Member) => deciding?.verdictOf(stream.view.name, stream.numbers[member.ordinal] ?? 0);
  const pick = (place: number) => {
    const member = shown[place];
    if (member) deciding?.decide(stream.view.name, 'representative', [stream.numbers[member.ordinal] ?? 0]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!deciding || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[1-9]$/.test(event.key)) pick(Number(event.key) - 1);
    else if (event.key.toLowerCase() === 'u') deciding.undo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <section class={wanted ? 'group wanted' : 'group'} aria-label={`Group of ${size} frames`} onKeyDown={onKeyDown} tabIndex={deciding ? 0 : undefined}>
      <h3>
        {plural(size, 'frame')} <code title="the id of the group">{view?.ids[group]}</code>
        <span class="dim">kept #{count(stream.numbers[kept?.ordinal ?? 0] ?? 0)}: {view?.reasons[group]}</span>
      </h3>
      <div class="frame-tiles">
        {shown.map((member, i) => <FrameTile key={member.ordinal} stream={stream} ordinal={member.ordinal} width={tile} note={deciding && i < 9 ? `${i + 1} · ${note(member) ?? 'kept'}` : note(member)} mark={verdictOf(member) === 'representative' ? '★ you chose' : member.kept ? 'kept' : undefined} at={stream.numbers[member.ordinal] === at} onChoose={onFrame} />)}
      </div>
      {open && <Pager what="members" from={from} size={membersAtOnce} total={members.length} onFrom={setFrom} />}
      {members.length > membersAtFirst && <button type="button" class="small" aria-expanded={open} onClick={() => onOpen(!open)}>{open ? 'Fewer' : `All ${count(members.length)}`}</button>}
      {members.length < size && <span class="dim"> {count(size - members.length)} more are in clusters.json</span>}
    </section>
  );
}
