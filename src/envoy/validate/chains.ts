import type { JsonObject } from '@bufbuild/protobuf'
import type { Path } from '../document/path.ts'
import { type Check, type CheckContext, elements, typeOfAny } from './check.ts'
import { renamedTo } from './names.ts'

const HTTP = 'envoy.extensions.filters.http.'
const NETWORK = 'envoy.extensions.filters.network.'

/**
 * Filters that answer or forward by themselves: Envoy refuses a chain that goes on after one or, unless it is empty,
 * does not end in one (Envoy: source/common/http/filter_chain_helper.cc, isTerminalFilterByProto of each factory).
 */
const TERMINAL_HTTP = new Set([`${HTTP}router.v3.Router`, `${HTTP}mcp_router.v3.McpRouter`])
const TERMINAL_UPSTREAM_HTTP = new Set([`${HTTP}upstream_codec.v3.UpstreamCodec`])
const TERMINAL_NETWORK = new Set([
  `${NETWORK}direct_response.v3.Config`,
  `${NETWORK}dubbo_proxy.v3.DubboProxy`,
  `${NETWORK}echo.v3.Echo`,
  `${NETWORK}generic_proxy.v3.GenericProxy`,
  `${NETWORK}http_connection_manager.v3.HttpConnectionManager`,
  `${NETWORK}http_connection_manager.v3.EnvoyMobileHttpConnectionManager`,
  `${NETWORK}kafka_mesh.v3alpha.KafkaMesh`,
  `${NETWORK}redis_proxy.v3.RedisProxy`,
  `${NETWORK}reverse_tunnel.v3.DrainAwareHttpConnectionManager`,
  `${NETWORK}reverse_tunnel.v3.ReverseTunnel`,
  `${NETWORK}rocketmq_proxy.v3.RocketmqProxy`,
  `${NETWORK}sip_proxy.v3alpha.SipProxy`,
  `${NETWORK}tcp_proxy.v3.TcpProxy`,
  `${NETWORK}thrift_proxy.v3.ThriftProxy`,
])
/** Terminal or not by what their configuration says, or by code that Envoy loads. */
const UNDECIDED = new Set([
  `${HTTP}dynamic_modules.v3.DynamicModuleFilter`,
  `${NETWORK}dynamic_modules.v3.DynamicModuleNetworkFilter`,
  `${NETWORK}golang.v3alpha.Config`,
])

/** What a filter must be to stand last in the chain of a kind, and what the chain is called in messages. */
const CHAINS = {
  http: {
    field: 'http_filters',
    terminal: TERMINAL_HTTP,
    name: 'HTTP filter chain',
    last: 'envoy.filters.http.router',
  },
  upstream: {
    field: 'http_filters',
    terminal: TERMINAL_UPSTREAM_HTTP,
    name: 'upstream HTTP filter chain',
    last: 'envoy.filters.http.upstream_codec',
  },
  network: {
    field: 'filters',
    terminal: TERMINAL_NETWORK,
    name: 'network filter chain',
    last: 'envoy.filters.network.tcp_proxy',
  },
} as const

export function isTerminal(typeName: string | undefined): boolean | undefined {
  if (typeName === undefined || UNDECIDED.has(typeName)) return undefined
  return TERMINAL_HTTP.has(typeName) || TERMINAL_NETWORK.has(typeName) || TERMINAL_UPSTREAM_HTTP.has(typeName)
}

export const checkHttpFilters: Check = (message, path, context) => checkChain('http', message, path, context)
export const checkNetworkFilters: Check = (message, path, context) => checkChain('network', message, path, context)
export const checkUpstreamFilters: Check = (message, path, context) => {
  if (elements(message, 'http_filters').length > 0) checkChain('upstream', message, path, context)
}

function checkChain(kind: keyof typeof CHAINS, message: JsonObject, path: Path, context: CheckContext): void {
  const { field, terminal, name, last } = CHAINS[kind]
  const filters = elements(message, field)
  if (filters.length === 0) {
    if (context.partial) return
    const text = `the ${name} is empty; it needs a terminal filter such as ${last} to do anything`
    context.report({ path, severity: 'warning', rule: 'terminal-filter', message: text })
    return
  }
  filters.forEach((filter, index) => {
    const here = [...path, field, index]
    checkDuplicate(filters, index, here, context)
    const typeName = typeOfAny(filter.typed_config)
    // A filter whose configuration is discovered declares its possible types; which it is shows only when it runs.
    if (typeName === undefined || UNDECIDED.has(typeName) || !context.types.getMessage(typeName)) return
    const isLast = index === filters.length - 1
    if (terminal.has(typeName) && !isLast) {
      const next = filters.slice(index + 1).map((each) => String(each.name ?? ''))
      const twice = filters.slice(index + 1).some((each) => typeOfAny(each.typed_config) === typeName)
      const text = twice
        ? `there are two terminal filters of type ${typeName}; a ${name} ends with one`
        : `${filter.name} is terminal and must be last: ${next.join(', ')} would never run`
      context.report({ path: here, severity: 'error', rule: 'terminal-filter', message: text })
    }
    if (!terminal.has(typeName) && isLast && !context.partial) {
      const text = `${filter.name} is last but not terminal; the ${name} must end with a filter such as ${last}`
      context.report({ path: here, severity: 'error', rule: 'terminal-filter', message: text })
    }
  })
}

/** Envoy takes two filters of one name, but per-route configuration and metadata are found by name. */
function checkDuplicate(filters: JsonObject[], index: number, path: Path, context: CheckContext): void {
  const { name } = filters[index]!
  const first = filters.findIndex((filter) => filter.name === name)
  if (typeof name !== 'string' || name === '' || first === index) return
  const message = `${name} is the name of filter ${first} too; per-route configuration applies to both`
  context.report({ path: [...path, 'name'], severity: 'warning', rule: 'duplicate-filter', message })
}

/** A network, HTTP or listener filter: its name, and that it has a configuration at all. */
export const checkFilter: Check = (filter, path, context) => {
  const today = typeof filter.name === 'string' ? renamedTo(filter.name) : undefined
  if (today) {
    const message = `${String(filter.name)} is the filter's old name; it is ${today} now, and per-route configuration, patches and metadata must use one name`
    context.report({ path: [...path, 'name'], severity: 'warning', rule: 'old-name', message, suggestion: today })
  }
  if (context.partial || typeOfAny(filter.typed_config) !== undefined || filter.config_discovery !== undefined) return
  const message = `${String(filter.name ?? 'the filter')} has no typed_config; Envoy finds a filter by its @type, not by its name`
  context.report({ path, severity: 'error', rule: 'missing-type', message })
}

/** Keys of typed_per_filter_config are names of filters. */
export const checkPerFilterConfig: Check = (message, path, context) => {
  for (const [name, config] of Object.entries((message.typed_per_filter_config ?? {}) as JsonObject)) {
    if (typeOfAny(config) === undefined) {
      const text = `the configuration of ${name} has no @type, so Envoy cannot tell what it is`
      const at = [...path, 'typed_per_filter_config', name]
      context.report({ path: at, severity: 'error', rule: 'missing-type', message: text })
    }
    const today = renamedTo(name)
    if (!today) continue
    const text = `${name} is an old filter name; it is ${today} now`
    const at = [...path, 'typed_per_filter_config', name]
    context.report({ path: at, at: 'key', severity: 'warning', rule: 'old-name', message: text, suggestion: today })
  }
}

/** Extensions that are not filters are found by their type in the same way. */
export const checkExtension: Check = (extension, path, context) => {
  if (context.partial || typeOfAny(extension.typed_config) !== undefined) return
  const message = `the extension ${String(extension.name ?? '')} has no typed_config with an @type`
  context.report({ path, severity: 'error', rule: 'missing-type', message })
}
