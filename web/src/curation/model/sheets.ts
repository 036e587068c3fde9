import type { SheetView } from '../data';

/** Tiles of a sheet. */
export const sheetTiles = 100;

/** Where the picture of a frame is: a sheet, and the place of its tile there. */
export interface Tile { sheet: string; column: number; row: number; columns: number; width: number; height: number; index: number }

interface Run { first: number; last: number; step: number; place: number; folder: SheetView }

export interface Tiles { runs: Run[]; width: number; height: number }

/** The runs of all folders in the order of their first frame. */
export function tilesOf(sheets: SheetView[]): Tiles {
  const runs: Run[] = [];
  for (const folder of sheets) {
    let place = 0;
    for (let i = 0; i + 2 < folder.frames.length; i += 3) {
      const [first = 0, count = 0, step = 1] = folder.frames.slice(i, i + 3);
      runs.push({ first, last: first + (count - 1) * step, step: Math.max(1, step), place, folder });
      place += count;
    }
  }
  runs.sort((a, b) => a.first - b.first);
  const [width, height] = sheets[0]?.tile ?? [128, 72];
  return { runs, width, height };
}

/** The tile of a frame, or of the nearest one before it that has a tile within `within` frames (films have one for every k-th only). */
export function tileOf(tiles: Tiles, index: number, within = 0): Tile | undefined {
  let low = 0;
  let high = tiles.runs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tiles.runs[middle]?.first ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  const run = tiles.runs[low - 1];
  if (!run) return undefined;
  const step = Math.floor((Math.min(index, run.last) - run.first) / run.step);
  const found = run.first + step * run.step;
  if (index - found > within) return undefined;
  const place = run.place + step;
  const { folder } = run;
  const inSheet = place % sheetTiles;
  return {
    sheet: `${folder.address}sheet-${String(Math.floor(place / sheetTiles)).padStart(3, '0')}.jpg`,
    column: inSheet % folder.columns, row: Math.floor(inSheet / folder.columns), columns: folder.columns,
    width: folder.tile[0], height: folder.tile[1], index: found,
  };
}

/** The style that shows one tile of a sheet in a box of this width: sheets may have fewer than ten rows, so only widths are known. */
export function spriteStyle(tile: Tile, width: number): Record<string, string> {
  const height = (width * tile.height) / tile.width;
  const px = (value: number) => `${Math.round(value * 100) / 100}px`;
  return {
    width: px(width), height: px(height), backgroundImage: `url("${tile.sheet.replace(/["\\]/g, encodeURIComponent)}")`,
    backgroundSize: `${px(width * tile.columns)} auto`, backgroundPosition: `${px(-tile.column * width)} ${px(-tile.row * height)}`,
  };
}
