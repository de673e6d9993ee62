import { describe, expect, test } from 'vitest'
import { filterCatalogue } from '../../filters/catalogue.ts'
import { type Design, emptyDesign } from '../../model/design.ts'
import { getAt, type JsonObject } from '../../model/json.ts'
import { editField } from './edit.ts'
import { overridesOf, overrideText } from './per-route.ts'
import { collect, problemsIn } from './problems.ts'
import { subjectOf } from './subject.ts'

const off = { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', disabled: true }

function design(): Design {
  const routes: JsonObject = {
    name: 'r',
    virtual_hosts: [{ name: 'shop', domains: ['*'], routes: [route({ lua: off }), route()] }],
  }
  const manager: JsonObject = {
    '@type': 'type.googleapis.com/x.HttpConnectionManager',
    route_config: routes,
    http_filters: [{ name: 'lua', typed_config: { '@type': 'x' } }, { name: 'other' }],
  }
  const listeners: JsonObject[] = [
    { name: 'l', filter_chains: [{ filters: [{ name: 'hcm', typed_config: manager }] }] },
  ]
  return { ...emptyDesign(), config: { listeners, clusters: [{ name: 'a' }] } }
}

function route(overrides?: JsonObject): JsonObject {
  return {
    match: { prefix: '/' },
    route: { cluster: 'a' },
    ...(overrides ? { typed_per_filter_config: overrides } : {}),
  }
}

const MANAGER = ['config', 'listeners', 0, 'filter_chains', 0, 'filters', 0, 'typed_config']
const FILTER = [...MANAGER, 'http_filters', 0]
const ROUTE = [...MANAGER, 'route_config', 'virtual_hosts', 0, 'routes', 0]

describe('editing an object', () => {
  test('a field is set, and taken away; everything else is shared', () => {
    const before = design()
    const set = editField(before, FILTER, ['disabled'], true)
    expect(getAt(set.design, [...FILTER, 'disabled'])).toBe(true)
    expect(set.design.config.clusters).toBe(before.config.clusters)
    const cleared = editField(set.design, FILTER, ['disabled'], undefined)
    expect(getAt(cleared.design, FILTER)).toEqual(getAt(before, FILTER))
  })

  test('a cluster takes what names it along', () => {
    const { design: after } = editField(design(), ['config', 'clusters', 0], ['name'], 'b')
    expect(getAt(after, [...ROUTE, 'route', 'cluster'])).toBe('b')
  })

  test('a filter takes its overrides along', () => {
    const { design: after } = editField(design(), FILTER, ['name'], 'mine')
    expect(getAt(after, [...ROUTE, 'typed_per_filter_config'])).toEqual({ mine: off })
    expect(getAt(after, [...FILTER, 'name'])).toBe('mine')
  })
})

describe('overrides on routes', () => {
  const place = { listener: 0, filterChain: 0, networkFilter: 0, index: 0 }

  test('those that are there, and where else there could be one', () => {
    const found = overridesOf(design(), place, 'lua')
    expect(found?.overrides.map((one) => [one.path, overrideText(one.value)])).toEqual([[ROUTE, 'switched off here']])
    expect(found?.free.map((one) => one.what)).toEqual(['all routes', 'virtual host', 'route'])
  })

  test('routes that are not in the document have none', () => {
    const { design: bare } = editField(design(), MANAGER.slice(0, -1), ['typed_config', 'route_config'], undefined)
    expect(overridesOf(bare, place, 'lua')).toBeUndefined()
  })
})

test('problems are those inside the object, each told once', () => {
  const finding = (path: string) => ({ path, severity: 'error' as const, rule: 'x', message: 'wrong' })
  const inside = problemsIn(
    [finding('config.clusters[0].name'), finding('config.clusters[1].name')],
    ['config', 'clusters', 0],
  )
  const problems = collect(inside, inside)
  expect(problems.at(['name'])).toHaveLength(1)
  expect(problems.within([])).toHaveLength(1)
  expect(problems.at([])).toHaveLength(0)
})

test('a subject says what it is', () => {
  const subject = subjectOf(design(), 'listener:l/chain:/nf:hcm/hf:lua', filterCatalogue())
  expect(subject).toMatchObject({ kind: 'hf', title: 'lua', what: 'HTTP filter', path: FILTER })
  expect(subjectOf(design(), 'client', filterCatalogue())).toBeUndefined()
})
