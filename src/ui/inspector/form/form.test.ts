import { describe, expect, test } from 'vitest'
import { loadEnvoyRegistry } from '../../../envoy/load.node.ts'
import { createPlanner } from '../../../envoy/schema/plan.ts'
import type { JsonObject } from '../../../model/json.ts'
import { perRouteTypes, typeChoices } from './any-types.ts'
import { chooseMember, type FormItem, fieldOf, formOf, freeKey, renameKey, startValue, summaryOf } from './fields.ts'
import { parseText } from './scalar-text.ts'
import { shapeOf } from './shape.ts'

const registry = await loadEnvoyRegistry()
const planner = createPlanner(registry.types)
const plan = (typeName: string) => planner.plan(registry.message(typeName)!)
const form = (typeName: string, value: JsonObject) => formOf(plan(typeName), value)
const field = (typeName: string, name: string) => fieldOf(plan(typeName).byName.get(name)!)
const names = (items: readonly FormItem[]) => items.map((item) => item.name)

const HCM = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const BUCKET = 'envoy.type.v3.TokenBucket'
const ROUTE = 'envoy.config.route.v3.Route'
const MATCH = 'envoy.config.route.v3.RouteMatch'
const LUA = 'envoy.extensions.filters.http.lua.v3.Lua'

describe('the form of a message', () => {
  test('a small message is shown whole, with what is required marked', () => {
    const { shown, more } = form(BUCKET, {})
    expect(names(shown)).toEqual(['max_tokens', 'tokens_per_fill', 'fill_interval'])
    expect(more).toEqual([])
    expect(shown.map((item) => item.kind === 'field' && item.field.required)).toEqual([false, false, true])
  })

  test('a large one shows what is set or required, and offers the rest', () => {
    const { shown, more } = form(HCM, { stat_prefix: 'in', use_remote_address: true })
    expect(names(shown)).toContain('use_remote_address')
    expect(names(shown)).toContain('stat_prefix')
    expect(names(shown)).not.toContain('server_name')
    expect(names(more)).toContain('server_name')
  })

  test('deprecated fields are offered last and shown when they are set', () => {
    const { more } = form(LUA, {})
    expect(names(more).at(-1)).toBe('inline_code')
    const { shown } = form(LUA, { inline_code: 'x = 1' })
    const item = shown.find((one) => one.name === 'inline_code')
    expect(item?.kind === 'field' && item.field.deprecated).toBeTruthy()
  })

  test('a oneof is one choice, required where the schema says so', () => {
    const choice = form(ROUTE, { match: { prefix: '/' }, redirect: {} }).shown.find((item) => item.name === 'action')
    expect(choice).toMatchObject({ kind: 'choice', required: true, set: true })
    expect(choice?.kind === 'choice' && choice.chosen?.name).toBe('redirect')
  })

  test('members the type does not have are kept and told', () => {
    expect(form(BUCKET, { max_tokens: 1, max_token: 2 }).unknown).toEqual(['max_token'])
  })

  test('camelCase members are the same fields', () => {
    const { shown, unknown } = form(BUCKET, { maxTokens: 3 })
    expect(unknown).toEqual([])
    expect(shown[0]?.set).toBe(true)
  })

  test('rules are told in words', () => {
    expect(field(BUCKET, 'max_tokens').about).toBe('integer; at least 0')
    expect(field(HCM, 'stat_prefix').about).toBe('text; not empty')
    expect(field(MATCH, 'headers').about).toBe('list of HeaderMatcher')
  })
})

describe('editing', () => {
  test('switching a oneof leaves one member, with a value to start from', () => {
    const choice = form(MATCH, { prefix: '/', case_sensitive: false }).shown.find(
      (item) => item.name === 'path_specifier',
    )
    if (choice?.kind !== 'choice') throw new Error('no choice')
    const regex = choice.members.find((one) => one.name === 'safe_regex')
    expect(chooseMember({ prefix: '/', case_sensitive: false }, choice.members, regex)).toEqual({
      case_sensitive: false,
      safe_regex: {},
    })
    expect(chooseMember({ prefix: '/' }, choice.members, undefined)).toEqual({})
  })

  test('what is added starts as something its type takes', () => {
    expect(startValue(field(BUCKET, 'fill_interval'))).toBe('1s')
    expect(startValue(field(MATCH, 'headers'))).toEqual([{}])
    expect(startValue(field(ROUTE, 'typed_per_filter_config'))).toEqual({})
  })

  test('map keys are renamed in place and never onto another', () => {
    expect(Object.keys(renameKey({ a: 1, b: 2 }, 'a', 'c')!)).toEqual(['c', 'b'])
    expect(renameKey({ a: 1, b: 2 }, 'a', 'b')).toBeUndefined()
    expect(freeKey({ name: 1, 'name-2': 1 })).toBe('name-3')
  })

  test('durations take the units people write', () => {
    const duration = shapeOf({ message: registry.message('google.protobuf.Duration')! })
    expect(parseText(duration, '1.5s')).toEqual({ json: '1.5s' })
    expect(parseText(duration, '250ms')).toEqual({ json: '0.25s' })
    expect(parseText(duration, '1.5m')).toEqual({ json: '90s' })
    expect(parseText(duration, '5')).toHaveProperty('problem')
  })

  test('numbers out of their range are refused in words', () => {
    const tokens = field(BUCKET, 'max_tokens').shape
    expect(parseText(tokens, '12')).toEqual({ json: 12 })
    expect(parseText(tokens, '-1')).toHaveProperty('problem')
  })

  test('a list entry is told by its name, else by the first text in it', () => {
    expect(summaryOf({ name: 'x', a: 1 })).toBe('x')
    expect(summaryOf({ append: { header: { key: 'x-a', value: '1' } } })).toBe('x-a')
    expect(summaryOf({})).toBe('')
  })
})

describe('types of an Any', () => {
  test('filters of the kind that the field takes', () => {
    const http = typeChoices(
      'envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter.typed_config',
      registry,
    )
    expect(http.map((one) => one.typeName)).toContain(LUA)
    expect(http.map((one) => one.typeName)).not.toContain('envoy.extensions.filters.http.lua.v3.LuaPerRoute')
    expect(http.map((one) => one.typeName)).not.toContain(HCM)
  })

  test('other extension points by their field; everything where the point is not known', () => {
    const loggers = typeChoices('envoy.config.accesslog.v3.AccessLog.typed_config', registry)
    expect(loggers.map((one) => one.label)).toContain('FileAccessLog')
    expect(loggers.length).toBeLessThan(20)
    expect(typeChoices('some.other.Field.config', registry).length).toBeGreaterThan(200)
  })

  test('what a route may override a filter with', () => {
    expect(perRouteTypes('envoy.filters.http.lua', registry)).toEqual([
      'envoy.extensions.filters.http.lua.v3.LuaPerRoute',
    ])
    expect(perRouteTypes('envoy.filters.http.fault', registry)).toEqual([
      'envoy.extensions.filters.http.fault.v3.HTTPFault',
    ])
    expect(perRouteTypes('envoy.filters.http.router', registry)).toEqual([])
  })
})
