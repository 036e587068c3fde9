/** A ref for what takes the keyboard when it appears: the attribute `autofocus` works only once for a document. */
export const focusNow = (element: HTMLElement | null): void => element?.focus();

/** True where the keyboard is nowhere: what held it is gone or cannot be used any more. */
export function isFocusLost(): boolean {
  const at = document.activeElement;
  return at === null || at === document.body || at.matches(':disabled');
}
