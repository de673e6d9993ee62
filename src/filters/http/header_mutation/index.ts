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
  let sets: MutationSet[] | undefined

  // The route table comes last unless the most specific level is to win: whoever runs last has the last word.
  const setsOf = (stream: HttpStream): MutationSet[] => {
    if (!sets) {
      const levels = stream.perRouteConfigs().map((entry) => forRoute(entry.message as HeaderMutationPerRoute))
      sets = [chain, ...(mostSpecificWins ? levels : levels.reverse())]
    }
    return sets
  }
  const context = (stream: HttpStream): FormatContext => ({
    info: stream.info,
    requestHeaders: stream.requestHeaders,
    responseHeaders: stream.responseHeaders,
    responseTrailers: stream.responseTrailers,
  })

  return {
    decodeHeaders(headers, stream) {
      for (const set of setsOf(stream)) set.requestHeaders(headers, context(stream))
      return 'Continue'
    },
    decodeTrailers(trailers, stream) {
      for (const set of setsOf(stream)) set.requestTrailers(trailers, context(stream))
      return 'Continue'
    },
    encodeHeaders(headers, stream) {
      for (const set of setsOf(stream)) set.responseHeaders(headers, context(stream))
      return 'Continue'
    },
    encodeTrailers(trailers, stream) {
      for (const set of setsOf(stream)) set.responseTrailers(trailers, context(stream))
      return 'Continue'
    },
  }
}
