interface Size { width: number; height: number }
interface Box extends Size { left: number; top: number }

/** The pixel of a picture under a point of the page, where the picture is fitted whole into its box; nothing beside it. */
export function pixelAt(box: Box, natural: Size, x: number, y: number): { x: number; y: number } | undefined {
  if (natural.width <= 0 || natural.height <= 0 || box.width <= 0 || box.height <= 0) return undefined;
  const scale = Math.min(box.width / natural.width, box.height / natural.height);
  const at = {
    x: Math.floor((x - box.left - (box.width - natural.width * scale) / 2) / scale),
    y: Math.floor((y - box.top - (box.height - natural.height * scale) / 2) / scale),
  };
  return at.x >= 0 && at.y >= 0 && at.x < natural.width && at.y < natural.height ? at : undefined;
}

/** A colour in words: `R 255 G 128 B 0 · #ff8000`, with its opacity where it has one. */
export function colourWords(rgba: ArrayLike<number>): string {
  const [r = 0, g = 0, b = 0, a = 255] = Array.from(rgba);
  const hex = [r, g, b].map((value) => value.toString(16).padStart(2, '0')).join('');
  return `R ${r} G ${g} B ${b} · #${hex}${a < 255 ? ` · ${Math.round((a / 255) * 100)} % opaque` : ''}`;
}
