import { ConfigError } from '../../../engine/catalogue.ts'
import { delegateTo } from '../../../engine/http/delegate.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { ConfiguredFilter } from '../../../engine/http/filter-slot.ts'
import type { Matcher } from '../../../engine/match/index.ts'
import type {
  ExtensionWithMatcher,
  ExtensionWithMatcherPerRoute,
} from '../../../envoy/types/envoy/extensions/common/matching/v3/extension_matcher_pb.d.ts'
import { createFilterMatcher, type FilterAction } from '../../common/filter-actions.ts'
import { FilterMatcher } from '../../common/filter-matcher.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'

interface DelegateShared {
  inner: ConfiguredFilter
  matcher: Matcher<FilterAction> | undefined
  /** A route without a matcher has one that matches nothing. */
  forRoute(config: ExtensionWithMatcherPerRoute): { matcher: Matcher<FilterAction> | undefined }
}

/**
 * Wraps a filter: a matcher skips it for some requests, or tells it what to do (composite).
 * Envoy: source/extensions/filters/http/match_delegate/config.cc.
 */
export const matchDelegate = defineHttpFilter<ExtensionWithMatcher, DelegateShared>({
  ...about,
  shared: (config, context) => {
    const { extensionConfig, xdsMatcher, matcher } = config
    if (!extensionConfig) throw new ConfigError(`${context.path}.extension_config`, 'is required')
    // The deprecated type has the same fields.
    const ours = xdsMatcher ?? (matcher as unknown as ExtensionWithMatcher['xdsMatcher'])
    return {
      inner: context.configure(extensionConfig, `${context.path}.extension_config`),
      matcher: ours && createFilterMatcher(ours, `${context.path}.${xdsMatcher ? 'xds_matcher' : 'matcher'}`, context),
      forRoute: perConfig((perRoute) => ({
        matcher:
          perRoute.xdsMatcher &&
          createFilterMatcher(perRoute.xdsMatcher, 'typed_per_filter_config.xds_matcher', context),
      })),
    }
  },
  create: ({ shared, stream }) => delegateFilter(shared, stream),
})

function delegateFilter({ inner, matcher, forRoute }: DelegateShared, own: HttpStream): HttpFilter {
  const delegated = delegateTo(inner, own)
  let skipped = false
  let state: FilterMatcher<FilterAction> | undefined = matcher && new FilterMatcher(matcher, own)

  const see = (...[part, headers]: Parameters<FilterMatcher<FilterAction>['see']>) => {
    const result = state?.see(part, headers)
    if (!result) return
    if (result.kind !== 'match') own.note('nothing matches')
    else if (result.action.kind === 'skip') {
      skipped = true
      own.note(`${inner.name} is skipped`)
    } else delegated.onMatch?.(result.action, own)
  }

  return {
    decodeHeaders(headers, stream, endStream) {
      const perRoute = stream.perRoute<ExtensionWithMatcherPerRoute>()
      if (perRoute) {
        const replacement = forRoute(perRoute).matcher
        state = replacement && new FilterMatcher(replacement, stream)
      } else if (!state) {
        skipped = true
        stream.note(`no matcher: ${inner.name} is skipped`)
      }
      see('requestHeaders', headers)
      return skipped ? 'Continue' : (delegated.decodeHeaders?.(headers, stream, endStream) ?? 'Continue')
    },
    decodeData(data, stream, endStream) {
      return skipped ? 'Continue' : (delegated.decodeData?.(data, stream, endStream) ?? 'Continue')
    },
    decodeTrailers(trailers, stream) {
      see('requestTrailers', trailers)
      return skipped ? 'Continue' : (delegated.decodeTrailers?.(trailers, stream) ?? 'Continue')
    },
    decodeComplete(stream) {
      if (!skipped) delegated.decodeComplete?.(stream)
    },
    encode1xxHeaders(headers, stream) {
      return skipped ? 'Continue' : (delegated.encode1xxHeaders?.(headers, stream) ?? 'Continue')
    },
    encodeHeaders(headers, stream, endStream) {
      see('responseHeaders', headers)
      return skipped ? 'Continue' : (delegated.encodeHeaders?.(headers, stream, endStream) ?? 'Continue')
    },
    encodeData(data, stream, endStream) {
      return skipped ? 'Continue' : (delegated.encodeData?.(data, stream, endStream) ?? 'Continue')
    },
    encodeTrailers(trailers, stream) {
      see('responseTrailers', trailers)
      return skipped ? 'Continue' : (delegated.encodeTrailers?.(trailers, stream) ?? 'Continue')
    },
    encodeComplete(stream) {
      if (!skipped) delegated.encodeComplete?.(stream)
    },
    onStreamComplete: (stream) => delegated.onStreamComplete?.(stream),
    onDestroy: (stream) => delegated.onDestroy?.(stream),
    onMatch: (action, stream) => delegated.onMatch?.(action, stream),
  }
}
