import { Buffer } from '../../../engine/buffer.ts'
import type { Timer } from '../../../engine/event-loop.ts'
import type { HttpFilter, HttpStream } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import type { HTTPFault } from '../../../envoy/types/envoy/extensions/filters/http/fault/v3/fault_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'
import { type FaultSettings, faultSettings } from './settings.ts'

interface FaultShared {
  settingsOf(config: HTTPFault): FaultSettings
  /** Streams with a fault on them now, for max_active_faults. */
  active: { count: number }
}

/**
 * Delays requests, aborts them, or slows responses down, for a share of the traffic.
 * Envoy: source/extensions/filters/http/fault/fault_filter.cc.
 */
export const fault = defineHttpFilter<HTTPFault, FaultShared>({
  ...about,
  shared: (_config, context) => ({
    settingsOf: perConfig((config: HTTPFault) => faultSettings(config, context)),
    active: { count: 0 },
  }),
  create: ({ config, shared }) => faultFilter(config, shared),
})

function faultFilter(config: HTTPFault, { settingsOf, active }: FaultShared): HttpFilter {
  let effective = config
  let settings: FaultSettings
  let charged = false
  let delay: Timer | undefined
  let bytesPerMs: number | undefined
  let slowed: Buffer | undefined

  const charge = () => {
    if (!charged) active.count++
    charged = true
  }

  // Delays and aborts leave the configured metadata, even none of it, for the filters after them and the access log.
  const leaveMetadata = (stream: HttpStream) => {
    stream.info.dynamicMetadata.set(about.name, effective.filterMetadata ?? {})
  }

  const abort = (headers: HeaderMap, stream: HttpStream): boolean => {
    const outcome = settings.abort(headers)
    if (!outcome) return false
    charge()
    stream.info.flags.add('FI')
    leaveMetadata(stream)
    stream.reply(outcome.httpStatus, outcome.body, { details: 'fault_filter_abort', grpcStatus: outcome.grpcStatus })
    return true
  }

  // The whole response, once as much time has passed as its bytes take at the given rate.
  const release = (stream: HttpStream, done: () => void) => {
    const body = slowed ?? new Buffer()
    stream.timer(Math.ceil(body.length / bytesPerMs!), done)
  }

  return {
    decodeHeaders(headers, stream) {
      effective = stream.perRoute<HTTPFault>() ?? config
      settings = settingsOf(effective)
      const unfit = settings.unfit(headers, stream, active.count)
      if (unfit) {
        stream.note(unfit)
        return 'Continue'
      }
      bytesPerMs = settings.bytesPerMs(headers)
      if (bytesPerMs !== undefined) charge()
      const ms = settings.delayMs(headers)
      if (ms !== undefined) {
        charge()
        stream.info.flags.add('DI')
        leaveMetadata(stream)
        stream.note(`delays the request by ${ms} ms`)
        delay = stream.timer(ms, () => {
          delay = undefined
          if (!abort(headers, stream)) stream.continueDecoding()
        })
        return 'StopIteration'
      }
      return abort(headers, stream) ? 'StopIteration' : 'Continue'
    },
    decodeData: () => (delay ? 'StopIterationAndWatermark' : 'Continue'),
    decodeTrailers: () => (delay ? 'StopIteration' : 'Continue'),
    encodeData(data, stream, endStream) {
      if (bytesPerMs === undefined) return 'Continue'
      slowed ??= new Buffer()
      slowed.moveFrom(data)
      if (endStream) release(stream, () => stream.injectEncodedData(slowed!, true))
      return 'StopIterationNoBuffer'
    },
    encodeTrailers(_trailers, stream) {
      if (bytesPerMs === undefined) return 'Continue'
      release(stream, () => {
        if (slowed) stream.injectEncodedData(slowed, false)
        stream.continueEncoding()
      })
      return 'StopIteration'
    },
    onDestroy() {
      delay?.cancel()
      if (charged) active.count--
    },
  }
}
