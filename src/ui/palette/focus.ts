import type { AppActions } from '../../store/app.ts'

/** Goes to the palette's search field, opening the palette if need be. At once if it can: the next key belongs there. */
export function focusPalette(state: AppActions): void {
  const field = (): HTMLElement | null => document.querySelector<HTMLElement>('[data-palette-search]')
  if (field()) {
    field()?.focus()
    return
  }
  state.togglePanel('palette', true)
  requestAnimationFrame(() => field()?.focus())
}
