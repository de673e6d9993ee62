import { describe, expect, test } from 'vitest'
import { loadEnvoyRegistry } from '../envoy/load.node.ts'
import { loadLuaModule } from '../lua/vm/vm.node.ts'
import { designSchema } from '../model/design.ts'
import { getAt, type Json, parsePath } from '../model/json.ts'
import { runDesign } from './simulator.ts'

const assets = { registry: loadEnvoyRegistry(), lua: loadLuaModule(), now: () => 0 }
const type = (name: string) => `type.googleapis.com/${name}`
const LUA = 'envoy.extensions.filters.http.lua.v3.Lua'
const LUA_ROUTE = 'envoy.extensions.filters.http.lua.v3.LuaPerRoute'

const onRequest = (name: string) =>
  `function envoy_on_request(h)\n  local name = "${name}"\n  h:headers():add("x-ran", name)\nend`
const source = (name: string) => ({ inline_string: onRequest(name) })
const lua = (name: string, rest: object = {}) => ({
  name,
  typed_config: { '@type': type(LUA), default_source_code: source(name), ...rest },
})
const perRoute = (message: object) => ({ '@type': type(LUA_ROUTE), ...message })
const router = { name: 'r', typed_config: { '@type': type('envoy.extensions.filters.http.router.v3.Router') } }
const path = (prefix: string) => ({ match: { prefix } })

/** A proxy with scripts in every place that can have one. */
function design(requestPath: string) {
  const route = (prefix: string, config: object) => ({
    ...path(prefix),
    route: { cluster: 'c' },
    typed_per_filter_config: { 'plain.lua': config },
  })
  const virtualHost = {
    name: 'v',
    domains: ['*'],
    typed_per_filter_config: { 'host-lua': perRoute({ source_code: source('host') }) },
    routes: [
      route('/own', perRoute({ source_code: source('own') })),
      route('/wrapped', {
        '@type': type('envoy.config.route.v3.FilterConfig'),
        config: perRoute({ source_code: source('wrapped') }),
      }),
      route('/named', perRoute({ name: 'plain' })),
      route('/odd', perRoute({ name: 'odd name' })),
      {
        ...path('/weighted'),
        route: {
          weighted_clusters: {
            clusters: [
              {
                name: 'c',
                weight: 1,
                typed_per_filter_config: { 'plain.lua': perRoute({ source_code: source('weighted') }) },
              },
            ],
          },
        },
      },
      {
        match: {
          prefix: '/matcher',
          headers: [
            {
              name: 'x-in',
              string_match: {
                custom: {
                  name: 'm',
                  typed_config: {
                    '@type': type('envoy.extensions.string_matcher.lua.v3.Lua'),
                    source_code: {
                      inline_string: 'function envoy_match(v)\n  local seen = v\n  return seen == "1"\nend',
                    },
                  },
                },
              },
            },
          ],
        },
        route: { cluster: 'c' },
      },
      {
        ...path('/specifier'),
        route: {
          inline_cluster_specifier_plugin: {
            extension: {
              name: 's',
              typed_config: {
                '@type': type('envoy.extensions.router.cluster_specifiers.lua.v3.LuaConfig'),
                source_code: { inline_string: 'function envoy_on_route(h)\n  local to = "c"\n  return to\nend' },
                default_cluster: 'c',
              },
            },
          },
        },
      },
      { ...path('/'), route: { cluster: 'c' } },
    ],
  }
  const filters = [
    lua('plain.lua', { source_codes: { plain: source('plain'), 'odd name': source('odd name') } }),
    lua('host-lua'),
    { name: 'inline', typed_config: { '@type': type(LUA), inline_code: onRequest('inline') } },
    {
      name: 'struct',
      typed_config: {
        '@type': type('xds.type.v3.TypedStruct'),
        type_url: type(LUA),
        value: { default_source_code: source('struct') },
      },
    },
    {
      name: 'discovered',
      config_discovery: {
        config_source: { ads: {}, initial_fetch_timeout: '1s' },
        default_config: { '@type': type(LUA), default_source_code: source('discovered') },
        type_urls: [type(LUA)],
      },
    },
    {
      name: 'composite',
      typed_config: {
        '@type': type('envoy.extensions.common.matching.v3.ExtensionWithMatcher'),
        extension_config: {
          name: 'composite',
          typed_config: { '@type': type('envoy.extensions.filters.http.composite.v3.Composite') },
        },
        xds_matcher: {
          on_no_match: {
            action: {
              name: 'run',
              typed_config: {
                '@type': type('envoy.extensions.filters.http.composite.v3.ExecuteFilterAction'),
                typed_config: lua('delegated'),
              },
            },
          },
        },
      },
    },
    router,
  ]
  const cluster = {
    name: 'c',
    connect_timeout: '1s',
    load_assignment: {
      cluster_name: 'c',
      endpoints: [
        { lb_endpoints: [{ endpoint: { address: { socket_address: { address: '10.0.0.1', port_value: 80 } } } }] },
      ],
    },
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': type('envoy.extensions.upstreams.http.v3.HttpProtocolOptions'),
        explicit_http_config: { http_protocol_options: {} },
        http_filters: [
          lua('upstream'),
          {
            name: 'envoy.filters.http.upstream_codec',
            typed_config: { '@type': type('envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec') },
          },
        ],
      },
    },
  }
  const manager = {
    '@type': type('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'),
    stat_prefix: 's',
    route_config: { name: 'rc', virtual_hosts: [virtualHost] },
    http_filters: filters,
  }
  return designSchema.parse({
    connections: [],
    format: 1,
    name: 'scripts everywhere',
    config: {
      listeners: [
        {
          name: 'l',
          address: { socket_address: { address: '0.0.0.0', port_value: 80 } },
          filter_chains: [{ filters: [{ name: 'hcm', typed_config: manager }] }],
        },
      ],
      clusters: [cluster],
    },
    upstreams: { c: [{ status: 200 }] },
    requests: [{ method: 'GET', authority: 'a', path: requestPath, headers: [['x-in', '1']] }],
  })
}

async function stepped(requestPath: string) {
  const ran = design(requestPath)
  const { scriptSteps } = await runDesign(assets, ran, { stepping: true })
  return scriptSteps.map((step) => ({
    step,
    text: scriptAt(getAt(ran as never, ['config', ...parsePath(step.script)])),
  }))
}

function scriptAt(source: Json | undefined): unknown {
  return typeof source === 'string' ? source : (source as { inline_string?: string } | undefined)?.inline_string
}

describe('every line that runs names the place of its script in the document', () => {
  test.each([
    ['/own', 'own'],
    ['/wrapped', 'wrapped'],
    ['/named', 'plain'],
    ['/odd', 'odd name'],
    ['/weighted', 'weighted'],
    ['/other', 'plain.lua'],
  ])('of %s: the script that is chosen by the route', async (requestPath, name) => {
    const steps = await stepped(requestPath)
    const ran = new Set(steps.map(({ text }) => text))
    for (const each of [name, 'host', 'inline', 'struct', 'discovered', 'delegated', 'upstream'])
      expect(ran, each).toContain(onRequest(each))
    expect(ran.size).toBe(7)
    const third = steps.filter(({ step }) => step.line === 3)
    expect(third.map(({ step, text }) => text === onRequest(JSON.parse(step.locals.at(-1)!.value)))).toEqual(
      third.map(() => true),
    )
  })

  test.each([
    ['/matcher', 'envoy_match', 'seen = v'],
    ['/specifier', 'envoy_on_route', 'to = "c"'],
  ])('of %s: the script of %s', async (requestPath, handler, line) => {
    const steps = (await stepped(requestPath)).filter(({ step }) => step.handler === handler)
    expect(steps.length).toBeGreaterThan(1)
    for (const { text } of steps) expect(text).toContain(line)
  })
})

test('errors of scripts outside of filters are in the trace, with their place and what comes of them', async () => {
  const failing = JSON.parse(
    JSON.stringify(design('/specifier'))
      .replace('local seen = v', 'local seen = v.x.y')
      .replace('local to = \\"c\\"', 'local to = h.x.y'),
  )
  const { requests } = await runDesign(assets, failing, {})
  const route = requests[0]?.steps.find(({ kind }) => kind === 'route')
  expect(route?.logs).toMatchObject([
    { level: 'error', line: 2, outcome: 'default_cluster is used', script: expect.stringContaining('source_code') },
  ])
  const matched = await runDesign(assets, { ...failing, requests: [{ ...failing.requests[0], path: '/matcher' }] }, {})
  const logs = matched.requests[0]?.steps.find(({ kind }) => kind === 'route')?.logs
  expect(logs).toMatchObject([
    {
      line: 2,
      outcome: 'the string does not match',
      frames: [{ name: 'envoy_match', locals: [{ name: 'v', value: '"1"' }] }],
    },
  ])
  expect(scriptAt(getAt(failing, ['config', ...parsePath(logs![0]!.script!)]))).toContain('seen = v.x.y')
})

test('to be traced does not make a matcher run twice', async () => {
  const { requests, scriptSteps } = await runDesign(assets, design('/matcher'), { stepping: true })
  const looked = requests[0]!.steps.filter(({ kind }) => kind === 'route').length
  const calls = new Set(scriptSteps.filter(({ handler }) => handler === 'envoy_match').map(({ call }) => call))
  expect(calls.size).toBe(looked)
})
