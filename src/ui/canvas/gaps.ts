import type { FilterKind } from '../../model/catalogue.ts'
import type { Gap } from './layout-types.ts'

/** The kinds of list that a filter of the palette fits into. */
export function fits(kind: FilterKind): Gap['kind'] {
  return kind === 'udp' ? 'listener' : kind
}

/** The gap nearest to a point in flow coordinates, among those that take this kind; undefined if none is near. */
export function nearestGap(gaps: readonly Gap[], kind: Gap['kind'], x: number, y: number): Gap | undefined {
  let best: Gap | undefined
  let distance = 90
  for (const gap of gaps) {
    if (gap.kind !== kind || x < gap.x - 70 || x > gap.x + gap.width + 70) continue
    const away = Math.abs(gap.y - y)
    if (away < distance) {
      distance = away
      best = gap
    }
  }
  return best
}
