import type { Design } from '../../model/design.ts'
import { asText, getAt, type Json, member, type Path, parsePath } from '../../model/json.ts'
import { idOfPath, kindOfId } from '../../model/locate.ts'
import type { Services } from '../context.ts'

/** How many lines are shown before and after the one that failed. */
const AROUND = 2

/** A line of a script, numbered from 1. */
export interface SourceLine {
  number: number
  text: string
}

/** The lines around one of a script; none when its text is not in the design (a file, say) or shorter than that. */
export function sourceAround(design: Design, script: string | undefined, line: number | undefined): SourceLine[] {
  if (script === undefined || line === undefined) return []
  const text = scriptText(getAt(design, scriptPath(script)))
  const lines = text?.split('\n') ?? []
  if (line > lines.length) return []
  const first = Math.max(1, line - AROUND)
  return lines.slice(first - 1, line + AROUND).map((each, i) => ({ number: first + i, text: each }))
}

/** Selects the object that a script stands in, with its editor at the line. */
export function openScript({ store }: Services, script: string, line = 1): void {
  const { design, select, setRun, togglePanel } = store.getState()
  const id = design && idOfPath(design, scriptPath(script))?.id
  if (id === undefined) return
  select(id)
  setRun({ place: { script, line } })
  togglePanel('inspector', true)
}

/**
 * What a script is of, where that is not plain from the filter that ran it: `other` among a filter's source_codes, or
 * `of route mine`, `of cluster web`. '' for a filter's own.
 */
export function ownerOf(design: Design, script: string): string {
  const path = scriptPath(script)
  const at = path.lastIndexOf('source_codes')
  if (at >= 0) return String(path[at + 1])
  const found = idOfPath(design, path)
  const kind = found && OWNERS[kindOfId(found.id)]
  if (!kind) return ''
  const named = asText(member(getAt(design, path.slice(0, path.length - found.rest.length)), 'name'))
  return `of ${kind}${named ? ` ${named}` : ''}`
}

const OWNERS: Record<string, string> = {
  route: 'route',
  vhost: 'virtual host',
  routes: 'route configuration',
  inline: 'route configuration',
  cluster: 'cluster',
}

/** Where a script stands in a design: a run names it from the configuration's root. */
function scriptPath(script: string): Path {
  const path = parsePath(script)
  return path[0] === 'config' ? path : ['config', ...path]
}

function scriptText(source: Json | undefined): string | undefined {
  if (typeof source === 'string') return source
  const bytes = asText(member(source, 'inline_bytes'))
  if (bytes === undefined) return asText(member(source, 'inline_string'))
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0)))
  } catch {
    return undefined
  }
}
