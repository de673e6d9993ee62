import { describe, expect, it } from 'vitest'
import { insertFilter, moveFilter, setFilterConfig } from './edits/filters.ts'
import { addRoute } from './edits/resources.ts'
import { asObjects, getAt } from './json.ts'
import { originsOf } from './origin.ts'
import { filtersOf } from './place.ts'
import { sampleDesign } from './testing.ts'

const base = sampleDesign()
const http = { listener: 0, filterChain: 1, networkFilter: 0 }

describe('origins', () => {
  it('tell own, edited and the base’s filters apart, moved or not', () => {
    let design = insertFilter(base, { ...http, index: 1 }, { name: 'mine' }).design
    design = moveFilter(design, { ...http, index: 0 }, { ...http, index: 4 }).design
    design = setFilterConfig(design, { ...http, index: 1 }, { '@type': 'x', a: 1 }).design
    const origin = originsOf(design.config, JSON.parse(JSON.stringify(base.config)))
    expect(filtersOf(design, http).map((filter) => [filter.name, origin(filter)])).toEqual([
      ['mine', 'own'],
      ['two', 'edited'],
      ['two', 'base'],
      ['one', 'base'],
      ['router', 'base'],
    ])
    const [listener] = design.config.listeners
    expect(origin(listener!)).toBe('base')
    expect(filtersOf(design, { listener: 0, filterChain: 1 }).map(origin)).toEqual(['base'])
  })
  it('see a connection manager’s own fields', () => {
    const path = { listener: 0, filterChain: 1, index: 0 }
    const config = getAt(base, ['config', 'listeners', 0, 'filter_chains', 1, 'filters', 0, 'typed_config']) as object
    const { design } = setFilterConfig(base, path, { ...config, stat_prefix: 'x' })
    expect(filtersOf(design, { listener: 0, filterChain: 1 }).map(originsOf(design.config, base.config))).toEqual([
      'edited',
    ])
  })
  it('reach routes', () => {
    const host = ['config', 'routes', 0, 'virtual_hosts', 0]
    const { design } = addRoute(base, host, undefined, 1)
    const origin = originsOf(design.config, base.config)
    expect(asObjects(getAt(design, [...host, 'routes'])).map(origin)).toEqual(['base', 'own', 'base'])
  })
  it('are all own without a base', () => {
    expect(originsOf(base.config, undefined)(base.config.clusters[0]!)).toBe('own')
  })
})
