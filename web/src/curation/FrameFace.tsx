import { count } from '../model/format';
import { spriteStyle, tileOf } from './model/sheets';
import { flagWords, letters, type Stream } from './model/stream';
import { useSheet } from './useSheet';

interface FaceProps { stream: Stream; ordinal: number; width: number }

/** How many frames before a frame of a film the picture that stands for it may be. */
const nearEnough = (stream: Stream) => (stream.view.kind === 'film' ? 1000 : 0);

/** The picture of a frame out of its sheet. */
export function FrameFace({ stream, ordinal, width }: FaceProps) {
  const index = stream.numbers[ordinal] ?? 0;
  const tile = tileOf(stream.tiles, index, nearEnough(stream));
  const state = useSheet(tile?.sheet);
  const height = Math.round((width * stream.tiles.height) / stream.tiles.width);
  if (!tile || state === 'missing') return <span class="sprite none" style={{ width: `${width}px`, height: `${height}px` }}>no picture</span>;
  if (state === 'waiting') return <span class="sprite" style={{ width: `${width}px`, height: `${height}px` }} />;
  return <span class="sprite loaded" style={spriteStyle(tile, width)} title={tile.index === index ? undefined : `picture of frame ${tile.index}`} />;
}

interface TileProps extends FaceProps { note?: string; mark?: string; at?: boolean; onChoose: (ordinal: number) => void }

/** A frame as a button: its picture, its letters, its number. */
export function FrameTile({ stream, ordinal, width, note, mark, at, onChoose }: TileProps) {
  const index = stream.numbers[ordinal] ?? 0;
  const flags = stream.flags[ordinal] ?? 0;
  const said = [`frame ${index}`, flagWords(flags), mark, note].filter(Boolean).join(', ');
  return (
    <button type="button" class={`frame-tile${at ? ' at' : ''}${mark ? ' marked' : ''}`} style={{ width: `${width}px` }} onClick={() => onChoose(ordinal)} aria-label={said} title={said}>
      <FrameFace stream={stream} ordinal={ordinal} width={width - 2} />
      <FrameWords stream={stream} ordinal={ordinal} note={note} mark={mark} />
    </button>
  );
}

export function FrameWords({ stream, ordinal, note, mark }: { stream: Stream; ordinal: number; note?: string; mark?: string }) {
  const flags = letters(stream.flags[ordinal] ?? 0);
  return (
    <>
      {flags !== '' && <b class="letters">{flags}</b>}
      {mark && <b class="kept-mark">{mark}</b>}
      <span class="frame-name">#{count(stream.numbers[ordinal] ?? 0)}{note && <small>{note}</small>}</span>
    </>
  );
}
