import { describe, expect, test } from 'vitest'
import { filterCatalogue } from '../../../filters/catalogue.ts'
import type { Design } from '../../../model/design.ts'
import { emptyDesign } from '../../../model/design.ts'
import type { JsonObject } from '../../../model/json.ts'
import { subjectOf } from '../subject.ts'
import { scriptsOf } from './find-scripts.ts'
import { luaContext, scriptName, withText } from './scripts.ts'
import { localsText, stepAtBreakpoint, stepsOf, toggleLine } from './steps.ts'

const catalogue = filterCatalogue()
const LUA = 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua'

function design(config: JsonObject, after: JsonObject[] = []): Design {
  const filters = [{ name: 'lua', typed_config: { '@type': LUA, ...config } }, ...after]
  const manager = {
    name: 'hcm',
    typed_config: { '@type': 'type.googleapis.com/x.HttpConnectionManager', http_filters: filters },
  }
  const listener = { name: 'l', filter_chains: [{ filters: [manager] }] }
  return { ...emptyDesign(), config: { listeners: [listener], clusters: [{ name: 'authz' }] } }
}
const ID = 'listener:l/chain:/nf:hcm/hf:lua'
const subject = (of: Design) => subjectOf(of, ID, catalogue)!

describe('the scripts of a filter', () => {
  test('the default one, there or not, and those with names', () => {
    expect(scriptsOf(subject(design({})))?.map((one) => one.label)).toEqual(['default'])
    const both = design({
      default_source_code: { inline_string: 'a = 1' },
      source_codes: { other: { inline_string: 'b = 1' } },
    })
    expect(scriptsOf(subject(both))?.map((one) => [one.label, one.text])).toEqual([
      ['default', 'a = 1'],
      ['other', 'b = 1'],
    ])
  })

  test('inline_code alone', () => {
    const [script] = scriptsOf(subject(design({ inline_code: 'x = 1' })))!
    expect(script).toMatchObject({ field: 'inline_code', text: 'x = 1' })
    expect(withText(script!, undefined, 'y')).toEqual({ path: ['typed_config', 'inline_code'], value: 'y' })
  })

  test('bytes are shown as text, and become text when they are edited', () => {
    const source = { inline_bytes: btoa('a = 1') }
    const [script] = scriptsOf(subject(design({ default_source_code: source })))!
    expect(script?.text).toBe('a = 1')
    expect(withText(script!, source, 'a = 2')).toEqual({
      path: ['typed_config', 'default_source_code'],
      value: { inline_string: 'a = 2' },
    })
  })

  test('a file is somewhere else', () => {
    const [script] = scriptsOf(subject(design({ default_source_code: { filename: '/a.lua' } })))!
    expect(script?.elsewhere).toBe('/a.lua')
  })

  test('go by the name the simulator gives them', () => {
    const [script] = scriptsOf(subject(design({})))!
    expect(scriptName(subject(design({})), script!)).toBe(
      'listeners[0].filter_chains[0].filters[0].typed_config.http_filters[0].typed_config.default_source_code',
    )
  })

  const lua = (name: string, rest: JsonObject = {}) => ({
    name,
    typed_config: { '@type': LUA, default_source_code: { inline_string: name }, ...rest },
  })
  const labels = (of: Design, id: string) =>
    scriptsOf(subjectOf(of, id, catalogue)!)?.map(({ label, text }) => [label, text])

  test('are found in a typed struct, in what discovery falls back on, and in filters that it runs', () => {
    const struct = {
      name: 'struct',
      typed_config: {
        '@type': 'type.googleapis.com/xds.type.v3.TypedStruct',
        type_url: LUA,
        value: { default_source_code: { inline_string: 'x' } },
      },
    }
    const found = { name: 'found', config_discovery: { default_config: lua('').typed_config } }
    const composite = {
      name: 'both',
      typed_config: {
        '@type': 'type.googleapis.com/a.Composite',
        named_filter_chains: { a: { typed_config: [lua('one'), lua('two', { source_codes: { b: {} } })] } },
      },
    }
    const of = design({}, [struct, found, composite])
    const chain = 'listener:l/chain:/nf:hcm'
    expect(labels(of, `${chain}/hf:struct`)).toEqual([['default', 'x']])
    const [script] = scriptsOf(subjectOf(of, `${chain}/hf:struct`, catalogue)!)!
    expect(script?.path).toEqual(['typed_config', 'value', 'default_source_code', 'inline_string'])
    expect(labels(of, `${chain}/hf:found`)).toEqual([['default', '']])
    expect(labels(of, `${chain}/hf:both`)).toEqual([
      ['one: default', 'one'],
      ['two: default', 'two'],
      ['two: b', ''],
    ])
    expect(labels(of, chain), 'filters of a chain show their own').toBeUndefined()
    expect(labels(of, 'listener:l')).toBeUndefined()
  })

  test('are found on routes, virtual hosts and clusters', () => {
    const own = (text: string) => ({
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.LuaPerRoute',
      source_code: { inline_string: text },
    })
    const matcher = {
      '@type': 'type.googleapis.com/envoy.extensions.string_matcher.lua.v3.Lua',
      source_code: { inline_string: 'm' },
    }
    const route = {
      name: 'r',
      match: { headers: [{ name: 'x', string_match: { custom: { name: 'matcher', typed_config: matcher } } }] },
      route: {
        weighted_clusters: { clusters: [{ name: 'blue', typed_per_filter_config: { lua: own('blue') } }] },
      },
      typed_per_filter_config: {
        lua: own('r'),
        other: { '@type': 'type.googleapis.com/envoy.config.route.v3.FilterConfig', config: own('wrapped') },
      },
    }
    const host = { name: 'v', routes: [route], typed_per_filter_config: { lua: own('v') } }
    const cluster = {
      name: 'c',
      typed_extension_protocol_options: { 'x.HttpProtocolOptions': { http_filters: [lua('up')] } },
    }
    const of: Design = {
      ...emptyDesign(),
      config: { listeners: [], routes: [{ name: 'rc', virtual_hosts: [host] }], clusters: [cluster] },
    }
    expect(labels(of, 'routes:rc/vhost:v/route:r')).toEqual([
      ['matcher', 'm'],
      ['lua of blue', 'blue'],
      ['lua', 'r'],
      ['other', 'wrapped'],
    ])
    expect(scriptsOf(subjectOf(of, 'routes:rc/vhost:v/route:r', catalogue)!)?.map(({ kind }) => kind)).toEqual([
      'stringMatcher',
      'http',
      'http',
      'http',
    ])
    expect(labels(of, 'routes:rc/vhost:v')).toEqual([['lua', 'v']])
    expect(labels(of, 'cluster:c')).toEqual([['up: default', 'up']])
  })

  test('know the clusters, and who writes metadata behind them', () => {
    const jwt = {
      name: 'jwt',
      typed_config: { '@type': 'type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication' },
    }
    const of = design({}, [jwt])
    const context = luaContext(of, subject(of), 'default_source_code', catalogue)
    expect(context.clusters).toEqual(['authz'])
    expect(context.after).toEqual([{ name: 'jwt', writes: ['envoy.filters.http.jwt_authn'] }])
    expect(context.writers).toContain('envoy.filters.http.jwt_authn')
  })

  test('know when Istio would carry them in a TrafficExtension', () => {
    const resource = (version: string | undefined, config: JsonObject) => {
      const of = design(config)
      const istio = { version: version ?? '', proxy: 'gateway', namespace: 'a', labels: {} } as Design['istio']
      const placed = version === undefined ? of : { ...of, ...(istio ? { istio } : {}) }
      return luaContext(placed, subject(placed), 'default_source_code', catalogue).resource
    }
    const plain = { default_source_code: { inline_string: 'a = 1' } }
    expect(resource('1.31', plain)).toBe('TrafficExtension')
    expect(resource('1.29.2', plain)).toBeUndefined()
    expect(resource(undefined, plain)).toBeUndefined()
    expect(resource('1.31', { ...plain, stat_prefix: 'x' })).toBeUndefined()
  })
})

describe('stepping', () => {
  const step = (script: string, line: number) => ({ script, handler: 'envoy_on_request', line, locals: [] })
  const steps = stepsOf([step('a', 1), step('b', 1), step('a', 2), step('a', 3), step('a', 2)], 'a')

  test('only the script’s own lines', () => expect(steps.map((one) => one.line)).toEqual([1, 2, 3, 2]))

  test('names that say typed_config twice are the same script', () => {
    const name = 'x[0].typed_config.default_source_code'
    expect(stepsOf([step('config.x[0].typed_config.default_source_code', 1)], name)).toHaveLength(1)
  })

  test('from breakpoint to breakpoint', () => {
    expect(stepAtBreakpoint(steps, [2], 0, 1)).toBe(1)
    expect(stepAtBreakpoint(steps, [2], 2, 1)).toBe(3)
    expect(stepAtBreakpoint(steps, [2], 2, -1)).toBe(1)
    expect(stepAtBreakpoint(steps, [9], 0, 1)).toBe(-1)
  })

  test('breakpoints come and go', () => {
    expect(toggleLine([1, 5], 3)).toEqual([1, 3, 5])
    expect(toggleLine([1, 3, 5], 3)).toEqual([1, 5])
  })

  test('locals in one line', () => {
    const locals = [
      { name: 'handle', value: 'userdata: 0x1' },
      { name: 'user', value: '"ada"' },
    ]
    expect(localsText({ ...step('a', 1), locals })).toBe('user = "ada"   handle = userdata: 0x1')
  })
})
