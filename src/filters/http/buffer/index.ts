import type { Buffer as Body } from '../../../engine/buffer.ts'
import type { HttpFilter } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import type {
  Buffer,
  BufferPerRoute,
} from '../../../envoy/types/envoy/extensions/filters/http/buffer/v3/buffer_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

/**
 * Holds a request back until it has come in full, then says how long it is.
 * Envoy: source/extensions/filters/http/buffer/buffer_filter.cc.
 */
export const buffer = defineHttpFilter<Buffer>({
  ...about,
  create: ({ config }) => bufferFilter(config),
})

function bufferFilter(config: Buffer): HttpFilter {
  let requestHeaders: HeaderMap | undefined
  let received = 0

  // A request without a length (chunked, h2) gets one, since it is known by now.
  const finish = () => {
    if (requestHeaders && !requestHeaders.has('content-length')) requestHeaders.set('content-length', String(received))
  }

  return {
    decodeHeaders(headers, stream, endStream) {
      if (endStream) return 'Continue'
      const override = stream.perRoute<BufferPerRoute>()?.override
      if (override?.case === 'disabled' && override.value) {
        stream.note('disabled for this route')
        return 'Continue'
      }
      const settings = override?.case === 'buffer' ? override.value : config
      stream.bufferLimit = settings.maxRequestBytes ?? 0
      stream.note(`waits for the body, at most ${stream.bufferLimit} bytes`)
      requestHeaders = headers
      return 'StopIteration'
    },
    decodeData(data: Body, _stream, endStream) {
      received += data.length
      if (!requestHeaders) return 'Continue'
      if (!endStream) return 'StopIterationAndBuffer'
      finish()
      return 'Continue'
    },
    decodeTrailers() {
      finish()
      return 'Continue'
    },
  }
}
