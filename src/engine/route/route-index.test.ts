import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asciiLower } from '../match/ascii.ts'
import type { PathKey } from './path-match.ts'
import { RouteIndex } from './route-index.ts'

const segment = fc.constantFrom('a', 'A', 'b', 'ab', '')
const path = fc.array(segment, { maxLength: 4 }).map((parts) => `/${parts.join('/')}`)
const key = fc.option(
  fc.record({ kind: fc.constantFrom<PathKey['kind']>('exact', 'prefix'), text: path, fold: fc.boolean() }),
  { nil: undefined },
)

/** What trying one route after another would find possible. */
function fits(route: PathKey | undefined, wanted: string): boolean {
  if (!route) return true
  const [text, given] = route.fold ? [asciiLower(route.text), asciiLower(wanted)] : [route.text, wanted]
  return route.kind === 'exact' ? given === text : given.startsWith(text)
}

describe('RouteIndex', () => {
  it('gives the routes that trying each would give, in their order', () => {
    fc.assert(
      fc.property(fc.array(key, { minLength: 32, maxLength: 80 }), path, (keys, wanted) => {
        const expected = [...keys.entries()].filter(([, route]) => fits(route, wanted)).map(([position]) => position)
        expect([...RouteIndex.of(keys)!.candidates(wanted)]).toEqual(expected)
      }),
    )
  })

  it('tries only routes without a key when the request has no path', () => {
    const keys = [...Array(40).keys()].map((i): PathKey | undefined =>
      i % 10 === 3 ? undefined : { kind: 'prefix', text: '/', fold: false },
    )
    expect([...RouteIndex.of(keys)!.candidates(undefined)]).toEqual([3, 13, 23, 33])
  })

  it('is not made for a few routes', () => {
    expect(RouteIndex.of([undefined])).toBeUndefined()
  })
})
