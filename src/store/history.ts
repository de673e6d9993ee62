import type { Design } from '../model/design.ts'

/** One edit that can be undone or redone. */
export interface HistoryEntry {
  /** What the edit did, in words. */
  label: string
  /** The document on the other side of it: before it (in `past`) or after it (in `future`). */
  design: Design
  selection: string | undefined
  /** Edits in a row with one key become one entry: letters typed into one field. */
  merge?: string
}

export interface History {
  past: readonly HistoryEntry[]
  future: readonly HistoryEntry[]
}

/** Enough for an afternoon; documents share their unchanged parts, so an entry costs little. */
export const HISTORY_LIMIT = 300

export const emptyHistory: History = { past: [], future: [] }

/** Records an edit made on `before`; what had been undone can no longer be redone. */
export function record(history: History, before: HistoryEntry): History {
  const last = history.past.at(-1)
  if (before.merge !== undefined && last?.merge === before.merge) return { past: history.past, future: [] }
  return { past: [...history.past, before].slice(-HISTORY_LIMIT), future: [] }
}

interface Present {
  design: Design
  selection: string | undefined
}

/** Takes the last edit back: the document to show, and the history after it. Undefined if there is none. */
export function undo(history: History, now: Present): { history: History; entry: HistoryEntry } | undefined {
  const entry = history.past.at(-1)
  if (!entry) return undefined
  const back = { ...now, label: entry.label }
  return { entry, history: { past: history.past.slice(0, -1), future: [back, ...history.future] } }
}

/** Makes the last edit taken back again. */
export function redo(history: History, now: Present): { history: History; entry: HistoryEntry } | undefined {
  const [entry, ...future] = history.future
  if (!entry) return undefined
  const forth = { ...now, label: entry.label }
  return { entry, history: { past: [...history.past, forth], future } }
}
