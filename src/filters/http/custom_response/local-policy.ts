import { toByteString } from '../../../engine/bytes.ts'
import type { FilterFactoryContext } from '../../../engine/catalogue.ts'
import { createBodyFormatter, dataSourceBytes, HeaderParser } from '../../../engine/format/index.ts'
import type { LocalResponsePolicy } from '../../../envoy/types/envoy/extensions/http/custom_response/local_response_policy/v3/local_response_policy_pb.d.ts'
import type { ResponsePolicy } from './policy.ts'

/**
 * Replaces the response by one of the proxy's own, as a local reply.
 * Envoy: source/extensions/http/custom_response/local_response_policy/local_response_policy.cc.
 */
export function localPolicy(
  config: LocalResponsePolicy,
  path: string,
  { services }: FilterFactoryContext,
): ResponsePolicy {
  const text = config.body ? dataSourceBytes(config.body, `${path}.body`, services) : ''
  const format = config.bodyFormat && createBodyFormatter(config.bodyFormat, `${path}.body_format`, services)
  const toAdd = new HeaderParser(config.responseHeadersToAdd, [], {
    path,
    addField: 'response_headers_to_add',
    removeField: '',
    services,
  })
  const action = config.responseCodeDetailsAction
  return {
    onResponse(headers, stream) {
      const { info } = stream
      const requestHeaders = stream.requestHeaders
      const context = { info, responseHeaders: headers, ...(requestHeaders ? { requestHeaders } : {}) }
      const body = format ? format.format({ ...context, localReplyBody: text }) : text
      const status = config.statusCode ?? Number(headers.get(':status') ?? 500)
      stream.note(`replaced by a local response ${status}`)
      const details =
        action.case === 'responseCodeDetails'
          ? toByteString(action.value)
          : action.case === 'preserveResponseCodeDetails' && action.value
            ? (info.responseCodeDetails ?? '')
            : ''
      return stream.reply(status, body, {
        details,
        headers: (reply) => toAdd.evaluate(reply, { info, responseHeaders: reply }),
      })
    },
  }
}
