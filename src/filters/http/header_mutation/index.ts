import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import type { FormatContext } from '../../../engine/format/index.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type {
  HeaderMutation,
  HeaderMutationPerRoute,
  Mutations,
} from '../../../envoy/types/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'
import { type MutationSet, mutationSet } from './mutations.ts'

interface Shared {
  chain: MutationSet
  mostSpecificWins: boolean
  forRoute(config: HeaderMutationPerRoute): MutationSet
}

/**
 * Changes headers, trailers and query parameters, by the filter's own list and then by those of the route's levels.
 * Envoy: source/extensions/filters/http/header_mutation/header_mutation.cc.
 */
export const headerMutation = defineHttpFilter<HeaderMutation, Shared>({
  ...about,
  shared: (config, context) => ({
    chain: made(config.mutations, context, `${context.path}.mutations`),
    mostSpecificWins: config.mostSpecificHeaderMutationsWins,
    forRoute: perConfig((perRoute: HeaderMutationPerRoute) =>
      made(perRoute.mutations, context, 'typed_per_filter_config.mutations'),
    ),
  }),
  create: ({ shared }) => headerMutationFilter(shared),
})

function made(mutations: Mutations | undefined, context: FilterFactoryContext, path: string): MutationSet {
  return mutationSet(mutations, { path, services: context.services })
}

function headerMutationFilter({ chain, mostSpecificWins, forRoute }: Shared): HttpFilter {
  let levels: MutationSet[] | undefined

  // The route is asked for only after the filter's own changes, which may lead to another one. The route table comes last
  // unless the most specific level is to win: whoever runs last has the last word.
  const apply = (stream: HttpStream, change: (set: MutationSet) => void): void => {
    change(chain)
    if (!levels) {
      levels = stream.perRouteConfigs().map((entry) => forRoute(entry.message as HeaderMutationPerRoute))
      if (!mostSpecificWins) levels.reverse()
    }
    levels.forEach(change)
  }
  const context = (stream: HttpStream): FormatContext => ({
    info: stream.info,
    requestHeaders: stream.requestHeaders,
    responseHeaders: stream.responseHeaders,
    responseTrailers: stream.responseTrailers,
  })

  return {
    decodeHeaders(headers, stream) {
      apply(stream, (set) => set.requestHeaders(headers, context(stream)))
      return 'Continue'
    },
    decodeTrailers(trailers, stream) {
      apply(stream, (set) => set.requestTrailers(trailers, context(stream)))
      return 'Continue'
    },
    encodeHeaders(headers, stream) {
      apply(stream, (set) => set.responseHeaders(headers, context(stream)))
      return 'Continue'
    },
    encodeTrailers(trailers, stream) {
      apply(stream, (set) => set.responseTrailers(trailers, context(stream)))
      return 'Continue'
    },
  }
}
