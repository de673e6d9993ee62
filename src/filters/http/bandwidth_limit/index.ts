import { toByteString } from '../../../engine/bytes.ts'
import { ConfigError, type FilterFactoryContext } from '../../../engine/catalogue.ts'
import { millis } from '../../../engine/duration.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { TokenBucket } from '../../../engine/token-bucket.ts'
import type { BandwidthLimit } from '../../../envoy/types/envoy/extensions/filters/http/bandwidth_limit/v3/bandwidth_limit_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'
import { Limiter } from './limiter.ts'

const REQUEST = 1
const RESPONSE = 2
const DEFAULT_INTERVAL_MS = 50

interface Settings {
  mode: number
  bucket: TokenBucket | undefined
  intervalMs: number
  enabled(): boolean
  trailerPrefix: string | undefined
}

/**
 * Lets bodies pass in pieces, as fast as a bucket of bytes fills. Envoy: source/extensions/filters/http/bandwidth_limit/bandwidth_limit.cc.
 */
export const bandwidthLimit = defineHttpFilter<BandwidthLimit, (config: BandwidthLimit) => Settings>({
  ...about,
  shared: (config, context) => {
    const settingsOf = perConfig((message: BandwidthLimit) => made(message, message !== config, context))
    settingsOf(config)
    return settingsOf
  },
  create: ({ config, shared }) => limitFilter((stream) => shared(stream.perRoute<BandwidthLimit>() ?? config)),
})

function made(config: BandwidthLimit, ofRoute: boolean, { path, loop, services }: FilterFactoryContext): Settings {
  const { limitKbps, runtimeEnabled } = config
  const at = ofRoute ? 'typed_per_filter_config.limit_kbps' : `${path}.limit_kbps`
  if (limitKbps === undefined && (ofRoute || config.enableMode !== 0)) throw new ConfigError(at, 'is required')
  const bytes = Number(limitKbps ?? 0n) * 1024
  return {
    mode: config.enableMode,
    bucket: bytes > 0 ? new TokenBucket(loop, bytes, bytes, 1000) : undefined,
    intervalMs: millis(config.fillInterval) ?? DEFAULT_INTERVAL_MS,
    enabled: () =>
      runtimeEnabled ? services.runtime.boolean(runtimeEnabled.runtimeKey, runtimeEnabled.defaultValue ?? false) : true,
    trailerPrefix: config.enableResponseTrailers
      ? config.responseTrailerPrefix && `${toByteString(config.responseTrailerPrefix)}-`
      : undefined,
  }
}

function limitFilter(settingsOf: (stream: HttpStream) => Settings): HttpFilter {
  let request: Limiter | undefined
  let response: Limiter | undefined

  const limiter = (stream: HttpStream, side: number): Limiter | undefined => {
    const { mode, bucket, intervalMs, enabled } = settingsOf(stream)
    if (!bucket || (mode & side) === 0 || !enabled()) return undefined
    stream.note(`held to ${bucket.fillRate} bytes a second`)
    return new Limiter(bucket, intervalMs, {
      write: (data, endStream) => {
        if (side === REQUEST) stream.injectDecodedData(data, endStream)
        else if (!endStream || settingsOf(stream).trailerPrefix === undefined) stream.injectEncodedData(data, endStream)
        else {
          addTrailers(stream, stream.addEncodedTrailers())
          stream.injectEncodedData(data, false)
          stream.continueEncoding()
        }
      },
      finished: () => (side === REQUEST ? stream.continueDecoding() : stream.continueEncoding()),
      timer: (ms, callback) => stream.timer(ms, callback),
    })
  }

  const addTrailers = (stream: HttpStream, trailers: HeaderMap) => {
    const { trailerPrefix } = settingsOf(stream)
    if (trailerPrefix === undefined || !response) return
    for (const [side, direction] of [
      ['request', request],
      ['response', response],
    ] as const) {
      if (!direction || direction.delayMs <= 0) continue
      trailers.set(`${trailerPrefix}bandwidth-${side}-delay-ms`, String(direction.delayMs))
      trailers.set(`${trailerPrefix}bandwidth-${side}-filter-delay-ms`, String(direction.delayMs))
    }
  }

  return {
    decodeHeaders(_headers, stream) {
      request = limiter(stream, REQUEST)
      return 'Continue'
    },
    decodeData(data, _stream, endStream) {
      if (!request) return 'Continue'
      request.data(data, endStream)
      return 'StopIterationNoBuffer'
    },
    decodeTrailers: () => (request?.trailers() ? 'StopIteration' : 'Continue'),
    encodeHeaders(_headers, stream) {
      response = limiter(stream, RESPONSE)
      return 'Continue'
    },
    encodeData(data, _stream, endStream) {
      if (!response) return 'Continue'
      response.data(data, endStream)
      return 'StopIterationNoBuffer'
    },
    encodeTrailers(trailers, stream) {
      addTrailers(stream, trailers)
      return response?.trailers() ? 'StopIteration' : 'Continue'
    },
    onDestroy() {
      request?.cancel()
      response?.cancel()
    },
  }
}
