import { asciiLower } from '../match/ascii.ts'
import type { PathKey } from './path-match.ts'

/** Below this many routes trying each is as fast as looking them up. */
const WORTH_INDEXING = 32

/** Positions of routes, ascending, by the path or prefix they ask for. */
type Positions = Map<string, number[]>

/**
 * Which routes of a virtual host can match a path at all, in their order. Envoy tries all of them one by one; looking up the
 * exact paths and prefixes gives the same first match without the time of thousands that cannot fit.
 */
export class RouteIndex {
  private readonly exact: Positions = new Map()
  private readonly exactFolded: Positions = new Map()
  private readonly prefixes: Positions = new Map()
  private readonly prefixesFolded: Positions = new Map()
  private readonly prefixLengths: readonly number[]
  /** Routes with a regular expression, a template or CONNECT: always tried. */
  private readonly others: number[] = []

  /** An index over the routes' paths in their order, or undefined where it would not pay. */
  static of(keys: readonly (PathKey | undefined)[]): RouteIndex | undefined {
    return keys.length < WORTH_INDEXING ? undefined : new RouteIndex(keys)
  }

  private constructor(keys: readonly (PathKey | undefined)[]) {
    const lengths = new Set<number>()
    for (const [position, key] of keys.entries()) {
      if (!key) {
        this.others.push(position)
        continue
      }
      if (key.kind === 'prefix') lengths.add(key.text.length)
      const map = this.mapFor(key)
      const text = key.fold ? asciiLower(key.text) : key.text
      const positions = map.get(text)
      if (positions) positions.push(position)
      else map.set(text, [position])
    }
    this.prefixLengths = [...lengths]
  }

  /** Positions worth trying for a path without query, ascending; a request without a path can only be CONNECT. */
  *candidates(path: string | undefined): Generator<number> {
    const lists = path === undefined ? [this.others] : this.listsFor(path)
    const next = lists.map(() => 0)
    for (;;) {
      let list = -1
      let lowest = Number.POSITIVE_INFINITY
      for (let i = 0; i < lists.length; i++) {
        const position = lists[i]![next[i]!]
        if (position !== undefined && position < lowest) {
          lowest = position
          list = i
        }
      }
      if (list < 0) return
      next[list]!++
      yield lowest
    }
  }

  private mapFor(key: PathKey): Positions {
    if (key.kind === 'exact') return key.fold ? this.exactFolded : this.exact
    return key.fold ? this.prefixesFolded : this.prefixes
  }

  private listsFor(path: string): number[][] {
    const lists = this.others.length > 0 ? [this.others] : []
    const add = (positions: number[] | undefined) => {
      if (positions) lists.push(positions)
    }
    add(this.exact.get(path))
    const folded = this.exactFolded.size + this.prefixesFolded.size > 0 ? asciiLower(path) : ''
    if (this.exactFolded.size > 0) add(this.exactFolded.get(folded))
    for (const length of this.prefixLengths) {
      if (length > path.length) continue
      add(this.prefixes.get(path.slice(0, length)))
      if (this.prefixesFolded.size > 0) add(this.prefixesFolded.get(folded.slice(0, length)))
    }
    return lists
  }
}
