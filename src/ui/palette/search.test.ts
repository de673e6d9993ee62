import { describe, expect, it } from 'vitest'
import type { CatalogueEntry } from '../../model/catalogue.ts'
import { paletteGroups } from './search.ts'

function entry(title: string, group: string, more: Partial<CatalogueEntry> = {}): CatalogueEntry {
  const base = {
    name: `envoy.filters.http.${title.toLowerCase().replaceAll(' ', '_')}`,
    kind: 'http' as const,
    summary: '',
  }
  const rest = { notModelled: [], docs: '', terminal: false, upstream: false, typeUrl: '', defaultConfig: {} }
  return { ...base, ...rest, title, group, modelled: 'full', ...more }
}

const entries = [
  entry('Tap', 'observability'),
  entry('Stateful Session', 'traffic', { summary: 'Keeps a client by a header', modelled: 'none' }),
  entry('Header To Metadata', 'transformation'),
  entry('Header Mutation', 'transformation', { summary: 'Adds and removes' }),
  entry('Redis', 'network', { kind: 'network' }),
  entry('Old', 'traffic', { deprecated: 'gone soon' }),
  entry('New', 'traffic'),
]
const titles = (query: string) =>
  paletteGroups(entries, query).flatMap((group) => group.entries.map((one) => one.title))

describe('the palette', () => {
  it('lists groups in their order, what works first', () => {
    expect(paletteGroups(entries, '').map((group) => group.name)).toEqual([
      'traffic',
      'transformation',
      'observability',
      'network',
    ])
    expect(titles('').slice(0, 3)).toEqual(['New', 'Stateful Session', 'Old'])
  })
  it('puts the best match first, whatever its group', () => {
    expect(titles('header m')).toEqual(['Header Mutation', 'Header To Metadata', 'Stateful Session'].slice(0, 2))
    expect(titles('header')[2]).toBe('Stateful Session')
    expect(titles('mutation')).toEqual(['Header Mutation'])
    expect(titles('http.tap')).toEqual(['Tap'])
    expect(titles('network')).toEqual(['Redis'])
    expect(titles('nothing at all')).toEqual([])
  })
})
