import type { ColumnView } from '../data';

export function bytesOf(base64: string): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Bytes of another order of the machine are not turned: all machines that run browsers are little-endian. */
export function int32sOf(base64: string): Int32Array {
  return new Int32Array(bytesOf(base64).buffer);
}

/** The scores of a column, NaN for none. Doubles, so that rounding here never carries a score across its line. */
export function scoresOf(column: ColumnView): Float64Array {
  if (column.floats !== undefined) return Float64Array.from(new Float32Array(bytesOf(column.floats).buffer));
  const codes = new Uint16Array(bytesOf(column.codes ?? '').buffer);
  const table = new Float64Array(65536);
  for (let code = 0; code < 65535; code++) {
    const place = column.from + code * column.step;
    table[code] = column.log ? Math.expm1(place) : place;
  }
  table[65535] = Number.NaN;
  const scores = new Float64Array(codes.length);
  for (let i = 0; i < codes.length; i++) scores[i] = table[codes[i] ?? 65535] ?? Number.NaN;
  return scores;
}
