import type { Buffer } from '../../../engine/buffer.ts'
import { textOf } from '../../../engine/bytes.ts'
import type { DataStatus, HeadersStatus, HttpFilter, HttpStream, TrailersStatus } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import type { JsonObject } from '../../../engine/stream-info.ts'
import type { LogLine } from '../../../engine/trace.ts'
import type { LuaPerRoute } from '../../../envoy/types/envoy/extensions/filters/http/lua/v3/lua_pb.d.ts'
import type { HandleSide, HttpScript, Respond, ScriptFailure, StreamHandle } from '../../../lua/index.ts'
import type { LuaFilterConfig } from './config.ts'

const canonicalName = 'envoy.filters.http.lua'

/** The Lua filter on one stream (Envoy: source/extensions/filters/http/lua/lua_filter.cc, Filter). */
export class LuaFilter implements HttpFilter {
  private readonly config: LuaFilterConfig
  private readonly stream: HttpStream
  private request: StreamHandle | undefined
  private response: StreamHandle | undefined

  constructor(config: LuaFilterConfig, stream: HttpStream) {
    this.config = config
    this.stream = stream
  }

  decodeHeaders(headers: HeaderMap, _: HttpStream, endStream: boolean): HeadersStatus {
    this.request = this.script()?.open(this.requestSide(), headers, endStream)
    return this.request?.start() ?? 'Continue'
  }

  decodeData(data: Buffer, _: HttpStream, endStream: boolean): DataStatus {
    return this.request?.onData(data, endStream) ?? 'Continue'
  }

  decodeTrailers(trailers: HeaderMap): TrailersStatus {
    return this.request?.onTrailers(trailers) ?? 'Continue'
  }

  encodeHeaders(headers: HeaderMap, _: HttpStream, endStream: boolean): HeadersStatus {
    this.response = this.script()?.open(this.responseSide(), headers, endStream)
    return this.response?.start() ?? 'Continue'
  }

  encodeData(data: Buffer, _: HttpStream, endStream: boolean): DataStatus {
    return this.response?.onData(data, endStream) ?? 'Continue'
  }

  encodeTrailers(trailers: HeaderMap): TrailersStatus {
    return this.response?.onTrailers(trailers) ?? 'Continue'
  }

  onDestroy(): void {
    this.release()
  }

  // The route may have changed between request and response, so both ask for themselves.
  private script(): HttpScript | undefined {
    const perRoute = this.stream.perRoute<LuaPerRoute>()
    const override = perRoute?.override
    switch (override?.case) {
      case 'disabled':
        this.stream.note('disabled for this route')
        return undefined
      case 'name': {
        const script = this.config.named.get(override.value)
        this.stream.note(
          script
            ? `script ${override.value}, by the route`
            : `the route names script ${override.value}, which is not in source_codes`,
        )
        return script
      }
      case 'sourceCode':
        this.stream.note("the route's own script")
        return this.config.ofRoute(perRoute!, this.stream.perRouteConfigs().at(-1)!.path)
      default:
        return this.config.defaultScript
    }
  }

  private requestSide(): HandleSide {
    const { stream } = this
    return {
      ...this.commonSide(),
      handler: 'envoy_on_request',
      canRespond: true,
      addData: (data) => stream.addDecodedData(data, false),
      bufferedBody: () => stream.decodingBuffer(),
      continueIteration: () => stream.continueDecoding(),
      headersModified: () => {
        if (this.config.clearRouteCache) stream.clearRouteCache()
      },
      clearRouteCache: () => stream.clearRouteCache(),
      reply: (respond) => this.reply(respond),
      setOverrideHost: (host, strict) => {
        stream.upstreamOverrideHost = { host, strict }
      },
      setReasonPhrase: () => {},
    }
  }

  private responseSide(): HandleSide {
    const { stream } = this
    return {
      ...this.commonSide(),
      handler: 'envoy_on_response',
      canRespond: false,
      addData: (data) => stream.addEncodedData(data, false),
      bufferedBody: () => stream.encodingBuffer(),
      continueIteration: () => stream.continueEncoding(),
      headersModified: () => {},
      clearRouteCache: () => {},
      reply: () => {},
      setOverrideHost: () => {},
      setReasonPhrase: (phrase) => stream.note(`reason phrase: ${phrase}`),
    }
  }

  private commonSide() {
    const { stream, config } = this
    return {
      stream,
      info: stream.info,
      closures: [],
      types: config.types,
      filterName: stream.filterName,
      stats: config.stats,
      note: (text: string) => stream.note(text),
      log: (level: LogLine['level'], text: string) => stream.log({ level, text: readable(text) }),
      requestHeaders: () => stream.requestHeaders,
      metadata: (name: string) => this.routeMetadata(name),
      filterContext: (): JsonObject => stream.perRoute<LuaPerRoute>()?.filterContext ?? config.filterContext,
      fail: (failure: ScriptFailure) => this.fail(failure),
    }
  }

  private routeMetadata(name: string): JsonObject {
    const all = this.stream.route()?.metadata ?? {}
    const key = name || this.stream.filterName
    if (Object.hasOwn(all, key)) return all[key]!
    return !name && Object.hasOwn(all, canonicalName) ? all[canonicalName]! : {}
  }

  private reply({ status, headers, body }: Respond): void {
    this.stream.reply(status, body ? textOf(body) : '', {
      details: 'lua_response',
      headers: (reply) => {
        headers.forEach((name, value) => {
          if (name !== ':status') reply.add(name, value)
        })
      },
    })
  }

  // A failed script takes the other direction's handle with it; the message goes on as if there were no script.
  private fail(failure: ScriptFailure): void {
    this.stream.log({ ...failure, outcome: 'the message goes on with what the script had done so far' })
    const where = failure.line === undefined ? '' : ` in line ${failure.line}`
    const what = failure.stopped ? 'SCRIPT STOPPED' : 'SCRIPT ERROR'
    this.stream.note(`${what}${where}: ${failure.reason}; the message goes on without the rest of the script`)
    this.release()
  }

  private release(): void {
    this.request?.release()
    this.response?.release()
    this.request = undefined
    this.response = undefined
  }
}

/** A script's bytes as text for people. */
function readable(bytes: string): string {
  return textOf(Uint8Array.from(bytes, (char) => char.charCodeAt(0)))
}
