import { Buffer } from '../../../engine/buffer.ts'
import { fromLatin1, fromUtf8, toByteString } from '../../../engine/bytes.ts'
import type { DataStatus, HttpFilter, HttpStream, TrailersStatus } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import { isObject, type JsonObject, type JsonValue } from '../../../engine/stream-info.ts'
import type { Mcp, McpOverride } from '../../../envoy/types/envoy/extensions/filters/http/mcp/v3/mcp_pb.d.ts'
import { type JsonScan, scanJson } from '../../common/json-scan.ts'
import { defineHttpFilter } from '../../define.ts'
import { perConfig } from '../../per-config.ts'
import { about } from './about.ts'
import { type McpSettings, mcpSettings, overriddenSettings } from './settings.ts'

const NAMESPACE = about.name
const FILTER_STATE = 'envoy.filters.http.mcp.request'
const UNSUPPORTED_VERSION = -32022

interface McpShared {
  chain: McpSettings
  forRoute(config: McpOverride): McpSettings
}

/**
 * Finds out whether a request is one of the Model Context Protocol (a JSON-RPC message, or a stream of events asked for)
 * and writes down its method and parameters. Envoy: source/extensions/filters/http/mcp/mcp_filter.cc.
 */
export const mcp = defineHttpFilter<Mcp, McpShared>({
  ...about,
  shared: (config) => {
    const chain = mcpSettings(config)
    return { chain, forRoute: perConfig((override: McpOverride) => overriddenSettings(chain, override)) }
  },
  create: ({ shared }) => new McpFilter(shared),
})

class McpFilter implements HttpFilter {
  private readonly shared: McpShared
  private settings: McpSettings
  /** The body so far, while it is being read. */
  private body: Buffer | undefined

  constructor(shared: McpShared) {
    this.shared = shared
    this.settings = shared.chain
  }

  decodeHeaders(headers: HeaderMap, stream: HttpStream, endStream: boolean) {
    const override = stream.perRoute<McpOverride>()
    if (override) this.settings = this.shared.forRoute(override)
    const { mode, maxBody, versions } = this.settings
    if (mode === 'noop') {
      stream.note('NOOP: nothing is looked at')
      return 'Continue'
    }
    const version = headers.get('mcp-protocol-version')
    if (versions && version && !versions.includes(version)) return refuseVersion(stream, version, versions)
    const kind = kindOf(headers)
    if (kind === 'message' && !endStream) {
      this.body = new Buffer()
      if (maxBody > 0) stream.bufferLimit = maxBody
      stream.note('may be a message: its body is read')
      return 'StopIteration'
    }
    if (kind === 'stream' || kind === 'end of session') {
      stream.note(`MCP: ${kind}`)
      return 'Continue'
    }
    stream.note('not MCP by its method and headers')
    if (mode !== 'reject') return 'Continue'
    return stream.reply(400, 'Only MCP traffic is allowed', { details: 'mcp_reject_no_mcp' })
  }

  decodeData(data: Buffer, stream: HttpStream, endStream: boolean): DataStatus {
    if (!this.body) return 'Continue'
    this.body.append(data.bytes())
    switch (this.read(this.body, stream, endStream)) {
      case 'more':
        return 'StopIterationAndBuffer'
      case 'refused':
        return 'StopIterationNoBuffer'
      default:
        return 'Continue'
    }
  }

  decodeTrailers(_trailers: HeaderMap, stream: HttpStream): TrailersStatus {
    return this.body && this.read(this.body, stream, true) === 'refused' ? 'StopIteration' : 'Continue'
  }

  /** Looks at the body so far, and decides once it has ended, is wrong, or is as much as may be read. */
  private read(body: Buffer, stream: HttpStream, ended: boolean): 'more' | 'refused' | 'done' {
    const { maxBody, mode } = this.settings
    const overLimit = maxBody > 0 && body.length >= maxBody
    const text = fromUtf8(overLimit ? body.bytes().subarray(0, maxBody) : body.bytes())
    let scan = scanJson(text, false)
    if (scan.status !== 'error' && !ended && !overLimit) return 'more'
    if (scan.status === 'partial') scan = scanJson(text, true)
    this.body = undefined
    const method = this.settings.attributes.method(scan.root)
    const problem = this.problemOf(scan, overLimit)
    const invalid = problem === undefined && method === undefined
    if (mode === 'reject' && (problem || invalid)) {
      const { reason, text: answer } = problem ?? NOT_A_MESSAGE
      stream.reply(400, answer, { details: reason })
      return 'refused'
    }
    if (invalid) stream.note('no JSON-RPC 2.0 message: passed through')
    else this.remember(scan, method, problem?.reason, stream)
    return 'done'
  }

  private problemOf(scan: JsonScan, overLimit: boolean): Problem | undefined {
    if (scan.status === 'error') return { reason: 'mcp_not_jsonrpc', text: 'not a valid JSON' }
    if (scan.duplicates && this.settings.rejectDuplicates)
      return { reason: 'mcp_duplicate_keys', text: 'duplicate JSON keys detected' }
    if (scan.status === 'complete') return undefined
    return {
      reason: overLimit ? 'mcp_body_too_large' : 'mcp_parse_error',
      text: "reached end_stream or configured body size, don't get enough data.",
    }
  }

  /** Writes down what is known of the message: all of it, or what there was before the problem with it. */
  private remember(scan: JsonScan, method: string | undefined, reason: string | undefined, stream: HttpStream): void {
    const { attributes, preferHeaders, toMetadata, toFilterState, clearRouteCache } = this.settings
    const read = attributes.extract(scan.root, method)
    const found = preferHeaders ? withHeaders(read, stream.requestHeaders) : read
    stream.note(method === undefined ? `passed through: ${reason}` : `${method}${reason ? `: ${reason}` : ''}`)
    if (toFilterState && method !== undefined)
      stream.info.filterState.set(FILTER_STATE, { text: serialized(found), lifeSpan: 'Request' })
    if (toMetadata) {
      stream.info.dynamicMetadata.set(NAMESPACE, {
        ...found,
        is_mcp_request: method !== undefined,
        status: 'mcp_ok',
        ...(reason ? { passthrough_reason: reason } : {}),
        ...(reason === 'mcp_body_too_large' ? { is_exceeding_limit: true } : {}),
      })
    }
    if (scan.root && stream.requestHeaders) propagateContext(scan.root, this.settings, stream.requestHeaders)
    if (clearRouteCache) stream.clearRouteCache()
  }
}

interface Problem {
  reason: string
  text: string
}

const NOT_A_MESSAGE: Problem = {
  reason: 'mcp_not_jsonrpc',
  text: 'request must be a valid JSON-RPC 2.0 message for MCP',
}

const TRACE_PARENT = /^00-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}$/

/** Trace context and baggage that the message carries in params._meta, as headers for the server. */
function propagateContext(root: JsonObject, settings: McpSettings, headers: HeaderMap): void {
  const meta = isObject(root.params) && isObject(root.params._meta) ? root.params._meta : {}
  const { traceparent, tracestate, baggage } = meta
  if (settings.traceContext && typeof traceparent === 'string' && TRACE_PARENT.test(traceparent)) {
    headers.set('traceparent', traceparent)
    if (typeof tracestate === 'string' && tracestate !== '') headers.set('tracestate', toByteString(tracestate))
  }
  if (settings.baggage && typeof baggage === 'string' && isBaggage(baggage))
    headers.set('baggage', toByteString(baggage))
}

const BAGGAGE_MEMBER = /^[\w!#$%&'*+.^`|~-]+\s*=\s*[!#-+\--:<-[\]-~]*(?:\s*;[^,;]*)*$/

function isBaggage(text: string): boolean {
  return text === '' || text.split(',').every((member) => BAGGAGE_MEMBER.test(member.trim()))
}

/** What the protocol makes of a request, by its method and headers alone. */
function kindOf(headers: HeaderMap): 'message' | 'stream' | 'end of session' | undefined {
  const method = headers.get(':method')
  if (method === 'DELETE') return headers.has('mcp-session-id') ? 'end of session' : undefined
  const accepts = (type: string) =>
    headers.getAll('accept').some((value) => /\*\/\*/.test(value) || value.includes(type))
  if (method === 'GET') return accepts('text/event-stream') ? 'stream' : undefined
  const isJson = /^application\/json(?:$|[;\s])/.test(headers.get('content-type') ?? '')
  if (method !== 'POST' || !isJson) return undefined
  return accepts('text/event-stream') && accepts('application/json') ? 'message' : undefined
}

function refuseVersion(stream: HttpStream, requested: string, supported: readonly string[]): 'StopIteration' {
  stream.note(`protocol version ${requested} is not supported`)
  const error = {
    code: UNSUPPORTED_VERSION,
    message: `Unsupported MCP protocol version: ${requested}`,
    data: { supported, requested },
  }
  return stream.reply(400, JSON.stringify({ jsonrpc: '2.0', id: null, error }), {
    details: 'mcp_not_jsonrpc',
    headers: (headers) => headers.set('content-type', 'application/json'),
  })
}

/** Headers name the method, and what a method's name or URI is. */
function withHeaders(found: JsonObject, headers: HeaderMap | undefined): JsonObject {
  const method = utf8Header(headers, 'mcp-method') ?? found.method
  const name = utf8Header(headers, 'mcp-name')
  const out: JsonObject = method === undefined ? { ...found } : { ...found, method }
  if (name === undefined) return out
  const parameter = typeof method === 'string' && method.startsWith('resources/') ? 'uri' : 'name'
  out.params = { ...(isObject(found.params) ? found.params : {}), [parameter]: name }
  return out
}

function utf8Header(headers: HeaderMap | undefined, name: string): string | undefined {
  const value = headers?.get(name)
  return value === undefined ? undefined : fromUtf8(fromLatin1(value))
}

/** The object's text: members in order of their names, whole numbers with a fraction. */
function serialized(value: JsonValue): string {
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value)
  if (!isObject(value)) return JSON.stringify(value)
  const members = Object.keys(value).sort()
  return `{${members.map((name) => `${JSON.stringify(name)}:${serialized(value[name]!)}`).join(',')}}`
}
