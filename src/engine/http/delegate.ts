import { configsOfType, nearestOfType } from '../route/per-filter-config.ts'
import { ChainRecorder, type RecordedFilter } from './chain-recorder.ts'
import type { HttpFilter, HttpStream } from './filter.ts'
import type { ConfiguredFilter } from './filter-slot.ts'

/**
 * A filter that runs in another one's place: its callbacks are called by the outer filter, it sees the outer filter's
 * stream, and each of its callbacks is a trace step of its own.
 */
export function delegateTo(configured: ConfiguredFilter, outer: HttpStream): HttpFilter {
  const { definition, config, shared, context } = configured
  const stream = innerStream(configured, outer)
  const filter: HttpFilter = definition?.create({ config, shared, context, stream }) ?? {}
  const record = new ChainRecorder(outer.trace, outer.loop, outer.info)
  const slot = { configured: { ...configured, within: outer.filterName }, filter }
  const request: RecordedFilter = { slot, side: 'request' }
  const response: RecordedFilter = { slot, side: 'response' }
  return {
    decodeHeaders: (headers, _, end) =>
      record.headers(request, headers, () => filter.decodeHeaders?.(headers, stream, end) ?? 'Continue'),
    decodeData: (data, _, end) =>
      record.data(request, data, () => filter.decodeData?.(data, stream, end) ?? 'Continue'),
    decodeTrailers: (trailers) =>
      record.trailers(request, trailers, () => filter.decodeTrailers?.(trailers, stream) ?? 'Continue'),
    decodeComplete: () => filter.decodeComplete?.(stream),
    encode1xxHeaders: (headers) => filter.encode1xxHeaders?.(headers, stream) ?? 'Continue',
    encodeHeaders: (headers, _, end) =>
      record.headers(response, headers, () => filter.encodeHeaders?.(headers, stream, end) ?? 'Continue'),
    encodeData: (data, _, end) =>
      record.data(response, data, () => filter.encodeData?.(data, stream, end) ?? 'Continue'),
    encodeTrailers: (trailers) =>
      record.trailers(response, trailers, () => filter.encodeTrailers?.(trailers, stream) ?? 'Continue'),
    encodeComplete: () => filter.encodeComplete?.(stream),
    onLocalReply: (reply) => filter.onLocalReply?.(reply, stream) ?? 'Continue',
    onStreamComplete: () => filter.onStreamComplete?.(stream),
    onDestroy: () => filter.onDestroy?.(stream),
    onMatch: (action) => filter.onMatch?.(action, stream),
  }
}

/**
 * Several filters in another one's place: forward for the request, backward for the response. One that answers anything
 * but Continue ends the round, and those behind it never get that part of the message, not even when it continues later
 * (Envoy: DelegatedFilterChain in source/extensions/filters/http/composite/filter.cc).
 */
export function delegateToChain(chain: readonly ConfiguredFilter[], outer: HttpStream): HttpFilter {
  const forward = chain.map((configured) => delegateTo(configured, outer))
  const backward = [...forward].reverse()
  return {
    decodeHeaders: (headers, _, end) => firstStop(forward, (filter) => filter.decodeHeaders?.(headers, outer, end)),
    decodeData: (data, _, end) => firstStop(forward, (filter) => filter.decodeData?.(data, outer, end)),
    decodeTrailers: (trailers) => firstStop(forward, (filter) => filter.decodeTrailers?.(trailers, outer)),
    decodeComplete: () => each(forward, (filter) => filter.decodeComplete?.(outer)),
    encode1xxHeaders: (headers) => firstStop(backward, (filter) => filter.encode1xxHeaders?.(headers, outer)),
    encodeHeaders: (headers, _, end) => firstStop(backward, (filter) => filter.encodeHeaders?.(headers, outer, end)),
    encodeData: (data, _, end) => firstStop(backward, (filter) => filter.encodeData?.(data, outer, end)),
    encodeTrailers: (trailers) => firstStop(backward, (filter) => filter.encodeTrailers?.(trailers, outer)),
    encodeComplete: () => each(backward, (filter) => filter.encodeComplete?.(outer)),
    onStreamComplete: () => each(forward, (filter) => filter.onStreamComplete?.(outer)),
    onDestroy: () => each(forward, (filter) => filter.onDestroy?.(outer)),
  }
}

function firstStop<Status extends string>(
  filters: readonly HttpFilter[],
  call: (filter: HttpFilter) => Status | undefined,
): Status | 'Continue' {
  for (const filter of filters) {
    const status = call(filter)
    if (status !== undefined && status !== 'Continue') return status
  }
  return 'Continue'
}

function each(filters: readonly HttpFilter[], call: (filter: HttpFilter) => void): void {
  for (const filter of filters) call(filter)
}

/** The outer filter's stream, per-route configuration by the outer name included, but for what the inner filter's type decides. */
function innerStream(configured: ConfiguredFilter, outer: HttpStream): HttpStream {
  const { definition, name } = configured
  const perRoute = definition?.perRoute
  return Object.create(outer, {
    canonicalName: { value: definition?.name ?? name },
    perRouteConfigs: { value: () => configsOfType(outer.route(), outer.filterName, perRoute) },
    perRoute: { value: () => nearestOfType(outer.route(), outer.filterName, perRoute) },
  }) as HttpStream
}
