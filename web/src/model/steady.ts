/** How many rows came above the one at a place, less those that went; the first of those below counts where it is gone itself. */
export function addedAbove(before: readonly string[], now: readonly string[], first: number): number {
  const places = new Map(now.map((id, index) => [id, index]));
  for (let i = first; i < before.length; i++) {
    const at = places.get(before[i] ?? '');
    if (at !== undefined) return at - i;
  }
  return 0;
}
