import type { LocalReplyConfig } from '../../envoy/types/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.d.ts'
import { fromLatin1, textOf, toByteString } from '../bytes.ts'
import { type BodyFormatter, createBodyFormatter, dataSourceText, HeaderParser } from '../format/index.ts'
import { createLogFilter, type LogFilter } from '../log/access-log-filter.ts'
import type { EngineServices } from '../services.ts'
import type { StreamInfo } from '../stream-info.ts'
import { HeaderMap } from './header-map.ts'
import type { LocalReply } from './local-reply.ts'

interface Mapper {
  filter: LogFilter
  status: number | undefined
  body: string | undefined
  format: BodyFormatter | undefined
  headers: HeaderParser
}

/** local_reply_config: changes replies that Envoy makes itself (source/common/local_reply/local_reply.cc). */
export class LocalReplyRewriter {
  private readonly mappers: Mapper[]
  private readonly format: BodyFormatter | undefined

  constructor(config: LocalReplyConfig | undefined, path: string, services: EngineServices) {
    this.mappers = (config?.mappers ?? []).map((mapper, i) => {
      const at = `${path}.mappers[${i}]`
      return {
        filter: createLogFilter(mapper.filter, `${at}.filter`, services),
        status: mapper.statusCode,
        body: mapper.body && dataSourceText(mapper.body, `${at}.body`, services),
        format:
          mapper.bodyFormatOverride &&
          createBodyFormatter(mapper.bodyFormatOverride, `${at}.body_format_override`, services),
        headers: new HeaderParser(mapper.headersToAdd, [], {
          path: at,
          addField: 'headers_to_add',
          removeField: '',
          services,
        }),
      }
    })
    this.format = config?.bodyFormat && createBodyFormatter(config.bodyFormat, `${path}.body_format`, services)
  }

  /** Changes the reply in place; says in words which mapper did, for the trace. */
  rewrite(reply: LocalReply, info: StreamInfo): string | undefined {
    info.responseCode = reply.status
    reply.headers.set(':status', String(reply.status))
    if (this.mappers.length === 0 && !this.format) return undefined
    let { format } = this
    let by: string | undefined
    const context = {
      info,
      requestHeaders: info.requestHeaders ?? NO_HEADERS,
      responseHeaders: reply.headers,
    }
    for (const [i, mapper] of this.mappers.entries()) {
      if (!mapper.filter.matches(context)) continue
      if (mapper.body !== undefined) {
        reply.body = mapper.body
        reply.contentType = 'text/plain'
      }
      mapper.headers.evaluate(reply.headers, context)
      if (mapper.status !== undefined && mapper.status !== reply.status) {
        reply.status = mapper.status
        reply.headers.set(':status', String(mapper.status))
        info.responseCode = mapper.status
      }
      format = mapper.format ?? format
      by = `local_reply_config.mappers[${i}] matched: ${mapper.filter.description}`
      break
    }
    if (format) {
      reply.body = textOf(fromLatin1(format.format({ ...context, localReplyBody: toByteString(reply.body) })))
      reply.contentType = toByteString(format.contentType)
    }
    return by
  }
}

const NO_HEADERS = new HeaderMap('request')
