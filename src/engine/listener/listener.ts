import type {
  Filter,
  FilterChain,
  ListenerFilterChainMatchPredicate,
} from '../../envoy/types/envoy/config/listener/v3/listener_components_pb.d.ts'
import type { Listener as ListenerConfig } from '../../envoy/types/envoy/config/listener/v3/listener_pb.d.ts'
import { ConfigError } from '../catalogue.ts'
import { createMatcher, type Matcher } from '../match/index.ts'
import type { ConfiguredNetworkFilter, NetworkFactoryContext } from '../network/types.ts'
import type { ProxyServices } from '../services.ts'
import type { Address, ConnectionInfo, JsonObject } from '../stream-info.ts'
import { FilterChainIndex } from './filter-chain-match.ts'
import { createTransportSocket, type TransportSocketConfig } from './tls.ts'
import type { ListenerFilterDefinition } from './types.ts'

/** A filter chain, made ready. */
export interface ReadyChain {
  name: string
  path: string
  transport: TransportSocketConfig
  filters: readonly ConfiguredNetworkFilter[]
  metadata: Record<string, JsonObject>
}

/** A listener filter of a listener; one without `definition` does nothing and says so. */
export interface ConfiguredListenerFilter {
  name: string
  path: string
  definition: ListenerFilterDefinition | undefined
  remark?: string
  config: unknown
  shared: unknown
  context: NetworkFactoryContext
  /** filter_disabled, when it applies to this connection. */
  disabled(info: ConnectionInfo): boolean
}

/** A listener, made ready: its filters, its chains and how one of them is chosen. */
export class Listener {
  readonly name: string
  readonly path: string
  readonly config: ListenerConfig
  readonly address: Address
  readonly bound: boolean
  readonly bufferLimit: number
  readonly filters: readonly ConfiguredListenerFilter[]
  /** Connections that are open now. */
  readonly connections = new Set<object>()
  private readonly chains: readonly ReadyChain[]
  private readonly defaultChain: ReadyChain | undefined
  private readonly index: FilterChainIndex
  private readonly matcher: Matcher<string> | undefined

  constructor(config: ListenerConfig, path: string, services: ProxyServices) {
    this.name = config.name
    this.path = path
    this.config = config
    const socket = config.address?.address.case === 'socketAddress' ? config.address.address.value : undefined
    const port = socket?.portSpecifier.case === 'portValue' ? socket.portSpecifier.value : 0
    this.bound = (config.bindToPort ?? true) && config.listenerSpecifier.case !== 'internalListener'
    // Whoever records cases binds listeners to the loopback address.
    this.address = { ip: this.bound ? '127.0.0.1' : (socket?.address ?? ''), port }
    this.bufferLimit = config.perConnectionBufferLimitBytes ?? 1024 * 1024
    const direction = (['UNSPECIFIED', 'INBOUND', 'OUTBOUND'] as const)[config.trafficDirection] ?? 'UNSPECIFIED'
    const contextOf = (name: string, at: string): NetworkFactoryContext => ({
      loop: services.loop,
      host: services.host,
      services,
      filterName: name,
      path: `${at}.typed_config`,
      trafficDirection: direction,
    })
    this.filters = config.listenerFilters.map((filter, i) =>
      configureListenerFilter(filter, contextOf(filter.name, `${path}.listener_filters[${i}]`), services),
    )
    const ready = (chain: FilterChain, at: string): ReadyChain => ({
      name: chain.name,
      path: at,
      transport: createTransportSocket(chain.transportSocket, services, `${at}.transport_socket`),
      filters: chain.filters.map((filter, i) =>
        configureNetworkFilter(filter, contextOf(filter.name, `${at}.filters[${i}]`), services),
      ),
      metadata: (chain.metadata?.filterMetadata ?? {}) as Record<string, JsonObject>,
    })
    this.chains = config.filterChains.map((chain, i) => ready(chain, `${path}.filter_chains[${i}]`))
    this.defaultChain = config.defaultFilterChain && ready(config.defaultFilterChain, `${path}.default_filter_chain`)
    this.index = new FilterChainIndex(config.filterChains, `${path}.filter_chains`)
    this.matcher =
      config.filterChainMatcher &&
      createMatcher(config.filterChainMatcher, `${path}.filter_chain_matcher`, services, (action, at) => {
        const name = services.registry.unpack(action.typedConfig)?.message
        if (name === undefined) throw new ConfigError(at, 'the action of a filter chain matcher is the name of a chain')
        return typeof name === 'string' ? name : String((name as { value?: unknown }).value ?? '')
      })
  }

  /** The chain for a connection, and why. */
  chooseChain(connection: ConnectionInfo): { chain: ReadyChain | undefined; reason: string } {
    if (this.matcher) {
      const result = this.matcher.match({ connection })
      const name = result.kind === 'match' ? result.action : undefined
      const chain = this.chains.find((each) => each.name === name)
      if (chain) return { chain, reason: `filter_chain_matcher chose '${name}'` }
      if (this.defaultChain) return { chain: this.defaultChain, reason: 'the matcher chose none: default_filter_chain' }
      return { chain: undefined, reason: 'the filter_chain_matcher chose none, and there is no default_filter_chain' }
    }
    const reasons: string[] = []
    const index = this.index.find(connection, reasons)
    const why = reasons.join(', ')
    if (index !== undefined)
      return { chain: this.chains[index], reason: why === '' ? 'it matches everything' : `matched by ${why}` }
    if (this.defaultChain) return { chain: this.defaultChain, reason: 'no chain matched: default_filter_chain' }
    return {
      chain: undefined,
      reason: `no chain matched${why === '' ? '' : ` (went by ${why})`}, and there is no default`,
    }
  }
}

function configureNetworkFilter(
  filter: Filter,
  context: NetworkFactoryContext,
  services: ProxyServices,
): ConfiguredNetworkFilter {
  const path = context.path.replace(/\.typed_config$/, '')
  const configured: ConfiguredNetworkFilter = {
    name: filter.name,
    path,
    definition: undefined,
    config: undefined,
    shared: undefined,
    context,
  }
  const any = filter.configType.case === 'typedConfig' ? filter.configType.value : undefined
  const opened = services.registry.unpack(any)
  const definition = opened && services.catalogue.network(opened.typeName)
  if (!opened || !definition) {
    configured.remark = `'${opened?.typeName ?? filter.name}' is not simulated: bytes pass through unchanged`
    return configured
  }
  if (opened.message === undefined)
    throw new ConfigError(context.path, `the configuration does not fit ${opened.typeName}`)
  configured.definition = definition
  configured.config = opened.message
  configured.shared = definition.shared?.(opened.message, context)
  return configured
}

function configureListenerFilter(
  filter: ListenerConfig['listenerFilters'][number],
  context: NetworkFactoryContext,
  services: ProxyServices,
): ConfiguredListenerFilter {
  const configured: ConfiguredListenerFilter = {
    name: filter.name,
    path: context.path.replace(/\.typed_config$/, ''),
    definition: undefined,
    config: undefined,
    shared: undefined,
    context,
    disabled: (info) => filter.filterDisabled !== undefined && holds(filter.filterDisabled, info),
  }
  const any = filter.configType.case === 'typedConfig' ? filter.configType.value : undefined
  const opened = services.registry.unpack(any)
  const definition = opened && services.catalogue.listener(opened.typeName)
  if (!opened || !definition || opened.message === undefined) {
    configured.remark = `'${opened?.typeName ?? filter.name}' is not simulated`
    return configured
  }
  configured.definition = definition
  configured.config = opened.message
  configured.shared = definition.shared?.(opened.message, context)
  return configured
}

// ListenerFilterChainMatchPredicate (source/common/network/listener_filter_matcher.cc, filter_matcher.cc): the range has
// no end of its own, and a predicate without a rule cannot be configured.
function holds({ rule }: ListenerFilterChainMatchPredicate, info: ConnectionInfo): boolean {
  if (rule.case === 'anyMatch') return true
  if (rule.case === 'notMatch') return !holds(rule.value, info)
  if (rule.case === 'andMatch') return rule.value.rules.every((each) => holds(each, info))
  if (rule.case === 'orMatch') return rule.value.rules.some((each) => holds(each, info))
  if (rule.case !== 'destinationPortRange') return false
  const { port } = info.local
  return port >= rule.value.start && port < rule.value.end
}
