import { ConfigError, type HttpFilterFactoryContext } from '../../engine/catalogue.ts'
import type { ConfiguredFilter } from '../../engine/http/filter-slot.ts'
import {
  type ActionFactory,
  createFraction,
  createMatcher,
  type Matcher as ReadyMatcher,
} from '../../engine/match/index.ts'
import type {
  DynamicConfig,
  ExecuteFilterAction,
} from '../../envoy/types/envoy/extensions/filters/http/composite/v3/composite_pb.d.ts'
import type { Matcher } from '../../envoy/types/xds/type/matcher/v3/matcher_pb.d.ts'

const SKIP = 'envoy.extensions.filters.common.matcher.action.v3.SkipFilter'
const EXECUTE = 'envoy.extensions.filters.http.composite.v3.ExecuteFilterAction'

/** What a matcher around an HTTP filter may decide. */
export type FilterAction = { kind: 'skip' } | ExecuteAction

/** Run other filters in the composite filter's place. */
export interface ExecuteAction {
  kind: 'execute'
  /** What the composite filter remembers it by. */
  name: string
  /** Whether this request is one of the sampled; draws when sample_percent leaves it to chance. */
  sampled(): boolean
  run:
    | { kind: 'single'; filter: ConfiguredFilter }
    | { kind: 'chain'; filters: readonly ConfiguredFilter[] }
    | { kind: 'named'; chain: string }
    /** dynamic_config: what discovery would bring is not part of the document. */
    | { kind: 'dynamic'; name: string }
}

/**
 * Makes the actions of HTTP filter matchers ready: SkipFilter, and ExecuteFilterAction of the composite filter
 * (Envoy: source/extensions/filters/http/composite/action.cc, match_delegate/config.cc).
 * @throws ConfigError for another action, or for one that does not say what to run.
 */
function filterActions(context: HttpFilterFactoryContext): ActionFactory<FilterAction> {
  const { registry, runtime } = context.services
  return (action, path) => {
    const unpacked = registry.unpack(action.typedConfig)
    if (unpacked?.typeName === SKIP) return { kind: 'skip' }
    if (unpacked?.typeName !== EXECUTE)
      throw new ConfigError(path, `no HTTP filter action of type '${unpacked?.typeName ?? action.name}'`)
    const config = unpacked.message as ExecuteFilterAction
    const sample = config.samplePercent && createFraction(config.samplePercent, runtime)
    return {
      kind: 'execute',
      ...whatRuns(config, `${path}.typed_config`, context),
      sampled: () => sample?.enabled() ?? true,
    }
  }
}

function whatRuns(
  config: ExecuteFilterAction,
  path: string,
  context: HttpFilterFactoryContext,
): Pick<ExecuteAction, 'name' | 'run'> {
  const { typedConfig, dynamicConfig, filterChain, filterChainName } = config
  if (dynamicConfig && typedConfig) throw new ConfigError(path, 'takes only one of dynamic_config and typed_config')
  // Where several are given, this is the order in which Envoy looks.
  if (filterChain) {
    const filters = chainOf(filterChain.typedConfig, `${path}.filter_chain`, context)
    return { name: 'filter_chain', run: { kind: 'chain', filters } }
  }
  if (filterChainName) return { name: filterChainName, run: { kind: 'named', chain: filterChainName } }
  if (dynamicConfig) {
    return { name: dynamicConfig.name, run: dynamicRun(dynamicConfig, `${path}.dynamic_config`, context) }
  }
  if (!typedConfig)
    throw new ConfigError(path, 'needs one of typed_config, dynamic_config, filter_chain and filter_chain_name')
  const filter = context.configure(typedConfig, `${path}.typed_config`)
  return { name: typedConfig.name, run: { kind: 'single', filter } }
}

function dynamicRun(
  { name, configDiscovery }: DynamicConfig,
  path: string,
  context: HttpFilterFactoryContext,
): ExecuteAction['run'] {
  const typedConfig = configDiscovery?.defaultConfig
  if (!typedConfig) return { kind: 'dynamic', name }
  return { kind: 'single', filter: context.configure({ name, typedConfig }, `${path}.config_discovery.default_config`) }
}

/**
 * A matcher whose actions are those of HTTP filters. Throws ConfigError for what Envoy refuses, keep_matching among it.
 */
export function createFilterMatcher(
  config: Matcher,
  path: string,
  context: HttpFilterFactoryContext,
): ReadyMatcher<FilterAction> {
  const matcher = createMatcher(config, path, context.services, filterActions(context))
  if (matcher.keepsMatching) throw new ConfigError(path, 'keep_matching is not possible around HTTP filters')
  return matcher
}

/** The filters of a FilterChainConfiguration. Throws ConfigError when there are none. */
export function chainOf(
  filters: readonly { name: string; typedConfig?: unknown }[],
  path: string,
  context: HttpFilterFactoryContext,
): ConfiguredFilter[] {
  if (filters.length === 0) throw new ConfigError(`${path}.typed_config`, 'a filter chain needs at least one filter')
  return filters.map((filter, i) => context.configure(filter, `${path}.typed_config[${i}]`))
}
