import { formatAddress } from '../../../engine/stream-info.ts'
import type { OriginalSrc } from '../../../envoy/types/envoy/extensions/filters/http/original_src/v3/original_src_pb.d.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'

/** Binds upstream connections to the client's address. Envoy: source/extensions/filters/http/original_src/original_src.cc. */
export const originalSrc = defineHttpFilter<OriginalSrc>({
  ...about,
  create: ({ config }) => ({
    decodeHeaders(_headers, stream) {
      const { remote } = stream.info
      if (remote.text !== undefined) stream.note('the client has no IP address')
      else {
        const mark = config.mark ? `, marked ${config.mark}` : ''
        stream.note(`the connection to the server comes from ${formatAddress({ ...remote, port: 0 })}${mark}`)
      }
      return 'Continue'
    },
  }),
})
