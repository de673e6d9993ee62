import { delegateTo, delegateToChain } from '../../../engine/http/delegate.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { ConfiguredFilter } from '../../../engine/http/filter-slot.ts'
import type { Matcher } from '../../../engine/match/index.ts'
import type {
  Composite,
  CompositePerRoute,
} from '../../../envoy/types/envoy/extensions/filters/http/composite/v3/composite_pb.d.ts'
import { chainOf, createFilterMatcher, type ExecuteAction, type FilterAction } from '../../common/filter-actions.ts'
import { FilterMatcher } from '../../common/filter-matcher.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'

/** Filter state in which the actions that ran are remembered, by the filter's configured name. */
const MATCHED_ACTIONS = 'envoy.extensions.filters.http.composite.matched_actions'

interface CompositeShared {
  matcher: Matcher<FilterAction> | undefined
  chains: ReadonlyMap<string, readonly ConfiguredFilter[]>
  forRoute(config: CompositePerRoute): Matcher<FilterAction> | undefined
}

/**
 * Runs the filters that a matcher picks for the request: its own matcher, the route's instead, or one around it
 * (match_delegate). Envoy: source/extensions/filters/http/composite/filter.cc.
 */
export const composite = defineHttpFilter<Composite, CompositeShared>({
  ...about,
  shared: (config, context) => {
    const make = (matcher: Composite['matcher'], path: string) => matcher && createFilterMatcher(matcher, path, context)
    return {
      matcher: make(config.matcher, `${context.path}.matcher`),
      chains: new Map(
        Object.entries(config.namedFilterChains).map(([name, chain]) => [
          name,
          chainOf(chain.typedConfig, `${context.path}.named_filter_chains["${name}"]`, context),
        ]),
      ),
      forRoute: perConfig((perRoute) => make(perRoute.matcher, 'typed_per_filter_config.matcher')),
    }
  },
  create: ({ shared, stream }) => compositeFilter(shared, stream),
})

function compositeFilter(shared: CompositeShared, own: HttpStream): HttpFilter {
  let delegated: HttpFilter | undefined
  let matcher: FilterMatcher<FilterAction> | undefined

  const run = (action: ExecuteAction) => {
    if (!action.sampled()) {
      own.note(`${action.name}: not sampled`)
      return
    }
    delegated = delegateFor(action.run, shared.chains, own)
    if (delegated && !own.upstream) remember(own, action.name)
  }

  const see = (
    part: Parameters<FilterMatcher<FilterAction>['see']>[0],
    headers: Parameters<FilterMatcher<FilterAction>['see']>[1],
  ) => {
    const result = matcher?.see(part, headers)
    if (!result) return
    if (result.kind !== 'match') own.note('nothing matches')
    else if (result.action.kind === 'execute') run(result.action)
    else own.note('the match skips this filter')
  }

  return {
    decodeHeaders(headers, stream, endStream) {
      const perRoute = stream.perRoute<CompositePerRoute>()
      const config = (perRoute && shared.forRoute(perRoute)) ?? shared.matcher
      if (config) matcher = new FilterMatcher(config, stream)
      see('requestHeaders', headers)
      return delegated?.decodeHeaders?.(headers, stream, endStream) ?? 'Continue'
    },
    decodeData: (data, stream, endStream) => delegated?.decodeData?.(data, stream, endStream) ?? 'Continue',
    decodeTrailers(trailers, stream) {
      see('requestTrailers', trailers)
      return delegated?.decodeTrailers?.(trailers, stream) ?? 'Continue'
    },
    decodeComplete: (stream) => delegated?.decodeComplete?.(stream),
    encode1xxHeaders: (headers, stream) => delegated?.encode1xxHeaders?.(headers, stream) ?? 'Continue',
    encodeHeaders(headers, stream, endStream) {
      see('responseHeaders', headers)
      return delegated?.encodeHeaders?.(headers, stream, endStream) ?? 'Continue'
    },
    encodeData: (data, stream, endStream) => delegated?.encodeData?.(data, stream, endStream) ?? 'Continue',
    encodeTrailers(trailers, stream) {
      see('responseTrailers', trailers)
      return delegated?.encodeTrailers?.(trailers, stream) ?? 'Continue'
    },
    encodeComplete: (stream) => delegated?.encodeComplete?.(stream),
    onStreamComplete: (stream) => delegated?.onStreamComplete?.(stream),
    onDestroy: (stream) => delegated?.onDestroy?.(stream),
    // Only match_delegate calls this, with the actions that it made.
    onMatch: (action) => run(action as ExecuteAction),
  }
}

function delegateFor(
  run: ExecuteAction['run'],
  chains: ReadonlyMap<string, readonly ConfiguredFilter[]>,
  stream: HttpStream,
): HttpFilter | undefined {
  switch (run.kind) {
    case 'single':
      stream.note(`runs ${run.filter.name}`)
      return delegateTo(run.filter, stream)
    case 'chain':
      stream.note(`runs ${names(run.filters)}`)
      return delegateToChain(run.filters, stream)
    case 'named': {
      const chain = chains.get(run.chain)
      stream.note(chain ? `runs ${names(chain)} of chain ${run.chain}` : `has no chain ${run.chain}: does nothing`)
      return chain && delegateToChain(chain, stream)
    }
    case 'dynamic':
      stream.note(`${run.name} comes by discovery and is not part of the document: nothing runs`)
      return undefined
  }
}

function names(filters: readonly ConfiguredFilter[]): string {
  return filters.map((filter) => filter.name).join(', ')
}

/** The actions that ran on this stream, a field for each composite filter. */
function remember(stream: HttpStream, action: string): void {
  const state = stream.info.filterState
  const before = state.get(MATCHED_ACTIONS)?.fields as Record<string, string> | undefined
  const fields = { ...before, [stream.filterName]: action }
  const text = JSON.stringify(Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))))
  state.set(MATCHED_ACTIONS, { text, json: fields, fields, lifeSpan: 'FilterChain' })
}
