import type { Design } from '../design.ts'
import type { Path } from '../json.ts'

/** What an edit gives: the new document (unchanged parts shared with the old), and how undo calls it. */
export interface Edit {
  design: Design
  /** In words, imperative: "Move lua before router". */
  label: string
  /** What the edit made or moved, in the new document: what the canvas selects next. */
  select?: Path
}

/** A name that is not taken: the wanted one, else with `-2`, `-3`, ... after it. */
export function freeName(wanted: string, taken: Iterable<unknown>): string {
  const names = new Set(taken)
  if (!names.has(wanted)) return wanted
  const stem = wanted.replace(/-\d+$/, '')
  let count = 2
  while (names.has(`${stem}-${count}`)) count++
  return `${stem}-${count}`
}

/** The last part of an extension's name: `envoy.filters.http.lua` is `lua`; Istio's and users' names stay whole. */
export function shortName(name: string): string {
  return name.startsWith('envoy.') ? name.slice(name.lastIndexOf('.') + 1) : name
}
