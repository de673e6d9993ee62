import type { Config } from '../../../envoy/types/envoy/extensions/filters/http/set_filter_state/v3/set_filter_state_pb.d.ts'
import { type FilterStateWriter, filterStateWriter } from '../../common/set-filter-state.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'

interface Shared {
  chain: FilterStateWriter
  forRoute(config: Config): FilterStateWriter
}

/** Envoy: source/extensions/filters/http/set_filter_state/config.cc; the chain's own list first, then the route's. */
export const setFilterState = defineHttpFilter<Config, Shared>({
  ...about,
  shared: (config, context) => {
    const writer = (message: Config) =>
      filterStateWriter(message.onRequestHeaders, 'FilterChain', context.services, `${context.path}.on_request_headers`)
    return { chain: writer(config), forRoute: perConfig(writer) }
  },
  create: ({ config, shared }) => ({
    decodeHeaders(headers, stream) {
      const perRoute = stream.perRoute<Config>()
      const context = { info: stream.info, requestHeaders: headers }
      const writers = perRoute ? [shared.chain, shared.forRoute(perRoute)] : [shared.chain]
      for (const write of writers) for (const note of write(stream.info.filterState, context)) stream.note(note)
      if (config.clearRouteCache) stream.clearRouteCache()
      return 'Continue'
    },
  }),
})
