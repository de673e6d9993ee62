import { delegateToChain } from '../../../engine/http/delegate.ts'
import type { HttpFilter } from '../../../engine/http/filter.ts'
import type { ConfiguredFilter } from '../../../engine/http/filter-slot.ts'
import type {
  FilterChain,
  FilterChainConfig,
  FilterChainConfigPerRoute,
} from '../../../envoy/types/envoy/extensions/filters/http/filter_chain/v3/filter_chain_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'

interface ChainShared {
  chain: readonly ConfiguredFilter[]
  forRoute(config: FilterChainConfigPerRoute): readonly ConfiguredFilter[]
}

/** Runs its filters in its own place; a route's list stands in for its own. Envoy: source/extensions/filters/http/filter_chain. */
export const filterChain = defineHttpFilter<FilterChainConfig, ChainShared>({
  ...about,
  shared: (config, context) => {
    const make = (chain: FilterChain | undefined, path: string) =>
      (chain?.filters ?? []).map((filter, i) => context.configure(filter, `${path}.filters[${i}]`))
    return {
      chain: make(config.defaultFilterChain, `${context.path}.default_filter_chain`),
      forRoute: perConfig((perRoute) => make(perRoute.filterChain, 'typed_per_filter_config.filter_chain')),
    }
  },
  // The route is known when the first callback runs, and only the filters that it names are made.
  create: ({ shared, stream }) => {
    const perRoute = stream.perRoute<FilterChainConfigPerRoute>()
    const filters = perRoute ? shared.forRoute(perRoute) : shared.chain
    const delegated: HttpFilter = delegateToChain(filters, stream)
    return delegated
  },
})
