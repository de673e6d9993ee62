import type { Design } from './design.ts'
import { asText, getAt, isObject, type Json, member, type Path } from './json.ts'

/**
 * Ids of what stands on the canvas. An id is made of names, not of indexes: `listener:0.0.0.0_8080/chain:/nf:hcm/hf:lua`.
 * It survives edits elsewhere and moves within a list; equal names in one list are told apart by `~2`, `~3`, ...
 */
interface Level {
  /** The id's segment is `kind:name`, or the bare kind where there is only one. */
  kind: string
  parents: readonly string[]
  /** From the parent to the list, or to the one object. */
  path: Path
  single?: true
}

const levels: readonly Level[] = [
  { kind: 'listener', parents: [''], path: ['config', 'listeners'] },
  { kind: 'routes', parents: [''], path: ['config', 'routes'] },
  { kind: 'cluster', parents: [''], path: ['config', 'clusters'] },
  { kind: 'request', parents: [''], path: ['requests'] },
  { kind: 'connection', parents: [''], path: ['connections'] },
  { kind: 'lf', parents: ['listener'], path: ['listener_filters'] },
  { kind: 'chain', parents: ['listener'], path: ['filter_chains'] },
  { kind: 'default', parents: ['listener'], path: ['default_filter_chain'], single: true },
  { kind: 'nf', parents: ['chain', 'default'], path: ['filters'] },
  { kind: 'hf', parents: ['nf'], path: ['typed_config', 'http_filters'] },
  { kind: 'inline', parents: ['nf'], path: ['typed_config', 'route_config'], single: true },
  { kind: 'vhost', parents: ['routes', 'inline'], path: ['virtual_hosts'] },
  { kind: 'route', parents: ['vhost'], path: ['routes'] },
]

/** What kind of object an id names: `listener`, `lf`, `chain`, `default`, `nf`, `hf`, `vhost`, `route`, `cluster`, ... */
export function kindOfId(id: string): string {
  const last = id.slice(id.lastIndexOf('/') + 1)
  return last.split(':', 1)[0] ?? ''
}

/** The id of the object that this one stands in; '' at the top. */
export function parentId(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf('/')))
}

/** What has to be open on the canvas for an object to be there: its listener and filter chain, or its virtual host. */
export function wayTo(id: string): { listener?: string; chain?: string; host?: string } {
  const way: { listener?: string; chain?: string; host?: string } = {}
  for (let at = id; at !== ''; at = parentId(at)) {
    const kind = kindOfId(at)
    if (kind === 'listener') way.listener = at
    else if (kind === 'chain' || kind === 'default') way.chain = at
    else if (kind === 'vhost') way.host = at
  }
  return way
}

/**
 * The id of the innermost object on the canvas that a path leads to or into, with what is left of the path inside it.
 * Undefined if the path touches none, or leads past the end of a list.
 */
export function idOfPath(design: Design, path: Path): { id: string; rest: Path } | undefined {
  const segments: string[] = []
  let kind = ''
  let at: Json | undefined = design as unknown as Json
  let rest: Path = path
  for (;;) {
    const level = levels.find((one) => one.parents.includes(kind) && leadsInto(rest, one))
    if (!level) break
    const found = getAt(at, level.path)
    rest = rest.slice(level.path.length)
    if (level.single) {
      if (!isObject(found)) return undefined
      segments.push(level.kind)
      at = found
    } else {
      const index = rest[0] as number
      if (!Array.isArray(found) || found[index] === undefined) return undefined
      segments.push(segmentOf(level.kind, found, index))
      at = found[index]
      rest = rest.slice(1)
    }
    kind = level.kind
  }
  return segments.length > 0 ? { id: segments.join('/'), rest } : undefined
}

function leadsInto(path: Path, level: Level): boolean {
  if (!level.path.every((key, index) => key === path[index])) return false
  return level.single === true || typeof path[level.path.length] === 'number'
}

/** The path of the object with this id, or undefined if the document has none (any more). */
export function pathOfId(design: Design, id: string): Path | undefined {
  let kind = ''
  let at: Json | undefined = design as unknown as Json
  const path: (string | number)[] = []
  for (const segment of id.split('/')) {
    const segmentKind = segment.split(':', 1)[0]
    const level = levels.find((one) => one.kind === segmentKind && one.parents.includes(kind))
    if (!level) return undefined
    const found = getAt(at, level.path)
    path.push(...level.path)
    if (level.single) {
      if (!isObject(found)) return undefined
      at = found
    } else {
      const index = Array.isArray(found) ? indexOfSegment(level.kind, found, segment) : -1
      if (index < 0) return undefined
      path.push(index)
      at = (found as Json[])[index]
    }
    kind = level.kind
  }
  return path
}

function nameOf(item: Json | undefined): string {
  return asText(member(item, 'name')) ?? ''
}

function segmentOf(kind: string, list: Json[], index: number): string {
  return `${kind}:${indexOf(list).segments[index]}`
}

function indexOfSegment(kind: string, list: Json[], segment: string): number {
  return indexOf(list).places.get(segment.slice(kind.length + 1)) ?? -1
}

interface ListIndex {
  /** Each entry's segment, without its kind. */
  segments: string[]
  places: Map<string, number>
}

/** Lists never change, and a document may have tens of thousands of clusters: their names are gone through once. */
const indexes = new WeakMap<Json[], ListIndex>()

function indexOf(list: Json[]): ListIndex {
  let index = indexes.get(list)
  if (!index) {
    const counts = new Map<string, number>()
    const segments = list.map((item) => {
      const name = escapeName(nameOf(item))
      const occurrence = (counts.get(name) ?? 0) + 1
      counts.set(name, occurrence)
      return occurrence > 1 ? `${name}~${occurrence}` : name
    })
    index = { segments, places: new Map(segments.map((segment, at) => [segment, at])) }
    indexes.set(list, index)
  }
  return index
}

function escapeName(name: string): string {
  return name.replace(/[%/~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}
