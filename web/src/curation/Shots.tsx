import { useState } from 'preact/hooks';
import { clock, count, plural, span } from '../model/format';
import type { PartProps } from './Curation';
import { FrameTile } from './FrameFace';
import { scoreWords } from './model/scores';
import { ordinalFrom } from './model/stream';
import { Pager } from './Pager';

const rowsAtOnce = 40;

/** The shots between cuts, and the stretches in which nothing moves. */
export function Shots({ stream, place, onFrame }: PartProps) {
  const { cuts, idle } = stream.view;
  const [shot, setShot] = useState(0);
  const [stretch, setStretch] = useState(0);
  const face = (index: number) => {
    const ordinal = ordinalFrom(stream.numbers, index);
    return ordinal < stream.count && <FrameTile stream={stream} ordinal={ordinal} width={104} at={stream.numbers[ordinal] === place.frame} onChoose={onFrame} />;
  };
  const time = (seconds: number | null | undefined) => (typeof seconds === 'number' ? clock(seconds, true) : '');
  return (
    <div class="curation-scroll shots">
      {cuts && cuts.scenes.total > 0 && (
        <section aria-label="Shots">
          <h3>{plural(cuts.scenes.total, 'shot')} <span class="dim">detector {cuts.detector}, threshold {cuts.threshold}</span></h3>
          <Pager what="shots" from={shot} size={rowsAtOnce} total={cuts.scenes.first.length} onFrom={setShot} />
          <div class="table-box">
            <table class="facts-table">
              <thead><tr><th scope="col" class="number">shot</th><th scope="col">first frame</th><th scope="col" class="number">start</th><th scope="col" class="number">end</th><th scope="col" class="number">length</th></tr></thead>
              <tbody>
                {cuts.scenes.first.slice(shot, shot + rowsAtOnce).map(([from, to, start, end], i) => (
                  <tr key={from}>
                    <th scope="row" class="number">{count(shot + i + 1)}</th>
                    <td>{face(from)}</td>
                    <td class="number">#{count(from)}<br /><span class="dim">{time(start)}</span></td>
                    <td class="number">#{count(to)}<br /><span class="dim">{time(end)}</span></td>
                    <td class="number">{plural(to - from, 'frame')}<br /><span class="dim">{span(end - start)}</span></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      {idle && idle.stretches.total > 0 && (
        <section aria-label="Idle stretches">
          <h3>{plural(idle.stretches.total, 'idle stretch', 'idle stretches')} <span class="dim">{plural(idle.frames, 'frame')}{idle.rule && `; motion below ${idle.rule.enter}, at least ${idle.rule.minFrames} frames`}</span></h3>
          <Pager what="idle stretches" from={stretch} size={rowsAtOnce} total={idle.stretches.first.length} onFrom={setStretch} />
          <div class="table-box">
            <table class="facts-table">
              <thead><tr><th scope="col">first frame</th><th scope="col" class="number">from</th><th scope="col" class="number">to</th><th scope="col" class="number">frames</th><th scope="col" class="number">mean motion</th></tr></thead>
              <tbody>
                {idle.stretches.first.slice(stretch, stretch + rowsAtOnce).map(([from, to, start, end, motion]) => (
                  <tr key={from}>
                    <td>{face(from)}</td>
                    <td class="number">#{count(from)}<br /><span class="dim">{time(start)}</span></td>
                    <td class="number">#{count(to)}<br /><span class="dim">{time(end)}</span></td>
                    <td class="number">{count(ordinalFrom(stream.numbers, to + 1) - ordinalFrom(stream.numbers, from))}</td>
                    <td class="number">{motion === null ? '' : scoreWords(motion)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
    </div>
  );
}
