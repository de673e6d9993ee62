import { describe, expect, it } from 'vitest'
import { readDocument } from '../document/read.ts'
import { loadEnvoyRegistry } from '../load.node.ts'
import { type Finding, validateMessage, validateText } from './index.ts'

const registry = loadEnvoyRegistry()
const HCM = 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'
const ROUTER =
  '{name: envoy.filters.http.router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}'
const BUFFER =
  '{name: envoy.filters.http.buffer, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.buffer.v3.Buffer, max_request_bytes: 5}}'

/** A bootstrap that Envoy accepts, with lines added to its connection manager. */
function bootstrap(manager = '', filters: string[] = [ROUTER], route = 'direct_response: {status: 200}'): string {
  return `static_resources:
  listeners:
  - name: main
    address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/${HCM}
          stat_prefix: x
          ${manager}
          route_config: {name: r, virtual_hosts: [{name: v, domains: ["*"], routes: [{match: {prefix: /}, ${route}}]}]}
          http_filters:
${filters.map((filter) => `          - ${filter}`).join('\n')}
  clusters:
  - {name: backend, connect_timeout: 1s}
`
}

const MANAGER = 'static_resources.listeners[0].filter_chains[0].filters[0].typed_config'

async function only(text: string): Promise<Finding> {
  const findings = await validateText(text, registry)
  expect(findings).toHaveLength(1)
  return findings[0]!
}

describe('what Envoy accepts', () => {
  it.each([
    [''],
    ['codec_type: auto'],
    ['codec_type: "2"'],
    ['generate_request_id: yes'],
    ['max_request_headers_kb: "0x3c"'],
    ['drain_timeout: {seconds: 5}'],
    ['access_log: []'],
    ['rds: null'],
    ['scheme_header_transformation: {}'],
    ['upgrade_configs: [{upgradeType: websocket}]'],
  ])('has no findings: %s', async (manager) => {
    expect(await validateText(bootstrap(manager), registry)).toEqual([])
  })

  it('takes an empty connection manager and one value for a list, but says so', async () => {
    expect(await only(bootstrap('', []))).toMatchObject({ severity: 'warning', rule: 'terminal-filter' })
    expect(await only(bootstrap('upgrade_configs: {upgrade_type: a}'))).toMatchObject({
      severity: 'info',
      rule: 'single-value',
    })
  })
})

describe('what Envoy refuses', () => {
  it.each<[string, Partial<Finding>]>([
    ['stat_prefx: a', { rule: 'unknown-field', path: `${MANAGER}.stat_prefx`, suggestion: 'stat_prefix', column: 11 }],
    ['nope: null', { rule: 'unknown-field' }],
    ['server_name: 5', { rule: 'wrong-type', column: 24 }],
    ['codec_type: HTTP9', { rule: 'enum', suggestion: 'HTTP1' }],
    ['codec_type: 99', { rule: 'constraint' }],
    ['drain_timeout: 5m', { rule: 'duration', suggestion: '300s' }],
    ['drain_timeout: 5', { rule: 'duration', suggestion: '5s' }],
    ['max_request_headers_kb: 9000', { rule: 'constraint', message: 'must be at most 8192' }],
    ['max_request_headers_kb: -1', { rule: 'wrong-type' }],
    ['rds: {route_config_name: x, config_source: {ads: {}}}', { rule: 'oneof', line: 12 }],
    ['scheme_header_transformation: []', { rule: 'wrong-type' }],
  ])('%s', async (manager, expected) => {
    const finding = await only(bootstrap(manager))
    const { message, ...rest } = expected
    expect(finding).toMatchObject({ severity: 'error', line: 11, ...rest })
    if (message) expect(finding.message).toMatch(message)
  })

  it.each<[string, string, Partial<Finding>]>([
    [
      'a regex RE2 refuses',
      'direct_response: {status: 200}}, {match: {safe_regex: {regex: "(?=a)b"}}, non_forwarding_action: {}',
      { rule: 'regex' },
    ],
    ['an unknown cluster', 'route: {cluster: backed}', { rule: 'unknown-cluster', suggestion: 'backend' }],
    [
      'a weighted cluster',
      'route: {weighted_clusters: {clusters: [{name: nope, weight: 1}]}}',
      { rule: 'unknown-cluster' },
    ],
    ['a route without an action', 'name: a', { rule: 'required' }],
    [
      'an empty per-route configuration',
      'direct_response: {status: 200}, typed_per_filter_config: {envoy.filters.http.router: {}}',
      { rule: 'missing-type' },
    ],
    ['a status code', 'direct_response: {status: 99}', { rule: 'constraint' }],
  ])('%s', async (_, route, expected) => {
    expect(await only(bootstrap('', [ROUTER], route))).toMatchObject({ severity: 'error', line: 12, ...expected })
  })

  it.each<[string, string[], Partial<Finding>]>([
    [
      'two routers',
      [ROUTER, ROUTER.replace('router,', 'second,')],
      { rule: 'terminal-filter', message: /two terminal/ as never },
    ],
    ['a filter after the router', [ROUTER, BUFFER], { rule: 'terminal-filter', message: /must be last/ as never }],
    ['no terminal filter', [BUFFER], { rule: 'terminal-filter', message: /must end with/ as never }],
    ['a filter without configuration', ['{name: envoy.filters.http.cors}', ROUTER], { rule: 'missing-type' }],
    ['a field of long ago', ['{name: envoy.filters.http.cors, config: {}}', ROUTER], { rule: 'missing-type' }],
    [
      'a v2 type',
      ['{name: a, typed_config: {"@type": type.googleapis.com/envoy.config.filter.http.lua.v2.Lua}}', ROUTER],
      { rule: 'v2-type', suggestion: 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua' },
    ],
    [
      'an unknown type',
      ['{name: a, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lau}}', ROUTER],
      { rule: 'unknown-type', suggestion: 'type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua' },
    ],
    [
      'a type without a host',
      ['{name: a, typed_config: {"@type": envoy.extensions.filters.http.cors.v3.Cors}}', ROUTER],
      { rule: 'unknown-type' },
    ],
    [
      'a field in a TypedStruct',
      [
        '{name: a, typed_config: {"@type": type.googleapis.com/xds.type.v3.TypedStruct, type_url: a/envoy.extensions.filters.http.buffer.v3.Buffer, value: {max_request_bytes: 1, nope: 1}}}',
        ROUTER,
      ],
      { rule: 'unknown-field', path: `${MANAGER}.http_filters[0].typed_config.value.nope` },
    ],
    [
      'Lua that does not parse',
      [
        '{name: a, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua, default_source_code: {inline_string: "x = = 1"}}}',
        ROUTER,
      ],
      { rule: 'lua', message: /line 1, column 5/ as never },
    ],
  ])('%s', async (_, filters, expected) => {
    const findings = (await validateText(bootstrap('', filters), registry)).filter(
      ({ severity }) => severity === 'error',
    )
    const { message, ...rest } = expected
    expect(findings[0]).toMatchObject({
      line: filters.length === 2 && filters[1] !== ROUTER && rest.rule !== 'terminal-filter' ? 15 : 14,
      ...rest,
    })
    if (message) expect(findings[0]!.message).toMatch(message)
  })

  it('a domain in two virtual hosts, a chain that matches the same, a listener without chains', async () => {
    const twice = bootstrap().replace('virtual_hosts: [', 'virtual_hosts: [{name: w, domains: ["*"]}, ')
    expect(await only(twice)).toMatchObject({ rule: 'duplicate-match', severity: 'error' })
    const chains = bootstrap().replace('    filter_chains:\n', '    filter_chains:\n    - {name: first}\n')
    expect((await validateText(chains, registry)).map(({ rule }) => rule)).toContain('duplicate-match')
    expect(
      (await validateText('static_resources: {listeners: [{name: a}]}', registry)).map(({ rule }) => rule),
    ).toContain('required')
  })
})

describe('what is accepted but seldom meant', () => {
  it.each<[string, string, Partial<Finding>]>([
    [
      'a deprecated field',
      '{name: a, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua, inline_code: ""}}',
      { rule: 'deprecated' },
    ],
    [
      'an old name',
      BUFFER.replace('envoy.filters.http.buffer,', 'envoy.buffer,'),
      { rule: 'old-name', suggestion: 'envoy.filters.http.buffer' },
    ],
    [
      'a name used twice',
      BUFFER.replace('envoy.filters.http.buffer,', 'envoy.filters.http.router,'),
      { rule: 'duplicate-filter' },
    ],
  ])('%s', async (_, filter, expected) => {
    expect(await only(bootstrap('', [filter, ROUTER]))).toMatchObject({ severity: 'warning', ...expected })
  })

  it('per-route configuration of a filter that is not there', async () => {
    const config =
      '{envoy.filters.http.bufer: {"@type": a/envoy.extensions.filters.http.buffer.v3.BufferPerRoute, disabled: true}}'
    const route = `direct_response: {status: 200}, typed_per_filter_config: ${config}`
    expect(await only(bootstrap('', [BUFFER, ROUTER], route))).toMatchObject({
      severity: 'warning',
      rule: 'per-route',
      suggestion: 'envoy.filters.http.buffer',
    })
  })

  it('a key written twice', async () => {
    expect(await only(bootstrap('stat_prefix: z'))).toMatchObject({ rule: 'duplicate-key', line: 11, column: 11 })
  })

  it('a type of the contrib image', async () => {
    const filter = '{name: a, typed_config: {"@type": type.googleapis.com/stats.PluginConfig}}'
    expect(await only(bootstrap('', [filter, ROUTER]))).toMatchObject({ severity: 'info', rule: 'contrib-type' })
  })
})

describe('kinds of document', () => {
  it.each([
    ['prose', 'Dear team,\nplease find attached.\n', 'not-recognised'],
    ['YAML that is not Envoy', 'services:\n  web:\n    image: nginx\n', 'not-recognised'],
    ['nothing', '\n# only a comment\n', 'not-recognised'],
    [
      'half a dump',
      '{"configs": [{"@type": "type.googleapis.com/envoy.admin.v3.ListenersConfigDump", "dynamic_lis',
      'syntax',
    ],
    ['broken YAML', 'static_resources:\n  listeners: [\n', 'syntax'],
    ['too much', `{"a": "${'x'.repeat(20 << 20)}"}`, 'syntax'],
  ])('%s gives one error', async (_, text, rule) => {
    expect(await only(text)).toMatchObject({ severity: 'error', rule })
  })

  it('reads cases, dumps, proxies, lists of messages and streams', async () => {
    const listener = { name: 'l', nme: 1, filter_chains: [{ filters: [] }] }
    const texts: [string, string][] = [
      [JSON.stringify({ config: { listeners: [listener] }, requests: [] }), 'config.listeners[0].nme'],
      [JSON.stringify({ listeners: [listener], routes: null, clusters: [] }), 'listeners[0].nme'],
      [JSON.stringify([listener]), '[0].nme'],
      [JSON.stringify({ ...listener }), 'nme'],
      [
        JSON.stringify({
          configs: [
            {
              '@type': 'a/envoy.admin.v3.ListenersConfigDump',
              dynamic_listeners: [
                { active_state: { listener: { '@type': 'a/envoy.config.listener.v3.Listener', ...listener } } },
              ],
            },
          ],
        }),
        'configs[0].dynamic_listeners[0].active_state.listener.nme',
      ],
    ]
    for (const [text, path] of texts) {
      const errors = (await validateText(text, registry)).filter(({ severity }) => severity === 'error')
      expect(errors.map((finding) => finding.path)).toEqual([path])
    }
    const stream = `${bootstrap()}---\n${bootstrap('nope: 1')}`
    expect(await only(stream)).toMatchObject({ rule: 'unknown-field', line: 28 })
  })

  it('validates one message for an editor', async () => {
    const findings = await validateMessage(
      'envoy.extensions.filters.http.buffer.v3.Buffer',
      readDocument('{}'),
      registry,
    )
    expect(findings).toMatchObject([{ path: 'max_request_bytes', rule: 'required', line: 1, column: 1 }])
  })
})

describe('resources', () => {
  const filter = (patch: string, head = 'apiVersion: networking.istio.io/v1alpha3') => `${head}
kind: EnvoyFilter
metadata: {name: a}
spec:
  configPatches:
  - ${patch.replaceAll('\n', '\n    ')}
`
  const LUA =
    'value: {name: l, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua, default_source_code: {inline_string: "x = 1"}}}'
  const BEFORE_ROUTER =
    'match: {listener: {filterChain: {filter: {name: envoy.filters.network.http_connection_manager, subFilter: {name: envoy.filters.http.router}}}}}'

  it('accepts a good one', async () => {
    const patch = `applyTo: HTTP_FILTER\n${BEFORE_ROUTER}\npatch:\n  operation: INSERT_BEFORE\n  ${LUA}`
    expect(await validateText(filter(patch), registry)).toEqual([])
  })

  it.each<[string, string, Partial<Finding>]>([
    [
      'INSERT_BEFORE without subFilter',
      `applyTo: HTTP_FILTER\npatch:\n  operation: INSERT_BEFORE\n  ${LUA}`,
      { severity: 'warning', rule: 'patch', message: /puts the filter first/ as never },
    ],
    [
      'ADD of an HTTP filter',
      `applyTo: HTTP_FILTER\npatch:\n  operation: ADD\n  ${LUA}`,
      { severity: 'error', rule: 'patch', message: /after the router/ as never },
    ],
    [
      'an old name in the match',
      `applyTo: HTTP_FILTER\n${BEFORE_ROUTER.replace('envoy.filters.network.http', 'envoy.http')}\npatch:\n  operation: INSERT_BEFORE\n  ${LUA}`,
      {
        severity: 'error',
        rule: 'patch',
        suggestion: 'envoy.filters.network.http_connection_manager',
        path: 'spec.configPatches[0].match.listener.filterChain.filter.name',
      },
    ],
    [
      'a typo in the value',
      `applyTo: CLUSTER\npatch:\n  operation: MERGE\n  value: {conect_timeout: 1s}`,
      { severity: 'error', rule: 'unknown-field', path: 'spec.configPatches[0].patch.value.conect_timeout', line: 9 },
    ],
    [
      'a field of v2',
      `applyTo: HTTP_FILTER\n${BEFORE_ROUTER}\npatch:\n  operation: INSERT_BEFORE\n  value: {name: a, typed_config: {"@type": a/envoy.config.filter.http.lua.v2.Lua}}`,
      { severity: 'error', rule: 'v2-type' },
    ],
    [
      'a merge of false',
      `applyTo: LISTENER\npatch:\n  operation: MERGE\n  value: {name: ""}`,
      { severity: 'warning', rule: 'patch', message: /cannot set name/ as never },
    ],
    ['no applyTo', `patch: {operation: MERGE, value: {}}`, { severity: 'error', rule: 'patch' }],
    [
      'INSERT_AFTER without subFilter',
      `applyTo: HTTP_FILTER\npatch:\n  operation: INSERT_AFTER\n  ${LUA}`,
      { severity: 'error', rule: 'patch', message: /after the router/ as never },
    ],
    [
      'an operation that istiod does not know',
      `applyTo: CLUSTER\npatch: {operation: REPLACE, value: {name: c}}`,
      { severity: 'warning', rule: 'patch', message: /does nothing for REPLACE/ as never },
    ],
    [
      'REMOVE of no filter in particular',
      `applyTo: NETWORK_FILTER\npatch: {operation: REMOVE}`,
      { severity: 'warning', rule: 'patch', message: /changes nothing/ as never },
    ],
    [
      'a match of another kind',
      `applyTo: CLUSTER\nmatch: {listener: {portNumber: 80}}\npatch: {operation: REMOVE}`,
      { severity: 'error', rule: 'patch', message: /match\.cluster, not by listener/ as never },
    ],
    [
      'a subFilter of something else',
      `applyTo: HTTP_FILTER\n${BEFORE_ROUTER.replace('http_connection_manager', 'tcp_proxy')}\npatch:\n  operation: INSERT_BEFORE\n  ${LUA}`,
      { severity: 'error', rule: 'patch', suggestion: 'envoy.filters.network.http_connection_manager' },
    ],
    [
      'a version that is no regex',
      `applyTo: CLUSTER\nmatch: {proxy: {proxyVersion: "1("}}\npatch: {operation: REMOVE}`,
      { severity: 'error', rule: 'patch', path: 'spec.configPatches[0].match.proxy.proxyVersion' },
    ],
    ['no value', `applyTo: CLUSTER\npatch: {operation: ADD}`, { severity: 'error', rule: 'patch' }],
    [
      'a typo in the patch itself',
      `applyTo: CLUSTER\npatch: {operation: ADD, vlaue: {}, value: {name: c}}`,
      { severity: 'error', rule: 'unknown-field', suggestion: 'value' },
    ],
  ])('%s', async (_, patch, expected) => {
    const { message, ...rest } = expected
    const finding = await only(filter(patch))
    expect(finding).toMatchObject(rest)
    if (message) expect(finding.message).toMatch(message)
  })

  it('checks the head of a resource', async () => {
    const merge = 'applyTo: CLUSTER\npatch: {operation: MERGE, value: {alt_stat_name: a}}'
    expect(await only(filter(merge, 'apiVersion: networking.istio.io/v1beta1'))).toMatchObject({
      rule: 'resource',
      path: 'apiVersion',
      line: 1,
    })
    const old =
      'apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\nmetadata: {name: a}\nspec: {workloadLabels: {a: b}, configPatches: []}\n'
    expect((await validateText(old, registry)).map(({ rule, severity }) => `${severity} ${rule}`)).toEqual([
      'warning patch',
      'error unknown-field',
    ])
    expect(await validateText('apiVersion: v1\nkind: Service\nmetadata: {name: a}\n', registry)).toEqual([])
  })

  it('reads TrafficExtension and WasmPlugin', async () => {
    const lua =
      'apiVersion: extensions.istio.io/v1alpha1\nkind: TrafficExtension\nmetadata: {name: a}\nspec:\n  lua:\n    inlineCode: "function"\n'
    expect(await only(lua)).toMatchObject({ rule: 'lua', line: 6, path: 'spec.lua.inlineCode' })
    const wasm =
      'apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: {name: a}\nspec: {url: "oci://a", phaze: AUTHN}\n'
    expect(await only(wasm)).toMatchObject({ rule: 'unknown-field', suggestion: 'phase' })
  })

  it('looks into a List', async () => {
    const list =
      'apiVersion: v1\nkind: List\nitems:\n- apiVersion: networking.istio.io/v1alpha3\n  kind: EnvoyFilter\n  metadata: {name: a}\n'
    expect(await only(list)).toMatchObject({ path: 'items[0].spec', rule: 'resource' })
  })
})
