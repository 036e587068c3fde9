/** `61 %`. */
export function percent(share: number): string {
  return `${Math.floor(Math.max(0, Math.min(1, share)) * 100 + 1e-9)} %`;
}
