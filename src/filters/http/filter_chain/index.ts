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

/**
 * Its filters are put into the chain in its stead, and the route's behind them. They are filters of the chain like any
 * other, but for being switched off: no route does that. Envoy: source/extensions/filters/http/filter_chain/config.cc.
 */
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
  standsFor: (shared, perRoute) =>
    perRoute ? [...shared.chain, ...shared.forRoute(perRoute as FilterChainConfigPerRoute)] : shared.chain,
  create: () => ({}),
})
