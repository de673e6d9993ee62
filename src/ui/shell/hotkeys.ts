import type { Services } from '../context.ts'
import { focusPalette } from '../palette/focus.ts'
import { runRequest } from '../simulate/run.ts'

/** Keys that work anywhere on the main screen. In a field, only those with Ctrl, and undo is the field's own. */
export function handleGlobalKey(event: KeyboardEvent, services: Services, search: () => void): void {
  const { dialog } = services.store.getState()
  if (dialog !== undefined) return
  const target = event.target as HTMLElement | null
  const inField = !!target?.closest('input, textarea, select, [contenteditable], .monaco-editor')
  const act =
    event.ctrlKey || event.metaKey ? controlKey(event, services, search, inField) : plainKey(event, services, inField)
  if (!act) return
  event.preventDefault()
  act()
}

function controlKey(
  event: KeyboardEvent,
  services: Services,
  search: () => void,
  inField: boolean,
): (() => void) | undefined {
  const state = services.store.getState()
  const keys: Record<string, () => void> = {
    k: search,
    enter: () => void runRequest(services),
    o: () => state.showDialog('import'),
    e: () => state.showDialog('export'),
    s: () => void services.flush(),
    1: () => state.togglePanel('palette'),
    2: () => state.togglePanel('simulate'),
    3: () => state.togglePanel('inspector'),
    ...(!inField && { z: event.shiftKey ? state.redo : state.undo, y: state.redo }),
  }
  return keys[event.key.toLowerCase()]
}

function plainKey(event: KeyboardEvent, { store }: Services, inField: boolean): (() => void) | undefined {
  const state = store.getState()
  if (event.key === 'F1' || (event.key === '?' && !inField)) return () => state.showDialog('keys')
  if (event.key === 'F6') return () => nextRegion(event.shiftKey ? -1 : 1)
  if (inField || event.altKey || event.key !== '/') return undefined
  return () => focusPalette(state)
}

/** The parts of the screen, in the order that F6 visits them: each by the element in it that takes the focus. */
const REGIONS = [
  'header button',
  '[data-palette-search]',
  '[aria-label="Filter chains"] [tabindex="0"]',
  '[aria-label="Inspector"] :is(button, input, textarea, [tabindex="0"])',
  '[aria-label="Run"] :is(button, input, textarea, [tabindex="0"])',
]

function nextRegion(by: 1 | -1): void {
  const elements = REGIONS.map((selector) => document.querySelector<HTMLElement>(selector)).filter(
    (one) => one !== null,
  )
  const holds = (one: HTMLElement): boolean => {
    const region = one.closest('header, aside, section')
    return region?.contains(document.activeElement) === true
  }
  const at = elements.findIndex(holds)
  elements.at((at + by) % elements.length)?.focus()
}

/** Every key, for the list of keys. */
export const keyList: { title: string; keys: [string, string][] }[] = [
  {
    title: 'Walk',
    keys: [
      ['← ↑ ↓ →', 'to the next card of the canvas'],
      ['Home, End', 'to the first, last card of the column'],
      ['Enter', 'open: a listener’s chains, a filter’s settings'],
      ['Esc', 'select nothing'],
      ['F6, Shift F6', 'to the next, the last part of the screen'],
    ],
  },
  {
    title: 'Change',
    keys: [
      ['/', 'find a filter to add; Enter inserts it after the selected one'],
      ['A, B', 'add after, before the selected filter'],
      ['Alt ↑, Alt ↓', 'move the selected filter or route'],
      ['D', 'duplicate'],
      ['X', 'disable or enable'],
      ['Del', 'delete'],
      ['U', 'unlock or lock what is Istio’s own'],
      ['Shift F10', 'menu of the selected card'],
    ],
  },
  {
    title: 'Everywhere',
    keys: [
      ['Ctrl K', 'search or run a command'],
      ['Ctrl Z, Ctrl Shift Z', 'undo, redo'],
      ['Ctrl Enter', 'send the request'],
      ['Ctrl O, Ctrl E', 'open, export'],
      ['Ctrl 1, 2, 3', 'palette, run, inspector'],
      ['F1, ?', 'this list'],
    ],
  },
  {
    title: 'In the script editor',
    keys: [
      ['Ctrl Space', 'what may stand here'],
      ['F8, Shift F8', 'the next, the last problem'],
      ['F9', 'breakpoint on this line'],
      ['F12, Shift F12', 'where a name is made, used'],
      ['F2', 'a new name, everywhere'],
      ['Shift Alt F', 'lay the script out anew'],
      ['Ctrl Enter', 'send the request through it'],
      ['Esc', 'leave the editor'],
    ],
  },
]
