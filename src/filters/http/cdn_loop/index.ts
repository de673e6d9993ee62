import { toByteString } from '../../../engine/bytes.ts'
import { ConfigError } from '../../../engine/catalogue.ts'
import type { CdnLoopConfig } from '../../../envoy/types/envoy/extensions/filters/http/cdn_loop/v3/cdn_loop_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'
import { isCdnId, parseCdnLoop } from './parse.ts'

/** Counts its own name in cdn-loop (RFC 8586) and adds it. Envoy: source/extensions/filters/http/cdn_loop/filter.cc. */
export const cdnLoop = defineHttpFilter<CdnLoopConfig, string>({
  ...about,
  shared: (config, { path }) => {
    const id = toByteString(config.cdnId)
    if (!isCdnId(id)) throw new ConfigError(`${path}.cdn_id`, `'${config.cdnId}' is not a CDN identifier`)
    return id
  },
  create: ({ config, shared: id }) => ({
    decodeHeaders(headers, stream) {
      const header = headers.joined('cdn-loop')
      if (header !== undefined) {
        const seen = parseCdnLoop(header)
        if (!seen) {
          stream.note('cdn-loop cannot be read')
          return stream.reply(400, 'Invalid CDN-Loop header in request.', { details: 'invalid_cdn_loop_header' })
        }
        const count = seen.filter((each) => each === id).length
        stream.note(`${id} stands in it ${count} times, ${config.maxAllowedOccurrences} are allowed`)
        if (count > config.maxAllowedOccurrences)
          return stream.reply(502, 'The server has detected a loop between CDNs.', { details: 'cdn_loop_detected' })
      }
      headers.set('cdn-loop', header ? `${header},${id}` : id)
      return 'Continue'
    },
  }),
})
