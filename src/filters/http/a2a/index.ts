import { Buffer } from '../../../engine/buffer.ts'
import { fromUtf8 } from '../../../engine/bytes.ts'
import type { DataStatus, HttpFilter, HttpStream, TrailersStatus } from '../../../engine/http/filter.ts'
import type { HeaderMap } from '../../../engine/http/header-map.ts'
import type { A2a } from '../../../envoy/types/envoy/extensions/filters/http/a2a/v3/a2a_pb.d.ts'
import { scanJson } from '../../common/json-scan.ts'
import { defineHttpFilter } from '../../define.ts'
import { about } from './about.ts'
import { describeMessage } from './message.ts'

const REJECT = 1
const DEFAULT_MAX_BODY = 8192
const AGENT_CARD = '/.well-known/agent-card.json'

/**
 * Reads JSON-RPC requests of the Agent2Agent protocol and writes down what they ask for. The filter of Envoy 1.40 does not
 * look at its storage_mode and parser_config yet: it writes dynamic metadata under its own configured name.
 * Envoy: source/extensions/filters/http/a2a/a2a_filter.cc.
 */
export const a2a = defineHttpFilter<A2a>({
  ...about,
  create: ({ config }) => new A2aFilter(config.trafficMode === REJECT, config.maxRequestBodySize ?? DEFAULT_MAX_BODY),
})

class A2aFilter implements HttpFilter {
  private readonly rejects: boolean
  private readonly maxBody: number
  /** The body so far, while it is being read. */
  private body: Buffer | undefined

  constructor(rejects: boolean, maxBody: number) {
    this.rejects = rejects
    this.maxBody = maxBody
  }

  decodeHeaders(headers: HeaderMap, stream: HttpStream, endStream: boolean) {
    if (headers.get(':method') === 'GET' && endStream && headers.get(':path')?.split('?')[0] === AGENT_CARD) {
      stream.note('asks for the agent card')
      return 'Continue'
    }
    if (mayBeMessage(headers) && !endStream) {
      this.body = new Buffer()
      if (this.maxBody > 0) stream.bufferLimit = this.maxBody
      stream.note('may be a message: its body is read')
      return 'StopIteration'
    }
    stream.note('not A2A by its method and headers')
    if (!this.rejects) return 'Continue'
    return stream.reply(400, 'Only A2A traffic is allowed', { details: 'a2a_filter_reject' })
  }

  decodeData(data: Buffer, stream: HttpStream, endStream: boolean): DataStatus {
    if (!this.body) return 'Continue'
    this.body.append(data.bytes())
    const outcome = this.read(this.body, stream, endStream)
    if (outcome === 'more') return 'StopIterationAndWatermark'
    return outcome === 'refused' ? 'StopIterationNoBuffer' : 'Continue'
  }

  decodeTrailers(_trailers: HeaderMap, stream: HttpStream): TrailersStatus {
    return this.body && this.read(this.body, stream, true) === 'refused' ? 'StopIteration' : 'Continue'
  }

  private read(body: Buffer, stream: HttpStream, ended: boolean): 'more' | 'refused' | 'done' {
    const overLimit = this.maxBody > 0 && body.length >= this.maxBody
    const text = fromUtf8(overLimit ? body.bytes().subarray(0, this.maxBody) : body.bytes())
    const last = ended || overLimit
    const scan = scanJson(text, last, true)
    if (scan.status !== 'error' && !last) return 'more'
    this.body = undefined
    const refuse = (status: number, answer: string, details: string) => {
      stream.reply(status, answer, { details })
      return 'refused' as const
    }
    // What is no JSON is refused whatever the traffic mode.
    if (scan.status === 'error') return refuse(400, 'not a valid JSON', 'a2a_filter_not_valid_jsonrpc')
    if (scan.status === 'partial')
      return overLimit
        ? refuse(413, 'request body is too large.', 'a2a_filter_body_too_large')
        : refuse(400, 'not a valid JSON (incomplete).', 'a2a_filter_parse_error')
    const found = scan.root && describeMessage(scan.root)
    if (!found) {
      stream.note('no JSON-RPC 2.0 message')
      if (!this.rejects) return 'done'
      return refuse(400, 'request must be a valid JSON-RPC 2.0 message for A2A', 'a2a_filter_not_valid_jsonrpc')
    }
    stream.note(`${found.method ?? 'a response'}`)
    stream.info.dynamicMetadata.set(stream.filterName, found)
    return 'done'
  }
}

function mayBeMessage(headers: HeaderMap): boolean {
  return (
    headers.get(':method') === 'POST' &&
    /^application\/(?:json|a2a\+json)(?:$|[; ])/.test(headers.get('content-type') ?? '')
  )
}
