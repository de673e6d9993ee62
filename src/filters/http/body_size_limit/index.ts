import type { BodySizeLimit } from '../../../envoy/types/envoy/extensions/filters/http/body_size_limit/v3/body_size_limit_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

const DETAILS = { details: 'request_payload_too_large' }

/**
 * Counts the request's body as it passes and answers 413 when it is too long: by its content-length at once, otherwise
 * when the limit is crossed, with the beginning on its way already.
 * Envoy: source/extensions/filters/http/body_size_limit/body_size_limit_filter.cc.
 */
export const bodySizeLimit = defineHttpFilter<BodySizeLimit>({
  ...about,
  create: ({ config }) => {
    const limit = config.maxRequestBytes ?? 0n
    let received = 0n
    return {
      decodeHeaders(headers, stream, endStream) {
        if (endStream || limit === 0n) return 'Continue'
        const announced = headers.get('content-length')
        if (!announced || !/^\d+$/.test(announced) || BigInt(announced) <= limit) return 'Continue'
        stream.note(`content-length ${announced} is over ${limit} bytes`)
        return stream.reply(413, 'content length too large', DETAILS)
      },
      decodeData(data, stream) {
        if (limit === 0n) return 'Continue'
        received += BigInt(data.length)
        if (received <= limit) return 'Continue'
        stream.note(`${received} bytes are over ${limit}`)
        stream.reply(413, 'request too long', DETAILS)
        return 'StopIterationNoBuffer'
      },
    }
  },
})
