import { count, plural, span } from '../model/format';
import type { PartProps } from './Curation';
import type { Listed, NotedFile, StreamView } from './data';
import { FrameTile } from './FrameFace';
import { useWidth } from './useWidth';

const share = (part: number, whole: number) => (whole > 0 ? `${((part / whole) * 100).toFixed(part / whole < 0.0995 ? 1 : 0)} %` : '');

/** What was found, and which rule dropped how much. */
export function Summary({ stream, go }: PartProps) {
  const { view } = stream;
  const { selection } = view;
  const total = selection ? selection.kept + selection.dropped : view.frames;
  return (
    <div class="curation-scroll summary">
      <p class="summary-line">{summaryLine(view)}</p>
      {stream.count > 0 && view.sheets.length > 0 && <Contact {...{ stream, go }} />}
      {selection && (
        <>
          <div class="keep-bar" role="img" aria-label={`keep ${count(selection.kept)}, drop ${count(selection.dropped)}`}>
            <span class="keep" style={{ flexGrow: selection.kept }} /><span class="drop" style={{ flexGrow: selection.dropped }} />
          </div>
          <p class="keep-words">
            <button type="button" class="link" onClick={() => go({ part: 'frames', show: 'kept' })}>keep {count(selection.kept)}</button> ({share(selection.kept, total)}),{' '}
            <button type="button" class="link" onClick={() => go({ part: 'frames', show: 'dropped' })}>drop {count(selection.dropped)}</button> ({share(selection.dropped, total)})
          </p>
          {selection.rules.length > 0 && (
            <div class="table-box">
              <table class="facts-table">
                <caption>Rules in order; the first that matches drops</caption>
                <thead><tr><th scope="col">rule</th><th scope="col" class="number">matched</th><th scope="col" class="number">dropped first</th><th scope="col" class="number">of all</th></tr></thead>
                <tbody>
                  {selection.rules.map((rule) => (
                    <tr key={rule.rule} class={rule.rule.startsWith('person') ? 'person' : undefined}>
                      <th scope="row">{(rule.first > 0 || rule.rule === 'person: keep') && stream.count > 0 ? <button type="button" class="link" onClick={() => go({ part: 'frames', show: `rule:${rule.rule}` })}>{rule.rule}</button> : rule.rule}</th>
                      <td class="number">{count(rule.matched)}</td>
                      <td class="number">{rule.rule === 'person: keep' ? 'kept' : count(rule.first)}</td>
                      <td class="number">{share(rule.first, total)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </>
      )}
      {view.sizes.length > 0 && (
        <div class="table-box">
          <table class="facts-table">
            <caption>Sizes</caption>
            <thead><tr><th scope="col">pixels</th><th scope="col" class="number">frames</th></tr></thead>
            <tbody>{view.sizes.map((size) => <tr key={`${size.width} ${size.height}`}><th scope="row">{size.width} × {size.height}</th><td class="number">{count(size.frames)}</td></tr>)}</tbody>
          </table>
        </div>
      )}
      {view.missing.total > 0 && (
        <details class="noted">
          <summary>{plural(view.missing.total, 'gap')}, {plural(view.missingFrames, 'number')} without a frame</summary>
          <p class="ranges">{view.missing.first.slice(0, 200).map(([from, to]) => rangeWords(from, to)).join(', ')}{view.missing.total > 200 && ` and ${count(view.missing.total - 200)} more`}</p>
        </details>
      )}
      <Noted title="Unreadable" list={view.unreadable} />
      <Noted title="With a number that another file has" list={view.doubles} />
      <Noted title="Look like frames and are none" list={view.notFrames} />
      {view.notes.map((note) => <p key={note} class="noted">{note}</p>)}
      {view.leftOut.length > 0 && (
        <section class="noted">
          <h3>Left out of this page</h3>
          <ul class="reasons">{view.leftOut.map((text) => <li key={text}>{text}</li>)}</ul>
        </section>
      )}
    </div>
  );
}

/** A few frames, evenly taken: what this stream is about. */
function Contact({ stream, go }: Pick<PartProps, 'stream' | 'go'>) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const tile = width < 480 ? Math.floor((width - 12) / 3) : 124;
  const most = Math.min(stream.count, width < 480 ? 6 : Math.max(1, Math.floor((width + 6) / (tile + 6))));
  const ordinals = Array.from({ length: most }, (_, i) => Math.floor(((i + 0.5) * stream.count) / most));
  return (
    <div class="frame-tiles contact" ref={ref} role="group" aria-label="Frames, evenly taken">
      {width > 0 && ordinals.map((ordinal) => <FrameTile key={ordinal} stream={stream} ordinal={ordinal} width={tile} onChoose={() => go({ part: 'frames', show: 'all', frame: stream.numbers[ordinal] })} />)}
    </div>
  );
}

const rangeWords = (from: number, to: number) => (from === to ? count(from) : `${count(from)}–${count(to)}`);

function summaryLine(view: StreamView): string {
  const [gap] = view.missing.first;
  return [
    plural(view.frames, 'frame'),
    view.seconds && `${span(view.seconds)} at ${Math.round((view.fps ?? 0) * 100) / 100} fps`,
    gap && `${plural(view.missing.total, 'gap')} (first: ${rangeWords(gap[0], gap[1])})`,
    view.unreadable.total > 0 && `${count(view.unreadable.total)} unreadable`,
    view.doubles.total > 0 && plural(view.doubles.total, 'double index', 'double indices'),
    view.groups && view.groups.total > 0 && `${plural(view.groups.total, 'group')} of near-equal frames (${count(view.groups.spare)} to spare)`,
    view.idle && view.idle.stretches.total > 0 && `${plural(view.idle.stretches.total, 'idle stretch', 'idle stretches')} (${plural(view.idle.frames, 'frame')})`,
    view.cuts && view.cuts.scenes.total > 1 && plural(view.cuts.scenes.total, 'shot'),
  ].filter(Boolean).join(' · ');
}

function Noted({ title, list }: { title: string; list: Listed<NotedFile> }) {
  if (list.total === 0) return null;
  return (
    <details class="noted">
      <summary>{title}: {count(list.total)}</summary>
      <ul class="reasons">
        {list.first.slice(0, 100).map((file, i) => <li key={i}>{file.frame !== undefined && <b>#{count(file.frame)} </b>}{file.path && <code>{file.path}</code>} {file.why}</li>)}
        {list.total > Math.min(100, list.first.length) && <li class="dim">and {count(list.total - Math.min(100, list.first.length))} more</li>}
      </ul>
    </details>
  );
}
